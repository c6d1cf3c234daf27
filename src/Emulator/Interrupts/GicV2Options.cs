namespace Emulator.Interrupts;

/// <summary>The shape of a <see cref="GicV2"/>.</summary>
internal sealed record GicV2Options
{
    public const int MostCpus = 8;

    /// <summary>Name of the whole, the start of its devices' names.</summary>
    public string Name { get; init; } = "gicv2";

    /// <summary>Number of CPUs, 1 to 8.</summary>
    public int CpuCount { get; init; } = 1;

    /// <summary>Number of shared peripheral interrupts, a multiple of 32. QEMU's <c>virt</c> has 256.</summary>
    public int SpiCount { get; init; } = 256;

    /// <summary>True for the Security Extensions: Group 0 is Secure.</summary>
    public bool HasSecurityExtensions { get; init; }

    /// <summary>True for the Virtualization Extensions.</summary>
    public bool HasVirtualInterface { get; init; }

    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(CpuCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CpuCount, MostCpus);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpiCount, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SpiCount, 960);
        ArgumentOutOfRangeException.ThrowIfNotEqual(SpiCount % 32, 0, nameof(SpiCount));
    }
}
