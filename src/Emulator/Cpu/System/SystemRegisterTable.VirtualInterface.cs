using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>
/// The hypervisor's registers of the GIC's virtual interface (ICH_*), four list registers, as storage: boot code of EL2 writes them. The GIC gives no virtual
/// interrupts yet, and turning the interface on is reported.
/// </summary>
internal static partial class SystemRegisterTable
{
    private const int ListRegisters = 4;

    private static IEnumerable<SystemRegister> VirtualInterface()
    {
        yield return Interface("ICH_AP0R0_EL2", 8, 0, SystemRegisterSlot.IchAp0r0El2, uint.MaxValue);
        yield return Interface("ICH_AP1R0_EL2", 9, 0, SystemRegisterSlot.IchAp1r0El2, uint.MaxValue);
        yield return new("ICH_HCR_EL2", 3, 4, 12, 11, 0, 2)
        {
            Exists = m => m.HasGicRegisters, Slot = SystemRegisterSlot.IchHcrEl2, Write = (p, value) => p.WriteVirtualInterfaceControl(value),
        };
        yield return Fixed("ICH_VTR_EL2", 1, 0x90b8_0000 | (ListRegisters - 1));
        yield return Fixed("ICH_MISR_EL2", 2, 0);
        yield return Fixed("ICH_EISR_EL2", 3, 0);
        yield return Fixed("ICH_ELRSR_EL2", 5, (1 << ListRegisters) - 1);
        yield return new("ICH_VMCR_EL2", 3, 4, 12, 11, 7, 2)
        {
            Exists = m => m.HasGicRegisters, Slot = SystemRegisterSlot.IchVmcrEl2, Writable = 0xfffc_021b, Reset = _ => 0x4c_0008,
        };
        for (int n = 0; n < ListRegisters; n++)
        {
            yield return Interface($"ICH_LR{n}_EL2", 12, n, SystemRegisterSlot.IchLrEl2 + n, 0xf0ff_03ff_ffff_ffff);
        }
    }

    private static SystemRegister Interface(string name, int crm, int op2, SystemRegisterSlot slot, ulong writable) =>
        new(name, 3, 4, 12, crm, op2, 2) { Exists = m => m.HasGicRegisters, Slot = slot, Writable = writable };

    private static SystemRegister Fixed(string name, int op2, ulong value) =>
        new(name, 3, 4, 12, 11, op2, 2, RegisterAccess.ReadOnly) { Exists = m => m.HasGicRegisters, Reset = _ => value };
}
