using Emulator.Interrupts;
using Emulator.Memory;
using static Emulator.Tests.Interrupts.TranslationBench;

namespace Emulator.Tests.Interrupts;

/// <summary>The translation service: registers, tables, each command and its errors, messages.</summary>
[TestFixture]
internal sealed class GicTranslationServiceTests
{
    private const int Id = 8192;
    private const uint Spurious = 1023;

    [Test]
    public void RegistersAfterReset()
    {
        using var bench = new TranslationBench();

        Assert.That(bench.ReadService(0), Is.EqualTo(0x8000_0000), "GITS_CTLR: quiescent");
        Assert.That(bench.ReadService(4), Is.EqualTo(0x43b), "GITS_IIDR");
        Assert.That(bench.ReadService(8, 8), Is.EqualTo(0x1f_0002_0f71), "GITS_TYPER: 17 bits of device ids");
        Assert.That(bench.ReadService(0x100, 8) >> 48, Is.EqualTo(0x0107), "GITS_BASER0: devices, 8 bytes each");
        Assert.That(bench.ReadService(0x108, 8) >> 48, Is.EqualTo(0x0407), "GITS_BASER1: collections, 8 bytes each");
        Assert.That(bench.ReadService(0x110, 8), Is.Zero, "GITS_BASER2");
        Assert.That(bench.ReadService(0xffe8), Is.EqualTo(0x3b), "GITS_PIDR2: GICv3");
    }

    [Test]
    public void RegistersKeepWhatIsDefined()
    {
        using var bench = new TranslationBench();
        foreach (int offset in (int[])[0x80, 0x100, 0x108, 0x110, 0x138])
        {
            bench.WriteService(offset, ulong.MaxValue, 8);
        }

        Assert.That(bench.ReadService(0x80, 8), Is.EqualTo(0xb8ef_ffff_ffff_fcff));
        Assert.That(bench.ReadService(0x100, 8), Is.EqualTo(0xf9e7_ffff_ffff_ffff));
        Assert.That(bench.ReadService(0x108, 8), Is.EqualTo(0xfce7_ffff_ffff_ffff));
        Assert.That(bench.ReadService(0x110, 8) | bench.ReadService(0x138, 8), Is.Zero);
    }

    [Test]
    public void TablesAndQueueAreFixedWhileEnabled()
    {
        using TranslationBench bench = Ready();
        ulong[] before = [bench.ReadService(0x80, 8), bench.ReadService(0x100, 8), bench.ReadService(0x108, 8)];
        foreach (int offset in (int[])[0x80, 0x100, 0x108])
        {
            bench.WriteService(offset, 0, 8);
        }

        Assert.That((ulong[])[bench.ReadService(0x80, 8), bench.ReadService(0x100, 8), bench.ReadService(0x108, 8)], Is.EqualTo(before));
    }

    [Test]
    public void WritingTheQueueBaseStartsReadingAnew()
    {
        using TranslationBench bench = Ready();
        bench.MapDevice(0);
        Assert.That(bench.ReadService(0x90), Is.Not.Zero);
        bench.WriteService(0, 0);
        bench.WriteService(0x80, Queue | (1ul << 63), 8);

        Assert.That(bench.ReadService(0x90), Is.Zero);
    }

    [Test]
    public void CommandsWaitUntilTheServiceIsEnabled()
    {
        using TranslationBench bench = Ready();
        bench.WriteService(0, 0);
        bench.MapDevice(0);
        Assert.That(bench.ReadService(0x90), Is.Not.EqualTo(bench.ReadService(0x88)));
        bench.WriteService(0, 1);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(bench.ReadService(0x88)));
        bench.Configure(Id);
        bench.MapInterrupt(0, 0, Id);
        bench.Interrupt(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AMessageBecomesAnInterruptThroughTablesOfOneAndOfTwoLevels(bool twoLevels)
    {
        using TranslationBench bench = Ready(2, twoLevels);
        const uint device = 0x4f8;
        bench.MapCollection(0x2ff, 1);
        bench.MapDevice(device);
        bench.Configure(Id + 500);
        bench.MapInterrupt(device, 31, Id + 500, 0x2ff);
        bench.Message(device, 31);

        Assert.That(bench.Bench.Cpu(0).Irq.Level, Is.False);
        Assert.That(bench.Bench.Cpu(1).Irq.Level, Is.True);
        Assert.That(bench.Acknowledge(1), Is.EqualTo(Id + 500));
    }

    [TestCase(0u)]
    [TestCase(0xffffu)]
    [TestCase(0x1_0000u)]
    [TestCase(0x1_001fu)]
    public void RequesterIdsOfPciAndSlotsOfVirtioAreDevices(uint device)
    {
        using TranslationBench bench = WithInterrupt(device);
        bench.Message(device, 0);

        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [Test]
    public void SendersThatAreNoDevicesAreIgnored()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Message(BusInitiator.Cpu(0).Id, 0);
        bench.Message(0x2_0000, 0);
        bench.Message(1, 0);
        bench.Message(0, 1);
        bench.Message(0, 32);

        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
    }

    [Test]
    public void ADisabledServiceTakesNoMessages()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.WriteService(0, 0);
        bench.Message(0, 0);
        bench.WriteService(0, 1);

        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
    }

