using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>
/// IMPLEMENTATION DEFINED registers that Cortex-A53, A57 and A72 share. They switch features that change no result, or record errors of a cache that
/// is not there: they read as zero and ignore writes, as on QEMU.
/// </summary>
internal static partial class SystemRegisterTable
{
    private static IEnumerable<SystemRegister> Cortex() =>
    [
        CortexRegister("L2CTLR_EL1", 11, 0, 2, p => (ulong)(p.Group.Count - 1) << 24),
        CortexRegister("L2ECTLR_EL1", 11, 0, 3),
        CortexRegister("L2ACTLR_EL1", 15, 0, 0),
        CortexRegister("CPUACTLR_EL1", 15, 2, 0),
        CortexRegister("CPUECTLR_EL1", 15, 2, 1),
        CortexRegister("CPUMERRSR_EL1", 15, 2, 2),
        CortexRegister("L2MERRSR_EL1", 15, 2, 3),
        new("CBAR_EL1", 3, 1, 15, 3, 0, 1, RegisterAccess.ReadOnly) { Exists = m => m.HasCortexRegisters, Read = p => p.PeripheralBase },
    ];

    private static SystemRegister CortexRegister(string name, int crn, int crm, int op2, Func<Processor, ulong>? read = null) =>
        new(name, 3, 1, crn, crm, op2, 1) { Exists = m => m.HasCortexRegisters, Writable = 0, Read = read };
}
