using Emulator.Memory;
using Emulator.Snapshots;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Memory;

internal sealed class CfiFlashTests
{
    private const ulong Length = 1024 * 1024;
    private const ulong Block = CfiFlash.BlockLength;
    private const uint Ready = 0x80;

    private CfiFlash _flash = null!;
    private FlashDriver _driver = null!;

    [SetUp]
    public void CreateFlash()
    {
        _flash = new CfiFlash("flash", Length);
        _driver = new FlashDriver(_flash);
        for (ulong block = 0; block < Length; block += Block)
        {
            Assert.That(_driver.EraseBlock(block), Is.EqualTo(Ready));
        }
    }

    [TearDown]
    public void DisposeFlash() => _flash.Dispose();

    [Test]
    public void QueryTellsGeometryOfOneChipOnBothLanes()
    {
        _driver.Command(0x55 * 4, 0x98);

        Assert.That(new[] { 0x10ul, 0x11ul, 0x12ul }.Select(word => _driver.Read32(word * 4)), Is.EqualTo([0x00510051u, 0x00520052u, 0x00590059u]));
        Assert.That(_driver.Read32(0x27 * 4), Is.EqualTo(0x00130013u), "log2 of a chip's size");
        Assert.That(_driver.Read32(0x2d * 4), Is.EqualTo(0x00030003u), "blocks - 1");
        Assert.That(_driver.Read32(0x30 * 4), Is.EqualTo(0x00020002u), "block size / 0x10000");
        Assert.That(_driver.Read(0x10 * 4, 8), Is.EqualTo(0x0052005200510051ul));
        Assert.That(_driver.Read((0x10 * 4) + 3, 1), Is.EqualTo(0x51ul));
        Assert.That(_driver.Read32(0x60 * 4), Is.Zero);
    }

    [Test]
    public void IdentifierIsShownInEveryBlock()
    {
        _driver.Command(0, 0x90);

        Assert.That(_driver.Read32(0), Is.EqualTo(0x00890089u));
        Assert.That(_driver.Read32(4), Is.EqualTo(0x00180018u));
        Assert.That(_driver.Read32(Block), Is.EqualTo(0x00890089u));
    }

