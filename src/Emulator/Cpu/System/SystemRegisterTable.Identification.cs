using Emulator.Cpu.Features;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Identification registers.</summary>
internal static partial class SystemRegisterTable
{
    private static IEnumerable<SystemRegister> Identification()
    {
        yield return new("MIDR_EL1", 3, 0, 0, 0, 0, 1, RegisterAccess.ReadOnly) { Read = p => p.MainId };
        yield return new("MPIDR_EL1", 3, 0, 0, 0, 5, 1, RegisterAccess.ReadOnly) { Read = p => p.MultiprocessorId };
        yield return Constant("REVIDR_EL1", 0, 0, 6, SystemRegisterTraps.Id1, _ => 0);
        yield return new("AIDR_EL1", 3, 1, 0, 0, 7, 1, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.Id1 };

        yield return new("CCSIDR_EL1", 3, 1, 0, 0, 0, 1, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.Id2, Read = p => p.SelectedCache };
        yield return new("CLIDR_EL1", 3, 1, 0, 0, 1, 1, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.Id2, Reset = m => m.CacheLevels };
        yield return new("CSSELR_EL1", 3, 2, 0, 0, 0, 1) { Traps = SystemRegisterTraps.Id2, Slot = SystemRegisterSlot.CsselrEl1, Writable = 0xf };
        yield return new("CTR_EL0", 3, 3, 0, 0, 1, 0, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.Id2, Reset = m => m.CacheType };
        yield return new("DCZID_EL0", 3, 3, 0, 0, 7, 0, RegisterAccess.ReadOnly) { Read = p => p.ZeroBlockId };

        // What AArch32 has, though no level executes it: software that prints or compares features reads them (Arm ARM D13.2, "UNKNOWN" without AArch32).
        yield return Feature("ID_PFR0_EL1", 1, 0, _ => 0x0000_0131);
        yield return Feature("ID_PFR1_EL1", 1, 1, m => 0x0001_0001UL | (m.HasEl3 ? 0x10UL : 0) | (m.HasEl2 ? 0x1000UL : 0) | (m.HasGicRegisters ? 1UL << 28 : 0));
        yield return Feature("ID_DFR0_EL1", 1, 2, m => 0x0301_0006UL | (m.HasEl3 ? 0x60UL : 0));
        yield return Feature("ID_AFR0_EL1", 1, 3, _ => 0);
        yield return Feature("ID_MMFR0_EL1", 1, 4, m => m.AArch32MemoryFeatures0);
        yield return Feature("ID_MMFR1_EL1", 1, 5, _ => 0x4000_0000);
        yield return Feature("ID_MMFR2_EL1", 1, 6, _ => 0x0126_0000);
        yield return Feature("ID_MMFR3_EL1", 1, 7, _ => 0x0210_2211);
        yield return Feature("ID_ISAR0_EL1", 2, 0, _ => 0x0210_1110);
        yield return Feature("ID_ISAR1_EL1", 2, 1, _ => 0x1311_2111);
        yield return Feature("ID_ISAR2_EL1", 2, 2, _ => 0x2123_2042);
        yield return Feature("ID_ISAR3_EL1", 2, 3, _ => 0x0111_2131);
        yield return Feature("ID_ISAR4_EL1", 2, 4, _ => 0x0001_1142);
        yield return Feature("ID_ISAR5_EL1", 2, 5, _ => 0x0001_1121);
        yield return Feature("ID_MMFR4_EL1", 2, 6, _ => 0);
        yield return Feature("ID_ISAR6_EL1", 2, 7, _ => 0);
        yield return Feature("MVFR0_EL1", 3, 0, _ => 0x1011_0222);
        yield return Feature("MVFR1_EL1", 3, 1, _ => 0x1211_1111);
        yield return Feature("MVFR2_EL1", 3, 2, _ => 0x0000_0043);

        foreach (IdentificationRegister register in Enum.GetValues<IdentificationRegister>())
        {
            yield return Feature($"ID_AA64{register.ToString().ToUpperInvariant()}_EL1", (int)register >> 3, (int)register & 7, m => IdentificationFields.ValueOf(register, m));
        }

        // The rest of CRm 1 to 7 is reserved for features to come and reads as zero (Arm ARM D12.3.1).
        for (int crm = 1; crm <= 7; crm++)
        {
            for (int op2 = 0; op2 <= 7; op2++)
            {
                if (!IsNamedFeature(crm, op2))
                {
                    yield return Feature($"S3_0_C0_C{crm}_{op2}", crm, op2, _ => 0);
                }
            }
        }
    }

    private static bool IsNamedFeature(int crm, int op2) => crm switch
    {
        1 or 2 => true,
        3 => op2 <= 2,
        _ => Enum.IsDefined((IdentificationRegister)((crm << 3) | op2)),
    };

    private static SystemRegister Feature(string name, int crm, int op2, Func<CpuModel, ulong> value) =>
        Constant(name, crm, 0, op2, SystemRegisterTraps.Id3, value);

    private static SystemRegister Constant(string name, int crm, int op1, int op2, SystemRegisterTraps traps, Func<CpuModel, ulong> value) =>
        new(name, 3, op1, 0, crm, op2, 1, RegisterAccess.ReadOnly) { Traps = traps, Reset = value };
}
