using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// The GICv3 distributor: the shared peripheral interrupts, their routing, and what is common to all CPUs. Affinity routing is always
/// on, so the GICv2 registers for SGIs and targets do nothing and the first 32 interrupts live in the redistributors.
/// </summary>
public sealed class GicDistributor : IMmioDevice, ISnapshotState, IGicBankObserver, IGicSharedInterrupts
{
    private const ulong RouterOffset = 0x6000;
    private const int RouterCount = 1024;
    private const int PrioritiesEnd = GicBankRegisters.Priorities + 1024;

    // Aff3, Interrupt_Routing_Mode, Aff2 to Aff0; the rest of GICD_IROUTER is RES0.
    private const ulong RouterMask = 0xff_80ff_ffff;
    private const int RoutingModeBit = 31;

    // GICD_CTLR
    private const uint AffinityRoutingSecure = 1 << 4;
    private const uint AffinityRoutingNonSecure = 1 << 5;
    private const uint DisableSecurity = 1 << 6;

    private static readonly RegisterTable<GicDistributorView> s_registers = DeclareRegisters();

    private readonly GicV3 _gic;
    private readonly bool _twoSecurityStates;
    private readonly bool _hasLpis;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly GicInterruptBank[] _banks;
    private readonly GicInterruptBank _absent;
    private readonly GicDistributorView _secureView;
    private readonly GicDistributorView _nonSecureView;
    private readonly ulong[] _routers;
    private readonly uint[] _oneOfN;

