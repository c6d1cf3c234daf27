namespace Emulator.Interrupts;

/// <summary>The shape of a <see cref="GicV3"/>.</summary>
public sealed record GicV3Options
{
    /// <summary>Name of the whole, the start of its devices' names.</summary>
    public string Name { get; init; } = "gicv3";

    /// <summary>Number of CPUs, 1 to 512.</summary>
    public int CpuCount { get; init; } = 1;

    /// <summary>Number of shared peripheral interrupts, a multiple of 32 from 32 to 960. QEMU's <c>virt</c> has 224.</summary>
    public int SpiCount { get; init; } = 224;

    /// <summary>
    /// True when the CPUs have EL3 and the GIC tells Secure from Non-secure, until software sets GICD_CTLR.DS. False fixes DS at one.
    /// </summary>
    public bool TwoSecurityStates { get; init; }

    /// <summary>Implemented bits of a priority, 5 to 8. Arm's cores have 5.</summary>
    public int PriorityBits { get; init; } = 5;

    /// <summary>
    /// Affinity of each CPU, Aff3 in the uppermost byte, all different. Null for clusters of 16 as on QEMU's <c>virt</c>: Aff0 is the index modulo 16, Aff1
    /// the rest.
    /// </summary>
    public IReadOnlyList<uint>? Affinities { get; init; }

    /// <summary>True when the CPUs have EL2, and with it the virtual interface.</summary>
    internal bool HasVirtualInterface { get; init; }

    internal uint AffinityOf(int cpu) => Affinities is { } affinities ? affinities[cpu] : (uint)(((cpu / 16) << 8) | (cpu % 16));

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(CpuCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CpuCount, 512);
        ArgumentOutOfRangeException.ThrowIfLessThan(SpiCount, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SpiCount, 960);
        ArgumentOutOfRangeException.ThrowIfNotEqual(SpiCount % 32, 0, nameof(SpiCount));
        ArgumentOutOfRangeException.ThrowIfLessThan(PriorityBits, 5);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PriorityBits, 8);
        if (Affinities is { } affinities && (affinities.Count != CpuCount || HasDuplicates(affinities)))
        {
            throw new ArgumentException($"{nameof(Affinities)} must name {CpuCount} different values, one for each CPU", nameof(Affinities));
        }
    }

    private static bool HasDuplicates(IReadOnlyList<uint> values)
    {
        for (int index = 1; index < values.Count; index++)
        {
            for (int other = 0; other < index; other++)
            {
                if (values[index] == values[other])
                {
                    return true;
                }
            }
        }

        return false;
    }
}
