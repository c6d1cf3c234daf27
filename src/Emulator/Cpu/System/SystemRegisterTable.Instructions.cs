using Emulator.Cpu.Features;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>System instructions: SYS and SYSL with op0 = 1. Caches are not modelled, so cache maintenance checks what it must and does nothing.</summary>
internal static partial class SystemRegisterTable
{
    private static IEnumerable<SystemRegister> Instructions() => [.. CacheInstructions(), .. AddressTranslation(), .. TlbInstructions()];

    private static IEnumerable<SystemRegister> CacheInstructions() =>
    [
        // Stores to code take effect at the next instruction, so that the instruction cache needs no help.
        Nothing("IC IALLUIS", 0, 7, 1, 0, 1, SystemRegisterTraps.PointOfUnification),
        Nothing("IC IALLU", 0, 7, 5, 0, 1, SystemRegisterTraps.PointOfUnification),
        ByAddress("IC IVAU", 3, 7, 5, 1, 0, SystemRegisterTraps.PointOfUnification),
        ByAddress("DC IVAC", 0, 7, 6, 1, 1, SystemRegisterTraps.PointOfCoherency, invalidates: true),
        Nothing("DC ISW", 0, 7, 6, 2, 1, SystemRegisterTraps.SetWay),
        Nothing("DC CSW", 0, 7, 10, 2, 1, SystemRegisterTraps.SetWay),
        Nothing("DC CISW", 0, 7, 14, 2, 1, SystemRegisterTraps.SetWay),
        Operation("DC ZVA", 3, 7, 4, 1, 0, (p, value) => p.ZeroBlock(value), SystemRegisterTraps.ZeroCacheLine),
        ByAddress("DC CVAC", 3, 7, 10, 1, 0, SystemRegisterTraps.PointOfCoherency),
        ByAddress("DC CVAU", 3, 7, 11, 1, 0, SystemRegisterTraps.PointOfUnification),
        ByAddress("DC CIVAC", 3, 7, 14, 1, 0, SystemRegisterTraps.PointOfCoherency),
    ];

    private static IEnumerable<SystemRegister> AddressTranslation() =>
    [
        AddressTranslate("AT S1E1R", 0, 0, 1, 1, AccessKind.Read),
        AddressTranslate("AT S1E1W", 0, 1, 1, 1, AccessKind.Write),
        AddressTranslate("AT S1E0R", 0, 2, 1, 0, AccessKind.Read),
        AddressTranslate("AT S1E0W", 0, 3, 1, 0, AccessKind.Write),
        AddressTranslate("AT S1E1RP", 0, 0, 1, 1, AccessKind.Read, checksPan: true),
        AddressTranslate("AT S1E1WP", 0, 1, 1, 1, AccessKind.Write, checksPan: true),
        AddressTranslate("AT S1E2R", 4, 0, 2, 2, AccessKind.Read),
        AddressTranslate("AT S1E2W", 4, 1, 2, 2, AccessKind.Write),
        AddressTranslate("AT S12E1R", 4, 4, 1, 1, AccessKind.Read),
        AddressTranslate("AT S12E1W", 4, 5, 1, 1, AccessKind.Write),
        AddressTranslate("AT S12E0R", 4, 6, 1, 0, AccessKind.Read),
        AddressTranslate("AT S12E0W", 4, 7, 1, 0, AccessKind.Write),
        AddressTranslate("AT S1E3R", 6, 0, 3, 3, AccessKind.Read),
        AddressTranslate("AT S1E3W", 6, 1, 3, 3, AccessKind.Write),
    ];

