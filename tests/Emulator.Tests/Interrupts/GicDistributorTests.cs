using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Interrupts;

[TestFixture]
internal sealed class GicDistributorTests : DeviceContract<GicDistributor>
{
    // Values measured on QEMU 7.2's virt, but for the bit that tells of LPIs.
    [TestCase(0x0000, 0x50u, TestName = "GICD_CTLR has DS and ARE fixed")]
    [TestCase(0x0004, 0x0378_0007u, TestName = "GICD_TYPER has 256 interrupts and 16 INTID bits")]
    [TestCase(0x0008, 0x43bu, TestName = "GICD_IIDR")]
    [TestCase(0x000c, 0u, TestName = "GICD_TYPER2")]
    [TestCase(0xffd0, 0x44u, TestName = "GICD_PIDR4")]
    [TestCase(0xffe0, 0x92u, TestName = "GICD_PIDR0")]
    [TestCase(0xffe4, 0xb4u, TestName = "GICD_PIDR1")]
    [TestCase(0xffe8, 0x3bu, TestName = "GICD_PIDR2 says GICv3")]
    [TestCase(0xfff0, 0x0du, TestName = "GICD_CIDR0")]
    [TestCase(0xfff4, 0xf0u, TestName = "GICD_CIDR1")]
    [TestCase(0xfff8, 0x05u, TestName = "GICD_CIDR2")]
    [TestCase(0xfffc, 0xb1u, TestName = "GICD_CIDR3")]
    [TestCase(0x0084, 0u, TestName = "GICD_IGROUPR1")]
    [TestCase(0x0c08, 0u, TestName = "GICD_ICFGR2 is level-sensitive")]
    public void ResetValuesWithOneSecurityState(int offset, uint expected)
    {
        var bench = new GicBench();
        Assert.That(bench.ReadDistributor(offset), Is.EqualTo(expected));
    }

