using Emulator.Cpu.Features;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Control, translation, exception and special-purpose registers.</summary>
internal static partial class SystemRegisterTable
{
    private const SystemRegisterTraps VirtualMemory = SystemRegisterTraps.VirtualMemory;
    private const SystemRegisterEffects Translations = SystemRegisterEffects.Context | SystemRegisterEffects.Translations;

    // TCR_EL1 of ARMv8.0; AS to T0SZ.
    private const ulong TranslationControl = 0x7f_ffff_ffff & ~(1UL << 6);

    // HA, HD; HPD0, HPD1; TBID0, TBID1; E0PD0, E0PD1.
    private static readonly (CpuFeature Feature, ulong Bits)[] TranslationControlBits =
        [(CpuFeature.Hafdbs, 3UL << 39), (CpuFeature.Hpds, 3UL << 41), (CpuFeature.PAuth, TranslationControlFields.TopByteOfDataOnly), (CpuFeature.E0Pd, 3UL << 55)];

    // HA, HD; HPD; TBID, where there is one range of addresses.
    private static readonly (CpuFeature Feature, ulong Bits)[] SingleRangeControlBits = [(CpuFeature.Hafdbs, 3UL << 21), (CpuFeature.Hpds, 1UL << 24), (CpuFeature.PAuth, TranslationControlFields.TopByteOfDataOnlyOneRange)];

    private static IEnumerable<SystemRegister> Control() => [.. ControlEl1(), .. ControlEl2(), .. ControlEl3(), .. SpecialPurpose()];

    private static IEnumerable<SystemRegister> ControlEl1() =>
    [
        new("SCTLR_EL1", 3, 0, 1, 0, 0, 1)
        {
            HasHostTwin = true, WritableWith = SystemControl.El1WritableWith,
            Slot = SystemRegisterSlot.SctlrEl1, Writable = SystemControl.El1Writable, Reset = _ => SystemControl.ResetValue, Traps = VirtualMemory, Effects = Translations,
        },
        new("ACTLR_EL1", 3, 0, 1, 0, 1, 1) { Writable = 0, Traps = SystemRegisterTraps.AuxiliaryControl },
        new("CPACR_EL1", 3, 0, 1, 0, 2, 1)
        {
            HasHostTwin = true,
            Slot = SystemRegisterSlot.CpacrEl1, Writable = 3UL << 20, Traps = SystemRegisterTraps.Cpacr, Effects = SystemRegisterEffects.Context,
        },
        new("TTBR0_EL1", 3, 0, 2, 0, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.Ttbr0El1, Traps = VirtualMemory, Effects = SystemRegisterEffects.Context },
        new("TTBR1_EL1", 3, 0, 2, 0, 1, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.Ttbr1El1, Traps = VirtualMemory, Effects = SystemRegisterEffects.Context },
        new("TCR_EL1", 3, 0, 2, 0, 2, 1)
        {
            HasHostTwin = true, Slot = SystemRegisterSlot.TcrEl1, Writable = TranslationControl, WritableWith = TranslationControlBits, Traps = VirtualMemory, Effects = Translations,
        },
        new("SPSR_EL1", 3, 0, 4, 0, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.SpsrEl1, Writable = uint.MaxValue },
        new("ELR_EL1", 3, 0, 4, 0, 1, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.ElrEl1 },
        new("AFSR0_EL1", 3, 0, 5, 1, 0, 1) { HasHostTwin = true, Writable = 0, Traps = VirtualMemory },
        new("AFSR1_EL1", 3, 0, 5, 1, 1, 1) { HasHostTwin = true, Writable = 0, Traps = VirtualMemory },
        new("ESR_EL1", 3, 0, 5, 2, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.EsrEl1, Writable = uint.MaxValue, Traps = VirtualMemory },
        new("FAR_EL1", 3, 0, 6, 0, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.FarEl1, Traps = VirtualMemory },
        new("PAR_EL1", 3, 0, 7, 4, 0, 1) { Slot = SystemRegisterSlot.ParEl1 },
        new("MAIR_EL1", 3, 0, 10, 2, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.MairEl1, Traps = VirtualMemory, Effects = Translations },
        new("AMAIR_EL1", 3, 0, 10, 3, 0, 1) { HasHostTwin = true, Writable = 0, Traps = VirtualMemory },
        new("VBAR_EL1", 3, 0, 12, 0, 0, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.VbarEl1, Writable = ~0x7ffUL },
        new("RVBAR_EL1", 3, 0, 12, 0, 1, 1, RegisterAccess.ReadOnly) { Exists = m => m.HighestLevel == 1, Read = p => p.ResetAddress },
        new("RMR_EL1", 3, 0, 12, 0, 2, 1) { Exists = m => m.HighestLevel == 1, Writable = 0, Reset = _ => 1, Write = (p, value) => p.RequestWarmReset(value) },
        new("ISR_EL1", 3, 0, 12, 1, 0, 1, RegisterAccess.ReadOnly) { Read = p => p.InterruptStatus },
        new("CONTEXTIDR_EL1", 3, 0, 13, 0, 1, 1) { HasHostTwin = true, Slot = SystemRegisterSlot.ContextidrEl1, Writable = uint.MaxValue, Traps = VirtualMemory },
        new("TPIDR_EL1", 3, 0, 13, 0, 4, 1) { Slot = SystemRegisterSlot.TpidrEl1 },
        new("TPIDR_EL0", 3, 3, 13, 0, 2, 0) { Slot = SystemRegisterSlot.TpidrEl0 },
        new("TPIDRRO_EL0", 3, 3, 13, 0, 3, 0) { Slot = SystemRegisterSlot.TpidrroEl0, WriteLevel = 1 },
    ];

