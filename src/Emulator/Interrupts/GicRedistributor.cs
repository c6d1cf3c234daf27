using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// A GICv3 redistributor: one CPU's software-generated and private peripheral interrupts, and its LPIs. Its window has two frames of 64 KiB, RD_base and
/// SGI_base.
/// </summary>
public sealed class GicRedistributor : IMmioDevice, ISnapshotState, IGicBankObserver
{
    private const int SgiFrame = 0x1_0000;
    private const ulong PrioritiesOffset = SgiFrame + GicBankRegisters.Priorities;
    private const uint Sgis = 0xffff;
    private const int TypeOffset = 0x08;
    private const int ConfigurationBaseOffset = 0x70;
    private const int PendingBaseOffset = 0x78;

    // GICR_CTLR
    private const uint EnableLpis = 1 << 0;
    private const uint ClearEnableSupported = 1 << 1;

    // GICR_WAKER
    private const uint ProcessorSleep = 1 << 1;
    private const uint ChildrenAsleep = 1 << 2;

    private static readonly RegisterTable<GicRedistributorView> s_registers = DeclareRegisters();

    private readonly GicV3 _gic;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly GicRedistributorView _secureView;
    private readonly GicRedistributorView _nonSecureView;
    private readonly ulong _type;
    private bool _asleep = true;

    internal GicRedistributor(GicV3 gic, GicV3Options options, int index, UnimplementedAccesses unimplemented, DmaView? memory)
    {
        _gic = gic;
        _unimplemented = unimplemented;
        Index = index;
        Affinity = options.AffinityOf(index);
        Name = $"{options.Name}-redistributor{index}";
        Bank = new GicInterruptBank(this, 0, uint.MaxValue, Sgis, options.PriorityBits);
        Lpis = memory is null ? null : new GicLpis(memory, gic.Distributor, options.PriorityBits);
        Selector = new GicPendingSelector(gic.Distributor, Bank, Lpis);
        _secureView = new GicRedistributorView(this, true);
        _nonSecureView = new GicRedistributorView(this, false);

        // Affinity_Value, CommonLPIAff (redistributors with equal Aff3 share LPI tables), Processor_Number, Last, PLPIS.
        bool last = index == options.CpuCount - 1;
        _type = ((ulong)Affinity << 32) | (1u << 24) | ((uint)index << 8) | (last ? 1u << 4 : 0) | (Lpis is null ? 0u : 1);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length => 0x2_0000;

    /// <summary>The CPU's affinity, Aff3 in the uppermost byte.</summary>
    public uint Affinity { get; }

    /// <summary>The registers in the order of their declaration.</summary>
    internal static RegisterTable<GicRedistributorView> Registers => s_registers;

    internal int Index { get; }

    internal GicInterruptBank Bank { get; }

    internal GicPendingSelector Selector { get; }

    /// <summary>The LPIs; null where the GIC has none.</summary>
    internal GicLpis? Lpis { get; }

    internal bool SecurityDisabled => _gic.Distributor.SecurityDisabled;

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        GicRedistributorView view = access.Secure ? _secureView : _nonSecureView;
        switch (access.Size)
        {
            case 4 when (access.Offset & 3) == 0:
                if (s_registers.TryRead(view, access.Offset, out uint value))
                {
                    return value;
                }

                break;
            case 1 when access.Offset is >= PrioritiesOffset and < PrioritiesOffset + 32:
                return Bank.ReadPriority((int)(access.Offset - PrioritiesOffset), view.FullAccess);
            case 8 when access.Offset is TypeOffset:
                return _type;
            case 8 when access.Offset is ConfigurationBaseOffset:
                return Lpis?.ConfigurationBase ?? 0;
            case 8 when access.Offset is PendingBaseOffset:
                return Lpis?.PendingBase ?? 0;
            default:
                break;
        }

        _unimplemented.ReportRegister(Name, access.Offset, isWrite: false);
        return 0;
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        GicRedistributorView view = access.Secure ? _secureView : _nonSecureView;
        switch (access.Size)
        {
            case 4 when (access.Offset & 3) == 0 && s_registers.TryWrite(view, access.Offset, (uint)value):
                return BusStatus.Ok;
            case 1 when access.Offset is >= PrioritiesOffset and < PrioritiesOffset + 32:
                Bank.WritePriority((int)(access.Offset - PrioritiesOffset), (byte)value, view.FullAccess);
                return BusStatus.Ok;
            case 8 when access.Offset is TypeOffset:
                return BusStatus.Ok;
            case 8 when access.Offset is ConfigurationBaseOffset:
                Lpis?.ConfigurationBase = value;
                return BusStatus.Ok;
            case 8 when access.Offset is PendingBaseOffset:
                Lpis?.WrittenPendingBase = value;
                return BusStatus.Ok;
            default:
                _unimplemented.ReportRegister(Name, access.Offset, isWrite: true);
                return BusStatus.Ok;
        }
    }

    /// <inheritdoc/>
    public bool IsPollable(in BusAccess access) => access.Size == 4 && (access.Offset & 3) == 0 && s_registers.Find(access.Offset) is not null;

