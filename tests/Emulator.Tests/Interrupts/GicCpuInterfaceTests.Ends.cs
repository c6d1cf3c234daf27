using Emulator.Interrupts;

namespace Emulator.Tests.Interrupts;

/// <content>Priority drop, deactivation and what is active.</content>
internal sealed partial class GicCpuInterfaceTests
{
    [Test]
    public void NestedInterruptsDropInReverse()
    {
        var bench = GicBench.Simple();
        int[] priorities = [0xa0, 0x60, 0x20];
        for (int i = 0; i < 3; i++)
        {
            bench.Configure(64 + i, priorities[i], edge: true);
            bench.Gic.Spi(32 + i).Set(true);
            Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(64 + i));
            Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(priorities[i]));
        }

        for (int i = 2; i >= 0; i--)
        {
            Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(priorities[i]));
            bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, (ulong)(64 + i));
        }

        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
        Assert.That(bench.ReadDistributor(0x308), Is.Zero);
    }

    [Test]
    public void SplitEndDropsThePriorityAndDirDeactivates()
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.Control, 2);
        bench.Configure(Spi, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
        Assert.That(bench.ReadDistributor(0x304), Is.EqualTo(1u << 8));
        bench.WriteRegister(GicSystemRegister.Deactivate, Spi);
        Assert.That(bench.ReadDistributor(0x304), Is.Zero);
    }

    [Test]
    public void DirDoesNothingUnlessTheEndIsSplit()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.WriteRegister(GicSystemRegister.Deactivate, Spi);
        Assert.That(bench.ReadDistributor(0x304), Is.EqualTo(1u << 8));
    }

    [TestCase(256ul)]
    [TestCase(1020ul)]
    [TestCase(1023ul)]
    [TestCase(8192ul)]
    [TestCase(0xff_fffful)]
    [TestCase(ulong.MaxValue)]
    public void EndsOfWhatDoesNotExistAreIgnored(ulong id)
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, id);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt0, id);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x80));
        bench.WriteRegister(GicSystemRegister.Control, 2);
        bench.WriteRegister(GicSystemRegister.Deactivate, id);
        Assert.That(bench.ReadDistributor(0x304), Is.EqualTo(1u << 8));
    }

    [Test]
    public void AnEndWithNothingActiveIsIgnored()
    {
        var bench = GicBench.Simple();
        bench.WriteDistributor(0x304, 1u << 8);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.That(bench.ReadDistributor(0x304), Is.EqualTo(1u << 8));
    }

    [Test]
    public void ActivePrioritiesAreWritable()
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.ActivePriorities0, 1u << 4);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x20));
        bench.WriteRegister(GicSystemRegister.ActivePriorities1, 1u << 2);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x10));
        bench.WriteRegister(GicSystemRegister.ActivePriorities1, 0);
        bench.WriteRegister(GicSystemRegister.ActivePriorities0, 0);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
    }

    [TestCase(5, 1)]
    [TestCase(6, 2)]
    [TestCase(7, 4)]
    [TestCase(8, 4)]
    public void ActivePriorityRegistersFollowThePriorityBits(int bits, int registers)
    {
        var bench = new GicBench(new GicV3Options { PriorityBits = bits });
        for (int i = 0; i < 4; i++)
        {
            SystemRegisterResult expected = i < registers ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            Assert.That(bench.TryRead((ushort)(GicSystemRegister.ActivePriorities0 + i), out _), Is.EqualTo(expected));
            Assert.That(bench.TryWrite((ushort)(GicSystemRegister.ActivePriorities1 + i), 0), Is.EqualTo(expected));
        }

        Assert.That((bench.ReadRegister(GicSystemRegister.Control) >> 8) & 7, Is.EqualTo(bits - 1));
    }

    [Test]
    public void EightPriorityBitsGiveEveryLevelAndPreemptInPairs()
    {
        var bench = new GicBench(new GicV3Options { PriorityBits = 8 });
        bench.WriteDistributor(0, 3);
        bench.OpenCpu();
        bench.Configure(Spi, 0x81, edge: true);
        bench.Configure(OtherSpi, 0x80, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x80));
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        Assert.That(bench.ReadRegister((ushort)(GicSystemRegister.ActivePriorities1 + 2)), Is.EqualTo(1));
    }

    [Test]
    public void EndWithoutTheHighestGroupsRegisterDoesNothing()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, 0x80, edge: true);
        bench.Configure(OtherSpi, 0x40, group: 0, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge0);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x40));
    }
}
