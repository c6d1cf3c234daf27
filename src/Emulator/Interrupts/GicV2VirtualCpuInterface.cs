using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>The CPU interface that software below a hypervisor sees, GICV_*: the registers of GICC_*, acting on the hypervisor's list registers.</summary>
internal sealed class GicV2VirtualCpuInterface : GicV2Frame
{
    private const uint Implementer = 0x2_043b;
    private const uint ControlWritable = 0x21f;
    private const uint Group1Pending = 1022;

    private static readonly RegisterTable<GicV2View> s_registers = DeclareRegisters();

    public GicV2VirtualCpuInterface(GicV2 gic, GicV2Options options, UnimplementedAccesses unimplemented)
        : base(gic, options.Name + "-virtual-interface", s_registers, unimplemented)
    {
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public static RegisterTable<GicV2View> Registers => s_registers;

    // GICV_IAR and GICV_AIAR acknowledge.
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
            .Add(0x00, "GICV_CTLR", RegisterAccess.ReadWrite, static (v, _) => v.Cpu.Virtual!.MachineControl & ControlWritable, static (v, _, x) => WriteControl(v.Cpu.Virtual!, x))
            .Add(0x04, "GICV_PMR", RegisterAccess.ReadWrite, static (v, _) => (uint)v.Cpu.Virtual!.PriorityMask, static (v, _, x) => v.Cpu.Virtual!.PriorityMask = (int)x)
            .Add(0x08, "GICV_BPR", RegisterAccess.ReadWrite, static (v, _) => (uint)v.Cpu.Virtual!.BinaryPoint0, static (v, _, x) => v.Cpu.Virtual!.BinaryPoint0 = (int)x)
            .Add(0x0c, "GICV_IAR", RegisterAccess.ReadOnly, static (v, _) => Acknowledge(v.Cpu.Virtual!, aliased: false), reset: GicIntId.Spurious)
            .Add(0x10, "GICV_EOIR", RegisterAccess.WriteOnly, write: static (v, _, x) => v.Cpu.Virtual!.EndOfInterrupt((int)x & 0x3ff, isGroup1: null, SourceOf(x)))
            .Add(0x14, "GICV_RPR", RegisterAccess.ReadOnly, static (v, _) => (uint)v.Cpu.Virtual!.RunningPriority, reset: GicV2Cpu.IdlePriority)
            .Add(0x18, "GICV_HPPIR", RegisterAccess.ReadOnly, static (v, _) => HighestPending(v.Cpu.Virtual!, aliased: false), reset: GicIntId.Spurious)
            .Add(0x1c, "GICV_ABPR", RegisterAccess.ReadWrite, static (v, _) => (uint)v.Cpu.Virtual!.AliasedBinaryPoint, static (v, _, x) => v.Cpu.Virtual!.AliasedBinaryPoint = (int)x)
            .Add(0x20, "GICV_AIAR", RegisterAccess.ReadOnly, static (v, _) => Acknowledge(v.Cpu.Virtual!, aliased: true), reset: GicIntId.Spurious)
            .Add(0x24, "GICV_AEOIR", RegisterAccess.WriteOnly, write: static (v, _, x) => v.Cpu.Virtual!.EndOfInterrupt((int)x & 0x3ff, isGroup1: true, SourceOf(x)))
            .Add(0x28, "GICV_AHPPIR", RegisterAccess.ReadOnly, static (v, _) => HighestPending(v.Cpu.Virtual!, aliased: true), reset: GicIntId.Spurious)
            .Add(0xd0, "GICV_APR", RegisterAccess.ReadWrite, static (v, i) => i == 0 ? v.Cpu.Virtual!.ActiveGroups : 0, static (v, i, x) => WriteActivePriorities(v.Cpu.Virtual!, i, x), count: 4)
            .Add(0xfc, "GICV_IIDR", RegisterAccess.ReadOnly, static (_, _) => Implementer, reset: Implementer)
            .Add(0x1000, "GICV_DIR", RegisterAccess.WriteOnly, write: static (v, _, x) => v.Cpu.Virtual!.Deactivate((int)x & 0x3ff, SourceOf(x)));
    }

    private static int SourceOf(uint value) => (int)(value >> 10) & 7;

    private static void WriteControl(GicVirtualInterface target, uint value) =>
        target.MachineControl = (target.MachineControl & ~ControlWritable) | (value & ControlWritable);

    private static void WriteActivePriorities(GicVirtualInterface target, int index, uint value)
    {
        if (index == 0)
        {
            target.ActiveGroups = value;
        }
    }

    private static uint HighestPending(GicVirtualInterface target, bool aliased)
    {
        int index = target.HighestPending();
        return index < 0 ? GicIntId.Spurious : Special(target, index, aliased) ?? Identify(target[index]);
    }

    private static uint Acknowledge(GicVirtualInterface target, bool aliased)
    {
        int index = target.HighestPending();
        if (!target.CanSignal(index))
        {
            return GicIntId.Spurious;
        }

        if (Special(target, index, aliased) is { } special)
        {
            return special;
        }

        uint identity = Identify(target[index]);
        _ = target.Acknowledge(index);
        return identity;
    }

    private static uint? Special(GicVirtualInterface target, int index, bool aliased)
    {
        bool isGroup1 = target[index].IsGroup1;
        if (aliased)
        {
            return isGroup1 ? null : GicIntId.Spurious;
        }

        return isGroup1 && (target.MachineControl & GicVirtualInterface.AcknowledgeControl) == 0 ? Group1Pending : null;
    }

    // Of an SGI, the list register tells the sender.
    private static uint Identify(GicListRegister register) =>
        ((uint)register.Id & 0x3ff) | (register.Id < GicIntId.FirstPpi && !register.IsHardware ? (uint)(register.PhysicalId & 7) << 10 : 0);
}