    [TestCase(false, 0x0000, 0x10u, TestName = "Non-secure GICD_CTLR has ARE_NS")]
    [TestCase(true, 0x0000, 0x30u, TestName = "Secure GICD_CTLR has ARE_S and ARE_NS")]
    [TestCase(true, 0x0004, 0x0378_0407u, TestName = "GICD_TYPER has SecurityExtn")]
    public void ResetValuesWithTwoSecurityStates(bool secure, int offset, uint expected)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        Assert.That(bench.ReadDistributor(offset, secure), Is.EqualTo(expected));
    }

    // Every declared register of the distributor: what all ones and then zero leave, with one and with two security states.
    [TestCase(0x0000, 0x53u, 0x50u, TestName = "GICD_CTLR keeps the two enables")]
    [TestCase(0x0004, 0x0378_0007u, 0x0378_0007u, TestName = "GICD_TYPER is read-only")]
    [TestCase(0x0010, 0u, 0u, TestName = "GICD_STATUSR is not implemented")]
    [TestCase(0x0080, 0u, 0u, TestName = "GICD_IGROUPR0 is in the redistributor")]
    [TestCase(0x0084, 0xffff_ffffu, 0u, TestName = "GICD_IGROUPR1 holds")]
    [TestCase(0x009c, 0xffff_ffffu, 0u, TestName = "GICD_IGROUPR7 is the last")]
    [TestCase(0x00a0, 0u, 0u, TestName = "GICD_IGROUPR8 has no interrupts")]
    [TestCase(0x0100, 0u, 0u, TestName = "GICD_ISENABLER0 is in the redistributor")]
    [TestCase(0x0104, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICD_ISENABLER1 sets only")]
    [TestCase(0x0184, 0u, 0u, TestName = "GICD_ICENABLER1 clears")]
    [TestCase(0x0204, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICD_ISPENDR1 sets only")]
    [TestCase(0x0284, 0u, 0u, TestName = "GICD_ICPENDR1 clears")]
    [TestCase(0x0304, 0xffff_ffffu, 0xffff_ffffu, TestName = "GICD_ISACTIVER1 sets only")]
    [TestCase(0x0384, 0u, 0u, TestName = "GICD_ICACTIVER1 clears")]
    [TestCase(0x0400, 0u, 0u, TestName = "GICD_IPRIORITYR0 is in the redistributor")]
    [TestCase(0x0420, 0xf8f8_f8f8u, 0u, TestName = "GICD_IPRIORITYR8 has five bits a byte")]
    [TestCase(0x04fc, 0xf8f8_f8f8u, 0u, TestName = "GICD_IPRIORITYR63 is the last")]
    [TestCase(0x0500, 0u, 0u, TestName = "GICD_IPRIORITYR64 has no interrupts")]
    [TestCase(0x0820, 0u, 0u, TestName = "GICD_ITARGETSR8 is off with affinity routing")]
    [TestCase(0x0c00, 0u, 0u, TestName = "GICD_ICFGR0 is in the redistributor")]
    [TestCase(0x0c08, 0xaaaa_aaaau, 0u, TestName = "GICD_ICFGR2 has one bit of two")]
    [TestCase(0x0d04, 0u, 0u, TestName = "GICD_IGRPMODR1 is off with one security state")]
    [TestCase(0x0e08, 0u, 0u, TestName = "GICD_NSACR2 is off with one security state")]
    [TestCase(0x0f00, 0u, 0u, TestName = "GICD_SGIR is off with affinity routing")]
    [TestCase(0x0f10, 0u, 0u, TestName = "GICD_CPENDSGIR0 is off with affinity routing")]
    [TestCase(0x0f20, 0u, 0u, TestName = "GICD_SPENDSGIR0 is off with affinity routing")]
    [TestCase(0x6100, 0x80ff_ffffu, 0u, TestName = "GICD_IROUTER32 has routing mode and three affinities")]
    [TestCase(0x6104, 0xffu, 0u, TestName = "GICD_IROUTER32's upper word has Aff3")]
    [TestCase(0x60f8, 0u, 0u, TestName = "GICD_IROUTER31 does not exist")]
    [TestCase(0x6800, 0u, 0u, TestName = "GICD_IROUTER256 does not exist")]
    [TestCase(0xffe8, 0x3bu, 0x3bu, TestName = "GICD_PIDR2 is read-only")]
    public void RegistersHoldWhatTheyImplement(int offset, uint afterOnes, uint afterZero)
    {
        var bench = new GicBench();
        bench.WriteDistributor(offset, uint.MaxValue);
        Assert.That(bench.ReadDistributor(offset), Is.EqualTo(afterOnes), "after all ones");
        bench.WriteDistributor(offset, 0);
        Assert.That(bench.ReadDistributor(offset), Is.EqualTo(afterZero), "after zero");
        Assert.That(bench.Unimplemented.Counts, Is.Empty);
    }

    [TestCase(0x0084, 0xffff_ffffu, TestName = "Secure GICD_IGROUPR1 holds")]
    [TestCase(0x0d04, 0xffff_ffffu, TestName = "Secure GICD_IGRPMODR1 holds")]
    [TestCase(0x0e08, 0xffff_ffffu, TestName = "Secure GICD_NSACR2 holds")]
    [TestCase(0x0e00, 0u, TestName = "GICD_NSACR0 is in the redistributor")]
    [TestCase(0x0000, 0x53u, TestName = "all ones in Secure GICD_CTLR set DS and leave two groups")]
    public void SecureRegistersHoldWhatTheyImplement(int offset, uint afterOnes)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(offset, uint.MaxValue, secure: true);
        Assert.That(bench.ReadDistributor(offset, secure: true), Is.EqualTo(afterOnes));
    }

    [Test]
    public void SetAndClearRegistersShowTheSameBits([Values(0x100, 0x200, 0x300)] int set)
    {
        var bench = new GicBench();
        bench.WriteDistributor(set + 8, 0x8000_0101);
        bench.WriteDistributor(set + 8, 0x0000_0010);
        bench.WriteDistributor(set + 0x88, 0x0000_0001);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadDistributor(set + 8), Is.EqualTo(0x8000_0110));
            Assert.That(bench.ReadDistributor(set + 0x88), Is.EqualTo(0x8000_0110));
            Assert.That(bench.ReadDistributor(set + 4), Is.Zero);
            Assert.That(bench.ReadDistributor(set + 12), Is.Zero);
        });
    }

    [Test]
    public void PrioritiesAreAccessibleByBytes()
    {
        var bench = new GicBench();
        bench.WriteDistributor(0x425, 0xa8, size: 1);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadDistributor(0x424), Is.EqualTo(0xa800));
            Assert.That(bench.ReadDistributor(0x425, size: 1), Is.EqualTo(0xa8));
            Assert.That(bench.ReadDistributor(0x424, size: 1), Is.Zero);
        });
    }

    [TestCase(5, 0xf8u)]
    [TestCase(6, 0xfcu)]
    [TestCase(7, 0xfeu)]
    [TestCase(8, 0xffu)]
    public void PrioritiesHaveTheBitsOfTheOption(int bits, uint expected)
    {
        var bench = new GicBench(new GicV3Options { PriorityBits = bits });
        bench.WriteDistributor(0x420, 0xff, size: 1);
        Assert.That(bench.ReadDistributor(0x420), Is.EqualTo(expected));
    }

    [TestCase(0x0040, 4)] // GICD_SETSPI_NSR: GICD_TYPER.MBIS is zero
    [TestCase(0x0084, 1)]
    [TestCase(0x0084, 2)]
    [TestCase(0x0100, 8)]
    [TestCase(0x0422, 2)]
    [TestCase(0x0086, 4)]
    [TestCase(0xc000, 4)]
    public void WhatIsNotDeclaredIsReportedReadAsZeroAndIgnored(int offset, int size)
    {
        var bench = new GicBench();
        bench.WriteDistributor(offset, uint.MaxValue, size: size);
        Assert.That(bench.ReadDistributor(offset, size: size), Is.Zero);
        Assert.That(bench.Unimplemented.Counts.Values.Sum(), Is.EqualTo(2));
    }

    [Test]
    public void RouterIsOneRegisterInTwoWidths()
    {
        var bench = new GicBench();
        GicBench.Write(bench.Gic.Distributor, 0x6108, 0x12_8034_5678, 8, false);
        Assert.That(bench.ReadDistributor(0x6108), Is.EqualTo(0x8034_5678));
        Assert.That(bench.ReadDistributor(0x610c), Is.EqualTo(0x12));
        bench.WriteDistributor(0x610c, 0x34);
        Assert.That(GicBench.Read(bench.Gic.Distributor, 0x6108, 8, false), Is.EqualTo(0x34_8034_5678));
    }

    [Test]
    public void NonSecureAccessSeesItsOwnGroupOnly([Values(0x100, 0x180, 0x200, 0x280, 0x300, 0x380)] int offset)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(0x84, 0x0000_ff00, secure: true);
        bench.WriteDistributor((offset & ~0x80) + 4, 0x00ff_ff00, secure: true);
        Assert.That(bench.ReadDistributor(offset + 4), Is.EqualTo(0x0000_ff00), "read");
        bench.WriteDistributor(offset + 4, uint.MaxValue);
        uint expected = (offset & 0x80) == 0 ? 0x00ff_ff00u : 0x00ff_0000u;
        Assert.That(bench.ReadDistributor(offset + 4, secure: true), Is.EqualTo(expected), "write");
    }

    [Test]
    public void SecureOnlyRegistersReadAsZeroNonSecure([Values(0x84, 0xd04, 0xe08)] int offset)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(offset, 0x1234_5678, secure: true);
        bench.WriteDistributor(offset, uint.MaxValue);
        Assert.That(bench.ReadDistributor(offset), Is.Zero);
        Assert.That(bench.ReadDistributor(offset, secure: true), Is.EqualTo(0x1234_5678));
    }

    [Test]
    public void NonSecurePrioritiesAreTheLowerHalfShifted()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(0x84, 1, secure: true);
        bench.WriteDistributor(0x420, 0x4040);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadDistributor(0x420), Is.EqualTo(0x40), "the Group 0 byte is hidden");
            Assert.That(bench.ReadDistributor(0x420, secure: true), Is.EqualTo(0xa0));
        });
        bench.WriteDistributor(0x420, 0xff, size: 1);
        Assert.That(bench.ReadDistributor(0x420, size: 1), Is.EqualTo(0xf0), "one bit fewer");
    }

    [TestCase(0u, false, false, false, false)]
    [TestCase(1u, true, false, false, false)]
    [TestCase(2u, true, true, true, false)]
    [TestCase(3u, true, true, true, true)]
    public void NonSecureAccessControlWidensTheView(uint field, bool setsPending, bool clearsPending, bool readsActive, bool routes)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(0xe08, field, secure: true);
        bench.WriteDistributor(0x204, 1);
        Assert.That(bench.ReadDistributor(0x204, secure: true) == 1, Is.EqualTo(setsPending), "set");
        bench.WriteDistributor(0x204, 1, secure: true);
        bench.WriteDistributor(0x284, 1);
        Assert.That(bench.ReadDistributor(0x204, secure: true) == 0, Is.EqualTo(clearsPending), "clear");
        bench.WriteDistributor(0x304, 1, secure: true);
        Assert.That(bench.ReadDistributor(0x304) == 1, Is.EqualTo(readsActive), "active");
        GicBench.Write(bench.Gic.Distributor, 0x6100, 5, 8, false);
        Assert.That(GicBench.Read(bench.Gic.Distributor, 0x6100, 8, true) == 5, Is.EqualTo(routes), "route");
        bench.WriteDistributor(0x104, 1);
        Assert.That(bench.ReadDistributor(0x104, secure: true), Is.Zero, "enables are never granted");
    }

    [Test]
    public void NonSecureControlReachesItsEnableOnly()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(0, uint.MaxValue);
        Assert.That(bench.ReadDistributor(0), Is.EqualTo(0x12));
        Assert.That(bench.ReadDistributor(0, secure: true), Is.EqualTo(0x32));
    }

    [Test]
    public void DisablingSecurityLastsUntilReset()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        bench.WriteDistributor(0xd04, 0xf, secure: true);
        bench.WriteDistributor(0, 0x47, secure: true);
        bench.WriteDistributor(0, 0, secure: true);
        Assert.That(bench.ReadDistributor(0), Is.EqualTo(0x50));
        Assert.That(bench.ReadDistributor(0xd04, secure: true), Is.Zero);
        bench.WriteDistributor(0x104, 1);
        Assert.That(bench.ReadDistributor(0x104), Is.EqualTo(1), "Non-secure software sees all");
        bench.Gic.Reset(ResetKind.Warm);
        Assert.That(bench.ReadDistributor(0, secure: true), Is.EqualTo(0x30));
    }

    [Test]
    public void ResetPutsBackEveryRegister([Values] bool twoStates, [Values] ResetKind kind)
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = twoStates });
        uint[] fresh = ReadAll(bench);
        foreach (RegisterDeclaration<GicDistributorView> register in GicDistributor.Registers.Registers)
        {
            for (int i = 0; i < register.Count && register.Name is not "GICD_CTLR" && !register.Name.StartsWith("GICD_IC", StringComparison.Ordinal); i++)
            {
                bench.WriteDistributor(register.Offset + (4 * i), uint.MaxValue, secure: true);
            }
        }

        bench.WriteDistributor(0xc08, uint.MaxValue, secure: true);
        bench.WriteDistributor(0, 7, secure: true);
        Assert.That(ReadAll(bench), Is.Not.EqualTo(fresh));
        bench.Gic.Distributor.Reset(kind);
        Assert.That(ReadAll(bench), Is.EqualTo(fresh));
    }

    [Test]
    public void EveryRegisterIsPollable()
    {
        var bench = new GicBench();
        foreach (RegisterDeclaration<GicDistributorView> register in GicDistributor.Registers.Registers)
        {
            Assert.That(bench.Gic.Distributor.IsPollable(new BusAccess((ulong)register.Offset, 4, BusInitiator.Cpu(0), false)), Is.True);
        }
    }

    [TestCase(0, 224, 5)]
    [TestCase(513, 224, 5)]
    [TestCase(1, 0, 5)]
    [TestCase(1, 33, 5)]
    [TestCase(1, 992, 5)]
    [TestCase(1, 224, 4)]
    [TestCase(1, 224, 9)]
    public void ShapesThatCannotBeAreRefused(int cpus, int spis, int priorityBits) => Assert.That(
        () => new GicV3(new GicV3Options { CpuCount = cpus, SpiCount = spis, PriorityBits = priorityBits }, new UnimplementedAccesses()),
        Throws.InstanceOf<ArgumentException>());

    [Test]
    public void AffinitiesMustDiffer()
    {
        Assert.That(() => new GicV3(new GicV3Options { CpuCount = 2, Affinities = [1, 1] }, new UnimplementedAccesses()), Throws.ArgumentException);
        Assert.That(() => new GicV3(new GicV3Options { CpuCount = 2, Affinities = [1] }, new UnimplementedAccesses()), Throws.ArgumentException);
    }

    [Test]
    public void LinesThatDoNotExistAreRefused()
    {
        var gic = new GicBench().Gic;
        Assert.Multiple(() =>
        {
            Assert.That(() => gic.Spi(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => gic.Spi(224), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => gic.Ppi(1, 16), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => gic.Ppi(0, 15), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => gic.Ppi(0, 32), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    protected override GicDistributor CreateDevice(DeviceWorld world) =>
        new GicV3(new GicV3Options { CpuCount = 2, SpiCount = 64 }, world.Unimplemented).Distributor;

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(GicDistributor device) =>
        [(0, 0x1000), (0x6000, 0x6400), (0xffc0, 0x1_0000)];

    private static uint[] ReadAll(GicBench bench) =>
        [.. GicDistributor.Registers.Registers.SelectMany(r => Enumerable.Range(0, r.Count).Select(i => bench.ReadDistributor(r.Offset + (4 * i), secure: true)))];
}
