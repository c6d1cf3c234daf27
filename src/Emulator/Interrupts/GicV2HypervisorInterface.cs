using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>The hypervisor's registers of a GICv2, GICH_*, for the CPU that accesses them.</summary>
internal sealed class GicV2HypervisorInterface : GicV2Frame
{
    // A list register of GICv3 holds the same fields: the number in the place of bits 9 to 0, the physical one (of an SGI the sender; the request for a notification) from bit 32 on.
    private const int PhysicalShift = 32 - 10;
    private const ulong PhysicalMask = 0x3fful << 32;
    private const int PriorityShift = 51 - 23;
    private const ulong PriorityMask = 0xf8ul << 48;

    private static readonly RegisterTable<GicV2View> s_registers = DeclareRegisters();

    public GicV2HypervisorInterface(GicV2 gic, GicV2Options options, UnimplementedAccesses unimplemented)
        : base(gic, options.Name + "-hypervisor-interface", s_registers, unimplemented)
    {
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public static RegisterTable<GicV2View> Registers => s_registers;

    /// <summary>Each CPU's state is reset with the controller.</summary>
    public override void Reset(ResetKind kind)
    {
    }

    protected override GicV2NarrowWrite NarrowWriteOf(ulong offset) => GicV2NarrowWrite.Merged;

    private static RegisterTable<GicV2View> DeclareRegisters()
    {
        var table = new RegisterTable<GicV2View>(0x1_0000);
        return table
            .Add(0x00, "GICH_HCR", RegisterAccess.ReadWrite, static (v, _) => v.Cpu.Virtual!.Control, static (v, _, x) => v.Cpu.Virtual!.Control = x)
            .Add(0x04, "GICH_VTR", RegisterAccess.ReadOnly, static (_, _) => GicVirtualInterface.TypeFields, reset: GicVirtualInterface.TypeFields)
            .Add(0x08, "GICH_VMCR", RegisterAccess.ReadWrite, static (v, _) => v.Cpu.Virtual!.MachineControl, static (v, _, x) => v.Cpu.Virtual!.MachineControl = x)
            .Add(0x10, "GICH_MISR", RegisterAccess.ReadOnly, static (v, _) => v.Cpu.Virtual!.MaintenanceStatus)
            .Add(0x20, "GICH_EISR", RegisterAccess.ReadOnly, static (v, i) => i == 0 ? v.Cpu.Virtual!.EndNotifications : 0, count: 2)
            .Add(0x30, "GICH_ELRSR", RegisterAccess.ReadOnly, static (v, i) => i == 0 ? v.Cpu.Virtual!.FreeListRegisters : 0, count: 2)
            .Add(0xf0, "GICH_APR", RegisterAccess.ReadWrite, static (v, _) => v.Cpu.Virtual!.ActiveGroups, static (v, _, x) => v.Cpu.Virtual!.ActiveGroups = x)
            .Add(
                0x100,
                "GICH_LR",
                RegisterAccess.ReadWrite,
                static (v, i) => Pack(v.Cpu.Virtual!.ReadListRegister(i)),
                static (v, i, x) => v.Cpu.Virtual!.WriteListRegister(i, Unpack(x)),
                GicVirtualInterface.ListRegisters);
    }

    // HW, Grp1, State, Priority, PhysicalID, VirtualID from bit 31 down. State has its pending bit at 28, Grp1 is bit 30; GICv3 has them at 62 and 60.
    private static ulong Unpack(uint value) => (value & 0x3ff)
        | (((ulong)value << PhysicalShift) & PhysicalMask)
        | (((ulong)value << PriorityShift) & PriorityMask)
        | ((ulong)(value >> 28 & 3) << 62)
        | ((ulong)(value >> 30 & 1) << 60)
        | ((ulong)(value >> 31) << 61);

    private static uint Pack(ulong register) => (uint)(register & 0x3ff)
        | (uint)((register & PhysicalMask) >> PhysicalShift)
        | (uint)((register & PriorityMask) >> PriorityShift)
        | ((uint)(register >> 62) << 28)
        | ((uint)(register >> 60 & 1) << 30)
        | ((uint)(register >> 61 & 1) << 31);
}
