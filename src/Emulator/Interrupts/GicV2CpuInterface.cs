using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>The registers of the GICv2 CPU interface, GICC_*. What they act on is each CPU's <see cref="GicV2Cpu"/>.</summary>
internal sealed class GicV2CpuInterface : GicV2Frame
{
    // Architecture 2, implementer Arm, no product; as QEMU.
    private const uint Implementer = 0x2_043b;

    // GICC_CTLR: enables, AckCtl, FIQEn, CBPR and EOImode; with the Security Extensions a Secure and a Non-secure EOImode. Interrupts are never bypassed.
    private const uint ControlWritable = 0x21f;
    private const uint SecureControlWritable = 0x61f;

    // Group 1 waits and AckCtl is clear.
    private const uint Group1Pending = 1022;

    private const int ActivePriorityWords = GicActivePriorities.MaximumRegisters;

    private static readonly RegisterTable<GicV2View> s_registers = DeclareRegisters();

    public GicV2CpuInterface(GicV2 gic, GicV2Options options, UnimplementedAccesses unimplemented)
        : base(gic, options.Name + "-interface", s_registers, unimplemented)
    {
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public static RegisterTable<GicV2View> Registers => s_registers;

    // GICC_IAR and GICC_AIAR acknowledge.
    public override bool IsPollable(in BusAccess access) => access.Offset is not (0x0c or 0x20) && base.IsPollable(access);

    /// <summary>Each CPU's state is reset with the controller.</summary>
    public override void Reset(ResetKind kind)
    {
    }

    // Ends and deactivations are commands.
    protected override GicV2NarrowWrite NarrowWriteOf(ulong offset) => offset is 0x10 or 0x24 or 0x1000 ? GicV2NarrowWrite.Ignored : GicV2NarrowWrite.Merged;

    private static RegisterTable<GicV2View> DeclareRegisters()
    {
        var table = new RegisterTable<GicV2View>(0x1_0000);
        return table
            .Add(0x00, "GICC_CTLR", RegisterAccess.ReadWrite, static (v, _) => ReadControl(v), static (v, _, x) => WriteControl(v, x))
            .Add(0x04, "GICC_PMR", RegisterAccess.ReadWrite, static (v, _) => (uint)ReadPriority(v, v.Cpu.PriorityMask), static (v, _, x) => WritePriorityMask(v, (int)x & 0xff))
            .Add(0x08, "GICC_BPR", RegisterAccess.ReadWrite, static (v, _) => (uint)ReadBinaryPoint(v), static (v, _, x) => WriteBinaryPoint(v, (int)x))
            .Add(0x0c, "GICC_IAR", RegisterAccess.ReadOnly, static (v, _) => Acknowledge(v, aliased: false), reset: GicIntId.Spurious)
            .Add(0x10, "GICC_EOIR", RegisterAccess.WriteOnly, write: static (v, _, x) => EndOfInterrupt(v, x, aliased: false))
            .Add(0x14, "GICC_RPR", RegisterAccess.ReadOnly, static (v, _) => (uint)ReadRunningPriority(v), reset: GicV2Cpu.IdlePriority)
            .Add(0x18, "GICC_HPPIR", RegisterAccess.ReadOnly, static (v, _) => HighestPending(v, aliased: false), reset: GicIntId.Spurious)
            .Add(0x1c, "GICC_ABPR", RegisterAccess.ReadWrite, static (v, _) => v.FullAccess ? (uint)v.Cpu.AliasedBinaryPoint : 0, static (v, _, x) => WriteAliasedBinaryPoint(v, (int)x))
            .Add(0x20, "GICC_AIAR", RegisterAccess.ReadOnly, static (v, _) => v.FullAccess ? Acknowledge(v, aliased: true) : 0, reset: GicIntId.Spurious)
            .Add(0x24, "GICC_AEOIR", RegisterAccess.WriteOnly, write: static (v, _, x) => EndOfInterrupt(v, x, aliased: true))
            .Add(0x28, "GICC_AHPPIR", RegisterAccess.ReadOnly, static (v, _) => v.FullAccess ? HighestPending(v, aliased: true) : 0, reset: GicIntId.Spurious)
            .Add(0xd0, "GICC_APR", RegisterAccess.ReadWrite, static (v, i) => ReadActivePriorities(v, i), static (v, i, x) => WriteActivePriorities(v, i, x), ActivePriorityWords)
            .Add(0xe0, "GICC_NSAPR", RegisterAccess.ReadWrite, static (v, i) => v.FullAccess ? v.Cpu.ActiveGroup1.Words[i] : 0, static (v, i, x) => WriteGroup1(v, i, x, v.FullAccess), ActivePriorityWords)
            .Add(0xfc, "GICC_IIDR", RegisterAccess.ReadOnly, static (_, _) => Implementer, reset: Implementer)
            .Add(0x1000, "GICC_DIR", RegisterAccess.WriteOnly, write: static (v, _, x) => Deactivate(v, x));
    }

    private static uint ReadControl(GicV2View view) => view.FullAccess
        ? view.Cpu.Control
        : ((view.Cpu.Control & GicV2Cpu.EnableGroup1) | (view.Cpu.Control & GicV2Cpu.EoiModeNonSecure)) >> 1;

    private static void WriteControl(GicV2View view, uint value)
    {
        uint writable = view.SecurityDisabled ? ControlWritable : SecureControlWritable;
        if (!view.FullAccess)
        {
            value <<= 1;
            writable = GicV2Cpu.EnableGroup1 | GicV2Cpu.EoiModeNonSecure;
        }

        view.Cpu.SetControl((view.Cpu.Control & ~writable) | (value & writable));
    }

    // A Non-secure access sees the lower half of the priorities as if it were the whole range.
    private static int ReadPriority(GicV2View view, int priority) => view.FullAccess ? priority : priority < 0x80 ? 0 : (priority << 1) & 0xff;

    private static int ReadRunningPriority(GicV2View view) =>
        view.Cpu.RunningPriority == GicV2Cpu.IdlePriority ? GicV2Cpu.IdlePriority : ReadPriority(view, view.Cpu.RunningPriority);

    private static void WritePriorityMask(GicV2View view, int value)
    {
        if (view.FullAccess)
        {
            view.Cpu.SetPriorityMask(value);
        }
        else if (view.Cpu.PriorityMask >= 0x80)
        {
            view.Cpu.SetPriorityMask(0x80 | (value >> 1));
        }
    }

    // Non-secure software's binary point is that of Group 1, which with CBPR is one more than that of Group 0 and read-only.
    private static int ReadBinaryPoint(GicV2View view) => view.FullAccess ? view.Cpu.BinaryPoint
        : (view.Cpu.Control & GicV2Cpu.CommonBinaryPoint) != 0 ? Math.Min(view.Cpu.BinaryPoint + 1, 7)
        : view.Cpu.AliasedBinaryPoint;

    private static void WriteBinaryPoint(GicV2View view, int value)
    {
        if (view.FullAccess)
        {
            view.Cpu.SetBinaryPoint(value);
        }
        else if ((view.Cpu.Control & GicV2Cpu.CommonBinaryPoint) == 0)
        {
            view.Cpu.SetAliasedBinaryPoint(value);
        }
    }

    private static void WriteAliasedBinaryPoint(GicV2View view, int value)
    {
        if (view.FullAccess)
        {
            view.Cpu.SetAliasedBinaryPoint(value);
        }
    }

    private static uint HighestPending(GicV2View view, bool aliased)
    {
        uint key = view.Cpu.Selector.Best;
        return key == GicPendingSelector.None ? GicIntId.Spurious : Special(view, key, aliased)
            ?? (uint)(GicPendingSelector.IntIdOf(key) | (view.Cpu.SourceOf(GicPendingSelector.IntIdOf(key)) << 10));
    }

    private static uint Acknowledge(GicV2View view, bool aliased) =>
        !view.Cpu.CanSignalBest() ? GicIntId.Spurious : Special(view, view.Cpu.Selector.Best, aliased) ?? view.Cpu.AcknowledgeBest();

    // What is read in the place of an interrupt that the register does not give: GICC_A* is for Group 1, as is GICC_* to Non-secure accesses; to others GICC_* is for Group 0, and with AckCtl for both.
    private static uint? Special(GicV2View view, uint key, bool aliased)
    {
        bool isGroup1 = GicPendingSelector.GroupOf(key) != GicGroups.Group0;
        if (aliased || !view.FullAccess)
        {
            return isGroup1 ? null : GicIntId.Spurious;
        }

        return isGroup1 && (view.Cpu.Control & GicV2Cpu.AcknowledgeControl) == 0 ? Group1Pending : null;
    }

    private static void EndOfInterrupt(GicV2View view, uint value, bool aliased)
    {
        int id = (int)value & 0x3ff;
        GicV2Cpu cpu = view.Cpu;
        if (!Exists(view, id) || cpu.RunningPriority == GicV2Cpu.IdlePriority)
        {
            return;
        }

        GicGroups group = cpu.BankOf(id).GroupOf(id % 32, securityDisabled: true);
        if (group == GicGroups.Group0 && (aliased || !view.FullAccess))
        {
            return;
        }

        cpu.DropPriority(group);
        if (!IsEoiSplit(view))
        {
            cpu.BankOf(id).Deactivate(id % 32);
        }
    }

    private static void Deactivate(GicV2View view, uint value)
    {
        int id = (int)value & 0x3ff;
        if (Exists(view, id) && IsEoiSplit(view) && (view.FullAccess || view.Cpu.BankOf(id).GroupOf(id % 32, securityDisabled: true) != GicGroups.Group0))
        {
            view.Cpu.BankOf(id).Deactivate(id % 32);
        }
    }

    private static bool Exists(GicV2View view, int id) => id / 32 < view.Gic.Distributor.BankCount;

    private static bool IsEoiSplit(GicV2View view) =>
        (view.Cpu.Control & (view.FullAccess ? GicV2Cpu.EoiModeSecure : GicV2Cpu.EoiModeNonSecure)) != 0;

    // Non-secure accesses see the lower half of the levels, which Group 1 has there.
    private static uint ReadActivePriorities(GicV2View view, int index) => view.FullAccess ? view.Cpu.ActiveGroup0.Words[index]
        : index < ActivePriorityWords / 2 ? view.Cpu.ActiveGroup1.Words[index + (ActivePriorityWords / 2)]
        : 0;

    private static void WriteActivePriorities(GicV2View view, int index, uint value)
    {
        if (!view.FullAccess)
        {
            WriteGroup1(view, index + (ActivePriorityWords / 2), value, index < ActivePriorityWords / 2);
            return;
        }

        view.Cpu.ActiveGroup0.Words[index] = value;
        view.Cpu.ActivePrioritiesWritten();
    }

    private static void WriteGroup1(GicV2View view, int index, uint value, bool permitted)
    {
        if (permitted)
        {
            view.Cpu.ActiveGroup1.Words[index] = value;
            view.Cpu.ActivePrioritiesWritten();
        }
    }
}