    [Test]
    public void MessagesAreHalfwordsOrWordsAndCannotBeReadBack()
    {
        using TranslationBench bench = WithInterrupt(0);
        Assert.That(bench.Bus.Write(ServiceBase + GicTranslationService.Translater, 0, 2, new BusInitiator(0), secure: false), Is.EqualTo(BusStatus.Ok));

        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
        Assert.That(bench.ReadService((int)GicTranslationService.Translater), Is.Zero);
    }

    [Test]
    public void AMessageToMemoryIsAWrite()
    {
        using var bench = new TranslationBench();
        Assert.That(bench.Messages.Send(InterruptTables, 0x1234_5678, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Ok));
        Assert.That(bench.Bus.Read(InterruptTables, 4, BusInitiator.Host, secure: false).Value, Is.EqualTo(0x1234_5678));
        Assert.That(bench.Messages.Send(Nowhere, 0, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Error));
    }

    [Test]
    public void MapiTakesTheEventForTheInterrupt()
    {
        using TranslationBench bench = Ready();
        bench.MapDevice(0, 14);
        bench.Configure(Id + 1);
        bench.Send(Command(GicTranslationCommand.Mapi, 0, Id + 1));
        bench.Message(0, Id + 1);

        Assert.That(bench.HighestPending(), Is.EqualTo(Id + 1));
    }

    [Test]
    public void MoviMovesTheInterruptAndWhatIsPending()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Message(0, 0);
        bench.Send(Command(GicTranslationCommand.Movi, 0, 0, collection: 1));