    /// <inheritdoc/>
    public void Reset(ResetKind kind)
    {
        _asleep = true;
        Lpis?.Reset();
        Bank.Reset();
        LpisChanged();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(_asleep);
        Bank.Save(writer);
        Lpis?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        _asleep = reader.ReadBoolean();
        Bank.Load(reader);
        Lpis?.Load(reader);
        _gic.PartLoaded();
    }

    void IGicBankObserver.BankChanged(GicInterruptBank bank) => _gic.PrivateChanged(Index);

    /// <summary>LPIs have become pending or are no longer so.</summary>
    internal void LpisChanged() => _gic.LpisChanged(Index);

    /// <summary>Takes a software-generated interrupt, if its configuration lets the sender (GICv3 architecture, "SGI forwarding").</summary>
    /// <param name="id">The SGI, 0 to 15.</param>
    /// <param name="group">The group the sender asks for.</param>
    /// <param name="secure">True for a Secure sender.</param>
    internal void TakeSgi(int id, GicGroups group, bool secure)
    {
        bool securityDisabled = SecurityDisabled;
        GicGroups configured = Bank.GroupOf(id, securityDisabled);
        if (securityDisabled)
        {
            group = group == GicGroups.Group0 ? group : GicGroups.NonSecureGroup1;
        }

        // A Secure Group 1 request reaches an SGI that is Secure Group 0 too.
        if (group != configured && !(group == GicGroups.SecureGroup1 && configured == GicGroups.Group0))
        {
            return;
        }

        if (!secure && !securityDisabled && configured != GicGroups.NonSecureGroup1)
        {
            int needed = configured == GicGroups.Group0 ? 1 : 2;
            if (Bank.NonSecureAccessOf(id) < needed)
            {
                return;
            }
        }

        Bank.SetPending(1u << id);
    }

    private static RegisterTable<GicRedistributorView> DeclareRegisters()
    {
        var table = new RegisterTable<GicRedistributorView>(0x2_0000);
        table
            .Add(0x0000, "GICR_CTLR", RegisterAccess.ReadWrite, static (v, _) => v.Redistributor.ReadControl(), static (v, _, x) => v.Redistributor.WriteControl(x))
            .Add(0x0004, "GICR_IIDR", RegisterAccess.ReadOnly, static (_, _) => GicIdentification.Implementer, reset: GicIdentification.Implementer)
            .Add(TypeOffset, "GICR_TYPER", RegisterAccess.ReadOnly, static (v, i) => (uint)(v.Redistributor._type >> (32 * i)), count: 2)
            .Add(0x0010, "GICR_STATUSR", RegisterAccess.ReadWrite)
            .Add(0x0014, "GICR_WAKER", RegisterAccess.ReadWrite, static (v, _) => v.Redistributor.ReadWaker(v.FullAccess), static (v, _, x) => v.Redistributor.WriteWaker(x, v.FullAccess), reset: ProcessorSleep | ChildrenAsleep)
            .Add(
                ConfigurationBaseOffset,
                "GICR_PROPBASER",
                RegisterAccess.ReadWrite,
                static (v, i) => (uint)((v.Redistributor.Lpis?.ConfigurationBase ?? 0) >> (32 * i)),
                static (v, i, x) => v.Redistributor.Lpis?.ConfigurationBase = Replace(v.Redistributor.Lpis.ConfigurationBase, i, x),
                count: 2)
            .Add(
                PendingBaseOffset,
                "GICR_PENDBASER",
                RegisterAccess.ReadWrite,
                static (v, i) => (uint)((v.Redistributor.Lpis?.PendingBase ?? 0) >> (32 * i)),
                static (v, i, x) => v.Redistributor.Lpis?.WrittenPendingBase = Replace(v.Redistributor.Lpis.WrittenPendingBase, i, x),
                count: 2);
        GicIdentification.Declare(table, "GICR", 0x93);
        GicBankRegisters.Declare(table, SgiFrame, "GICR", 1);
        return table;
    }

    private static ulong Replace(ulong value, int word, uint part) => word == 0 ? (value & ~0xffff_fffful) | part : (value & 0xffff_ffff) | ((ulong)part << 32);

    // CES: EnableLPIs can be cleared again. Every write is complete when it returns, so that RWP is zero.
    private uint ReadControl() => Lpis is null ? 0 : ClearEnableSupported | (Lpis.IsEnabled ? EnableLpis : 0);

    private void WriteControl(uint value)
    {
        if (Lpis is not null)
        {
            Lpis.SetEnabled((value & EnableLpis) != 0);
            LpisChanged();
        }
    }

    // A sleeping redistributor still forwards interrupts here, as on QEMU and under KVM: guests that were written for these, where
    // firmware is absent, never wake it. Secure only while there are two security states.
    private uint ReadWaker(bool full) => full && _asleep ? ProcessorSleep | ChildrenAsleep : 0;

    private void WriteWaker(uint value, bool full)
    {
        if (full)
        {
            _asleep = (value & ProcessorSleep) != 0;
        }
    }
}