    private static IEnumerable<SystemRegister> ControlEl2() =>
    [
        new("VPIDR_EL2", 3, 4, 0, 0, 0, 2) { Slot = SystemRegisterSlot.VpidrEl2, Writable = uint.MaxValue, Reset = m => m.MainId },
        new("VMPIDR_EL2", 3, 4, 0, 0, 5, 2) { Slot = SystemRegisterSlot.VmpidrEl2 },
        new("SCTLR_EL2", 3, 4, 1, 0, 0, 2)
        {
            WritableWith = [.. SystemControl.El2WritableWith, .. SystemControl.HostWritableWith],
            Slot = SystemRegisterSlot.SctlrEl2, Writable = SystemControl.El2Writable, Effects = Translations,
        },
        new("ACTLR_EL2", 3, 4, 1, 0, 1, 2) { Writable = 0 },
        new("HCR_EL2", 3, 4, 1, 1, 0, 2) { Slot = SystemRegisterSlot.HcrEl2, Write = (p, value) => p.WriteHypervisorConfiguration(value) },
        new("MDCR_EL2", 3, 4, 1, 1, 1, 2) { Slot = SystemRegisterSlot.MdcrEl2, Writable = 0xfff, Reset = m => (ulong)m.EventCounters, Effects = SystemRegisterEffects.Context },
        new("CPTR_EL2", 3, 4, 1, 1, 2, 2)
        {
            Slot = SystemRegisterSlot.CptrEl2, Write = (p, value) => p.WriteCoprocessorTraps(value), Reset = _ => CoprocessorTraps.El2ReadAsOne,
            Traps = SystemRegisterTraps.Cpacr, Effects = SystemRegisterEffects.Context,
        },
        new("HSTR_EL2", 3, 4, 1, 1, 3, 2) { Slot = SystemRegisterSlot.HstrEl2, Writable = uint.MaxValue },
        new("HACR_EL2", 3, 4, 1, 1, 7, 2) { Writable = 0 },
        new("TTBR0_EL2", 3, 4, 2, 0, 0, 2) { Slot = SystemRegisterSlot.Ttbr0El2, Effects = SystemRegisterEffects.Context },
        new("TTBR1_EL2", 3, 4, 2, 0, 1, 2) { Feature = CpuFeature.Vhe, Slot = SystemRegisterSlot.Ttbr1El2, Effects = SystemRegisterEffects.Context },
        new("TCR_EL2", 3, 4, 2, 0, 2, 2)
        {
            Slot = SystemRegisterSlot.TcrEl2, Writable = 0x17_ff3f, WritableWith = [.. SingleRangeControlBits, (CpuFeature.Vhe, TranslationControl), .. TranslationControlBits], Effects = Translations,
        },
        new("VTTBR_EL2", 3, 4, 2, 1, 0, 2) { Slot = SystemRegisterSlot.VttbrEl2, Effects = SystemRegisterEffects.Context },
        new("VTCR_EL2", 3, 4, 2, 1, 2, 2) { Slot = SystemRegisterSlot.VtcrEl2, Writable = 0x8007_ffff, WritableWith = [(CpuFeature.Vmid16, 1UL << 19), (CpuFeature.Hafdbs, 3UL << 21)], Effects = Translations },
        new("DACR32_EL2", 3, 4, 3, 0, 0, 2) { Slot = SystemRegisterSlot.Dacr32El2, Writable = uint.MaxValue },
        new("SPSR_EL2", 3, 4, 4, 0, 0, 2) { Slot = SystemRegisterSlot.SpsrEl2, Writable = uint.MaxValue },
        new("ELR_EL2", 3, 4, 4, 0, 1, 2) { Slot = SystemRegisterSlot.ElrEl2 },
        new("SPSR_irq", 3, 4, 4, 3, 0, 2) { Slot = SystemRegisterSlot.SpsrIrq, Writable = uint.MaxValue },
        new("SPSR_abt", 3, 4, 4, 3, 1, 2) { Slot = SystemRegisterSlot.SpsrAbt, Writable = uint.MaxValue },
        new("SPSR_und", 3, 4, 4, 3, 2, 2) { Slot = SystemRegisterSlot.SpsrUnd, Writable = uint.MaxValue },
        new("SPSR_fiq", 3, 4, 4, 3, 3, 2) { Slot = SystemRegisterSlot.SpsrFiq, Writable = uint.MaxValue },
        new("IFSR32_EL2", 3, 4, 5, 0, 1, 2) { Slot = SystemRegisterSlot.Ifsr32El2, Writable = uint.MaxValue },
        new("AFSR0_EL2", 3, 4, 5, 1, 0, 2) { Writable = 0 },
        new("AFSR1_EL2", 3, 4, 5, 1, 1, 2) { Writable = 0 },
        new("ESR_EL2", 3, 4, 5, 2, 0, 2) { Slot = SystemRegisterSlot.EsrEl2, Writable = uint.MaxValue },
        new("FPEXC32_EL2", 3, 4, 5, 3, 0, 2)
        {
            Slot = SystemRegisterSlot.Fpexc32El2, Writable = 1UL << 30, Traps = SystemRegisterTraps.FloatingPoint,
        },
        new("FAR_EL2", 3, 4, 6, 0, 0, 2) { Slot = SystemRegisterSlot.FarEl2 },
        new("HPFAR_EL2", 3, 4, 6, 0, 4, 2) { Slot = SystemRegisterSlot.HpfarEl2, Writable = 0xff_ffff_fff0 },
        new("MAIR_EL2", 3, 4, 10, 2, 0, 2) { Slot = SystemRegisterSlot.MairEl2, Effects = Translations },
        new("AMAIR_EL2", 3, 4, 10, 3, 0, 2) { Writable = 0 },
        new("VBAR_EL2", 3, 4, 12, 0, 0, 2) { Slot = SystemRegisterSlot.VbarEl2, Writable = ~0x7ffUL },
        new("RVBAR_EL2", 3, 4, 12, 0, 1, 2, RegisterAccess.ReadOnly) { Exists = m => m.HighestLevel == 2, Read = p => p.ResetAddress },
        new("RMR_EL2", 3, 4, 12, 0, 2, 2) { Exists = m => m.HighestLevel == 2, Writable = 0, Reset = _ => 1, Write = (p, value) => p.RequestWarmReset(value) },
        new("CONTEXTIDR_EL2", 3, 4, 13, 0, 1, 2) { Feature = CpuFeature.Vhe, Slot = SystemRegisterSlot.ContextidrEl2, Writable = uint.MaxValue },
        new("TPIDR_EL2", 3, 4, 13, 0, 2, 2) { Slot = SystemRegisterSlot.TpidrEl2 },
    ];

