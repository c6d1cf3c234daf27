using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Tests.Interrupts;

/// <summary>A GIC with CPUs whose state a test sets, and short words for accesses to it.</summary>
internal sealed class GicBench
{
    public const ulong ScrNs = 1;
    public const ulong ScrIrq = 2;
    public const ulong ScrFiq = 4;

    private readonly TestCpu[] _cpus;

    public GicBench(GicV3Options? options = null, DmaView? memory = null)
    {
        Options = options ?? new GicV3Options();
        Gic = new GicV3(Options, Unimplemented, memory);
        _cpus = new TestCpu[Options.CpuCount];
        for (int i = 0; i < _cpus.Length; i++)
        {
            _cpus[i] = new TestCpu();
            Gic.CpuInterface(i).Connect(_cpus[i], _cpus[i].Irq, _cpus[i].Fiq);
            Gic.CpuInterface(i).ConnectVirtual(_cpus[i].VirtualIrq, _cpus[i].VirtualFiq, Gic.Ppi(i, 25));
        }
    }

    public GicV3Options Options { get; }

    public UnimplementedAccesses Unimplemented { get; } = new();

    public GicV3 Gic { get; }

    /// <summary>One security state, one CPU at Non-secure EL1, every group on, no mask.</summary>
    public static GicBench Simple(int cpus = 1) => Open(new GicV3Options { CpuCount = cpus });

    /// <summary>The same on CPUs with EL2.</summary>
    public static GicBench WithHypervisor(int cpus = 1) => Open(new GicV3Options { CpuCount = cpus, HasVirtualInterface = true });

    private static GicBench Open(GicV3Options options)
    {
        int cpus = options.CpuCount;
        var bench = new GicBench(options);
        bench.WriteDistributor(0, 3);
        for (int i = 0; i < cpus; i++)
        {
            bench.OpenCpu(i);
        }

        return bench;
    }

    /// <summary>Two security states, one CPU, every group on, no mask; interrupts are Secure Group 0 until a test says otherwise.</summary>
    public static GicBench TwoStates(int cpus = 1)
    {
        var bench = new GicBench(new GicV3Options { CpuCount = cpus, TwoSecurityStates = true });
        bench.WriteDistributor(0, 7, secure: true);
        for (int i = 0; i < cpus; i++)
        {
            bench.EnterEl3(i);
            bench.WriteRegister(GicSystemRegister.GroupEnable0, 1, i);
            bench.WriteRegister(GicSystemRegister.GroupEnable1El3, 3, i);
            bench.WriteRegister(GicSystemRegister.PriorityMask, 0xff, i);
        }

        return bench;
    }

    public TestCpu Cpu(int index = 0) => _cpus[index];

    public void OpenCpu(int cpu = 0)
    {
        WriteRegister(GicSystemRegister.GroupEnable0, 1, cpu);
        WriteRegister(GicSystemRegister.GroupEnable1, 1, cpu);
        WriteRegister(GicSystemRegister.PriorityMask, 0xff, cpu);
    }

    public void EnterEl3(int cpu = 0, ulong secureConfiguration = 0) => Enter(cpu, 3, true, secureConfiguration);

    public void EnterSecureEl1(int cpu = 0, ulong secureConfiguration = 0) => Enter(cpu, 1, true, secureConfiguration);

    public void EnterNonSecure(int cpu = 0, int level = 1, ulong secureConfiguration = ScrNs) => Enter(cpu, level, false, secureConfiguration | ScrNs);

    public uint ReadDistributor(int offset, bool secure = false, int size = 4) => (uint)Read(Gic.Distributor, (ulong)offset, size, secure);

    public void WriteDistributor(int offset, uint value, bool secure = false, int size = 4) => Write(Gic.Distributor, (ulong)offset, value, size, secure);

    public uint ReadRedistributor(int offset, int cpu = 0, bool secure = false, int size = 4) => (uint)Read(Gic.Redistributor(cpu), (ulong)offset, size, secure);

    public void WriteRedistributor(int offset, uint value, int cpu = 0, bool secure = false, int size = 4) =>
        Write(Gic.Redistributor(cpu), (ulong)offset, value, size, secure);

