using Emulator.Virtio;

namespace Emulator.Tool.Running;

/// <summary>All that a run was asked for.</summary>
internal sealed record RunSettings
{
    public string Board { get; init; } = "virt";

    public string? Cpu { get; init; }

    public int? Cpus { get; init; }

    public int? GicVersion { get; init; }

    public ulong? Memory { get; init; }

    public int? ExceptionLevel { get; init; }

    public string? Firmware { get; init; }

    public string? Flash1 { get; init; }

    public string? Kernel { get; init; }

    public string? Initrd { get; init; }

    public string? CommandLine { get; init; }

    public string? DeviceTree { get; init; }

    /// <summary>Where to write the device tree instead of running.</summary>
    public string? DumpDeviceTree { get; init; }

    public IReadOnlyList<DriveSettings> Drives { get; init; } = [];

    /// <summary>Back ends that serve devices, and records of them.</summary>
    public IReadOnlyList<ProxySettings> Proxies { get; init; } = [];

    /// <summary>Certificates for those that are reached by TCP, or null.</summary>
    public VirtioProxy.ProxyTls? Tls { get; init; }

    /// <summary>Folders that the guest can mount.</summary>
    public IReadOnlyList<ShareSettings> Shares { get; init; } = [];

    /// <summary>The extension of the virtio-mmio transports by messages.</summary>
    public Boards.VirtioMsi VirtioMsi { get; init; }

    /// <summary>Devices that are served from outside.</summary>
    public IReadOnlyList<VhostUserSettings> VhostUser { get; init; } = [];

    /// <summary>The network, or null.</summary>
    public NetworkSettings? Network { get; init; }

    /// <summary>A virtio entropy device.</summary>
    public bool HasEntropy { get; init; }

    /// <summary>QEMU's PCI test device.</summary>
    public bool HasPciTestDevice { get; init; }

    /// <summary>Names of further virtio devices.</summary>
    public IReadOnlyList<string> VirtioDevices { get; init; } = [];

    public VirtioOptions Virtio { get; init; } = new();

    public string Engine { get; init; } = "auto";

    /// <summary>The engine to compare with, or null.</summary>
    public string? Lockstep { get; init; }

    /// <summary>Bytes of host code that a translator holds at most, or null for its default.</summary>
    public ulong? CodeCache { get; init; }

    /// <summary>True when <c>perf</c> is to be told what host code is.</summary>
    public bool PerfMap { get; init; }

    /// <summary>True or false when the clock was chosen; null when the input decides.</summary>
    public bool? HostTime { get; init; }

    /// <summary>Virtual time that an instruction takes, in nanoseconds.</summary>
    public int InstructionTime { get; init; } = 1;

    public ulong? Seed { get; init; }

    public DateTimeOffset? Rtc { get; init; }

    public int Repeat { get; init; } = 1;

    public bool NoReboot { get; init; }

    public bool FastForward { get; init; } = true;

    /// <summary>The script, in the order given; without one, standard input is the guest's.</summary>
    public IReadOnlyList<ScriptStep> Script { get; init; } = [];

    public TimeSpan? Timeout { get; init; }

    public TimeSpan? MaxVirtual { get; init; }

    public long? MaxInstructions { get; init; }

    /// <summary>The timeline to write, or null.</summary>
    public TraceSettings? Trace { get; init; }

    /// <summary>Where to write statistics; <c>-</c> is standard error.</summary>
    public string? Statistics { get; init; }

    /// <summary>True when somebody looks at what the machine did; collecting it costs a short run several milliseconds.</summary>
    public bool NeedsStatistics
    {
        get => field || Statistics is not null;
        init;
    }

    public string LogLevel { get; init; } = "warning";
}
