using Emulator.Cpu.Features;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Registers and system instructions that optional features have brought.</summary>
internal static partial class SystemRegisterTable
{
    private static IEnumerable<SystemRegister> Extensions() =>
        [.. PointerKeys(), .. LimitedOrdering(), .. ErrorRegisters(), .. ProcessStateExtensions(), .. RandomNumbers(), .. PredictionRestrictions(), .. PersistentMemory()];

    private static IEnumerable<SystemRegister> PointerKeys()
    {
        string[] keys = ["APIA", "APIB", "APDA", "APDB", "APGA"];
        for (int i = 0; i < keys.Length; i++)
        {
            SystemRegisterSlot slot = SystemRegisterSlot.ApiaKeyLoEl1 + (2 * i);
            yield return Key($"{keys[i]}KeyLo_EL1", i, 0, slot);
            yield return Key($"{keys[i]}KeyHi_EL1", i, 1, slot + 1);
        }

        static SystemRegister Key(string name, int key, int half, SystemRegisterSlot slot) => new(name, 3, 0, 2, 1 + (key >> 1), ((key & 1) << 1) | half, 1)
        {
            Feature = CpuFeature.PAuth, Slot = slot, Traps = SystemRegisterTraps.PointerKeys, Effects = SystemRegisterEffects.PointerKeys,
        };
    }

    // No LORegions are there: LORID_EL1 says so, and the others are RAZ/WI (Arm ARM D13.2.75).
    private static IEnumerable<SystemRegister> LimitedOrdering() =>
    [
        Lor("LORSA_EL1", 0, RegisterAccess.ReadWrite),
        Lor("LOREA_EL1", 1, RegisterAccess.ReadWrite),
        Lor("LORN_EL1", 2, RegisterAccess.ReadWrite),
        Lor("LORC_EL1", 3, RegisterAccess.ReadWrite),
        Lor("LORID_EL1", 7, RegisterAccess.ReadOnly),
    ];

    private static SystemRegister Lor(string name, int op2, RegisterAccess access) => new(name, 3, 0, 10, 4, op2, 1, access)
    {
        Feature = CpuFeature.Lor, Writable = 0, Traps = SystemRegisterTraps.LimitedOrdering,
    };

    // There are no error records, so that ERRSELR_EL1 and ERX*_EL1 are UNDEFINED, as on QEMU.
    private static IEnumerable<SystemRegister> ErrorRegisters() =>
    [
        new("ERRIDR_EL1", 3, 0, 5, 3, 0, 1, RegisterAccess.ReadOnly) { Feature = CpuFeature.Ras, Traps = SystemRegisterTraps.ErrorRecords },
        new("DISR_EL1", 3, 0, 12, 1, 1, 1) { Feature = CpuFeature.Ras, Read = p => p.DeferredError, Write = (p, value) => p.DeferredError = value },
        new("VDISR_EL2", 3, 4, 12, 1, 1, 2) { Feature = CpuFeature.Ras, Slot = SystemRegisterSlot.VdisrEl2, Writable = Processor.DeferredErrorBits },
        new("VSESR_EL2", 3, 4, 5, 2, 3, 2) { Feature = CpuFeature.Ras, Slot = SystemRegisterSlot.VsesrEl2, Writable = 0x1ff_ffff },
    ];

    private static unsafe IEnumerable<SystemRegister> ProcessStateExtensions() =>
    [
        new("DIT", 3, 3, 4, 2, 5, 0)
        {
            Feature = CpuFeature.Dit, Read = p => p.State->SpeculationControls & Processor.DataIndependentTimingBit,
            Write = (p, value) => p.SetSpeculationControl(Processor.DataIndependentTimingBit, value),
        },
        new("SSBS", 3, 3, 4, 2, 6, 0)
        {
            Feature = CpuFeature.Ssbs2, Read = p => p.State->SpeculationControls & Processor.SpeculativeStoreBypassBit,
            Write = (p, value) => p.SetSpeculationControl(Processor.SpeculativeStoreBypassBit, value),
        },
    ];

    private static IEnumerable<SystemRegister> RandomNumbers() =>
    [
        new("RNDR", 3, 3, 2, 4, 0, 0, RegisterAccess.ReadOnly) { Feature = CpuFeature.Rng, Read = p => p.ReadRandomNumber() },
        new("RNDRRS", 3, 3, 2, 4, 1, 0, RegisterAccess.ReadOnly) { Feature = CpuFeature.Rng, Read = p => p.ReadRandomNumber() },
    ];

    // Nothing is predicted, so that there is nothing to forget.
    private static IEnumerable<SystemRegister> PredictionRestrictions() =>
    [
        Restriction("CFP RCTX", 4),
        Restriction("DVP RCTX", 5),
        Restriction("CPP RCTX", 7),
    ];

    private static SystemRegister Restriction(string name, int op2) => new(name, 1, 3, 7, 3, op2, 0, RegisterAccess.WriteOnly)
    {
        Feature = CpuFeature.SpecRes, Execute = (_, _) => true, Traps = SystemRegisterTraps.PredictionRestriction,
    };

    private static IEnumerable<SystemRegister> PersistentMemory() =>
    [
        CleanToPersistence("DC CVAP", 12, CpuFeature.Dpb),
        CleanToPersistence("DC CVADP", 13, CpuFeature.Dpb2),
    ];

    private static SystemRegister CleanToPersistence(string name, int crm, CpuFeature feature) => new(name, 1, 3, 7, crm, 1, 0, RegisterAccess.WriteOnly)
    {
        Feature = feature, Execute = (p, address) => p.MaintainCache(address, invalidates: false), Traps = SystemRegisterTraps.PointOfCoherency,
    };
}
