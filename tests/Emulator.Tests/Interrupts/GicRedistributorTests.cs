using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Interrupts;

[TestFixture]
internal sealed class GicRedistributorTests : DeviceContract<GicRedistributor>
{
    // Values measured on QEMU 7.2's virt, but for the bits that tell of LPIs.
    [TestCase(0x0_0000, 0u, TestName = "GICR_CTLR")]
    [TestCase(0x0_0004, 0x43bu, TestName = "GICR_IIDR")]
    [TestCase(0x0_0014, 6u, TestName = "GICR_WAKER sleeps")]
    [TestCase(0x0_ffe0, 0x93u, TestName = "GICR_PIDR0")]
    [TestCase(0x0_ffe8, 0x3bu, TestName = "GICR_PIDR2 says GICv3")]
    [TestCase(0x1_0080, 0u, TestName = "GICR_IGROUPR0")]
    [TestCase(0x1_0c00, 0xaaaa_aaaau, TestName = "GICR_ICFGR0: SGIs are edge-triggered")]
    [TestCase(0x1_0c04, 0u, TestName = "GICR_ICFGR1: PPIs are level-sensitive")]
    public void ResetValues(int offset, uint expected)
    {
        var bench = new GicBench();
        Assert.That(bench.ReadRedistributor(offset), Is.EqualTo(expected));
    }

