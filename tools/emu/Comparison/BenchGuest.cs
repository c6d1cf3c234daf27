using Emulator.Tool.Running;

namespace Emulator.Tool.Comparison;

/// <summary>What is run on all of them.</summary>
/// <param name="Key">Its name on the command line and in the JSON file.</param>
/// <param name="Title">What it does.</param>
internal sealed record BenchGuest(string Key, string Title)
{
    /// <summary>The CPU of machines for which no other is asked for.</summary>
    public const string DefaultCpu = "cortex-a57";

    /// <summary>How it is run here.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>What is loaded, for QEMU.</summary>
    public required IReadOnlyList<string> QemuArguments { get; init; }

    /// <summary>The machine, for QEMU: the level out of reset is that of the highest one that it has.</summary>
    public IReadOnlyList<string> QemuMachine =>
    [
        "-M", "virt,gic-version=3" + Settings.ExceptionLevel switch { 3 => ",secure=on", 2 => ",virtualization=on", _ => "" },
        "-cpu", Settings.Cpu ?? DefaultCpu, "-smp", $"{Settings.Cpus ?? 1}",
    ];

    /// <summary>The same for QEMU set up another way, with the name of that way, where QEMU's default is not its fastest.</summary>
    public (string Key, string Title, IReadOnlyList<string> Arguments)? QemuVariant { get; init; }

    /// <summary>The same for a process of this tool.</summary>
    public required IReadOnlyList<string> ToolArguments { get; init; }

    /// <summary>
    /// True when the first thing that its script waits for is a line that the guest prints when its work begins. Then the work alone is compared in this process; otherwise everything from nothing is.
    /// </summary>
    public bool TellsItsStart { get; init; }

    /// <summary>True when QEMU can run it in a time that is worth waiting for.</summary>
    public bool RunsOnQemu { get; init; } = true;

    /// <summary>How many requests its work is, for guests that do input and output; else 0.</summary>
    public int Requests { get; init; }

    /// <summary>True when it polls: then it is run without fast-forward as well.</summary>
    public bool Polls { get; init; }

    /// <summary>True when it takes minutes on engines that do not translate here, so that these must be asked for.</summary>
    public bool IsLong { get; init; }
}
