namespace Emulator.InteropTests.Cpu;

/// <summary>What the guest <c>sysregs</c> is told to look at.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="HighestLevel">The exception level out of reset.</param>
/// <param name="Level">The exception level to look from.</param>
/// <param name="Mode">What to do.</param>
internal sealed record SystemRegisterScenario(string Name, int HighestLevel, int Level, SystemRegisterMode Mode)
{
    /// <summary>The CPU.</summary>
    public string Cpu { get; init; } = "cortex-a57";

    /// <summary>SCR_EL3.</summary>
    public ulong Scr { get; init; } = 0x531;

    /// <summary>CPTR_EL3.</summary>
    public ulong Cptr3 { get; init; }

    /// <summary>MDCR_EL3.</summary>
    public ulong Mdcr3 { get; init; }

    /// <summary>HCR_EL2.</summary>
    public ulong Hcr { get; init; } = 0x8000_0000;

    /// <summary>CPTR_EL2.</summary>
    public ulong Cptr2 { get; init; } = 0x33ff;

    /// <summary>MDCR_EL2.</summary>
    public ulong Mdcr2 { get; init; } = 6;

    /// <summary>SCTLR_EL1.</summary>
    public ulong Sctlr { get; init; } = 0xc5_0838;

    /// <summary>CPACR_EL1.</summary>
    public ulong Cpacr { get; init; } = 0x30_0000;

    /// <summary>MDSCR_EL1.</summary>
    public ulong Mdscr { get; init; }

    /// <summary>PMUSERENR_EL0.</summary>
    public ulong Pmuserenr { get; init; }

    /// <summary>The parameters in the order in which the guest has them.</summary>
    public IReadOnlyList<ulong> Parameters => [(ulong)Level, (ulong)Mode, Scr, Cptr3, Mdcr3, Hcr, Cptr2, Mdcr2, Sctlr, Cpacr, Mdscr, Pmuserenr];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, EL{Level} of {HighestLevel}, {Mode}, {Cpu}";
}
