using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Tests.Interrupts;

/// <summary>Acknowledging, priorities, preemption and priority drop, with one security state.</summary>
[TestFixture]
internal sealed partial class GicCpuInterfaceTests
{
    private const int Spi = 40;
    private const int OtherSpi = 50;

    [Test]
    public void LevelInterruptIsPendingWhileTheWireIsUp()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.Cpu().Irq.Level, Is.True);
        Assert.That(bench.ReadDistributor(0x204), Is.EqualTo(1u << 8));
        bench.WriteDistributor(0x284, 1u << 8);
        Assert.That(bench.Cpu().Irq.Level, Is.True, "a clear does not lower the wire");
        bench.Gic.Spi(Spi - 32).Set(false);
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(1023));
    }

    [Test]
    public void EdgeInterruptStaysPendingUntilAcknowledged()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.Gic.Spi(Spi - 32).Set(false);
        Assert.That(bench.Cpu().Irq.Level, Is.True);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.WriteDistributor(0x284, 1u << 8);
        Assert.That(bench.Cpu().Irq.Level, Is.False, "a clear takes the edge");
    }

    [Test]
    public void AnEdgeDuringTheHandlerComesAfterIt()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.Gic.Spi(Spi - 32).Set(false);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.Cpu().Irq.Level, Is.False, "active and pending");
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.That(bench.Cpu().Irq.Level, Is.True);
    }

    [Test]
    public void AcknowledgeActivatesAndEndDeactivates()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending1), Is.EqualTo(Spi));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadDistributor(0x304), Is.EqualTo(1u << 8));
            Assert.That(bench.Cpu().Irq.Level, Is.False);
            Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x80));
            Assert.That(bench.ReadRegister(GicSystemRegister.ActivePriorities1), Is.EqualTo(1 << 16));
            Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending1), Is.EqualTo(1023));
            Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(1023));
            Assert.That(bench.Gic.AcknowledgedInterrupts, Is.EqualTo(1));
        });
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadDistributor(0x304), Is.Zero);
            Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
            Assert.That(bench.ReadRegister(GicSystemRegister.ActivePriorities1), Is.Zero);
            Assert.That(bench.Cpu().Irq.Level, Is.True, "the wire is still up");
        });
    }

    [TestCase(1, GicSystemRegister.Acknowledge1, GicSystemRegister.Acknowledge0)]
    [TestCase(0, GicSystemRegister.Acknowledge0, GicSystemRegister.Acknowledge1)]
    public void EachGroupHasItsRegistersAndItsLine(int group, int acknowledge, int other)
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, group: group);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.Multiple(() =>
        {
            Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(group == 1));
            Assert.That(bench.Cpu().Fiq.Level, Is.EqualTo(group == 0));
            Assert.That(bench.ReadRegister((ushort)other), Is.EqualTo(1023));
            Assert.That(bench.ReadRegister((ushort)(other + 2)), Is.EqualTo(1023));
            Assert.That(bench.ReadRegister((ushort)(acknowledge + 2)), Is.EqualTo(Spi));
            Assert.That(bench.ReadRegister((ushort)acknowledge), Is.EqualTo(Spi));
        });
        bench.WriteRegister((ushort)(other + 1), Spi);
        Assert.That(bench.ReadDistributor(0x304), Is.Not.Zero, "the other group's end does nothing");
        bench.WriteRegister((ushort)(acknowledge + 1), Spi);
        Assert.That(bench.ReadDistributor(0x304), Is.Zero);
    }

    [Test]
    public void NothingIsSignalledUntilEveryEnableIsOn([Range(0, 15)] int enables)
    {
        var bench = new GicBench();
        bench.Configure(Spi);
        bench.WriteDistributor(0x184, uint.MaxValue);
        bench.Gic.Spi(Spi - 32).Set(true);
        if ((enables & 1) != 0)
        {
            bench.WriteDistributor(0, 2);
        }

        if ((enables & 2) != 0)
        {
            bench.WriteRegister(GicSystemRegister.GroupEnable1, 1);
        }

        if ((enables & 4) != 0)
        {
            bench.WriteRegister(GicSystemRegister.PriorityMask, 0xff);
        }

        if ((enables & 8) != 0)
        {
            bench.WriteDistributor(0x104, 1u << 8);
        }

        Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(enables == 15));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(enables == 15 ? Spi : 1023));
    }

    [Test]
    public void AGroupSwitchedOffAtTheCpuDoesNotHideTheOther()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, priority: 0x10, group: 0);
        bench.Configure(OtherSpi, priority: 0x80);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(1023), "Group 0 comes first");
        bench.WriteRegister(GicSystemRegister.GroupEnable0, 0);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(OtherSpi));
    }

    [TestCase(0x80, 0x81, true)]
    [TestCase(0x80, 0x80, true)] // five bits: 0x87 is written as 0x80
    [TestCase(0x80, 0x88, false)]
    public void PriorityMaskPassesMoreUrgentOnly(int priority, int mask, bool masked)
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi, priority);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.WriteRegister(GicSystemRegister.PriorityMask, (ulong)mask);
        Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(!masked));
        Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending1), Is.EqualTo(Spi), "the mask does not hide what is pending");
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(masked ? 1023 : Spi));
    }

    [Test]
    public void TheMostUrgentComesFirstAndEqualsByNumber()
    {
        var bench = GicBench.Simple();
        foreach ((int id, int priority) in new[] { (100, 0x40), (60, 0x40), (200, 0x20), (33, 0x60), (20, 0x40) })
        {
            bench.Configure(id, priority);
            (id < 32 ? bench.Gic.Ppi(0, id) : bench.Gic.Spi(id - 32)).Set(true);
        }

        var order = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            int id = bench.ReadRegister(GicSystemRegister.HighestPending1);
            order.Add(id);
            (id < 32 ? bench.Gic.Ppi(0, id) : bench.Gic.Spi(id - 32)).Set(false);
        }

        Assert.That(order, Is.EqualTo(new[] { 200, 20, 60, 100, 33 }));
    }

    // ICC_BPR1 for Group 1 splits one bit further down than ICC_BPR0: value n leaves bits 7 to n for preemption.
    [TestCase(3, 0x40, 0x38, true)]
    [TestCase(3, 0x40, 0x40, false)]
    [TestCase(4, 0x48, 0x40, false)]
    [TestCase(4, 0x50, 0x48, true)]
    [TestCase(7, 0x78, 0x00, false)]
    [TestCase(7, 0x80, 0x78, true)]
    public void OnlyAMoreUrgentGroupPriorityPreempts(int binaryPoint, int running, int next, bool preempts)
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.BinaryPoint1, (ulong)binaryPoint);
        bench.Configure(Spi, running, edge: true);
        bench.Configure(OtherSpi, next, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1);
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(preempts));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(preempts ? OtherSpi : 1023));
    }

    [TestCase(2, 0x40, 0x38, true)]
    [TestCase(3, 0x48, 0x40, false)]
    [TestCase(6, 0x80, 0x78, true)]
    [TestCase(7, 0x80, 0x00, false)]
    public void BinaryPoint0SplitsGroup0(int binaryPoint, int running, int next, bool preempts)
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.BinaryPoint0, (ulong)binaryPoint);
        bench.Configure(Spi, running, group: 0, edge: true);
        bench.Configure(OtherSpi, next, group: 0, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge0);
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        Assert.That(bench.Cpu().Fiq.Level, Is.EqualTo(preempts));
    }

    [TestCase(0x38, true)]
    [TestCase(0x40, false)] // more urgent than 0x48, but not in what ICC_BPR1 leaves of either
    public void TheBinaryPointOfTheNewcomerCountsForBoth(int next, bool preempts)
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.BinaryPoint1, 6);
        bench.Configure(Spi, 0x48, group: 0, edge: true);
        bench.Configure(OtherSpi, next, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge0), Is.EqualTo(Spi));
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(preempts));
    }

    [Test]
    public void BinaryPointsHaveAMinimum()
    {
        var bench = GicBench.Simple();
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint0), Is.EqualTo(2));
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(3));
        for (int value = 0; value < 16; value++)
        {
            bench.WriteRegister(GicSystemRegister.BinaryPoint0, (ulong)value);
            bench.WriteRegister(GicSystemRegister.BinaryPoint1, (ulong)value);
            Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint0), Is.EqualTo(Math.Max(value & 7, 2)));
            Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(Math.Max(value & 7, 3)));
        }
    }

    [Test]
    public void CommonBinaryPointShowsItsNeighbour()
    {
        var bench = GicBench.Simple();
        bench.WriteRegister(GicSystemRegister.Control, 1);
        bench.WriteRegister(GicSystemRegister.BinaryPoint0, 4);
        bench.WriteRegister(GicSystemRegister.BinaryPoint1, 7);
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(5));
        bench.WriteRegister(GicSystemRegister.BinaryPoint0, 7);
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(7), "saturates");
        bench.WriteRegister(GicSystemRegister.Control, 0);
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(3), "the write was ignored");
    }

    [Test]
    public void ChangesOfConfigurationReachThePendingInterrupt()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.WriteDistributor(0x84, 0);
        Assert.That(bench.Cpu().Fiq.Level, Is.True, "its group");
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        bench.WriteDistributor(0xc08, 2u << 16);
        Assert.That(bench.Cpu().Fiq.Level, Is.False, "level to edge: the wire alone is no edge");
        bench.WriteDistributor(0xc08, 0);
        Assert.That(bench.Cpu().Fiq.Level, Is.True);
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0x80);
        Assert.That(bench.Cpu().Fiq.Level, Is.False, "the mask");
        bench.WriteDistributor(0x400 + Spi, 0x78, size: 1);
        Assert.That(bench.Cpu().Fiq.Level, Is.True, "its priority");
        bench.WriteDistributor(0, 2);
        Assert.That(bench.Cpu().Fiq.Level, Is.False, "the distributor's enable");
    }

    [Test]
    public void LinesHearOfChangesOnly()
    {
        var bench = GicBench.Simple();
        int calls = bench.Cpu().Irq.Calls;
        bench.Configure(Spi);
        bench.Configure(OtherSpi);
        bench.Gic.Spi(Spi - 32).Set(true);
        bench.Gic.Spi(OtherSpi - 32).Set(true);
        bench.Gic.Spi(OtherSpi - 32).Set(false);
        bench.Gic.Spi(Spi - 32).Set(false);
        Assert.That(bench.Cpu().Irq.Calls - calls, Is.EqualTo(2));
    }

    [Test]
    public void ResetClosesTheInterfaceButNotTheWires()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        byte[] fresh = new GicBench().Save();
        bench.Gic.Reset(ResetKind.Warm);
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.Zero);
        Assert.That(bench.ReadDistributor(0x204), Is.EqualTo(1u << 8), "the device still drives its wire");
        bench.Gic.Spi(Spi - 32).Set(false);
        Assert.That(bench.Save(), Is.EqualTo(fresh));
    }

    [Test]
    public void ResetOfACpuLeavesTheRest()
    {
        var bench = GicBench.Simple(2);
        bench.Configure(Spi, cpu: 1);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1, 1);
        bench.WriteRegister(GicSystemRegister.Control, 3, 1);
        bench.Gic.CpuInterface(1).Reset();
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask, 1), Is.Zero);
            Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority, 1), Is.EqualTo(0xff));
            Assert.That(bench.ReadRegister(GicSystemRegister.GroupEnable1, 1), Is.Zero);
            Assert.That(bench.ReadRegister(GicSystemRegister.Control, 1) & 3, Is.Zero);
            Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask, 0), Is.EqualTo(0xf8));
            Assert.That(bench.ReadDistributor(0x104), Is.Not.Zero);
        });
    }

    [Test]
    public void WithoutAConnectedCpuNothingBreaks()
    {
        var gic = new GicV3(new GicV3Options(), new UnimplementedAccesses());
        gic.Distributor.Write(new BusAccess(0, 4, BusInitiator.Host, false), 3);
        gic.Spi(0).Set(true);
        gic.CpuInterface(0).CpuStateChanged();
        Assert.That(gic.AcknowledgedInterrupts, Is.Zero);
    }

    [Test]
    public void ConnectingTellsThePresentLevel()
    {
        var bench = GicBench.Simple();
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        var irq = new RecordingLine();
        bench.Gic.CpuInterface(0).Connect(bench.Cpu(), irq, new RecordingLine());
        Assert.That(irq.Level, Is.True);
    }

    [Test]
    public void AnInterruptsRoundTripAllocatesNothing()
    {
        var bench = GicBench.Simple(4);
        bench.Configure(Spi, edge: true);
        void Use()
        {
            bench.Gic.Spi(Spi - 32).Set(true);
            bench.Gic.Spi(Spi - 32).Set(false);
            _ = bench.TryRead(GicSystemRegister.Acknowledge1, out _);
            _ = bench.TryWrite(GicSystemRegister.EndOfInterrupt1, Spi);
            _ = bench.TryWrite(GicSystemRegister.SendSgi1, 0xf);
            for (int i = 0; i < 4; i++)
            {
                _ = bench.TryRead(GicSystemRegister.Acknowledge1, out ulong id, i);
                _ = bench.TryWrite(GicSystemRegister.EndOfInterrupt1, id, i);
            }

            _ = bench.Gic.Distributor.Write(new BusAccess(0x104, 4, BusInitiator.Cpu(0), false), 1);
            _ = bench.Gic.Distributor.Read(new BusAccess(0x104, 4, BusInitiator.Cpu(0), false));
            _ = bench.Gic.Redistributor(0).Write(new BusAccess(0x1_0100, 4, BusInitiator.Cpu(0), false), 1);
        }

        // The run-time allocates on a thread now and then by itself, as when it compiles a method again.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                Use();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
        Assert.That(bench.Gic.AcknowledgedInterrupts, Is.GreaterThan(1000));
    }
}
