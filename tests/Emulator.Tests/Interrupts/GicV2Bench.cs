using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Tests.Interrupts;

/// <summary>A GICv2 with CPUs whose wires remember, and short words for accesses to it.</summary>
internal sealed class GicV2Bench
{
    private readonly GicBench.TestCpu[] _cpus;

    public GicV2Bench(GicV2Options? options = null)
    {
        Options = options ?? new GicV2Options();
        Gic = new GicV2(Options, Unimplemented);
        _cpus = [.. Enumerable.Range(0, Options.CpuCount).Select(_ => new GicBench.TestCpu())];
        for (int i = 0; i < _cpus.Length; i++)
        {
            Gic.Connect(i, new(_cpus[i], _cpus[i].Irq, _cpus[i].Fiq, _cpus[i].VirtualIrq, _cpus[i].VirtualFiq), 25);
        }
    }

    public GicV2Options Options { get; }

    public UnimplementedAccesses Unimplemented { get; } = new();

    public GicV2 Gic { get; }

    /// <summary>Every group on, no mask; what Group 0 has is a FIQ, and GICC_IAR gives both groups.</summary>
    public static GicV2Bench Open(int cpus = 1, bool security = false, bool hypervisor = false)
    {
        var bench = new GicV2Bench(new GicV2Options { CpuCount = cpus, HasSecurityExtensions = security, HasVirtualInterface = hypervisor });
        bench.WriteDistributor(0, 3);
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            bench.WriteInterface(0, 0xf, cpu);
            bench.WriteInterface(4, 0xff, cpu);
        }

        return bench;
    }

    public GicBench.TestCpu Cpu(int index = 0) => _cpus[index];

    public uint Distributor(int offset, int cpu = 0, bool secure = true, int size = 4) => Read(Gic.Distributor, offset, cpu, secure, size);

    public void WriteDistributor(int offset, uint value, int cpu = 0, bool secure = true, int size = 4) => Write(Gic.Distributor, offset, value, cpu, secure, size);

    public uint Interface(int offset, int cpu = 0, bool secure = true) => Read(Gic.CpuInterface, offset, cpu, secure, 4);

    public void WriteInterface(int offset, uint value, int cpu = 0, bool secure = true) => Write(Gic.CpuInterface, offset, value, cpu, secure, 4);

    public static uint Read(IMmioDevice device, int offset, int cpu, bool secure = true, int size = 4)
    {
        BusResult result = device.Read(new BusAccess((ulong)offset, size, BusInitiator.Cpu(cpu), secure));
        Assert.That(result.Status, Is.EqualTo(BusStatus.Ok));
        return (uint)result.Value;
    }

    public static void Write(IMmioDevice device, int offset, uint value, int cpu, bool secure = true, int size = 4) =>
        Assert.That(device.Write(new BusAccess((ulong)offset, size, BusInitiator.Cpu(cpu), secure), value), Is.EqualTo(BusStatus.Ok));

    /// <summary>Enables an interrupt with a priority, in a group, for a set of CPUs.</summary>
    public void Configure(int id, uint priority = 0x80, int group = 0, bool edge = false, uint targets = 1, int cpu = 0)
    {
        uint bit = 1u << (id % 32);
        int word = 4 * (id / 32);
        uint groups = Distributor(0x80 + word, cpu);
        WriteDistributor(0x80 + word, group == 1 ? groups | bit : groups & ~bit, cpu);
        WriteDistributor(0x400 + id, priority, cpu, size: 1);
        WriteDistributor(0x800 + id, targets, cpu, size: 1);
        int configuration = 0xc00 + (4 * (id / 16));
        uint kind = 2u << (2 * (id % 16));
        uint kinds = Distributor(configuration, cpu);
        WriteDistributor(configuration, edge ? kinds | kind : kinds & ~kind, cpu);
        WriteDistributor(0x100 + word, bit, cpu);
    }

    public byte[] Save()
    {
        var writer = new SnapshotWriter();
        Gic.Save(writer);
        return writer.ToArray();
    }
}