        Assert.That((bench.HighestPending(0), bench.HighestPending(1)), Is.EqualTo((1023, Id)));
        Assert.That(bench.Acknowledge(1), Is.EqualTo(Id));
        bench.End(Id, 1);
        bench.Message(0, 0);
        Assert.That((bench.HighestPending(0), bench.HighestPending(1)), Is.EqualTo((1023, Id)));
    }

    [Test]
    public void MoviToAnUnmappedCollectionChangesNothing()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Send(Command(GicTranslationCommand.Movi, 0, 0, collection: 7));
        bench.Message(0, 0);

        Assert.That(bench.HighestPending(0), Is.EqualTo(Id));
    }

    [Test]
    public void MovallMovesWhatIsPending()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Configure(Id + 64, 0x20);
        bench.MapInterrupt(0, 1, Id + 64);
        bench.Message(0, 0);
        bench.Message(0, 1);
        bench.Send(new GicTranslationCommand(GicTranslationCommand.Movall, 0, 0, 1 << 16));

        Assert.That((bench.HighestPending(0), bench.HighestPending(1)), Is.EqualTo((1023, Id + 64)));
        Assert.That(bench.Bench.Cpu(0).Irq.Level, Is.False);
        Assert.That(bench.Acknowledge(1), Is.EqualTo(Id + 64));
        bench.End(Id + 64, 1);
        Assert.That(bench.Acknowledge(1), Is.EqualTo(Id));
    }

    [Test]
    public void MovingACollectionMovesFutureInterrupts()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Message(0, 0);
        Assert.That(bench.Acknowledge(0), Is.EqualTo(Id));
        bench.MapCollection(0, 1);
        bench.Message(0, 0);

        Assert.That((bench.HighestPending(0), bench.HighestPending(1)), Is.EqualTo((1023, Id)));
    }

    [Test]
    public void ClearTakesThePendingState()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Message(0, 0);
        bench.Send(Command(GicTranslationCommand.Clear, 0, 0));
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
        bench.Message(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [Test]
    public void DiscardTakesPendingStateAndMapping()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Message(0, 0);
        bench.Send(Command(GicTranslationCommand.Discard, 0, 0));
        bench.Message(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
    }

    [Test]
    public void InvallReadsAllConfigurationAgain()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Configure(Id + 9000, 0xf0);
        bench.MapInterrupt(0, 1, Id + 9000);
        bench.Message(0, 0);
        bench.Message(0, 1);
        bench.Configure(Id + 9000, 0x10);
        bench.Send(Command(GicTranslationCommand.Invall, 0, 0, collection: 1));
        Assert.That(bench.HighestPending(), Is.EqualTo(Id), "another CPU's collection");
        bench.Send(Command(GicTranslationCommand.Invall, 0, 0, collection: 0));
        Assert.That(bench.HighestPending(), Is.EqualTo(Id + 9000));
    }

    [Test]
    public void CommandsOfOneBatchActInOrder()
    {
        using TranslationBench bench = WithInterrupt(0, cpus: 2);
        bench.Send(
            Command(GicTranslationCommand.Int, 0, 0),
            new GicTranslationCommand(GicTranslationCommand.Movall, 0, 0, 1 << 16),
            Command(GicTranslationCommand.Int, 0, 0),
            Command(GicTranslationCommand.Invall, 0, 0),
            Command(GicTranslationCommand.Clear, 0, 0),
            new GicTranslationCommand(GicTranslationCommand.Sync, 0, 0, 0));

        Assert.That((bench.HighestPending(0), bench.HighestPending(1)), Is.EqualTo((1023, Id)));
    }

    [Test]
    public void UnmappingADeviceOrACollectionStopsMessages()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Message(0, 0);
        Assert.That(bench.Acknowledge(), Is.EqualTo(Id));
        bench.End(Id);
        bench.Send(MapCollectionCommand(0, 0, valid: false));
        bench.Message(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));

        bench.MapCollection(0, 0);
        bench.Send(MapDeviceCommand(0, 5, InterruptsOf(0), valid: false));
        bench.Message(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
    }

    // GICv3 architecture, "ITS commands": errors that these commands can report. None stalls, none has an effect.
    private static IEnumerable<TestCaseData> WrongCommands()
    {
        TestCaseData Case(string name, GicTranslationCommand command) => new TestCaseData(command).SetArgDisplayNames(name);

        yield return Case("MAPD, device out of range", MapDeviceCommand(0x2_0000, 5, InterruptTables));
        yield return Case("MAPD, too many events", MapDeviceCommand(0, 17, Nowhere));
        yield return Case("MAPC, processor out of range", MapCollectionCommand(0, 1));
        yield return Case("MAPC, processor far out of range", MapCollectionCommand(0, 0xf_ffff_ffff));
        yield return Case("MAPC, collection beyond the table", MapCollectionCommand(0xffff, 0));
        yield return Case("MAPTI, unmapped device", MapInterruptCommand(1, 0, Id + 5, 0));
        yield return Case("MAPTI, event out of range", MapInterruptCommand(0, 32, Id + 5, 0));
        yield return Case("MAPTI, no LPI", MapInterruptCommand(0, 0, Id - 1, 0));
        yield return Case("MAPTI, LPI out of range", MapInterruptCommand(0, 0, 1 << 16, 0));
        yield return Case("MAPI, no LPI", Command(GicTranslationCommand.Mapi, 0, 3));
        yield return Case("MOVI, unmapped event", Command(GicTranslationCommand.Movi, 0, 1));
        yield return Case("INT, unmapped event", Command(GicTranslationCommand.Int, 0, 1));
        yield return Case("CLEAR, unmapped device", Command(GicTranslationCommand.Clear, 5, 0));
        yield return Case("DISCARD, unmapped event", Command(GicTranslationCommand.Discard, 0, 2));
        yield return Case("INV, unmapped event", Command(GicTranslationCommand.Inv, 0, 2));
        yield return Case("INVALL, unmapped collection", Command(GicTranslationCommand.Invall, 0, 0, 9));
        yield return Case("MOVALL, processor out of range", new GicTranslationCommand(GicTranslationCommand.Movall, 0, 0, 5 << 16));
        yield return Case("no command", new GicTranslationCommand(0xff, 0, 0, 0));
        yield return Case("command zero", default);
    }

    [TestCaseSource(nameof(WrongCommands))]
    public void AWrongCommandIsIgnored(object wrong)
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Send((GicTranslationCommand)wrong);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(bench.ReadService(0x88)));
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));

        bench.Message(0, 0);
        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [Test]
    public void AnInterruptOfAnUnmappedCollectionIsLost()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.MapInterrupt(0, 1, Id + 1, collection: 3);
        bench.Interrupt(0, 1);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(bench.ReadService(0x88)));
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));
    }

    [Test]
    public void AnUnmappedSecondLevelPageHasNoEntries()
    {
        using TranslationBench bench = Ready(1, twoLevels: true);
        bench.MapDevice(3 * 512);
        bench.MapDevice(512 * 512);
        bench.MapInterrupt(3 * 512, 0, Id);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(bench.ReadService(0x88)));
    }

    [Test]
    public void MemoryThatDoesNotAnswerStallsTheQueueUntilRetry()
    {
        using TranslationBench bench = WithInterrupt(0);
        ulong before = bench.ReadService(0x90);
        bench.Send(MapDeviceCommand(1, 5, Nowhere), MapInterruptCommand(1, 0, Id, 0), Command(GicTranslationCommand.Int, 0, 0));
        Assert.That(bench.ReadService(0x90), Is.EqualTo((before + 32) | 1), "stands at the command that failed");
        Assert.That(bench.HighestPending(), Is.EqualTo(Spurious));

        bench.WriteService(0x88, before + 96);
        Assert.That(bench.ReadService(0x90), Is.EqualTo((before + 32) | 1), "without Retry");
        bench.WriteService(0x88, (before + 96) | 1);
        Assert.That(bench.ReadService(0x90), Is.EqualTo((before + 32) | 1), "still wrong");
        bench.WriteMemory64(Queue + before + 32, GicTranslationCommand.Sync);
        bench.WriteService(0x88, (before + 96) | 1);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(before + 96));
        Assert.That(bench.ReadService(0x88), Is.EqualTo(before + 96), "Retry reads as zero");
        Assert.That(bench.HighestPending(), Is.EqualTo(Id));
    }

    [Test]
    public void AQueueOutsideMemoryStalls()
    {
        using var bench = new TranslationBench();
        bench.WriteService(0x80, Nowhere | (1ul << 63), 8);
        bench.WriteService(0, 1);
        bench.WriteService(0x88, 32);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(1));
    }

    [Test]
    public void AWriteOffsetBehindTheQueueDoesNothing()
    {
        using TranslationBench bench = Ready();
        ulong before = bench.ReadService(0x90);
        bench.WriteService(0x88, 0x1000);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(before));
    }

    [Test]
    public void TheQueueWrapsAround()
    {
        using TranslationBench bench = WithInterrupt(0);
        for (int i = 0; i < 300; i++)
        {
            bench.Interrupt(0, 0);
            Assert.That(bench.Acknowledge(), Is.EqualTo(Id));
            bench.End(Id);
        }
    }

    // However much a guest asks for in one go, the work stays small: 30,000 commands of the costly kinds with every LPI pending.
    [Test]
    public void ALongQueueOfCostlyCommandsEnds()
    {
        using TranslationBench bench = Ready(2);
        bench.WriteRedistributor(0, 0);
        byte[] ones = new byte[0x2000];
        ones.AsSpan().Fill(0xff);
        Assert.That(bench.Dma.TryWrite(Pending, ones), Is.True);
        bench.EnableLpis();
        bench.WriteService(0, 0);
        bench.WriteService(0x80, InterruptTables | (1ul << 63) | 0xff, 8);
        for (ulong offset = 0; offset < 0x10_0000; offset += 32)
        {
            bool move = offset % 64 == 0;
            bench.WriteMemory64(InterruptTables + offset, move ? GicTranslationCommand.Movall : GicTranslationCommand.Invall);
            bench.WriteMemory64(InterruptTables + offset + 16, offset % 128 == 0 ? 0u : 1u << 16);
            bench.WriteMemory64(InterruptTables + offset + 24, offset % 128 == 0 ? 1u << 16 : 0u);
        }

        bench.WriteService(0, 1);
        bench.WriteService(0x88, 0xf_ffe0);
        Assert.That(bench.ReadService(0x90), Is.EqualTo(0xf_ffe0));
    }

    [Test]
    public void ResetForgetsEverything()
    {
        using TranslationBench bench = WithInterrupt(0);
        bench.Message(0, 0);
        bench.Gic.Reset(ResetKind.Warm);

        Assert.That(bench.Bench.Cpu().Irq.Level, Is.False);
        Assert.That(bench.Bench.Save(), Is.EqualTo(new TranslationBench().Bench.Save()));
    }

    // Device 0's (or another's) event 0 is LPI 8192 at CPU 0.
    private static TranslationBench WithInterrupt(uint device, int cpus = 1)
    {
        TranslationBench bench = Ready(cpus);
        bench.MapDevice(device);
        bench.Configure(Id);
        bench.MapInterrupt(device, 0, Id);
        return bench;
    }
}
