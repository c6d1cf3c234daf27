using Emulator.Interrupts;
using Emulator.Snapshots;

namespace Emulator.Tests.Interrupts;

[TestFixture]
internal sealed class GicSnapshotTests
{
    [Test]
    public void EveryCpuIsRestoredAsItself()
    {
        GicBench bench = Used();
        byte[] saved = bench.Save();
        GicBench copy = GicBench.TwoStates(3);
        copy.Gic.Load(new SnapshotReader(saved));
        Assert.That(copy.Save(), Is.EqualTo(saved));
        for (int cpu = 0; cpu < 3; cpu++)
        {
            Assert.Multiple(() =>
            {
                Assert.That(copy.ReadRedistributor(12, cpu), Is.EqualTo(cpu), "affinity");
                Assert.That(copy.ReadRedistributor(0x1_0100, cpu, secure: true), Is.EqualTo(bench.ReadRedistributor(0x1_0100, cpu, secure: true)));
                Assert.That(copy.ReadRegister(GicSystemRegister.RunningPriority, cpu), Is.EqualTo(bench.ReadRegister(GicSystemRegister.RunningPriority, cpu)));
                Assert.That(copy.ReadRegister(GicSystemRegister.ControlEl3, cpu), Is.EqualTo(bench.ReadRegister(GicSystemRegister.ControlEl3, cpu)));
                Assert.That(copy.Cpu(cpu).Fiq.Level, Is.EqualTo(bench.Cpu(cpu).Fiq.Level));
            });
        }

        copy.WriteRegister(GicSystemRegister.EndOfInterrupt1, 40, 1);
        copy.Gic.Spi(20).Set(false);
        copy.Gic.Spi(20).Set(true);
        Assert.That(copy.ReadRegister(GicSystemRegister.Acknowledge1, 1), Is.EqualTo(52), "the wire and the edge came along");
    }

    [Test]
    public void SavingChangesNothing()
    {
        GicBench bench = Used();
        byte[] first = bench.Save();
        Assert.That(bench.Save(), Is.EqualTo(first));
    }

    [Test]
    public void LoadingReplacesEverything()
    {
        byte[] fresh = new GicBench(new GicV3Options { CpuCount = 3, TwoSecurityStates = true }).Save();
        GicBench bench = Used();
        bench.Gic.Load(new SnapshotReader(fresh));
        Assert.That(bench.Save(), Is.EqualTo(fresh));
        Assert.That(bench.Cpu(1).Fiq.Level, Is.False);
    }

    [Test]
    public void PartsLoadedOneByOneSignalAgain()
    {
        GicBench bench = Used();
        GicBench copy = GicBench.TwoStates(3);
        Load(bench.Gic.Distributor, copy.Gic.Distributor);
        for (int cpu = 0; cpu < 3; cpu++)
        {
            Load(bench.Gic.CpuInterface(cpu), copy.Gic.CpuInterface(cpu));
            Load(bench.Gic.Redistributor(cpu), copy.Gic.Redistributor(cpu));
            Assert.That(copy.Cpu(cpu).Fiq.Level, Is.EqualTo(bench.Cpu(cpu).Fiq.Level));
        }

        Assert.That(copy.Cpu(1).Fiq.Level && copy.Cpu(2).Fiq.Level, Is.True);
        Assert.That(copy.Save(), Is.EqualTo(bench.Save()));
    }

    [TestCase(2, 224, true, 5)]
    [TestCase(3, 32, true, 5)]
    [TestCase(3, 224, false, 5)]
    [TestCase(3, 224, true, 8)]
    public void AnotherShapeIsRefused(int cpus, int spis, bool twoStates, int bits)
    {
        byte[] saved = Used().Save();
        var other = new GicBench(new GicV3Options { CpuCount = cpus, SpiCount = spis, TwoSecurityStates = twoStates, PriorityBits = bits });
        Assert.That(() => other.Gic.Load(new SnapshotReader(saved)), Throws.InstanceOf<SnapshotException>());
    }

    [Test]
    public void TruncatedDataIsRefusedAndLeavesAGicThatWorks()
    {
        byte[] saved = Used().Save();
        for (int length = 0; length < saved.Length; length += 97)
        {
            GicBench bench = GicBench.TwoStates(3);
            Assert.That(() => bench.Gic.Load(new SnapshotReader(saved.AsMemory(0, length))), Throws.InstanceOf<SnapshotException>());
            bench.Gic.Spi(0).Set(true);
            Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0xf8));
        }
    }

    [Test]
    public void GarbageNeverBreaksTheGic()
    {
        byte[] saved = Used().Save();
        var random = new Random(3);
        for (int i = 0; i < 500; i++)
        {
            byte[] broken = [.. saved];
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            GicBench bench = GicBench.TwoStates(3);
            try
            {
                bench.Gic.Load(new SnapshotReader(broken));
            }
            catch (SnapshotException)
            {
                // Refusing is as good as loading.
            }

            bench.Gic.Spi(20).Set(true);
            bench.Gic.Spi(20).Set(false);
            _ = bench.ReadRegister(GicSystemRegister.Acknowledge1, 1);
            bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 52, 1);
            Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending1, 1), Is.LessThanOrEqualTo(1023));
        }
    }

    private static void Load(ISnapshotState from, ISnapshotState to)
    {
        var writer = new SnapshotWriter();
        from.Save(writer);
        to.Load(new SnapshotReader(writer.ToArray()));
    }

    private static GicBench Used()
    {
        GicBench bench = GicBench.TwoStates(3);
        bench.Configure(40, 0x80, edge: true, cpu: 1);
        bench.Configure(52, 0x40, edge: true, cpu: 1);
        bench.Configure(27, 0x20, group: 0, cpu: 2);
        bench.Configure(3, 0x10, group: 0, modifier: true, cpu: 0);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1, 1), Is.EqualTo(40));
        bench.Gic.Spi(20).Set(true);
        bench.Gic.Ppi(2, 27).Set(true);
        bench.WriteRegister(GicSystemRegister.ControlEl3, 0x1f, 2);
        bench.WriteRegister(GicSystemRegister.BinaryPoint0, 6, 0);
        bench.WriteRedistributor(0x14, 0, 1, secure: true);
        return bench;
    }
}
