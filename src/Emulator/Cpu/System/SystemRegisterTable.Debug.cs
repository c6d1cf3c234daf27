using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Debug registers (op0 = 2).</summary>
internal static partial class SystemRegisterTable
{
    // ID_AA64DFR0_EL1: six breakpoints, four watchpoints.
    private const int Breakpoints = 6;
    private const int Watchpoints = 4;

    private const SystemRegisterTraps DebugTrap = SystemRegisterTraps.Debug;

    private static IEnumerable<SystemRegister> Debug()
    {
        yield return new("OSDTRRX_EL1", 2, 0, 0, 0, 2, 1) { Slot = SystemRegisterSlot.OsdtrrxEl1, Writable = uint.MaxValue, Traps = DebugTrap };
        yield return new("MDCCINT_EL1", 2, 0, 0, 2, 0, 1) { Slot = SystemRegisterSlot.MdccintEl1, Writable = 3UL << 29, Traps = DebugTrap };
        yield return new("MDSCR_EL1", 2, 0, 0, 2, 2, 1)
        {
            Slot = SystemRegisterSlot.MdscrEl1, Writable = DebugControl.Writable, Traps = DebugTrap, Effects = SystemRegisterEffects.Context,
        };
        yield return new("OSDTRTX_EL1", 2, 0, 0, 3, 2, 1) { Slot = SystemRegisterSlot.OsdtrtxEl1, Writable = uint.MaxValue, Traps = DebugTrap };
        yield return new("OSECCR_EL1", 2, 0, 0, 6, 2, 1) { Slot = SystemRegisterSlot.OseccrEl1, Writable = uint.MaxValue, Traps = DebugTrap };
        yield return new("MDRAR_EL1", 2, 0, 1, 0, 0, 1, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.DebugRom };
        yield return new("OSLAR_EL1", 2, 0, 1, 0, 4, 1, RegisterAccess.WriteOnly)
        {
            Traps = SystemRegisterTraps.DebugOsLock, Write = (p, value) => p.SetOsLock((value & 1) != 0), Effects = SystemRegisterEffects.Context,
        };
        yield return new("OSLSR_EL1", 2, 0, 1, 1, 4, 1, RegisterAccess.ReadOnly)
        {
            Slot = SystemRegisterSlot.OslsrEl1, Traps = SystemRegisterTraps.DebugOsLock, Reset = _ => DebugControl.OsLockImplemented | DebugControl.OsLock,
        };
        yield return new("OSDLR_EL1", 2, 0, 1, 3, 4, 1) { Slot = SystemRegisterSlot.OsdlrEl1, Writable = 1, Traps = SystemRegisterTraps.DebugOsLock, Effects = SystemRegisterEffects.Context };
        yield return new("DBGPRCR_EL1", 2, 0, 1, 4, 4, 1) { Slot = SystemRegisterSlot.DbgprcrEl1, Writable = 1, Traps = SystemRegisterTraps.DebugOsLock };
        yield return new("DBGCLAIMSET_EL1", 2, 0, 7, 8, 6, 1)
        {
            Slot = SystemRegisterSlot.DbgclaimEl1, Traps = DebugTrap, Read = _ => 0xff,
            Write = (p, value) => p.Register(SystemRegisterSlot.DbgclaimEl1) |= value & 0xff,
        };
        yield return new("DBGCLAIMCLR_EL1", 2, 0, 7, 9, 6, 1)
        {
            Slot = SystemRegisterSlot.DbgclaimEl1, Traps = DebugTrap,
            Write = (p, value) => p.Register(SystemRegisterSlot.DbgclaimEl1) &= ~value,
        };
        yield return new("DBGAUTHSTATUS_EL1", 2, 0, 7, 14, 6, 1, RegisterAccess.ReadOnly) { Traps = DebugTrap, Reset = _ => 0xaa };
        yield return new("MDCCSR_EL0", 2, 3, 0, 1, 0, 0, RegisterAccess.ReadOnly) { Traps = SystemRegisterTraps.DebugChannel };
        yield return new("DBGDTR_EL0", 2, 3, 0, 4, 0, 0) { Traps = SystemRegisterTraps.DebugChannel, Writable = 0 };
        yield return new("DBGDTRRX_EL0", 2, 3, 0, 5, 0, 0) { Traps = SystemRegisterTraps.DebugChannel, Writable = 0 };
        yield return new("DBGVCR32_EL2", 2, 4, 0, 7, 0, 2) { Slot = SystemRegisterSlot.Dbgvcr32El2, Writable = uint.MaxValue, Traps = DebugTrap };
        for (int n = 0; n < Breakpoints; n++)
        {
            yield return new($"DBGBVR{n}_EL1", 2, 0, 0, n, 4, 1) { Slot = SystemRegisterSlot.DbgbvrEl1 + n, Traps = DebugTrap };
            yield return new($"DBGBCR{n}_EL1", 2, 0, 0, n, 5, 1) { Slot = SystemRegisterSlot.DbgbcrEl1 + n, Writable = 0xff_e1e7, Traps = DebugTrap, Effects = SystemRegisterEffects.Context };
        }

        for (int n = 0; n < Watchpoints; n++)
        {
            yield return new($"DBGWVR{n}_EL1", 2, 0, 0, n, 6, 1) { Slot = SystemRegisterSlot.DbgwvrEl1 + n, Writable = ~3UL, Traps = DebugTrap };
            yield return new($"DBGWCR{n}_EL1", 2, 0, 0, n, 7, 1) { Slot = SystemRegisterSlot.DbgwcrEl1 + n, Writable = 0x1f1f_ffff, Traps = DebugTrap, Effects = SystemRegisterEffects.Context };
        }
    }
}
