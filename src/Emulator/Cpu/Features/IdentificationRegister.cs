namespace Emulator.Cpu.Features;

/// <summary>The identification registers of AArch64, ID_AA64xxx_EL1, by the middle of their names. A member's value is <c>CRm &lt;&lt; 3 | op2</c> of its encoding.</summary>
internal enum IdentificationRegister
{
    Pfr0 = (4 << 3) | 0,
    Pfr1 = (4 << 3) | 1,
    Dfr0 = (5 << 3) | 0,
    Dfr1 = (5 << 3) | 1,
    Afr0 = (5 << 3) | 4,
    Afr1 = (5 << 3) | 5,
    Isar0 = (6 << 3) | 0,
    Isar1 = (6 << 3) | 1,
    Isar2 = (6 << 3) | 2,
    Mmfr0 = (7 << 3) | 0,
    Mmfr1 = (7 << 3) | 1,
    Mmfr2 = (7 << 3) | 2,
}
