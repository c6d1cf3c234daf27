using Emulator.Cpu;
using Emulator.Memory;
using Emulator.Virtio;
using Microsoft.Extensions.Logging;

namespace Emulator;

/// <summary>What a machine is told besides its board and images.</summary>
internal sealed record MachineSettings
{
    /// <summary>What stands behind flash bank 1; the machine disposes it.</summary>
    public FlashFile? Flash1 { get; init; }

    /// <summary>Who can see the RAM.</summary>
    public RamMode RamMode { get; init; }

    /// <summary>Skip polling loops.</summary>
    public bool FastForward { get; init; } = true;

    /// <summary>A guest's reset ends the run.</summary>
    public bool NoReboot { get; init; }

    /// <summary>Which clock the machine follows.</summary>
    public MachineTime Time { get; init; }

    /// <summary>Virtual time that an instruction takes.</summary>
    public int NanosecondsPerInstruction { get; init; } = 1;

    /// <summary>The host's time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Measure by the host's time how long requests to devices take.</summary>
    public bool MeasuresHostLatency { get; init; }

    /// <summary>An engine to run beside the machine's own, and to be compared with it; or null.</summary>
    public ICpuEngine? Follower { get; init; }

    /// <summary>The virtio devices, in the order in which they were asked for.</summary>
    public IReadOnlyList<VirtioDeviceSpecification> VirtioDevices { get; init; } = [];

    /// <summary>What holds for all of them.</summary>
    public VirtioOptions Virtio { get; init; } = new();

    /// <summary>A PCI test device stands behind the virtio devices.</summary>
    public bool HasPciTestDevice { get; init; }

    /// <summary>Where diagnostics go.</summary>
    public ILogger? Logger { get; init; }
}