    internal GicDistributor(GicV3 gic, GicV3Options options, UnimplementedAccesses unimplemented, bool hasLpis)
    {
        _gic = gic;
        _twoSecurityStates = options.TwoSecurityStates;
        _hasLpis = hasLpis;
        _unimplemented = unimplemented;
        Name = options.Name + "-distributor";
        _absent = new GicInterruptBank(this, 0, 0, 0, options.PriorityBits);
        BankCount = 1 + (options.SpiCount / 32);
        _banks = new GicInterruptBank[BankCount];
        _banks[0] = _absent;
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i] = new GicInterruptBank(this, i, uint.MaxValue, 0, options.PriorityBits);
        }

        _routers = new ulong[options.SpiCount];
        _oneOfN = new uint[BankCount];
        _secureView = new GicDistributorView(this, true);
        _nonSecureView = new GicDistributorView(this, false);
        SecurityDisabled = !_twoSecurityStates;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Length => 0x1_0000;

    /// <summary>The registers in the order of their declaration.</summary>
    internal static RegisterTable<GicDistributorView> Registers => s_registers;

    /// <summary>GICD_CTLR.DS: there is one security state.</summary>
    internal bool SecurityDisabled { get; private set; }

    /// <summary>The groups that GICD_CTLR enables.</summary>
    internal GicGroups EnabledGroups { get; private set; }

    /// <summary>Banks of 32 interrupts, counting that of the SGIs and PPIs.</summary>
    internal int BankCount { get; }

    /// <inheritdoc/>
    public BusResult Read(in BusAccess access)
    {
        GicDistributorView view = access.Secure ? _secureView : _nonSecureView;
        switch (access.Size)
        {
            case 4 when (access.Offset & 3) == 0:
                if (s_registers.TryRead(view, access.Offset, out uint value))
                {
                    return value;
                }

                break;
            case 1 when access.Offset is >= GicBankRegisters.Priorities and < PrioritiesEnd:
                int id = (int)access.Offset - GicBankRegisters.Priorities;
                return Bank(id / 32).ReadPriority(id % 32, view.FullAccess);
            case 8 when access.Offset is >= RouterOffset and < RouterOffset + (8 * RouterCount) && (access.Offset & 7) == 0:
                return ReadRouter((int)(access.Offset - RouterOffset) / 8, view.FullAccess);
            default:
                break;
        }

        _unimplemented.ReportRegister(Name, access.Offset, isWrite: false);
        return 0;
    }

    /// <inheritdoc/>
    public BusStatus Write(in BusAccess access, ulong value)
    {
        GicDistributorView view = access.Secure ? _secureView : _nonSecureView;
        switch (access.Size)
        {
            case 4 when (access.Offset & 3) == 0 && s_registers.TryWrite(view, access.Offset, (uint)value):
                return BusStatus.Ok;
            case 1 when access.Offset is >= GicBankRegisters.Priorities and < PrioritiesEnd:
                int id = (int)access.Offset - GicBankRegisters.Priorities;
                Bank(id / 32).WritePriority(id % 32, (byte)value, view.FullAccess);
                return BusStatus.Ok;
            case 8 when access.Offset is >= RouterOffset and < RouterOffset + (8 * RouterCount) && (access.Offset & 7) == 0:
                WriteRouter((int)(access.Offset - RouterOffset) / 8, value, view.FullAccess);
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
        SecurityDisabled = !_twoSecurityStates;
        EnabledGroups = GicGroups.None;
        Array.Clear(_routers);
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Reset();
        }

        RouteAll();
        _gic.GroupsChanged();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        writer.Write(SecurityDisabled);
        writer.Write((int)EnabledGroups);
        writer.Write(_routers);
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        SecurityDisabled = reader.ReadBoolean() || !_twoSecurityStates;
        EnabledGroups = (GicGroups)reader.ReadInt32() & GicGroups.All;
        reader.ReadUInt64s(_routers);
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Load(reader);
        }

        RouteAll();
        _gic.PartLoaded();
    }

    void IGicBankObserver.BankChanged(GicInterruptBank bank) => _gic.SpisChanged(bank.Index);

    int IGicSharedInterrupts.BankCount => BankCount;

    bool IGicSharedInterrupts.SecurityDisabled => SecurityDisabled;

    GicInterruptBank IGicSharedInterrupts.Bank(int index) => Bank(index);

    uint IGicSharedInterrupts.OneOfN(int index) => OneOfN(index);

    /// <summary>The SPIs of a bank; a bank without any where there are none.</summary>
    /// <param name="index">INTID / 32.</param>
    internal GicInterruptBank Bank(int index) => (uint)index < (uint)_banks.Length ? _banks[index] : _absent;

    /// <summary>The interrupts of a bank that any one CPU may take (GICD_IROUTER.Interrupt_Routing_Mode).</summary>
    /// <param name="index">INTID / 32.</param>
    internal uint OneOfN(int index) => _oneOfN[index];

    private static RegisterTable<GicDistributorView> DeclareRegisters()
    {
        var table = new RegisterTable<GicDistributorView>(0x1_0000);
        table
            .Add(0x0000, "GICD_CTLR", RegisterAccess.ReadWrite, static (v, _) => v.Distributor.ReadControl(v.FullAccess), static (v, _, x) => v.Distributor.WriteControl(x, v.FullAccess))
            .Add(0x0004, "GICD_TYPER", RegisterAccess.ReadOnly, static (v, _) => v.Distributor.Type())
            .Add(0x0008, "GICD_IIDR", RegisterAccess.ReadOnly, static (_, _) => GicIdentification.Implementer, reset: GicIdentification.Implementer)
            .Add(0x000c, "GICD_TYPER2", RegisterAccess.ReadOnly)
            .Add(0x0010, "GICD_STATUSR", RegisterAccess.ReadWrite)
            .Add(0x0800, "GICD_ITARGETSR", RegisterAccess.ReadWrite, count: 256)
            .Add(0x0f00, "GICD_SGIR", RegisterAccess.WriteOnly)
            .Add(0x0f10, "GICD_CPENDSGIR", RegisterAccess.ReadWrite, count: 4)
            .Add(0x0f20, "GICD_SPENDSGIR", RegisterAccess.ReadWrite, count: 4)
            .Add(
                (int)RouterOffset,
                "GICD_IROUTER",
                RegisterAccess.ReadWrite,
                static (v, i) => (uint)(v.Distributor.ReadRouter(i / 2, v.FullAccess) >> (32 * (i % 2))),
                static (v, i, x) => v.Distributor.WriteRouterWord(i / 2, i % 2, x, v.FullAccess),
                2 * RouterCount);
        GicBankRegisters.Declare(table, 0, "GICD", 32);
        GicIdentification.Declare(table, "GICD", 0x92);
        return table;
    }

    // With affinity routing always on, RWP always zero (every write is complete when it returns) and no E1NWF.
    private uint ReadControl(bool full)
    {
        uint enables = (uint)EnabledGroups;
        if (SecurityDisabled)
        {
            return enables | AffinityRoutingSecure | DisableSecurity;
        }

        // Non-secure: EnableGrp1A at its own place, ARE_NS at bit 4.
        return full
            ? enables | AffinityRoutingSecure | AffinityRoutingNonSecure
            : (enables & (uint)GicGroups.NonSecureGroup1) | AffinityRoutingSecure;
    }

    private void WriteControl(uint value, bool full)
    {
        GicGroups writable = !full ? GicGroups.NonSecureGroup1 : SecurityDisabled ? GicGroups.Group0 | GicGroups.NonSecureGroup1 : GicGroups.All;
        EnabledGroups = (EnabledGroups & ~writable) | ((GicGroups)value & writable);

        // Once set, DS stays until reset.
        if (full && !SecurityDisabled && (value & DisableSecurity) != 0)
        {
            SecurityDisabled = true;
            EnabledGroups &= ~GicGroups.SecureGroup1;
            _gic.SecurityChanged();
        }

        _gic.GroupsChanged();
    }

    // No1N (bit 25; as on QEMU, though Interrupt_Routing_Mode is honoured), A3V (24), IDbits (23:19) 16 bits, LPIS (17), SecurityExtn (10), no
    // message-based SPIs, no extended ranges; CPUNumber is zero because affinity routing is always on.
    private uint Type() => (1u << 25) | (1u << 24) | ((uint)(GicLpis.IntIdBits - 1) << 19) | (_hasLpis ? 1u << 17 : 0) | (SecurityDisabled ? 0u : 1u << 10) | (uint)(BankCount - 1);

    private ulong ReadRouter(int id, bool full)
    {
        int spi = id - GicIntId.FirstSpi;
        return (uint)spi < (uint)_routers.Length && Bank(id / 32).MayRoute(id % 32, full) ? _routers[spi] : 0;
    }

    private void WriteRouter(int id, ulong value, bool full)
    {
        int spi = id - GicIntId.FirstSpi;
        if ((uint)spi < (uint)_routers.Length && Bank(id / 32).MayRoute(id % 32, full))
        {
            _routers[spi] = value & RouterMask;
            Route(spi);
            _gic.SpisChanged(id / 32);
        }
    }

    private void WriteRouterWord(int id, int word, uint value, bool full)
    {
        ulong kept = ReadRouter(id, full) & (word == 0 ? 0xffff_ffff_0000_0000 : 0xffff_ffff);
        WriteRouter(id, kept | ((ulong)value << (32 * word)), full);
    }

    private void RouteAll()
    {
        for (int spi = 0; spi < _routers.Length; spi++)
        {
            Route(spi);
        }
    }

    // Where no CPU has the affinity, the interrupt stays pending and reaches none.
    private void Route(int spi)
    {
        int id = spi + GicIntId.FirstSpi;
        int bank = id / 32;
        uint mask = 1u << (id % 32);
        ulong router = _routers[spi];
        bool anyCpu = ((router >> RoutingModeBit) & 1) != 0;
        uint affinity = (uint)(router & 0xff_ffff) | ((uint)(router >> 32) << 24);
        _oneOfN[bank] = anyCpu ? _oneOfN[bank] | mask : _oneOfN[bank] & ~mask;
        for (int cpu = 0; cpu < _gic.CpuCount; cpu++)
        {
            GicRedistributor redistributor = _gic.Redistributor(cpu);
            ref uint targeted = ref redistributor.Selector.Targeted[bank];
            targeted = !anyCpu && redistributor.Affinity == affinity ? targeted | mask : targeted & ~mask;
        }
    }
}
