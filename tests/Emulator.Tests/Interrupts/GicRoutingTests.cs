using Emulator.Interrupts;

namespace Emulator.Tests.Interrupts;

/// <summary>Which CPU gets an interrupt: GICD_IROUTER, 1 of N, private and software-generated interrupts.</summary>
[TestFixture]
internal sealed class GicRoutingTests
{
    private const int Spi = 40;

    [Test]
    public void SpiGoesToTheCpuWithTheAffinity([Values(0, 1, 2, 3)] int cpu)
    {
        var bench = GicBench.Simple(4);
        bench.Configure(Spi, cpu: cpu);
        bench.Gic.Spi(Spi - 32).Set(true);
        for (int i = 0; i < 4; i++)
        {
            Assert.That(bench.Cpu(i).Irq.Level, Is.EqualTo(i == cpu));
        }
    }

    [Test]
    public void APendingSpiFollowsItsRouter()
    {
        var bench = GicBench.Simple(2);
        bench.Configure(Spi);
        bench.Gic.Spi(Spi - 32).Set(true);
        GicBench.Write(bench.Gic.Distributor, 0x6000 + (8 * Spi), 1, 8, false);
        Assert.That(bench.Cpu(0).Irq.Level, Is.False);
        Assert.That(bench.Cpu(1).Irq.Level, Is.True);
        GicBench.Write(bench.Gic.Distributor, 0x6000 + (8 * Spi), 0x7f, 8, false);
        Assert.That(bench.Cpu(1).Irq.Level, Is.False, "nobody has that affinity");
        Assert.That(bench.ReadDistributor(0x204), Is.EqualTo(1u << 8));
    }

