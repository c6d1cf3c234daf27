using BenchmarkDotNet.Attributes;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Benchmarks.Interrupts;

/// <summary>What an interrupt costs: a register access, and the whole way from the wire to the end.</summary>
[MemoryDiagnoser]
public class GicBenchmarks
{
    private const int Intid = 32;

    private GicV3 _gic = null!;
    private IInterruptLine _line = null!;

    [Params(1, 4, 8)]
    public int Cpus { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _gic = new GicV3(new GicV3Options { CpuCount = Cpus }, new UnimplementedAccesses());
        _line = _gic.Spi(0);
        WriteDistributor(0x000, 0x3);
        WriteDistributor(0x084, uint.MaxValue);
        WriteDistributor(0x104, 1);
        Write(GicSystemRegister.PriorityMask, 0xff);
        Write(GicSystemRegister.GroupEnable1, 1);
    }

    [Benchmark]
    public ulong ReadDistributorRegister() => _gic.Distributor.Read(new BusAccess(0x104, 4, BusInitiator.Cpu(0), false)).Value;

    [Benchmark]
    public BusStatus WriteDistributorRegister() => WriteDistributor(0x104, 1);

    [Benchmark]
    public void RaiseAndLowerTheWire()
    {
        _line.Set(true);
        _line.Set(false);
    }

    [Benchmark]
    public ulong TakeAnInterrupt()
    {
        _line.Set(true);
        _ = _gic.CpuInterface(0).Read(Access(GicSystemRegister.Acknowledge1), out ulong id);
        _line.Set(false);
        Write(GicSystemRegister.EndOfInterrupt1, Intid);
        return id;
    }

    private static SystemRegisterAccess Access(ushort register) => new(register, 1, false, 0, 1);

    private BusStatus WriteDistributor(ulong offset, uint value) => _gic.Distributor.Write(new BusAccess(offset, 4, BusInitiator.Cpu(0), false), value);

    private void Write(ushort register, ulong value) => _ = _gic.CpuInterface(0).Write(Access(register), value);
}
