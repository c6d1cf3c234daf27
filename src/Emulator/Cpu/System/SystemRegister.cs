using Emulator.Cpu.Features;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>
/// One declaration of <see cref="SystemRegisterTable"/>: a register reached by MRS and MSR, or an operation reached by SYS and SYSL, which are the same but for
/// op0 being 1. Who may access it and what traps it is data; behaviour, where there is any, stands beside.
/// </summary>
internal sealed class SystemRegister
{
    /// <summary>A level that no CPU is at.</summary>
    private const int Never = 4;

    /// <summary>Declares a register.</summary>
    /// <param name="name">Its name in the Arm ARM or in the core's reference manual.</param>
    /// <param name="op0">op0, 1 to 3.</param>
    /// <param name="op1">op1.</param>
    /// <param name="crn">CRn.</param>
    /// <param name="crm">CRm.</param>
    /// <param name="op2">op2.</param>
    /// <param name="level">The lowest exception level that may access it.</param>
    /// <param name="access">How.</param>
    public SystemRegister(string name, int op0, int op1, int crn, int crm, int op2, int level, RegisterAccess access = RegisterAccess.ReadWrite)
    {
        Name = name;
        Encoding = SystemRegisterAccess.Encode(op0, op1, crn, crm, op2);
        Level = level;
        ReadLevel = access == RegisterAccess.WriteOnly ? Never : level;
        WriteLevel = access == RegisterAccess.ReadOnly ? Never : level;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its encoding, see <see cref="SystemRegisterAccess.Encode"/>.</summary>
    public ushort Encoding { get; }

    /// <summary>The lowest level that may access it at all.</summary>
    public int Level { get; }

    /// <summary>The lowest level that may read it, 4 when none may.</summary>
    public int ReadLevel { get; }

    /// <summary>The lowest level that may write it, 4 when none may.</summary>
    public int WriteLevel { get; init; }

    /// <summary>What traps accesses.</summary>
    public SystemRegisterTraps Traps { get; init; }

    /// <summary>What a write changes besides the register.</summary>
    public SystemRegisterEffects Effects { get; init; }

    /// <summary>Where it is stored.</summary>
    public SystemRegisterSlot Slot { get; init; }

    /// <summary>Bits that a write changes; the others keep their value.</summary>
    public ulong Writable { get; init; } = ulong.MaxValue;

    /// <summary>Bits that only CPUs with a feature have, besides <see cref="Writable"/>.</summary>
    public IReadOnlyList<(CpuFeature Feature, ulong Bits)> WritableWith { get; init; } = [];

    /// <summary>The value after reset, also that of a register that is stored nowhere.</summary>
    public Func<CpuModel, ulong>? Reset { get; init; }

    /// <summary>Reads it, where it is not just its slot.</summary>
    public Func<Processor, ulong>? Read { get; init; }

    /// <summary>Writes it, where that is not just its slot.</summary>
    public Action<Processor, ulong>? Write { get; init; }

    /// <summary>Executes an operation that may take an exception: false when it has.</summary>
    public Func<Processor, ulong, bool>? Execute { get; init; }

    /// <summary>The feature that brings it.</summary>
    public CpuFeature Feature { get; init; }

    /// <summary>Which CPUs have it, where that does not depend on <see cref="Feature"/> alone.</summary>
    public Func<CpuModel, bool>? Exists { get; init; }

    /// <summary>Whether a CPU has it.</summary>
    public bool IsOn(CpuModel model) => model.Has(Feature) && (Exists?.Invoke(model) ?? true);

    /// <summary>True when EL2 of a host (HCR_EL2.E2H) reaches EL2's register by this name, and this one by the same with _EL12 (FEAT_VHE).</summary>
    public bool HasHostTwin { get; init; }

    /// <summary>True for the names that are there only while HCR_EL2.E2H is set.</summary>
    public bool NeedsHost { get; private init; }

    /// <summary>The bits that a write changes on a CPU.</summary>
    public ulong WritableOn(CpuModel model)
    {
        ulong writable = Writable;
        foreach ((CpuFeature feature, ulong bits) in WritableWith)
        {
            writable |= model.Has(feature) ? bits : 0;
        }

        return writable;
    }

    /// <summary>The same register of EL1 by the name that EL2 of a host has for it.</summary>
    public SystemRegister AsEl12()
    {
        int encoding = Encoding;
        return new SystemRegister(Name + "2", encoding >> 14, 5, (encoding >> 7) & 15, (encoding >> 3) & 15, encoding & 7, 2)
        {
            Feature = CpuFeature.Vhe,
            NeedsHost = true,
            Slot = Slot,
            Traps = Traps,
            Writable = Writable,
            WritableWith = WritableWith,
            Effects = Effects,
            Read = Read,
            Write = Write,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
