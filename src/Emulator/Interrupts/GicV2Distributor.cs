using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>The GICv2 distributor: enables, the shared peripheral interrupts and the CPUs they are for, and the sending of SGIs.</summary>
internal sealed class GicV2Distributor : GicV2Frame, IGicSharedInterrupts, IGicBankObserver
{
    // GICD_IIDR: implementer Arm (0x43b).
    private const uint Implementer = 0x43b;
    private const uint Sgis = 0xffff;
    private const int SendSgiOffset = 0xf00;

    private static readonly RegisterTable<GicV2View> s_registers = DeclareRegisters();

    private readonly GicV2 _gic;
    private readonly GicInterruptBank[] _banks;
    private readonly GicInterruptBank _absent;
    private readonly byte[] _targets;
    private readonly byte _allCpus;
    private readonly uint _type;

    public GicV2Distributor(GicV2 gic, GicV2Options options, UnimplementedAccesses unimplemented)
        : base(gic, options.Name + "-distributor", s_registers, unimplemented)
    {
        _gic = gic;
        SecurityDisabled = !options.HasSecurityExtensions;
        BankCount = 1 + (options.SpiCount / 32);
        _absent = new GicInterruptBank(this, 0, 0, 0, GicV2Cpu.PriorityBits);
        _banks = [_absent, .. Enumerable.Range(1, BankCount - 1).Select(i => new GicInterruptBank(this, i, uint.MaxValue, 0, GicV2Cpu.PriorityBits))];
        _targets = new byte[options.SpiCount];
        _allCpus = (byte)((1 << options.CpuCount) - 1);

        // ITLinesNumber, CPUNumber, SecurityExtn.
        _type = (uint)(BankCount - 1) | ((uint)(options.CpuCount - 1) << 5) | (SecurityDisabled ? 0 : 1u << 10);
    }

    /// <summary>The registers in the order of their declaration.</summary>
    public static RegisterTable<GicV2View> Registers => s_registers;

    public int BankCount { get; }

    public bool SecurityDisabled { get; }

    /// <summary>The groups that GICD_CTLR enables.</summary>
    public GicGroups EnabledGroups { get; private set; }

    public GicInterruptBank Bank(int index) => (uint)index < (uint)_banks.Length ? _banks[index] : _absent;

    /// <summary>No interrupt is for any CPU: those for several reach all of them, and the first to acknowledge it has it.</summary>
    public uint OneOfN(int index) => 0;

    public override void Reset(ResetKind kind)
    {
        EnabledGroups = GicGroups.None;
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Reset();
        }