    private static IEnumerable<SystemRegister> ControlEl3() =>
    [
        new("SCTLR_EL3", 3, 6, 1, 0, 0, 3)
        {
            WritableWith = SystemControl.El2WritableWith,
            Slot = SystemRegisterSlot.SctlrEl3, Writable = SystemControl.El2Writable, Reset = _ => SystemControl.ResetValue, Effects = Translations,
        },
        new("ACTLR_EL3", 3, 6, 1, 0, 1, 3) { Writable = 0 },
        new("SCR_EL3", 3, 6, 1, 1, 0, 3)
        {
            WritableWith = SecureConfiguration.WritableWith,
            Slot = SystemRegisterSlot.ScrEl3, Writable = SecureConfiguration.Writable, Reset = _ => SecureConfiguration.ReadAsOne | SecureConfiguration.RegisterWidth,
            Effects = SystemRegisterEffects.Context | SystemRegisterEffects.Interrupts,
        },
        new("SDER32_EL3", 3, 6, 1, 1, 1, 3) { Slot = SystemRegisterSlot.Sder32El3, Writable = 3 },
        new("CPTR_EL3", 3, 6, 1, 1, 2, 3) { Slot = SystemRegisterSlot.CptrEl3, Writable = CoprocessorTraps.Writable, Effects = SystemRegisterEffects.Context },
        new("MDCR_EL3", 3, 6, 1, 3, 1, 3) { Slot = SystemRegisterSlot.MdcrEl3, Writable = 0x3f_ffff, Effects = SystemRegisterEffects.Context },
        new("TTBR0_EL3", 3, 6, 2, 0, 0, 3) { Slot = SystemRegisterSlot.Ttbr0El3, Effects = SystemRegisterEffects.Context },
        new("TCR_EL3", 3, 6, 2, 0, 2, 3) { Slot = SystemRegisterSlot.TcrEl3, Writable = 0x17_ff3f, WritableWith = SingleRangeControlBits, Effects = Translations },
        new("SPSR_EL3", 3, 6, 4, 0, 0, 3) { Slot = SystemRegisterSlot.SpsrEl3, Writable = uint.MaxValue },
        new("ELR_EL3", 3, 6, 4, 0, 1, 3) { Slot = SystemRegisterSlot.ElrEl3 },
        new("AFSR0_EL3", 3, 6, 5, 1, 0, 3) { Writable = 0 },
        new("AFSR1_EL3", 3, 6, 5, 1, 1, 3) { Writable = 0 },
        new("ESR_EL3", 3, 6, 5, 2, 0, 3) { Slot = SystemRegisterSlot.EsrEl3, Writable = uint.MaxValue },
        new("FAR_EL3", 3, 6, 6, 0, 0, 3) { Slot = SystemRegisterSlot.FarEl3 },
        new("MAIR_EL3", 3, 6, 10, 2, 0, 3) { Slot = SystemRegisterSlot.MairEl3, Effects = Translations },
        new("AMAIR_EL3", 3, 6, 10, 3, 0, 3) { Writable = 0 },
        new("VBAR_EL3", 3, 6, 12, 0, 0, 3) { Slot = SystemRegisterSlot.VbarEl3, Writable = ~0x7ffUL },
        new("RVBAR_EL3", 3, 6, 12, 0, 1, 3, RegisterAccess.ReadOnly) { Read = p => p.ResetAddress },
        new("RMR_EL3", 3, 6, 12, 0, 2, 3) { Writable = 0, Reset = _ => 1, Write = (p, value) => p.RequestWarmReset(value) },
        new("TPIDR_EL3", 3, 6, 13, 0, 2, 3) { Slot = SystemRegisterSlot.TpidrEl3 },
    ];

