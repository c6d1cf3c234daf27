namespace Emulator.InteropTests.Qtest;

/// <summary>A device that both machines have.</summary>
internal sealed record ComparedDevice
{
    /// <summary>QEMU's type of the interrupt controller.</summary>
    public const string InterruptController = "arm-gicv3";

    /// <summary>The device's name in the report.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is, on both machines.</summary>
    public required ulong Address { get; init; }

    /// <summary>Its registers.</summary>
    public required IReadOnlyList<NamedRegister> Registers { get; init; }

    /// <summary>Widths of the accesses in bytes.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [1, 2, 4, 8];

    /// <summary>Creates our machine with the device.</summary>
    public required Func<OurMachine> Create { get; init; }

    /// <summary>Further arguments for QEMU.</summary>
    public IReadOnlyList<string> QemuArguments { get; init; } = [];

    /// <summary>QEMU's type of the device whose inputs the scripts drive.</summary>
    public string Driven { get; init; } = InterruptController;

    /// <summary>What is different on purpose.</summary>
    public IReadOnlyList<KnownDifference> KnownDifferences { get; init; } = [];

    /// <summary>True when the interrupt controller is not the device in question, but shows its interrupts.</summary>
    public bool WatchesInterrupts { get; init; } = true;

    /// <summary>The name of the register at an offset.</summary>
    public string RegisterAt(ulong offset) => Registers.FirstOrDefault(r => r.Contains(offset))?.Name ?? "none";
}