        // The only CPU has all interrupts, as software for a uniprocessor GIC expects, which writes no targets; of several, none has any until software says so.
        _targets.AsSpan().Fill(_allCpus == 1 ? (byte)1 : (byte)0);
        RouteAll();
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write((int)EnabledGroups);
        writer.Write((ReadOnlySpan<byte>)_targets);
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Save(writer);
        }
    }

    public void Load(SnapshotReader reader)
    {
        EnabledGroups = (GicGroups)reader.ReadInt32() & (GicGroups.Group0 | GicGroups.NonSecureGroup1);
        reader.ReadBytes(_targets);
        for (int i = 1; i < BankCount; i++)
        {
            _banks[i].Load(reader);
        }

        RouteAll();
    }

    void IGicBankObserver.BankChanged(GicInterruptBank bank) => _gic.SpisChanged(bank.Index);

    protected override GicV2NarrowWrite NarrowWriteOf(ulong offset) => offset switch
    {
        (>= 0x100 and < 0x400) or (>= 0xf10 and < 0xf30) => GicV2NarrowWrite.ZeroExtended,
        SendSgiOffset => GicV2NarrowWrite.Ignored,
        _ => GicV2NarrowWrite.Merged,
    };

    private static RegisterTable<GicV2View> DeclareRegisters()
    {
        var table = new RegisterTable<GicV2View>(0x1_0000);
        table
            .Add(0x000, "GICD_CTLR", RegisterAccess.ReadWrite, static (v, _) => v.Gic.Distributor.ReadControl(v.FullAccess), static (v, _, x) => v.Gic.Distributor.WriteControl(x, v.FullAccess))
            .Add(0x004, "GICD_TYPER", RegisterAccess.ReadOnly, static (v, _) => v.Gic.Distributor._type)
            .Add(0x008, "GICD_IIDR", RegisterAccess.ReadOnly, static (_, _) => Implementer, reset: Implementer);
        DeclareBanks(table);
        table
            .Add(0x800, "GICD_ITARGETSR", RegisterAccess.ReadWrite, static (v, i) => v.Gic.Distributor.ReadTargets(v, 4 * i), static (v, i, x) => v.Gic.Distributor.WriteTargets(v, 4 * i, x), 256)
            .Add(SendSgiOffset, "GICD_SGIR", RegisterAccess.WriteOnly, write: static (v, _, x) => v.Gic.Distributor.SendSgi(v, x))
            .Add(0xf10, "GICD_CPENDSGIR", RegisterAccess.ReadWrite, static (v, i) => ReadSgis(v, 4 * i), static (v, i, x) => WriteSgis(v, 4 * i, x, set: false), 4)
            .Add(0xf20, "GICD_SPENDSGIR", RegisterAccess.ReadWrite, static (v, i) => ReadSgis(v, 4 * i), static (v, i, x) => WriteSgis(v, 4 * i, x, set: true), 4);
        uint[] identification = [0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1];
        for (int i = 0; i < identification.Length; i++)
        {
            uint value = identification[i];
            string name = i < 4 ? $"GICD_PIDR{4 + i}" : i < 8 ? $"GICD_PIDR{i - 4}" : $"GICD_CIDR{i - 8}";
            table.Add(0xfd0 + (4 * i), name, RegisterAccess.ReadOnly, (_, _) => value, reset: value);
        }

        return table;
    }

    // SGIs are always enabled, and become pending by GICD_SGIR and GICD_SPENDSGIR alone.
    private static void DeclareBanks(RegisterTable<GicV2View> table)
    {
        static uint Writable(int index, uint value) => index == 0 ? value & ~Sgis : value;

        void Row(int offset, string name, int perBank, Func<GicV2View, int, uint> read, Action<GicV2View, int, uint> write) =>
            table.Add(offset, name, RegisterAccess.ReadWrite, read, write, 32 * perBank);

        Row(0x080, "GICD_IGROUPR", 1, static (v, i) => v.Bank(i).ReadGroup(v.FullAccess), static (v, i, x) => v.Bank(i).WriteGroup(x, v.FullAccess));
        Row(0x100, "GICD_ISENABLER", 1, static (v, i) => v.Bank(i).ReadEnabled(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetEnabled(x, v.FullAccess));
        Row(0x180, "GICD_ICENABLER", 1, static (v, i) => v.Bank(i).ReadEnabled(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearEnabled(Writable(i, x), v.FullAccess));
        Row(0x200, "GICD_ISPENDR", 1, static (v, i) => v.Bank(i).ReadSetPending(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetPending(Writable(i, x), v.FullAccess));
        Row(0x280, "GICD_ICPENDR", 1, static (v, i) => v.Bank(i).ReadClearPending(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearPending(Writable(i, x), v.FullAccess));
        Row(0x300, "GICD_ISACTIVER", 1, static (v, i) => v.Bank(i).ReadActive(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetActive(x, v.FullAccess));
        Row(0x380, "GICD_ICACTIVER", 1, static (v, i) => v.Bank(i).ReadActive(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearActive(x, v.FullAccess));
        Row(
            GicBankRegisters.Priorities,
            "GICD_IPRIORITYR",
            8,
            static (v, i) => v.Bank(i / 8).ReadPriorities(4 * (i % 8), v.FullAccess),
            static (v, i, x) => v.Bank(i / 8).WritePriorities(4 * (i % 8), x, v.FullAccess));
        Row(0xc00, "GICD_ICFGR", 2, static (v, i) => v.Bank(i / 2).ReadConfiguration(i % 2, v.FullAccess), static (v, i, x) => v.Bank(i / 2).WriteConfiguration(i % 2, x, v.FullAccess));
        Row(
            0xe00,
            "GICD_NSACR",
            2,
            static (v, i) => v.Bank(i / 2).ReadNonSecureAccess(i % 2, v.FullAccess, v.SecurityDisabled),
            static (v, i, x) => v.Bank(i / 2).WriteNonSecureAccess(i % 2, x, v.FullAccess, v.SecurityDisabled));
    }

    // A Non-secure access sees the enable of its own group alone, at bit 0.
    private uint ReadControl(bool full) => full ? (uint)EnabledGroups : (uint)(EnabledGroups & GicGroups.NonSecureGroup1) >> 1;

    private void WriteControl(uint value, bool full)
    {
        EnabledGroups = full
            ? (GicGroups)value & (GicGroups.Group0 | GicGroups.NonSecureGroup1)
            : (EnabledGroups & GicGroups.Group0) | ((GicGroups)(value << 1) & GicGroups.NonSecureGroup1);
        _gic.GroupsChanged();
    }

    // This is a GIC for up to eight CPU interfaces, on a board that may have one: the bits of absent ones are RAZ/WI, not the registers, which are that in
    // a uniprocessor GIC alone (IHI 0048B 4.3.12). Those of SGIs and PPIs name the reading CPU.
    private uint ReadTargets(GicV2View view, int id)
    {
        uint value = 0;
        for (int i = 3; i >= 0; i--)
        {
            value = (value << 8) | TargetOf(view, id + i);
        }

        return value;
    }

    private uint TargetOf(GicV2View view, int id) => id < GicIntId.FirstSpi ? 1u << view.Cpu.Index : IsVisible(view, id) ? _targets[id - GicIntId.FirstSpi] : 0u;

    private void WriteTargets(GicV2View view, int id, uint value)
    {
        if (id < GicIntId.FirstSpi || id / 32 >= BankCount)
        {
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            if (IsVisible(view, id + i))
            {
                _targets[id + i - GicIntId.FirstSpi] = (byte)((value >> (8 * i)) & _allCpus);
                Route(id + i);
            }
        }

        _gic.SpisChanged(id / 32);
    }

    private bool IsVisible(GicV2View view, int id) => Bank(id / 32).MayRoute(id % 32, view.FullAccess);

    // GICD_SGIR: a list of CPUs, all others, or the sender; NSATT is for Secure senders, Non-secure ones reach Group 1 alone.
    private void SendSgi(GicV2View view, uint value)
    {
        int id = (int)value & 15;
        int sender = view.Cpu.Index;
        uint targets = ((value >> 24) & 3) switch
        {
            0 => (value >> 16) & 0xff,
            1 => ~(1u << sender),
            2 => 1u << sender,
            _ => 0,
        };
        for (int i = 0; i < _gic.CpuCount; i++)
        {
            bool isGroup1 = _gic.Cpu(i).Bank.GroupOf(id, securityDisabled: true) != GicGroups.Group0;
            bool permitted = SecurityDisabled
                || (view.FullAccess ? isGroup1 == ((value >> 15 & 1) != 0) : isGroup1 || _gic.Cpu(i).Bank.NonSecureAccessOf(id) != 0);
            if (((targets >> i) & 1) != 0 && permitted)
            {
                _gic.Cpu(i).AddSgiSources(id, (byte)(1 << sender));
            }
        }
    }

    private static uint ReadSgis(GicV2View view, int id)
    {
        uint value = 0;
        for (int i = 3; i >= 0; i--)
        {
            value = (value << 8) | (SeesSgi(view, id + i) ? view.Cpu.SgiSources(id + i) : 0u);
        }

        return value;
    }

    private static void WriteSgis(GicV2View view, int id, uint value, bool set)
    {
        for (int i = 0; i < 4; i++)
        {
            byte sources = (byte)((value >> (8 * i)) & view.Gic.Distributor._allCpus);
            if (sources == 0 || !SeesSgi(view, id + i))
            {
                continue;
            }

            if (set)
            {
                view.Cpu.AddSgiSources(id + i, sources);
            }
            else
            {
                view.Cpu.RemoveSgiSources(id + i, sources);
            }
        }
    }

    private static bool SeesSgi(GicV2View view, int id) => view.FullAccess || view.Cpu.Bank.GroupOf(id, securityDisabled: true) != GicGroups.Group0;

    private void RouteAll()
    {
        for (int spi = 0; spi < _targets.Length; spi++)
        {
            _targets[spi] &= _allCpus;
            Route(spi + GicIntId.FirstSpi);
        }
    }

    private void Route(int id)
    {
        uint mask = 1u << (id % 32);
        for (int cpu = 0; cpu < _gic.CpuCount; cpu++)
        {
            ref uint targeted = ref _gic.Cpu(cpu).Selector.Targeted[id / 32];
            targeted = ((_targets[id - GicIntId.FirstSpi] >> cpu) & 1) != 0 ? targeted | mask : targeted & ~mask;
        }
    }
}