    public static ulong Read(IMmioDevice device, ulong offset, int size, bool secure)
    {
        BusResult result = device.Read(new BusAccess(offset, size, BusInitiator.Cpu(0), secure));
        Assert.That(result.Status, Is.EqualTo(BusStatus.Ok));
        return result.Value;
    }

    public static void Write(IMmioDevice device, ulong offset, ulong value, int size, bool secure) =>
        Assert.That(device.Write(new BusAccess(offset, size, BusInitiator.Cpu(0), secure), value), Is.EqualTo(BusStatus.Ok));

    public SystemRegisterResult TryRead(ushort register, out ulong value, int cpu = 0, ulong hypervisorConfiguration = 0) =>
        Gic.CpuInterface(cpu).Read(Access(register, cpu, hypervisorConfiguration), out value);

    public SystemRegisterResult TryWrite(ushort register, ulong value, int cpu = 0, ulong hypervisorConfiguration = 0) =>
        Gic.CpuInterface(cpu).Write(Access(register, cpu, hypervisorConfiguration), value);

    public int ReadRegister(ushort register, int cpu = 0)
    {
        Assert.That(TryRead(register, out ulong value, cpu), Is.EqualTo(SystemRegisterResult.Ok));
        return (int)value;
    }

    public void WriteRegister(ushort register, ulong value, int cpu = 0) =>
        Assert.That(TryWrite(register, value, cpu), Is.EqualTo(SystemRegisterResult.Ok));

    /// <summary>Enables an SPI or a private interrupt with a priority, in a group, routed to a CPU.</summary>
    public void Configure(int id, int priority = 0x80, int group = 1, bool modifier = false, bool edge = false, int cpu = 0)
    {
        bool isPrivate = id < 32;
        IMmioDevice device = isPrivate ? Gic.Redistributor(cpu) : Gic.Distributor;
        ulong frame = isPrivate ? 0x1_0000u : 0;
        ulong word = 4 * ((ulong)id / 32);
        uint bit = 1u << (id % 32);
        uint groups = (uint)Read(device, frame + 0x80 + word, 4, true);
        Write(device, frame + 0x80 + word, group == 1 ? groups | bit : groups & ~bit, 4, true);
        uint modifiers = (uint)Read(device, frame + 0xd00 + word, 4, true);
        Write(device, frame + 0xd00 + word, modifier ? modifiers | bit : modifiers & ~bit, 4, true);
        Write(device, frame + 0x400 + (ulong)id, (ulong)priority, 1, true);
        ulong configuration = frame + 0xc00 + (4 * ((ulong)id / 16));
        uint kinds = (uint)Read(device, configuration, 4, true);
        uint kind = 2u << (2 * (id % 16));
        Write(device, configuration, edge ? kinds | kind : kinds & ~kind, 4, true);
        Write(device, frame + 0x100 + word, bit, 4, true);
        if (!isPrivate)
        {
            Write(device, 0x6000 + (8 * (ulong)id), Gic.Redistributor(cpu).Affinity, 8, true);
        }
    }

    public byte[] Save()
    {
        var writer = new SnapshotWriter();
        Gic.Save(writer);
        return writer.ToArray();
    }

    private SystemRegisterAccess Access(ushort register, int cpu, ulong hypervisorConfiguration) => new(
        register,
        _cpus[cpu].ExceptionLevel,
        _cpus[cpu].IsSecure,
        hypervisorConfiguration,
        _cpus[cpu].SecureConfiguration);

    private void Enter(int cpu, int level, bool secure, ulong secureConfiguration)
    {
        _cpus[cpu].ExceptionLevel = level;
        _cpus[cpu].IsSecure = secure;
        _cpus[cpu].SecureConfiguration = secureConfiguration;
        Gic.CpuInterface(cpu).CpuStateChanged();
    }

    internal sealed class TestCpu : ICpuState
    {
        public int ExceptionLevel { get; set; } = 1;

        public bool IsSecure { get; set; }

        public ulong SecureConfiguration { get; set; } = ScrNs;

        public RecordingLine Irq { get; } = new();

        public RecordingLine Fiq { get; } = new();

        public RecordingLine VirtualIrq { get; } = new();

        public RecordingLine VirtualFiq { get; } = new();
    }
}
