using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Tests.Interrupts;

/// <summary>LPIs as a redistributor and a CPU interface have them: tables in memory, priorities, groups.</summary>
[TestFixture]
internal sealed class GicLpiTests
{
    private const int Id = 8192;

    [Test]
    public void TheIdentificationRegistersTellOfLpis()
    {
        using var bench = new TranslationBench();

        Assert.That((bench.Bench.ReadDistributor(4) >> 17) & 1, Is.EqualTo(1), "GICD_TYPER.LPIS");
        Assert.That(bench.ReadRedistributor(8) & 9, Is.EqualTo(1), "GICR_TYPER: PLPIS, no DirectLPI");
        Assert.That(bench.ReadRedistributor(0), Is.EqualTo(2), "GICR_CTLR: CES, disabled");
    }

    [Test]
    public void AGicWithoutMemoryHasNone()
    {
        var bench = new GicBench();
        bench.WriteRedistributor(0, 1);

        Assert.That(bench.Gic.TranslationService, Is.Null);
        Assert.That((bench.ReadDistributor(4) >> 17) & 1, Is.Zero);
        Assert.That(bench.ReadRedistributor(0), Is.Zero);
        Assert.That(bench.ReadRedistributor(8) & 1, Is.Zero);
    }

    [Test]
    public void TableAddressesKeepWhatIsDefined()
    {
        using var bench = new TranslationBench();
        bench.WriteRedistributor(0x70, ulong.MaxValue, size: 8);
        bench.WriteRedistributor(0x78, ulong.MaxValue, size: 8);

        Assert.That(bench.ReadRedistributor(0x70, size: 8), Is.EqualTo(0x070f_ffff_ffff_ff9f));
        Assert.That(bench.ReadRedistributor(0x78, size: 8), Is.EqualTo(0x070f_ffff_ffff_0f80));
        bench.WriteRedistributor(0x74, 0);
        bench.WriteRedistributor(0x78, 0);
        Assert.That(bench.ReadRedistributor(0x70, size: 8), Is.EqualTo(0xffff_ff9f));
        Assert.That(bench.ReadRedistributor(0x7c), Is.EqualTo(0x070f_ffff));
    }

    [Test]
    public void EnablingReadsThePendingTable()
    {
        using TranslationBench bench = Off();
        bench.Configure(Id + 77);
        bench.WriteMemory64(TranslationBench.Pending + ((Id + 64) / 8), 1ul << 13);
        bench.EnableLpis();

        Assert.That(bench.Acknowledge(), Is.EqualTo(Id + 77));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void EnablingDoesNotReadATableThatIsSaidToBeZero(bool upperHalfFirst)
    {
        using TranslationBench bench = Off();
        bench.Configure(Id);
        bench.WriteMemory64(TranslationBench.Pending + (Id / 8), 1);
        bench.WriteRedistributor(0x70, TranslationBench.Configuration | 15, size: 8);
        bench.WriteRedistributor(upperHalfFirst ? 0x7c : 0x78, upperHalfFirst ? 1ul << 30 : TranslationBench.Pending);
        bench.WriteRedistributor(upperHalfFirst ? 0x78 : 0x7c, upperHalfFirst ? TranslationBench.Pending : 1ul << 30);
        bench.WriteRedistributor(0, 1);

        Assert.That(bench.HighestPending(), Is.EqualTo(1023));
    }

    [Test]
    public void DisablingWritesThePendingTableAndTakesTheInterruptsAway()
    {
        using TranslationBench bench = WithInterrupts(Id + 3, Id + 200);
        bench.WriteRedistributor(0, 0);

        Assert.That(bench.HighestPending(), Is.EqualTo(1023));
        Assert.That(Byte(bench, TranslationBench.Pending + ((Id + 3) / 8)), Is.EqualTo(1 << 3));
        Assert.That(Byte(bench, TranslationBench.Pending + ((Id + 200) / 8)), Is.EqualTo(1));
        bench.WriteRedistributor(0, 1);
        Assert.That(bench.HighestPending(), Is.EqualTo(Id + 3));
    }

    [Test]
    public void PriorityDecidesAndThenTheLowerNumber()
    {
        using TranslationBench bench = TranslationBench.Ready();
        bench.MapDevice(0);
        foreach ((uint eventId, int id, int priority) in new[] { (0u, Id + 4000, 0x80), (1u, Id + 70, 0x40), (2u, Id + 9, 0x80), (3u, Id + 30_000, 0x40) })
        {
            bench.Configure(id, priority);
            bench.MapInterrupt(0, eventId, id);
            bench.Interrupt(0, eventId);
        }

        int[] order = new int[4];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = bench.Acknowledge();
            bench.End(order[i]);
        }

        Assert.That(order, Is.EqualTo(new[] { Id + 70, Id + 30_000, Id + 9, Id + 4000 }));
        Assert.That(bench.HighestPending(), Is.EqualTo(1023));
    }

    [Test]
    public void LpisAndOthersCompeteByPriority()
    {
        using TranslationBench bench = WithInterrupts(Id);
        bench.Bench.Configure(40, 0x80);
        bench.Gic.Spi(8).Set(true);
        bench.Bench.Configure(41, 0xc0);
        bench.Gic.Spi(9).Set(true);

        Assert.That(bench.Acknowledge(), Is.EqualTo(40));
        Assert.That(bench.Acknowledge(), Is.EqualTo(1023), "0xa0 does not preempt 0x80");
        bench.Gic.Spi(8).Set(false);
        bench.End(40);
        Assert.That(bench.Acknowledge(), Is.EqualTo(Id));
    }