    [TestCase(0x0_0000, 0u, 0u, TestName = "GICR_CTLR has nothing without LPIs")]
    [TestCase(0x0_0014, 6u, 0u, TestName = "GICR_WAKER: ChildrenAsleep follows ProcessorSleep")]
    [TestCase(0x1_0080, 0xffff_ffffu, 0u, TestName = "GICR_IGROUPR0 holds")]
    [TestCase(0x1_0100, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICR_ISENABLER0 sets only")]
    [TestCase(0x1_0180, 0u, 0u, TestName = "GICR_ICENABLER0 clears")]
    [TestCase(0x1_0200, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICR_ISPENDR0 sets only")]
    [TestCase(0x1_0280, 0u, 0u, TestName = "GICR_ICPENDR0 clears")]
    [TestCase(0x1_0300, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICR_ISACTIVER0 sets only")]
    [TestCase(0x1_0380, 0u, 0u, TestName = "GICR_ICACTIVER0 clears")]
    [TestCase(0x1_0400, 0xf8f8_f8f8u, 0u, TestName = "GICR_IPRIORITYR0 has five bits a byte")]
    [TestCase(0x1_041c, 0xf8f8_f8f8u, 0u, TestName = "GICR_IPRIORITYR7 is the last")]
    [TestCase(0x1_0c00, 0xaaaa_aaaau, 0xaaaa_aaaau, TestName = "GICR_ICFGR0 is fixed")]
    [TestCase(0x1_0c04, 0xaaaa_aaaau, 0u, TestName = "GICR_ICFGR1 holds")]
    [TestCase(0x1_0d00, 0u, 0u, TestName = "GICR_IGRPMODR0 is off with one security state")]
    [TestCase(0x1_0e00, 0u, 0u, TestName = "GICR_NSACR is off with one security state")]
    public void RegistersHoldWhatTheyImplement(int offset, uint afterOnes, uint afterZero)
    {
        var bench = new GicBench();
        bench.WriteRedistributor(offset, uint.MaxValue);
        Assert.That(bench.ReadRedistributor(offset), Is.EqualTo(afterOnes), "after all ones");
        bench.WriteRedistributor(offset, 0);
        Assert.That(bench.ReadRedistributor(offset), Is.EqualTo(afterZero), "after zero");
        Assert.That(bench.Unimplemented.Counts, Is.Empty);
    }

    [Test]
    public void TypeNamesTheCpuAndEndsTheList()
    {
        var bench = new GicBench(new GicV3Options { CpuCount = 18 });
        Assert.Multiple(() =>
        {
            Assert.That(GicBench.Read(bench.Gic.Redistributor(0), 8, 8, false), Is.EqualTo(0x0000_0000_0100_0000));
            Assert.That(GicBench.Read(bench.Gic.Redistributor(1), 8, 8, false), Is.EqualTo(0x0000_0001_0100_0100));
            Assert.That(GicBench.Read(bench.Gic.Redistributor(17), 8, 8, false), Is.EqualTo(0x0000_0101_0100_1110));
            Assert.That(bench.ReadRedistributor(8, 17), Is.EqualTo(0x0100_1110));
            Assert.That(bench.ReadRedistributor(12, 17), Is.EqualTo(0x101));
        });
    }

    [Test]
    public void AffinitiesComeFromTheBoard()
    {
        var bench = new GicBench(new GicV3Options { CpuCount = 2, Affinities = [0x0102_0304, 0x100] });
        Assert.That(bench.ReadRedistributor(12), Is.EqualTo(0x0102_0304));
        Assert.That(bench.ReadRedistributor(12, 1), Is.EqualTo(0x100));
    }

    [Test]
    public void EachCpuHasItsOwnPrivateInterrupts()
    {
        var bench = new GicBench(new GicV3Options { CpuCount = 2 });
        bench.WriteRedistributor(0x1_0100, 0x1234, cpu: 1);
        Assert.That(bench.ReadRedistributor(0x1_0100, cpu: 0), Is.Zero);
        Assert.That(bench.ReadRedistributor(0x1_0100, cpu: 1), Is.EqualTo(0x1234));
    }

    [Test]
    public void NonSecureAccessSeesItsOwnGroupOnly()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteRedistributor(0x1_0080, 0xff00, secure: true);
        bench.WriteRedistributor(0x1_0100, uint.MaxValue);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadRedistributor(0x1_0100), Is.EqualTo(0xff00));
            Assert.That(bench.ReadRedistributor(0x1_0100, secure: true), Is.EqualTo(0xff00));
            Assert.That(bench.ReadRedistributor(0x1_0c00), Is.EqualTo(0xaaaa_0000));
            Assert.That(bench.ReadRedistributor(0x0_0014), Is.Zero, "GICR_WAKER is Secure");
        });
    }

    [Test]
    public void NonSecureAccessControlOfSgisGrantsNoRegisterAccess()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteRedistributor(0x1_0e00, uint.MaxValue, secure: true);
        bench.WriteRedistributor(0x1_0200, uint.MaxValue);
        Assert.That(bench.ReadRedistributor(0x1_0200, secure: true), Is.Zero);
    }

    [Test]
    public void ResetPutsBackEveryRegister([Values] bool twoStates, [Values] ResetKind kind)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = twoStates });
        uint[] fresh = ReadAll(bench);
        foreach (RegisterDeclaration<GicRedistributorView> register in GicRedistributor.Registers.Registers)
        {
            for (int i = 0; i < register.Count && !register.Name.StartsWith("GICR_IC", StringComparison.Ordinal); i++)
            {
                bench.WriteRedistributor(register.Offset + (4 * i), register.Name == "GICR_WAKER" ? 0 : uint.MaxValue, secure: true);
            }
        }

        bench.WriteRedistributor(0x1_0c04, uint.MaxValue, secure: true);
        Assert.That(ReadAll(bench), Is.Not.EqualTo(fresh));
        bench.Gic.Redistributor(0).Reset(kind);
        Assert.That(ReadAll(bench), Is.EqualTo(fresh));
    }

    [TestCase(0x0_00a0, 4)] // GICR_INVLPIR: GICR_TYPER.DirectLPI is zero
    [TestCase(0x1_0084, 4)]
    [TestCase(0x1_0080, 1)]
    [TestCase(0x1_0080, 8)]
    public void WhatIsNotDeclaredIsReportedReadAsZeroAndIgnored(int offset, int size)
    {
        var bench = new GicBench();
        bench.WriteRedistributor(offset, uint.MaxValue, size: size);
        Assert.That(bench.ReadRedistributor(offset, size: size), Is.Zero);
        Assert.That(bench.Unimplemented.Counts.Values.Sum(), Is.EqualTo(2));
    }

    protected override GicRedistributor CreateDevice(DeviceWorld world) =>
        new GicV3(new GicV3Options { CpuCount = 2, SpiCount = 64 }, world.Unimplemented).Redistributor(1);

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(GicRedistributor device) =>
        [(0, 0x100), (0xffc0, 0x1_1000), (0x1_ffc0, 0x2_0000)];

    private static uint[] ReadAll(GicBench bench) =>
        [.. GicRedistributor.Registers.Registers.SelectMany(r => Enumerable.Range(0, r.Count).Select(i => bench.ReadRedistributor(r.Offset + (4 * i), secure: true)))];
}
