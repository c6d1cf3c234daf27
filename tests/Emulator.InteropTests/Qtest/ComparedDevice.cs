namespace Emulator.InteropTests.Qtest;

/// <summary>A device that both machines have.</summary>
internal sealed record ComparedDevice
{
    /// <summary>The device's name in the report.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is, on both machines.</summary>
    public required ulong Address { get; init; }

    /// <summary>Its registers.</summary>
    public required IReadOnlyList<NamedRegister> Registers { get; init; }

    /// <summary>Creates our machine with the device.</summary>
    public required Func<OurMachine> Create { get; init; }

    /// <summary>Further arguments for QEMU.</summary>
    public IReadOnlyList<string> QemuArguments { get; init; } = [];

    /// <summary>True when the scripts drive the interrupt controller's inputs; otherwise these are watched, as the device's outputs.</summary>
    public bool DrivesInterrupts { get; init; }

    /// <summary>What is different on purpose.</summary>
    public IReadOnlyList<KnownDifference> KnownDifferences { get; init; } = [];

    /// <summary>The name of the register at an offset.</summary>
    public string RegisterAt(ulong offset) => Registers.FirstOrDefault(r => r.Contains(offset))?.Name ?? "none";
}