    [Test]
    public void AnLpiHasNoActiveState()
    {
        using TranslationBench bench = WithInterrupts(Id);
        Assert.That(bench.Acknowledge(), Is.EqualTo(Id));
        bench.Interrupt(0, 0);
        bench.End(Id);

        Assert.That(bench.Bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
        Assert.That(bench.Acknowledge(), Is.EqualTo(Id), "pending again while it was handled");
    }

    [Test]
    public void ADisabledLpiStaysPending()
    {
        using TranslationBench bench = TranslationBench.Ready();
        bench.MapDevice(0);
        bench.MapInterrupt(0, 0, Id);
        bench.Configure(Id, enabled: false);
        bench.Interrupt(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(1023));

        bench.Configure(Id);
        Assert.That(bench.HighestPending(), Is.EqualTo(1023), "the change counts when software says so");
        bench.Send(TranslationBench.Command(GicTranslationCommand.Inv, 0, 0));
        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [Test]
    public void OnlyGroup1CarriesLpis()
    {
        using TranslationBench bench = WithInterrupts(Id);
        bench.Bench.WriteRegister(GicSystemRegister.GroupEnable1, 0);
        Assert.That(bench.Bench.Cpu().Irq.Level, Is.False);
        bench.Bench.WriteRegister(GicSystemRegister.GroupEnable1, 1);
        Assert.That(bench.Bench.Cpu().Irq.Level, Is.True);
        bench.Bench.WriteDistributor(0, 1);
        Assert.That(bench.Bench.Cpu().Irq.Level, Is.False);
    }

    // GICv3 architecture, "LPI Configuration tables": the priority is a Non-secure one.
    [Test]
    public void WithTwoSecurityStatesPrioritiesAreTheLowerHalf()
    {
        using var bench = new TranslationBench(1, twoSecurityStates: true);
        bench.Bench.WriteDistributor(0, 7, secure: true);
        bench.Bench.EnterEl3();
        bench.Bench.WriteRegister(GicSystemRegister.GroupEnable1El3, 3);
        bench.Bench.WriteRegister(GicSystemRegister.PriorityMask, 0x80);
        bench.PointToTables();
        bench.WriteService(0, 1);
        bench.EnableLpis();
        bench.MapCollection(0, 0);
        bench.MapDevice(0);
        bench.MapInterrupt(0, 0, Id);
        bench.Configure(Id, 0);
        bench.Interrupt(0, 0);

        Assert.That(bench.Bench.Cpu().Fiq.Level, Is.False, "0 is 0x80");
        bench.Bench.WriteRegister(GicSystemRegister.PriorityMask, 0x88);
        Assert.That(bench.Bench.Cpu().Fiq.Level, Is.True);
        Assert.That(bench.Acknowledge(), Is.EqualTo(Id));
        Assert.That(bench.Bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0x80));
    }

    [TestCase(12u, Id, false)]
    [TestCase(13u, Id, true)]
    [TestCase(13u, (1 << 14) - 1, true)]
    [TestCase(13u, 1 << 14, false)]
    [TestCase(31u, (1 << 16) - 1, true)]
    public void TheTablesEndWhereTheirIdBitsSay(uint idBits, int id, bool exists)
    {
        using TranslationBench bench = TranslationBench.Ready();
        bench.WriteRedistributor(0, 0);
        bench.EnableLpis(0, idBits);
        bench.MapDevice(0);
        bench.Configure(id);
        bench.MapInterrupt(0, 0, id);
        bench.Interrupt(0, 0);

        Assert.That(bench.HighestPending(), Is.EqualTo(exists ? id : 1023));
    }

    [Test]
    public void TablesOutsideMemoryHoldNothing()
    {
        using TranslationBench bench = Off();
        bench.WriteRedistributor(0x70, TranslationBench.Nowhere | 15, size: 8);
        bench.WriteRedistributor(0x78, TranslationBench.Nowhere, size: 8);
        bench.WriteRedistributor(0, 1);
        bench.MapDevice(0);
        bench.MapInterrupt(0, 0, Id);
        bench.Interrupt(0, 0);
        bench.Send(new GicTranslationCommand(GicTranslationCommand.Invall, 0, 0, 0));

        Assert.That(bench.HighestPending(), Is.EqualTo(1023));
        bench.WriteRedistributor(0, 0);
    }

    [Test]
    public void DeliveryAllocatesNothing()
    {
        using TranslationBench bench = WithInterrupts(Id);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                bench.Service.Write(new BusAccess(GicTranslationService.Translater, 4, default, false), 0);
                var access = new SystemRegisterAccess(GicSystemRegister.Acknowledge1, 1, false, 0, GicBench.ScrNs);
                _ = bench.Gic.CpuInterface(0).Read(access, out ulong id);
                _ = bench.Gic.CpuInterface(0).Write(access with { Register = GicSystemRegister.EndOfInterrupt1 }, id);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    // LPIs not yet enabled, everything else on.
    private static TranslationBench Off()
    {
        TranslationBench bench = TranslationBench.Ready();
        bench.WriteRedistributor(0, 0);
        return bench;
    }

    // Interrupts pending at CPU 0 from device 0, priority 0xa0.
    private static TranslationBench WithInterrupts(params int[] ids)
    {
        TranslationBench bench = TranslationBench.Ready();
        bench.MapDevice(0);
        for (int i = 0; i < ids.Length; i++)
        {
            bench.Configure(ids[i]);
            bench.MapInterrupt(0, (uint)i, ids[i]);
            bench.Interrupt(0, (uint)i);
        }

        return bench;
    }

    private static byte Byte(TranslationBench bench, ulong address)
    {
        byte[] bytes = new byte[1];
        Assert.That(bench.Dma.TryRead(address, bytes), Is.True);
        return bytes[0];
    }
}
