using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Tests.Devices;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

internal sealed class Pl031Tests : DeviceContract<Pl031>
{
    private const uint Epoch = 0x6592_0080; // 2024-01-01T00:00:00Z
    private const long Second = 1_000_000_000;
    private const ulong Data = 0x00;
    private const ulong Match = 0x04;
    private const ulong Load = 0x08;
    private const ulong Control = 0x0c;
    private const ulong Mask = 0x10;
    private const ulong Raw = 0x14;
    private const ulong Masked = 0x18;
    private const ulong Clear = 0x1c;

    private DeviceWorld _world = null!;
    private RecordedLine _line = null!;
    private Pl031 _rtc = null!;

    protected override bool KeepsStateOverWarmReset => true;

    [SetUp]
    public void SetUp()
    {
        _world = new DeviceWorld();
        _rtc = CreateDevice(_world);
    }

    [TestCase(0x000u, Epoch)]
    [TestCase(0x004u, 0u)]
    [TestCase(0x008u, 0u)]
    [TestCase(0x00cu, 1u)]
    [TestCase(0x010u, 0u)]
    [TestCase(0x014u, 0u)]
    [TestCase(0xfe0u, 0x31u)]
    [TestCase(0xfe4u, 0x10u)]
    [TestCase(0xfe8u, 0x14u)]
    [TestCase(0xfecu, 0x00u)]
    [TestCase(0xff0u, 0x0du)]
    [TestCase(0xff4u, 0xf0u)]
    [TestCase(0xff8u, 0x05u)]
    [TestCase(0xffcu, 0xb1u)]
    public void HasTheResetValuesOfTheDataSheet(uint offset, uint expected)
    {
        Assert.That(_rtc.Read32(offset), Is.EqualTo(expected));
    }

    [Test]
    public void CountsSecondsOfVirtualTime()
    {
        _world.Advance((3 * Second) - 1);
        Assert.That(_rtc.Read32(Data), Is.EqualTo(Epoch + 2));

        _world.Advance(1);
        Assert.That(_rtc.Read32(Data), Is.EqualTo(Epoch + 3));
    }

    [Test]
    public void CountsOnFromTheValueLoaded()
    {
        _world.Advance(Second / 2);
        _rtc.Write32(Load, 0xffff_ffff);
        Assert.That(_rtc.Read32(Data), Is.EqualTo(0xffff_ffff));
        Assert.That(_rtc.Read32(Load), Is.EqualTo(0xffff_ffff));

        _world.Advance(Second / 2);
        Assert.That(_rtc.Read32(Data), Is.Zero, "it steps with the machine's seconds, and wraps");
    }

    [Test]
    public void InterruptsWhenTheCountReachesTheMatchAndNotBefore()
    {
        _world.Advance(Second / 4);
        _rtc.Write32(Mask, 1);
        _rtc.Write32(Match, Epoch + 2);

        _world.Advance((Second * 7 / 4) - 1);
        Assert.That(_line.Level, Is.False);
        _world.Advance(1);

        Assert.That(_line.Level, Is.True);
        Assert.That(_rtc.Read32(Data), Is.EqualTo(Epoch + 2));
        Assert.That(_rtc.Read32(Masked), Is.EqualTo(1));
        _rtc.Write32(Clear, 1);
        Assert.That(_line.Level, Is.False);
        _world.Advance(10 * Second);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void AMatchEqualToTheCountInterruptsAtOnce()
    {
        _rtc.Write32(Match, Epoch);
        Assert.That(_rtc.Read32(Raw), Is.EqualTo(1));
        Assert.That(_line.Level, Is.False, "masked");

        _rtc.Write32(Mask, uint.MaxValue);
        Assert.That(_line.Level, Is.True);
        Assert.That(_rtc.Read32(Mask), Is.EqualTo(1));
    }

    [Test]
    public void AMatchThatHasPassedComesAfterTheCountHasWrapped()
    {
        _rtc.Write32(Load, uint.MaxValue - 1);
        _rtc.Write32(Match, uint.MaxValue - 2);
        _world.Advance(10 * Second);
        Assert.That(_rtc.Read32(Raw), Is.Zero);

        _world.Advance(((long)uint.MaxValue - 10) * Second);
        Assert.That(_rtc.Read32(Raw), Is.EqualTo(1));
    }

    [Test]
    public void LoadingTheCountMovesTheMatch()
    {
        _rtc.Write32(Match, 1_000);
        _rtc.Write32(Load, 999);
        _world.Advance(Second);

        Assert.That(_rtc.Read32(Raw), Is.EqualTo(1));
    }

    [Test]
    public void ASnapshotKeepsAnAlarm()
    {
        _rtc.Write32(Mask, 1);
        _rtc.Write32(Match, Epoch + 3);
        _world.Advance(Second);
        byte[] clock = StateOf(_world.Clock);
        byte[] rtc = StateOf(_rtc);

        var world = new DeviceWorld();
        Pl031 copy = CreateDevice(world);
        world.Advance(Second);
        world.Clock.Load(new SnapshotReader(clock));
        copy.Load(new SnapshotReader(rtc));

        world.Advance((2 * Second) - 1);
        Assert.That(_line.Level, Is.False);
        world.Advance(1);
        Assert.That(_line.Level, Is.True);
        Assert.That(copy.Read32(Data), Is.EqualTo(Epoch + 3));
    }

    [Test]
    public void NeitherControlNorDataCanBeWritten()
    {
        _rtc.Write32(Control, 0);
        _rtc.Write32(Data, 5);
        _world.Advance(Second);

        Assert.That(_rtc.Read32(Control), Is.EqualTo(1));
        Assert.That(_rtc.Read32(Data), Is.EqualTo(Epoch + 1));
    }

    [Test]
    public void WarmResetKeepsTheTimeAndForgetsTheAlarm()
    {
        _rtc.Write32(Load, 1_000);
        _rtc.Write32(Match, 1_002);
        _rtc.Write32(Mask, 1);

        _rtc.Reset(ResetKind.Warm);
        _world.Advance(5 * Second);

        Assert.That(_rtc.Read32(Data), Is.EqualTo(1_005));
        Assert.That(_rtc.Read32(Match), Is.Zero);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void NarrowAccessesReachARegisterAtItsFirstByteOnly()
    {
        _rtc.Write(Load, 1, 0x77);
        Assert.That(_rtc.Read32(Data), Is.EqualTo(0x77));
        Assert.That(_rtc.Read(Data, 1), Is.EqualTo(0x77));
        Assert.That(_rtc.Read(Load + 1, 1), Is.Zero);
        Assert.That(_rtc.Read(0xfe1, 1), Is.EqualTo(0x31));
    }

    [Test]
    public void ALoopThatWaitsForTheNextSecondIsNotPollable()
    {
        Assert.That(_rtc.IsPollable(new(Data, 4, default, false)), Is.False);
        Assert.That(_rtc.IsPollable(new(Raw, 4, default, false)), Is.True);
    }

    protected override Pl031 CreateDevice(DeviceWorld world)
    {
        _line = new RecordedLine();
        return new Pl031("rtc", _line, world.Clock, world.Unimplemented, Epoch);
    }

    protected override void Disturb(Pl031 device, DeviceWorld world)
    {
        base.Disturb(device, world);
        device.Write32(Match, device.Read32(Data) + 1);
        world.Advance(2 * Second);
    }
}