    private static unsafe IEnumerable<SystemRegister> SpecialPurpose() =>
    [
        new("SP_EL0", 3, 0, 4, 1, 0, 1) { Read = p => p.State->StackPointers[0], Write = (p, value) => p.State->StackPointers[0] = value },
        new("SP_EL1", 3, 4, 4, 1, 0, 2) { Read = p => p.State->StackPointers[1], Write = (p, value) => p.State->StackPointers[1] = value },
        new("SP_EL2", 3, 6, 4, 1, 0, 3) { Read = p => p.State->StackPointers[2], Write = (p, value) => p.State->StackPointers[2] = value },
        new("SPSel", 3, 0, 4, 2, 0, 1) { Read = p => (ulong)p.State->StackPointerSelect, Write = (p, value) => p.SelectStackPointer((int)value & 1) },
        new("PAN", 3, 0, 4, 2, 3, 1)
        {
            Feature = CpuFeature.Pan, Read = p => p.HasPan ? 1UL << 22 : 0, Write = (p, value) => p.SetPan((value & (1UL << 22)) != 0),
        },
        new("UAO", 3, 0, 4, 2, 4, 1)
        {
            Feature = CpuFeature.Uao, Read = p => p.HasUao ? 1UL << 23 : 0, Write = (p, value) => p.SetUao((value & (1UL << 23)) != 0),
        },
        new("CurrentEL", 3, 0, 4, 2, 2, 1, RegisterAccess.ReadOnly) { Read = p => (ulong)p.State->ExceptionLevel << 2 },
        new("NZCV", 3, 3, 4, 2, 0, 0) { Read = p => p.State->GetFlags(), Write = (p, value) => p.State->SetFlags((uint)value) },
        new("DAIF", 3, 3, 4, 2, 1, 0)
        {
            Traps = SystemRegisterTraps.InterruptMask, Read = p => p.State->InterruptMask, Write = (p, value) => p.SetInterruptMask((uint)value),
        },
        new("FPCR", 3, 3, 4, 4, 0, 0)
        {
            Traps = SystemRegisterTraps.FloatingPoint, Read = p => p.State->FloatingPointControl, Write = (p, value) => p.State->FloatingPointControl = (uint)value & (p.Model.Has(CpuFeature.Fp16) ? 0x07c8_0000u : 0x07c0_0000),
        },
        new("FPSR", 3, 3, 4, 4, 1, 0)
        {
            Traps = SystemRegisterTraps.FloatingPoint, Read = p => p.State->FloatingPointStatus, Write = (p, value) => p.State->FloatingPointStatus = (uint)value & 0xf800_009f,
        },
    ];
}