    private static IEnumerable<SystemRegister> TlbInstructions()
    {
        foreach ((int crm, string suffix, bool broadcast) in new[] { (3, "IS", true), (7, "", false) })
        {
            yield return Tlbi("VMALLE1" + suffix, 0, crm, 0, 1, TlbScope.VirtualMachine, 1, broadcast);
            yield return Tlbi("VAE1" + suffix, 0, crm, 1, 1, TlbScope.Page, 1, broadcast);
            yield return Tlbi("ASIDE1" + suffix, 0, crm, 2, 1, TlbScope.AddressSpace, 1, broadcast);
            yield return Tlbi("VAAE1" + suffix, 0, crm, 3, 1, TlbScope.Page, 1, broadcast);
            yield return Tlbi("VALE1" + suffix, 0, crm, 5, 1, TlbScope.Page, 1, broadcast);
            yield return Tlbi("VAALE1" + suffix, 0, crm, 7, 1, TlbScope.Page, 1, broadcast);
            yield return Tlbi("ALLE2" + suffix, 4, crm, 0, 2, TlbScope.Regime, 2, broadcast);
            yield return Tlbi("VAE2" + suffix, 4, crm, 1, 2, TlbScope.Page, 2, broadcast);
            yield return Tlbi("ALLE1" + suffix, 4, crm, 4, 2, TlbScope.Regime, 1, broadcast);
            yield return Tlbi("VALE2" + suffix, 4, crm, 5, 2, TlbScope.Page, 2, broadcast);
            yield return Tlbi("VMALLS12E1" + suffix, 4, crm, 6, 2, TlbScope.VirtualMachine, 1, broadcast);
            yield return Tlbi("ALLE3" + suffix, 6, crm, 0, 3, TlbScope.Regime, 3, broadcast);
            yield return Tlbi("VAE3" + suffix, 6, crm, 1, 3, TlbScope.Page, 3, broadcast);
            yield return Tlbi("VALE3" + suffix, 6, crm, 5, 3, TlbScope.Page, 3, broadcast);
        }

        // Cached translations hold stage 1 and 2 combined, so that an intermediate address names none of them: all of the virtual machine go.
        yield return Tlbi("IPAS2E1IS", 4, 0, 1, 2, TlbScope.VirtualMachine, 1, broadcast: true);
        yield return Tlbi("IPAS2LE1IS", 4, 0, 5, 2, TlbScope.VirtualMachine, 1, broadcast: true);
        yield return Tlbi("IPAS2E1", 4, 4, 1, 2, TlbScope.VirtualMachine, 1, broadcast: false);
        yield return Tlbi("IPAS2LE1", 4, 4, 5, 2, TlbScope.VirtualMachine, 1, broadcast: false);
    }

    private static SystemRegister Operation(string name, int op1, int crn, int crm, int op2, int level, Func<Processor, ulong, bool> execute, SystemRegisterTraps traps) =>
        new(name, 1, op1, crn, crm, op2, level, RegisterAccess.WriteOnly) { Execute = execute, Traps = traps };

    private static SystemRegister Nothing(string name, int op1, int crn, int crm, int op2, int level, SystemRegisterTraps traps) =>
        Operation(name, op1, crn, crm, op2, level, (_, _) => true, traps);

    private static SystemRegister ByAddress(string name, int op1, int crn, int crm, int op2, int level, SystemRegisterTraps traps, bool invalidates = false) =>
        Operation(name, op1, crn, crm, op2, level, (p, address) => p.MaintainCache(address, invalidates), traps);

    private static SystemRegister AddressTranslate(string name, int op1, int op2, int regime, int level, AccessKind kind, bool checksPan = false) =>
        new(name, 1, op1, 7, checksPan ? 9 : 8, op2, op1 == 4 ? 2 : regime, RegisterAccess.WriteOnly)
        {
            Feature = checksPan ? CpuFeature.Pan2 : CpuFeature.Base,
            Execute = (p, address) => p.TranslateAddress(address, regime, privileged: level != 0, kind, throughStage2: op1 == 4 && op2 >= 4, checksPan && p.HasPan),
        };

    // What follows is fetched anew, since branches inside a page do not ask where it is.
    private static SystemRegister Tlbi(string name, int op1, int crm, int op2, int level, TlbScope scope, int regime, bool broadcast) =>
        new("TLBI " + name, 1, op1, 8, crm, op2, level, RegisterAccess.WriteOnly)
        {
            Traps = level == 1 ? SystemRegisterTraps.Tlb : SystemRegisterTraps.None,
            Effects = SystemRegisterEffects.Context,
            Execute = (p, value) => p.InvalidateTlb(scope, regime, value, broadcast, isOfEl1: level == 1),
        };
}
