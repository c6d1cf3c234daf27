using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Tests.Interrupts;

/// <summary>The GICv2 at the level of its registers (Arm IHI 0048B).</summary>
[TestFixture]
internal sealed class GicV2Tests
{
    private const int Acknowledge = 0x0c;
    private const int End = 0x10;
    private const int Running = 0x14;
    private const int Pending = 0x18;
    private const int Deactivate = 0x1000;
    private const uint Spurious = 1023;

    [TestCase(1, false, 0x008u)]
    [TestCase(8, false, 0x0e8u)]
    [TestCase(4, true, 0x468u)]
    public void TypeTellsTheShape(int cpus, bool security, uint expected) =>
        Assert.That(GicV2Bench.Open(cpus, security).Distributor(4), Is.EqualTo(expected));

    // kvm-unit-tests' gicv2-mmio, -up and -3p: where QEMU 7.2 fails.
    [TestCase(1, 0x0101_0101u)]
    [TestCase(2, 0x0303_0303u)]
    [TestCase(3, 0x0707_0707u)]
    [TestCase(8, 0xffff_ffffu)]
    public void TargetsAreCpusThatExist(int cpus, uint expected)
    {
        GicV2Bench bench = GicV2Bench.Open(cpus);
        bench.WriteDistributor(0x820, uint.MaxValue);
        Assert.That(bench.Distributor(0x820), Is.EqualTo(expected));
        bench.WriteDistributor(0x821, 0, size: 1);
        Assert.That(bench.Distributor(0x820), Is.EqualTo(expected & 0xffff_00ff));
        bench.WriteDistributor(0x920, uint.MaxValue);
        Assert.That(bench.Distributor(0x920), Is.Zero, "beyond ITLinesNumber");
    }

    [Test]
    public void TargetsOfPrivateInterruptsNameTheReader()
    {
        GicV2Bench bench = GicV2Bench.Open(4);
        for (int cpu = 0; cpu < 4; cpu++)
        {
            bench.WriteDistributor(0x800, uint.MaxValue, cpu);
            Assert.That(bench.Distributor(0x800, cpu), Is.EqualTo(0x0101_0101u << cpu));
            Assert.That(bench.Distributor(0x81c, cpu), Is.EqualTo(0x0101_0101u << cpu));
        }
    }