    [Test]
    public void ProgrammingClearsBitsAndErasingSetsThem()
    {
        Assert.That(_driver.ProgramWord(0x104, 0x0fff_ffff), Is.EqualTo(Ready));
        Assert.That(_driver.ProgramWord(0x104, 0xff00_1234), Is.EqualTo(Ready));
        Assert.That(_driver.Read32(0x104), Is.EqualTo(0x0f00_1234u));

        Assert.That(_driver.EraseBlock(0x1_0000), Is.EqualTo(Ready));
        Assert.That(_driver.Read32(0x104), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void ErasingTouchesOneBlockOnly()
    {
        _ = _driver.ProgramWord(Block - 4, 1);
        _ = _driver.ProgramWord(Block, 2);
        _ = _driver.ProgramWord((2 * Block) - 4, 3);
        _ = _driver.ProgramWord(2 * Block, 4);

        _ = _driver.EraseBlock(Block + 0x500);

        Assert.That(
            new ulong[] { Block - 4, Block, (2 * Block) - 4, 2 * Block }.Select(_driver.Read32),
            Is.EqualTo([1u, uint.MaxValue, uint.MaxValue, 4u]));
    }

    [Test]
    public void EraseNeedsItsConfirmation()
    {
        _ = _driver.ProgramWord(0, 42);
        _driver.Command(0, 0x20);
        _driver.Command(0, 0xff);

        Assert.That(_driver.Status(), Is.EqualTo(0xb0u), "ready, command sequence error");
        Assert.That(_driver.Read32(0), Is.EqualTo(42u));
    }

    [Test]
    public void ErrorsStayUntilCleared()
    {
        _driver.Command(0, 0x20);
        _driver.Command(0, 0x00);
        _driver.Command(0, 0x20);
        _driver.Command(0, 0xd0);
        Assert.That(_driver.Read32(0), Is.EqualTo(0x00b000b0u));

        _driver.Command(0, 0x50);
        _driver.Command(0, 0x70);
        Assert.That(_driver.Read32(0), Is.EqualTo(0x00800080u), "a chip that has cleared its errors is still ready");
    }

    // U-Boot writes command, count and confirmation to the block's address, and the data where they belong.
    [Test]
    public void BufferedProgramTakesItsCountAnywhereInTheBlock()
    {
        uint[] words = [.. Enumerable.Range(0, 1024).Select(i => (uint)i * 0x0101_0101u)];

        Assert.That(_driver.ProgramBuffer(Block, Block + 0x3_0000, words), Is.EqualTo(Ready));

        Assert.That(Enumerable.Range(0, 1024).Select(i => _driver.Read32(Block + 0x3_0000 + (4 * (ulong)i))), Is.EqualTo(words));
        Assert.That(_driver.Read32(Block + 0x3_1000), Is.EqualTo(uint.MaxValue));
        Assert.That(_driver.Read32(Block + 0x2_fffc), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void BufferedDataMayComeInAnyOrderInsideTheWindow()
    {
        _driver.Command(0, 0xe8);
        _driver.Write(0x20, 0x0002_0002);
        _driver.Write(0x100, 1);
        _driver.Write(0x108, 3);
        _driver.Write(0x104, 2);
        _driver.Command(0x3000, 0xd0);

        Assert.That(_driver.Status(), Is.EqualTo(Ready));
        Assert.That(new[] { 0x100ul, 0x104ul, 0x108ul }.Select(_driver.Read32), Is.EqualTo([1u, 2u, 3u]));
    }

    // EDK2 writes the confirmation to the bank's start.
    [Test]
    public void BufferedProgramIsConfirmedAtAnyAddress()
    {
        _driver.Command(Block, 0xe8);
        _driver.Write(Block, 0);
        _driver.Write(Block + 0x100, 7);
        _driver.Command(0, 0xd0);

        Assert.That(_driver.Status(), Is.EqualTo(Ready));
        Assert.That(_driver.Read32(Block + 0x100), Is.EqualTo(7));
    }

    // U-Boot takes the bank for one 16-bit chip with blocks of half the size.
    [Test]
    public void BufferedProgramOfHalfWordsReachesTheEndOfTheBlock()
    {
        const ulong start = Block - 2048;
        _driver.Write(Block / 2, 0xe8, 2);
        _driver.Write(Block / 2, 1023, 2);
        for (ulong i = 0; i < 2048; i += 2)
        {
            _driver.Write(start + i, i, 2);
        }

        _driver.Write(Block / 2, 0xd0, 2);

        Assert.That(_driver.Status(), Is.EqualTo(Ready));
        Assert.That(_driver.Read(start, 8), Is.EqualTo(0x0006_0004_0002_0000ul));
        Assert.That(_driver.Read(Block - 2, 2), Is.EqualTo(2046ul));
        Assert.That(_driver.Read32(Block), Is.EqualTo(uint.MaxValue));
        Assert.That(_driver.Read32(start - 4), Is.EqualTo(uint.MaxValue));
    }

    [TestCase(0x0fcul, Description = "before the window")]
    [TestCase(0x108ul, Description = "behind the window")]
    [TestCase(Block + 0x104, Description = "another block")]
    public void BufferedDatumOutsideTheWindowProgramsNothing(ulong second)
    {
        _driver.Command(0, 0xe8);
        _driver.Write(0, 0x0001_0001);
        _driver.Write(0x100, 0);
        _driver.Write(second, 0x0020_0020);
        Assert.That(_driver.Read32(0), Is.EqualTo(0x00800080u));
        _driver.Command(0, 0xd0);

        Assert.That(_driver.Status(), Is.EqualTo(0xb0u));
        Assert.That(_driver.Read32(0x100), Is.EqualTo(uint.MaxValue));
        Assert.That(_driver.Read32(second), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void BufferedProgramIsRefusedWhenItsWindowLeavesTheBlock()
    {
        Assert.That(_driver.ProgramBuffer(0, Block - 4, 1, 2), Is.EqualTo(0xb0u));
        Assert.That(_driver.Read32(Block - 4), Is.EqualTo(uint.MaxValue));
        Assert.That(_driver.Read32(Block), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void BufferedProgramIsRefusedWithoutConfirmation()
    {
        _driver.Command(0, 0xe8);
        _driver.Write(0, 0);
        _driver.Write(0x100, 0);
        _driver.Command(0, 0xff);

        Assert.That(_driver.Status(), Is.EqualTo(0xb0u));
        Assert.That(_driver.Read32(0x100), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void BufferedProgramIsRefusedWhenTooLong()
    {
        _driver.Command(0, 0xe8);
        _driver.Write(0, 0x0400_0400);

        Assert.That(_driver.Status(), Is.EqualTo(0xb0u));
    }

    [Test]
    public void LockedBlockRefusesProgramAndErase()
    {
        _ = _driver.ProgramWord(Block, 0xfff0);
        _driver.Command(Block, 0x60);
        _driver.Command(Block, 0x01);
        _ = _driver.Status();

        Assert.That(_driver.ProgramWord(Block, 0), Is.EqualTo(0x92u));
        Assert.That(_driver.ProgramBuffer(Block, Block, 0), Is.EqualTo(0x92u));
        Assert.That(_driver.EraseBlock(Block), Is.EqualTo(0xa2u));
        Assert.That(_driver.Read32(Block), Is.EqualTo(0xfff0u));
        Assert.That(_driver.EraseBlock(0), Is.EqualTo(Ready), "another block");

        _driver.Command(0, 0x90);
        Assert.That(_driver.Read32(Block + 8), Is.EqualTo(0x0001_0001u));
        Assert.That(_driver.Read32(8), Is.Zero);

        Assert.That(_driver.Unlock(Block), Is.EqualTo(Ready));
        Assert.That(_driver.EraseBlock(Block), Is.EqualTo(Ready));
        Assert.That(_driver.Read32(Block), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void LockDownHoldsUntilReset()
    {
        _driver.Command(0, 0x60);
        _driver.Command(0, 0x2f);
        Assert.That(_driver.Unlock(0), Is.EqualTo(0xa2u));
        Assert.That(_driver.EraseBlock(0), Is.EqualTo(0xa2u));

        _flash.Reset(ResetKind.Warm);

        Assert.That(_driver.EraseBlock(0), Is.EqualTo(Ready));
    }

    [Test]
    public void ReadOnlyBankRefusesProgramAndErase()
    {
        using var flash = new CfiFlash("firmware", Length, [1, 2, 3, 4], readOnly: true);
        var driver = new FlashDriver(flash);

        Assert.That(driver.ProgramWord(0, 0), Is.EqualTo(0x98u));
        Assert.That(driver.EraseBlock(0), Is.EqualTo(0xa8u));
        Assert.That(driver.Read32(0), Is.EqualTo(0x04030201u));
    }

    [Test]
    public void ContentsAreFollowedByZeroes()
    {
        using var flash = new CfiFlash("firmware", Length, [1, 2, 3, 4]);
        var driver = new FlashDriver(flash);

        Assert.That(driver.Read(0, 8), Is.EqualTo(0x04030201ul));
        Assert.That(driver.Read32(Length - 4), Is.Zero);
        Assert.That(flash.Array.CountDirtyPages(), Is.Zero);
    }

    [Test]
    public void ContentsLargerThanTheBankAreAnError() =>
        Assert.That(() => new CfiFlash("firmware", Length, new byte[Length + 1]), Throws.TypeOf<FlashException>().With.Message.Contains("firmware"));

    [Test]
    public void ResetShowsTheArrayAndKeepsIt()
    {
        _ = _driver.ProgramWord(0, 7);
        _driver.Command(0, 0xe8);

        _flash.Reset(ResetKind.Warm);

        Assert.That(_driver.Read32(0), Is.EqualTo(7u));
        Assert.That(_driver.ProgramWord(4, 8), Is.EqualTo(Ready), "the next write is a command again");
    }

    [Test]
    public void ArrayIsMappedOnlyWhileShown()
    {
        var changes = new List<bool>();
        _flash.ArrayReadableChanged += () => changes.Add(_flash.IsArrayReadable);

        _driver.Command(0, 0x70);
        _driver.Command(0, 0x90);
        _driver.Command(0, 0xff);
        _driver.Command(0, 0xff);

        Assert.That(changes, Is.EqualTo([false, true]));
    }

    [Test]
    public void NarrowAndWideWritesProgramWhatTheyCarry()
    {
        _driver.Command(0x11, 0x40);
        _driver.Write(0x11, 0x5a, 1);
        _ = _driver.Status();
        _driver.Command(0x12, 0x40);
        _driver.Write(0x12, 0x1234, 2);
        _ = _driver.Status();

        Assert.That(_driver.Read32(0x10), Is.EqualTo(0x1234_5affu));
    }

    [Test]
    public void SnapshotInTheMiddleOfABufferedProgramGoesOn()
    {
        _ = _driver.ProgramWord(0x40, 99);
        _driver.Command(Block, 0xe8);
        _driver.Write(Block, 0x0001_0001);
        _driver.Write(Block + 0x80, 11);
        byte[] saved = Save(_flash);

        using var copy = new CfiFlash("flash", Length);
        copy.Load(new SnapshotReader(saved));
        var driver = new FlashDriver(copy);
        driver.Write(Block + 0x84, 12);
        driver.Command(Block, 0xd0);

        Assert.That(driver.Status(), Is.EqualTo(Ready));
        Assert.That(new[] { 0x40ul, Block + 0x80, Block + 0x84, Block + 0x88 }.Select(driver.Read32), Is.EqualTo([99u, 11u, 12u, uint.MaxValue]));
    }

    [Test]
    public void LoadingUndoesWhatCameAfter()
    {
        using var flash = new CfiFlash("flash", Length, [1, 2, 3, 4]);
        var driver = new FlashDriver(flash);
        byte[] before = Save(flash);
        _ = driver.EraseBlock(0);
        _ = driver.EraseBlock(Block);
        _ = driver.ProgramWord(Block, 5);

        flash.Load(new SnapshotReader(before));

        Assert.That(driver.Read32(0), Is.EqualTo(0x04030201u));
        Assert.That(driver.Read32(Block), Is.Zero);
        Assert.That(Save(flash), Is.EqualTo(before));
    }

    [Test]
    public void AnySequenceOfWritesKeepsSnapshotsExactAndTheArrayInStep()
    {
        byte[] commands = [0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xe8, 0xd0, 0xff, 0x01, 0x2f, 0x00, 0x03];
        var step =
            from command in Gen.Elements(commands)
            from offset in Gen.Choose(0, (int)Length - 8)
            from size in Gen.Elements(1, 2, 4, 8)
            select (Command: command, Offset: (ulong)offset, Size: size);
        Prop.ForAll(step.ListOf().Select(l => l.ToArray()).ToArbitrary(), steps =>
        {
            using var flash = new CfiFlash("flash", Length);
            using var copy = new CfiFlash("flash", Length);
            foreach ((byte command, ulong offset, int size) in steps)
            {
                var access = new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false);
                _ = flash.Write(access, command * 0x0001_0001_0001_0001ul);
                _ = flash.Read(access);
            }

            byte[] saved = Save(flash);
            copy.Load(new SnapshotReader(saved));
            return Save(copy).AsSpan().SequenceEqual(saved);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Test]
    public void ReadingAndWritingAllocateNothing()
    {
        var access = new BusAccess(0x100, 4, BusInitiator.Cpu(0), Secure: false);
        Exercise();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exercise();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Exercise()
        {
            _ = _flash.Write(access, 0x40);
            _ = _flash.Write(access, 0x1234);
            _ = _flash.Read(access);
            _ = _flash.Write(access, 0xe8);
            _ = _flash.Write(access, 0);
            _ = _flash.Write(access, 0);
            _ = _flash.Write(access, 0xd0);
            _ = _flash.Write(access, 0xff);
            _ = _flash.Read(access);
        }
    }

    private static byte[] Save(CfiFlash flash)
    {
        var writer = new SnapshotWriter();
        flash.Save(writer);
        return writer.ToArray();
    }
}