    [Test]
    public void AllFourAffinityLevelsCount()
    {
        var bench = new GicBench(new GicV3Options { CpuCount = 2, Affinities = [0x0102_0304, 0x0002_0304] });
        bench.WriteDistributor(0, 2);
        bench.OpenCpu(0);
        bench.OpenCpu(1);
        bench.Configure(Spi);
        GicBench.Write(bench.Gic.Distributor, 0x6000 + (8 * Spi), 0x01_0002_0304, 8, false);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.Cpu(0).Irq.Level, Is.True);
        Assert.That(bench.Cpu(1).Irq.Level, Is.False);
    }

    [Test]
    public void OneOfNGoesToTheLowestCpuThatTakesTheGroup()
    {
        var bench = GicBench.Simple(4);
        bench.Configure(Spi);
        GicBench.Write(bench.Gic.Distributor, 0x6000 + (8 * Spi), 1ul << 31, 8, false);
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 0, 0);
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 0, 1);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(Enumerable.Range(0, 4).Where(i => bench.Cpu(i).Irq.Level), Is.EqualTo(new[] { 2 }));
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 1, 1);
        Assert.That(Enumerable.Range(0, 4).Where(i => bench.Cpu(i).Irq.Level), Is.EqualTo(new[] { 1 }));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1, 2), Is.EqualTo(1023));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1, 1), Is.EqualTo(Spi));
        bench.WriteDistributor(0x84, 0);
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi, 1);
        Assert.That(Enumerable.Range(0, 4).Where(i => bench.Cpu(i).Fiq.Level), Is.EqualTo(new[] { 0 }), "each group chooses for itself");
    }

    [Test]
    public void PpiReachesItsCpuOnly()
    {
        var bench = GicBench.Simple(2);
        bench.Configure(27, cpu: 0);
        bench.Configure(27, cpu: 1);
        bench.Gic.Ppi(1, 27).Set(true);
        Assert.That(bench.Cpu(0).Irq.Level, Is.False);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1, 1), Is.EqualTo(27));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 27, 0);
        Assert.That(bench.ReadRedistributor(0x1_0300, 1), Is.EqualTo(1u << 27));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 27, 1);
        Assert.That(bench.ReadRedistributor(0x1_0300, 1), Is.Zero);
    }

    [Test]
    public void AnotherCpuMayDeactivateAnSpi()
    {
        var bench = GicBench.Simple(2);
        bench.WriteRegister(GicSystemRegister.Control, 2, 1);
        bench.Configure(Spi, edge: true);
        bench.Gic.Spi(Spi - 32).Set(true);
        _ = bench.ReadRegister(GicSystemRegister.Acknowledge1, 0);
        bench.WriteRegister(GicSystemRegister.Deactivate, Spi, 1);
        Assert.That(bench.ReadDistributor(0x304), Is.Zero);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority, 0), Is.EqualTo(0x80));
    }

    [TestCase(0x0000_0001ul, new[] { 0 })]
    [TestCase(0x0000_8002ul, new[] { 1, 15 })]
    [TestCase(0x0001_0003ul, new[] { 16, 17 })]
    [TestCase(0x0001_0004ul, new int[0])]
    [TestCase(0x0100_0001_0001ul, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }, TestName = "IRM sends to all but self")]
    [TestCase(0x0001_0000_0001ul, new int[0], TestName = "Aff2 differs")]
    [TestCase(0x0001_0000_0000_0001ul, new int[0], TestName = "Aff3 differs")]
    public void SgiReachesTheTargets(ulong targets, int[] expected)
    {
        var bench = GicBench.Simple(18);
        for (int i = 0; i < 18; i++)
        {
            bench.Configure(5, cpu: i);
        }

        bench.WriteRegister(GicSystemRegister.SendSgi1, targets | (5ul << 24), 17);
        Assert.That(Enumerable.Range(0, 18).Where(i => bench.Cpu(i).Irq.Level), Is.EqualTo(expected));
        foreach (int cpu in expected)
        {
            Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1, cpu), Is.EqualTo(5));
        }
    }

    [Test]
    public void SgiSentTwiceArrivesOnce()
    {
        var bench = GicBench.Simple();
        bench.Configure(3);
        bench.WriteRegister(GicSystemRegister.SendSgi1, (3ul << 24) | 1);
        bench.WriteRegister(GicSystemRegister.SendSgi1, (3ul << 24) | 1);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(3));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 3);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(1023));
    }

    [Test]
    public void WithOneSecurityStateTheRegisterChoosesTheGroup(
        [Values(GicSystemRegister.SendSgi0, GicSystemRegister.SendSgi1, GicSystemRegister.SendSgi1Alias)] int register,
        [Values(0, 1)] int group)
    {
        var bench = GicBench.Simple();
        bench.Configure(4, group: group);
        bench.WriteRegister((ushort)register, (4ul << 24) | 1);
        bool wanted = group == (register == GicSystemRegister.SendSgi0 ? 0 : 1);
        Assert.That(bench.ReadRedistributor(0x1_0200), Is.EqualTo(wanted ? 1u << 4 : 0));
    }

    // GICv3 architecture, "SGI forwarding": sender's state and register against the target's configuration and GICR_NSACR.
    // A configuration is Group 0, Secure Group 1 or Non-secure Group 1; access is the NSACR field.
    [TestCase(true, GicSystemRegister.SendSgi0, "0", 0, true)]
    [TestCase(true, GicSystemRegister.SendSgi0, "S1", 0, false)]
    [TestCase(true, GicSystemRegister.SendSgi0, "N1", 0, false)]
    [TestCase(true, GicSystemRegister.SendSgi1, "0", 0, true)]
    [TestCase(true, GicSystemRegister.SendSgi1, "S1", 0, true)]
    [TestCase(true, GicSystemRegister.SendSgi1, "N1", 0, false)]
    [TestCase(true, GicSystemRegister.SendSgi1Alias, "0", 0, false)]
    [TestCase(true, GicSystemRegister.SendSgi1Alias, "S1", 0, false)]
    [TestCase(true, GicSystemRegister.SendSgi1Alias, "N1", 0, true)]
    [TestCase(false, GicSystemRegister.SendSgi0, "0", 0, false)]
    [TestCase(false, GicSystemRegister.SendSgi0, "0", 1, true)]
    [TestCase(false, GicSystemRegister.SendSgi0, "S1", 2, false)]
    [TestCase(false, GicSystemRegister.SendSgi0, "N1", 2, false)]
    [TestCase(false, GicSystemRegister.SendSgi1, "0", 2, false)]
    [TestCase(false, GicSystemRegister.SendSgi1, "S1", 2, false)]
    [TestCase(false, GicSystemRegister.SendSgi1, "N1", 0, true)]
    [TestCase(false, GicSystemRegister.SendSgi1Alias, "0", 0, false)]
    [TestCase(false, GicSystemRegister.SendSgi1Alias, "0", 1, true)]
    [TestCase(false, GicSystemRegister.SendSgi1Alias, "S1", 1, false)]
    [TestCase(false, GicSystemRegister.SendSgi1Alias, "S1", 2, true)]
    [TestCase(false, GicSystemRegister.SendSgi1Alias, "N1", 2, false)]
    public void WithTwoSecurityStatesTheTargetDecides(bool secure, int register, string configured, int access, bool expected)
    {
        var bench = GicBench.TwoStates();
        bench.Configure(4, group: configured == "N1" ? 1 : 0, modifier: configured == "S1");
        bench.WriteRedistributor(0x1_0e00, (uint)access << 8, secure: true);
        if (secure)
        {
            bench.EnterSecureEl1();
        }
        else
        {
            bench.EnterNonSecure();
        }

        bench.WriteRegister((ushort)register, (4ul << 24) | 1);
        Assert.That(bench.ReadRedistributor(0x1_0200, secure: true), Is.EqualTo(expected ? 1u << 4 : 0));
    }
}