    [Test]
    public void TheOnlyCpuHasTheInterruptsWhoseTargetsNobodyWrote()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.Configure(40);
        bench.Gic.Reset(ResetKind.Cold);
        bench.WriteDistributor(0, 3);
        bench.WriteInterface(0, 3);
        bench.WriteInterface(4, 0xff);
        bench.WriteDistributor(0x104, 1 << 8);
        Assert.That((bench.Distributor(0x800), bench.Distributor(0x828)), Is.EqualTo((0x0101_0101, 0x0101_0101)));
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(40));
    }

    [Test]
    public void TheOnlyCpuDoesNotHaveAnInterruptWithoutTargets()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.Configure(40, targets: 0);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(Spurious));
        bench.WriteDistributor(0x828, 1, size: 1);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(40));
    }

    [Test]
    public void AnSpiForSeveralCpusIsTakenByTheFirstThatAcknowledges()
    {
        GicV2Bench bench = GicV2Bench.Open(3);
        bench.Configure(40, group: 1, targets: 5);
        bench.Gic.Spi(8).Set(true);
        Assert.That((bench.Cpu(0).Irq.Level, bench.Cpu(1).Irq.Level, bench.Cpu(2).Irq.Level), Is.EqualTo((true, false, true)));
        Assert.That(bench.Interface(Acknowledge, 2), Is.EqualTo(40));
        Assert.That(bench.Cpu(0).Irq.Level, Is.False);
        Assert.That(bench.Interface(Acknowledge, 0), Is.EqualTo(Spurious));
        bench.Gic.Spi(8).Set(false);
        bench.WriteInterface(End, 40, 2);
        Assert.That(bench.Distributor(0x304), Is.Zero);
    }

    [TestCase(0u, 0x06u, 6)]
    [TestCase(1u, 0u, 5)]
    [TestCase(2u, 0u, 2)]
    [TestCase(3u, 7u, 0)]
    public void SgisReachListOthersOrSelf(uint filter, uint list, int expected)
    {
        GicV2Bench bench = GicV2Bench.Open(3);
        bench.WriteDistributor(0xf00, (filter << 24) | (list << 16) | 5, cpu: 1);
        int reached = Enumerable.Range(0, 3).Sum(cpu => bench.Interface(Pending, cpu) != Spurious ? 1 << cpu : 0);
        Assert.That(reached, Is.EqualTo(expected));
    }

    [Test]
    public void AnSgiIsPendingOnceForEachSender()
    {
        GicV2Bench bench = GicV2Bench.Open(3);
        bench.WriteDistributor(0xf00, (1 << 16) | 3, cpu: 2);
        bench.WriteDistributor(0xf00, (1 << 16) | 3, cpu: 1);
        Assert.That(bench.Distributor(0xf20), Is.EqualTo(0x0600_0000));
        Assert.That(bench.Interface(Pending), Is.EqualTo((1 << 10) | 3));
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo((1 << 10) | 3));
        Assert.That(bench.Distributor(0x200), Is.EqualTo(8), "still pending for the other sender");
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(Spurious), "and active");
        bench.WriteInterface(End, (1 << 10) | 3);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo((2 << 10) | 3));
        Assert.That(bench.Distributor(0x200), Is.Zero);
    }

    [Test]
    public void SgisAreMadePendingByTheirOwnRegistersAlone()
    {
        GicV2Bench bench = GicV2Bench.Open(2);
        bench.WriteDistributor(0x200, 0xffff);
        Assert.That(bench.Distributor(0x200), Is.Zero);
        bench.WriteDistributor(0xf22, 0xff, size: 1);
        Assert.That((bench.Distributor(0xf20), bench.Distributor(0x200)), Is.EqualTo((0x0003_0000, 4)));
        bench.WriteDistributor(0x280, 0xffff);
        Assert.That(bench.Distributor(0x200), Is.EqualTo(4));
        bench.WriteDistributor(0xf10, 0x0001_0000);
        Assert.That((bench.Distributor(0xf10), bench.Distributor(0x200)), Is.EqualTo((0x0002_0000, 4)));
        bench.WriteDistributor(0xf10, 0x0002_0000);
        Assert.That(bench.Distributor(0x200), Is.Zero);
    }

    [Test]
    public void SgisAreAlwaysEnabledAndByEdge()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.WriteDistributor(0x180, uint.MaxValue);
        bench.WriteDistributor(0xc00, 0);
        Assert.That((bench.Distributor(0x100), bench.Distributor(0xc00)), Is.EqualTo((0xffffu, 0xaaaa_aaaau)));
    }

    [Test]
    public void PrivateInterruptsAreBanked()
    {
        GicV2Bench bench = GicV2Bench.Open(2);
        bench.Configure(27, cpu: 1);
        bench.Gic.Ppi(1, 27).Set(true);
        Assert.That((bench.Distributor(0x200, 0), bench.Distributor(0x200, 1)), Is.EqualTo((0u, 1u << 27)));
        Assert.That((bench.Cpu(0).Fiq.Level, bench.Cpu(1).Fiq.Level), Is.EqualTo((false, true)));
        Assert.That(bench.Interface(Acknowledge, 1), Is.EqualTo(27));
    }

    [TestCase(0xfu, 0, false, true)]
    [TestCase(0x7u, 0, true, false)]
    [TestCase(0xfu, 1, true, false)]
    [TestCase(0x2u, 0, false, false)]
    [TestCase(0x1u, 1, false, false)]
    public void GroupsAreSignalledAsTheControlSays(uint control, int group, bool irq, bool fiq)
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.Configure(40, group: group);
        bench.Gic.Spi(8).Set(true);
        bench.WriteInterface(0, control);
        Assert.That((bench.Cpu().Irq.Level, bench.Cpu().Fiq.Level), Is.EqualTo((irq, fiq)));
    }

    [Test]
    public void WithoutAckCtlGroup1IsAcknowledgedByItsAlias()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.WriteInterface(0, 3);
        bench.Configure(40, group: 1);
        bench.Gic.Spi(8).Set(true);
        Assert.That((bench.Interface(Acknowledge), bench.Interface(Pending)), Is.EqualTo((1022, 1022)));
        Assert.That((bench.Interface(0x28), bench.Interface(0x20)), Is.EqualTo((40, 40)));
        bench.Gic.Spi(8).Set(false);
        bench.WriteInterface(0x24, 40);
        Assert.That((bench.Distributor(0x304), bench.Interface(Running)), Is.EqualTo((0, 0xff)));
    }

    [Test]
    public void PreemptionFollowsPrioritiesAndBinaryPoints()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.Configure(40, 0x80);
        bench.Configure(41, 0x40);
        bench.Configure(42, 0x38);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(40));
        bench.Gic.Spi(9).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(41));
        Assert.That(bench.Interface(Running), Is.EqualTo(0x40));
        bench.WriteInterface(8, 6);
        bench.Gic.Spi(10).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(Spurious), "the upper bit alone counts, and 0x38 and 0x40 have it alike");
        bench.WriteInterface(8, 2);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(42));
        Assert.That(bench.Interface(Running), Is.EqualTo(0x38));
    }

    [Test]
    public void EoiModeSplitsDeactivationOff()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.WriteInterface(0, 0x20f);
        bench.Configure(40, edge: true);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(40));
        bench.WriteInterface(End, 40);
        Assert.That((bench.Interface(Running), bench.Distributor(0x304)), Is.EqualTo((0xff, 0x100)));
        bench.WriteInterface(Deactivate, 40);
        Assert.That(bench.Distributor(0x304), Is.Zero);
    }

    [Test]
    public void AnEndOfNothingDoesNothing()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.WriteDistributor(0x304, 0x100);
        foreach (uint id in (uint[])[40, 1022, 1023, 300])
        {
            bench.WriteInterface(End, id);
            bench.WriteInterface(Deactivate, id);
        }

        Assert.That(bench.Distributor(0x304), Is.EqualTo(0x100));
    }

    // A kernel that is started without firmware at EL3, and knows nothing of a Secure state.
    [Test]
    public void GivenToNonSecureAllInterruptsReachAKernelThere()
    {
        var bench = new GicV2Bench(new GicV2Options { HasSecurityExtensions = true });
        bench.Gic.GiveToNonSecure();
        Assert.That((bench.Distributor(0x80), bench.Distributor(0x84)), Is.EqualTo((uint.MaxValue, uint.MaxValue)));
        Assert.That((bench.Distributor(0x428), bench.Distributor(0x428, secure: false)), Is.EqualTo((0x8080_8080, 0)));

        bench.WriteDistributor(0, 1, secure: false);
        bench.WriteInterface(0, 1, secure: false);
        bench.WriteInterface(4, 0xf0, secure: false);
        bench.WriteDistributor(0x104, 1 << 8, secure: false);
        bench.WriteDistributor(0x100, 1 << 27, secure: false);
        bench.Gic.Spi(8).Set(true);
        Assert.That((bench.Cpu().Irq.Level, bench.Cpu().Fiq.Level), Is.EqualTo((true, false)));
        Assert.That(bench.Interface(Acknowledge, secure: false), Is.EqualTo(40));
        bench.WriteInterface(End, 40, secure: false);
        bench.Gic.Spi(8).Set(false);
        bench.Gic.Ppi(0, 27).Set(true);
        Assert.That(bench.Interface(Acknowledge, secure: false), Is.EqualTo(27));
    }

    // Security Extensions: what Non-secure software sees and may change.
    [Test]
    public void NonSecureSoftwareSeesGroup1Alone()
    {
        GicV2Bench bench = GicV2Bench.Open(2, security: true);
        bench.Configure(40, 0x20, targets: 1);
        bench.Configure(41, 0xa0, group: 1, targets: 1);
        Assert.That(bench.Distributor(0, secure: false), Is.EqualTo(1), "EnableGrp1 at bit 0");
        Assert.That(bench.Distributor(0x104, secure: false), Is.EqualTo(0x200));
        Assert.That(bench.Distributor(0x84, secure: false), Is.Zero);
        Assert.That(bench.Distributor(0x428, secure: false), Is.EqualTo(0x4000), "0xa0 is 0x40 there");
        Assert.That(bench.Distributor(0x828, secure: false), Is.EqualTo(0x0100));
        bench.WriteDistributor(0x184, uint.MaxValue, secure: false);
        Assert.That(bench.Distributor(0x104), Is.EqualTo(0x100));
        bench.WriteDistributor(0, 0, secure: false);
        Assert.That(bench.Distributor(0), Is.EqualTo(1));
    }

    [Test]
    public void NonSecureSoftwareTakesGroup1AsIrqs()
    {
        GicV2Bench bench = GicV2Bench.Open(1, security: true);
        bench.Configure(40, 0xa0, group: 1);
        bench.Gic.Spi(8).Set(true);
        Assert.That((bench.Cpu().Irq.Level, bench.Cpu().Fiq.Level), Is.EqualTo((true, false)));
        Assert.That(bench.Interface(4, secure: false), Is.EqualTo(0xfe));
        Assert.That(bench.Interface(Acknowledge, secure: false), Is.EqualTo(40));
        Assert.That((bench.Interface(Running), bench.Interface(Running, secure: false)), Is.EqualTo((0xa0, 0x40)));
        bench.Configure(41, 0x20);
        bench.Gic.Spi(9).Set(true);
        Assert.That(bench.Cpu().Fiq.Level, Is.True);
        Assert.That(bench.Interface(Acknowledge, secure: false), Is.EqualTo(Spurious));
        Assert.That(bench.Interface(0x20, secure: false), Is.Zero, "no aliases there");
        bench.WriteInterface(End, 41, secure: false);
        bench.Gic.Spi(8).Set(false);
        bench.WriteInterface(End, 40, secure: false);
        Assert.That((bench.Interface(Running), bench.Distributor(0x304)), Is.EqualTo((0xff, 0)));
    }

    [Test]
    public void NonSecureControlHasItsOwnBits()
    {
        GicV2Bench bench = GicV2Bench.Open(1, security: true);
        bench.WriteInterface(0, 0);
        bench.WriteInterface(0, uint.MaxValue, secure: false);
        Assert.That((bench.Interface(0), bench.Interface(0, secure: false)), Is.EqualTo((0x402, 0x201)));
        bench.WriteInterface(4, 0x40);
        bench.WriteInterface(4, 0xff, secure: false);
        Assert.That((bench.Interface(4), bench.Interface(4, secure: false)), Is.EqualTo((0x40, 0)), "a Secure mask stays");
        bench.WriteInterface(8, 3, secure: false);
        Assert.That((bench.Interface(8), bench.Interface(0x1c), bench.Interface(8, secure: false)), Is.EqualTo((0, 3, 3)));
        bench.WriteInterface(0, 0x10);
        Assert.That(bench.Interface(8, secure: false), Is.EqualTo(1), "CBPR");
    }

    [TestCase(false, 0u, true)]
    [TestCase(false, 0x8000u, false)]
    [TestCase(true, 0u, false)]
    [TestCase(true, 0x8000u, true)]
    public void SecureSgisGoToTheGroupThatTheyName(bool isGroup1, uint attribute, bool expected)
    {
        GicV2Bench bench = GicV2Bench.Open(1, security: true);
        bench.WriteDistributor(0x80, isGroup1 ? 8u : 0);
        bench.WriteDistributor(0xf00, (2u << 24) | attribute | 3);
        Assert.That(bench.Distributor(0x200) != 0, Is.EqualTo(expected));
    }

    [Test]
    public void TheVirtualInterfaceGivesWhatListRegistersHold()
    {
        GicV2Bench bench = GicV2Bench.Open(2, hypervisor: true);
        GicV2HypervisorInterface hypervisor = bench.Gic.HypervisorInterface!;
        GicV2VirtualCpuInterface guest = bench.Gic.VirtualCpuInterface!;
        Assert.That(GicV2Bench.Read(hypervisor, 4, 1), Is.EqualTo(0x9000_0003), "GICH_VTR");
        GicV2Bench.Write(hypervisor, 0, 1, 1);
        GicV2Bench.Write(guest, 0, 1, 1);
        GicV2Bench.Write(guest, 4, 0xff, 1);

        // An SGI from CPU 1, and a timer's interrupt with the physical one behind it.
        bench.WriteDistributor(0x300, 1u << 27, cpu: 1);
        GicV2Bench.Write(hypervisor, 0x100, (1u << 28) | (0x10u << 23) | (1 << 10) | 5, 1);
        GicV2Bench.Write(hypervisor, 0x104, (1u << 31) | (1u << 28) | (0x08u << 23) | (27 << 10) | 27, 1);
        Assert.That((bench.Cpu(0).VirtualIrq.Level, bench.Cpu(1).VirtualIrq.Level), Is.EqualTo((false, true)));
        Assert.That(GicV2Bench.Read(guest, Acknowledge, 1), Is.EqualTo(27));
        GicV2Bench.Write(guest, End, 27, 1);
        Assert.That(bench.Distributor(0x300, cpu: 1), Is.Zero, "the physical one is inactive");
        Assert.That(GicV2Bench.Read(guest, Acknowledge, 1), Is.EqualTo((1 << 10) | 5));
        Assert.That(GicV2Bench.Read(hypervisor, 0xf0, 1), Is.EqualTo(1u << 16), "GICH_APR");
        Assert.That(GicV2Bench.Read(hypervisor, 0x100, 1) >> 28, Is.EqualTo(2), "active");
        GicV2Bench.Write(guest, End, (1 << 10) | 5, 1);
        Assert.That(GicV2Bench.Read(hypervisor, 0x30, 1), Is.EqualTo(15), "GICH_ELRSR0");
        GicV2Bench.Write(hypervisor, 0, 3, 1);
        Assert.That(bench.Distributor(0x200, cpu: 1), Is.EqualTo(1u << 25), "underflow: the maintenance interrupt");
    }

    [Test]
    public void ListRegistersKeepWhatIsDefined()
    {
        GicV2HypervisorInterface hypervisor = GicV2Bench.Open(1, hypervisor: true).Gic.HypervisorInterface!;
        for (int bit = 0; bit < 32; bit++)
        {
            GicV2Bench.Write(hypervisor, 0x100, 1u << bit, 0);
            Assert.That(GicV2Bench.Read(hypervisor, 0x100, 0), Is.EqualTo(bit is >= 20 and < 23 ? 0 : 1u << bit), $"bit {bit}");
        }
    }

    [Test]
    public void AMessageIsAnEdgeOfAnSpi()
    {
        GicV2Bench bench = GicV2Bench.Open();
        var frame = new GicV2MessageFrame("v2m", 80, [.. Enumerable.Range(48, 64).Select(bench.Gic.Spi)], bench.Unimplemented);
        var bus = new SystemBus();
        bus.MapDevice(0x0802_0000, frame);
        var messages = new MessageBus(bus);
        bench.Configure(143, edge: true);
        Assert.That(bus.Read(0x0802_0008, 4, BusInitiator.Cpu(0), secure: false).Value, Is.EqualTo((80 << 16) | 64));
        foreach (uint id in (uint[])[79, 144, 1023])
        {
            Assert.That(messages.Send(0x0802_0040, id, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Ok));
        }

        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(Spurious));
        Assert.That(messages.Send(0x0802_0040, 143, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Ok));
        Assert.That(bench.Interface(Acknowledge), Is.EqualTo(143));
    }

    [Test]
    public void StateIsSavedWithItsLines()
    {
        GicV2Bench bench = Used();
        byte[] saved = bench.Save();
        GicV2Bench copy = GicV2Bench.Open(3, security: true, hypervisor: true);
        copy.Gic.Load(new SnapshotReader(saved));
        Assert.That(copy.Save(), Is.EqualTo(saved));
        for (int cpu = 0; cpu < 3; cpu++)
        {
            Assert.That((copy.Cpu(cpu).Irq.Level, copy.Cpu(cpu).Fiq.Level, copy.Cpu(cpu).VirtualIrq.Level), Is.EqualTo((bench.Cpu(cpu).Irq.Level, bench.Cpu(cpu).Fiq.Level, bench.Cpu(cpu).VirtualIrq.Level)));
            Assert.That(copy.Interface(Running, cpu), Is.EqualTo(bench.Interface(Running, cpu)));
            Assert.That(copy.Interface(Pending, cpu), Is.EqualTo(bench.Interface(Pending, cpu)));
        }

        copy.Gic.Reset(ResetKind.Warm);
        GicV2Bench fresh = new(copy.Options);
        fresh.Gic.Spi(9).Set(true);
        Assert.That(copy.Save(), Is.EqualTo(fresh.Save()), "but for the wire");
    }

    [Test]
    public void TruncatedAndForeignStateIsRefused()
    {
        byte[] saved = Used().Save();
        for (int length = 0; length < saved.Length; length += 31)
        {
            GicV2Bench bench = GicV2Bench.Open(3, security: true, hypervisor: true);
            Assert.That(() => bench.Gic.Load(new SnapshotReader(saved.AsMemory(0, length))), Throws.InstanceOf<SnapshotException>());
            bench.Gic.Spi(0).Set(true);
        }

        Assert.That(() => GicV2Bench.Open(2, security: true, hypervisor: true).Gic.Load(new SnapshotReader(saved)), Throws.InstanceOf<SnapshotException>());
        Assert.That(() => GicV2Bench.Open(3, hypervisor: true).Gic.Load(new SnapshotReader(saved)), Throws.InstanceOf<SnapshotException>());
    }

    [Test]
    public void DeliveryAllocatesNothing()
    {
        GicV2Bench bench = GicV2Bench.Open();
        bench.Configure(40, edge: true);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                bench.Gic.Spi(8).Set(true);
                bench.Gic.Spi(8).Set(false);
                ulong id = bench.Gic.CpuInterface.Read(new BusAccess(Acknowledge, 4, BusInitiator.Cpu(0), false)).Value;
                _ = bench.Gic.CpuInterface.Write(new BusAccess(End, 4, BusInitiator.Cpu(0), false), id);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    private static GicV2Bench Used()
    {
        GicV2Bench bench = GicV2Bench.Open(3, security: true, hypervisor: true);
        bench.Configure(40, 0xa0, group: 1, edge: true, targets: 2);
        bench.Configure(41, 0x20, targets: 4);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.Interface(Acknowledge, 1), Is.EqualTo(40));
        bench.Gic.Spi(9).Set(true);
        bench.Gic.Spi(8).Set(false);
        bench.WriteDistributor(0xf00, (1 << 16) | 3, cpu: 2);
        bench.WriteInterface(0xd0, 1, 2);
        GicV2Bench.Write(bench.Gic.HypervisorInterface!, 0, 1, 0);
        GicV2Bench.Write(bench.Gic.HypervisorInterface!, 8, 0xf800_0001, 0);
        GicV2Bench.Write(bench.Gic.HypervisorInterface!, 0x100, (1u << 28) | 50, 0);
        Assert.That(bench.Cpu(0).VirtualIrq.Level, Is.True);
        return bench;
    }
}
