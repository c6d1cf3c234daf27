using Emulator.Gpio;
using Emulator.Memory;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Gpio;

internal sealed class Pl061Tests : DeviceContract<Pl061>
{
    private const ulong Data = 0x3fc;
    private const ulong Direction = 0x400;
    private const ulong Sense = 0x404;
    private const ulong BothEdges = 0x408;
    private const ulong Event = 0x40c;
    private const ulong Mask = 0x410;
    private const ulong Raw = 0x414;
    private const ulong Masked = 0x418;
    private const ulong Clear = 0x41c;
    private const ulong Alternate = 0x420;

    private DeviceWorld _world = null!;
    private RecordedLine _line = null!;
    private Pl061 _gpio = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new DeviceWorld();
        _gpio = CreateDevice(_world);
    }

    [TestCase(0x3fcu, 0u)]
    [TestCase(0x400u, 0u)]
    [TestCase(0x414u, 0u)]
    [TestCase(0xfd0u, 0u)]
    [TestCase(0xfe0u, 0x61u)]
    [TestCase(0xfe4u, 0x10u)]
    [TestCase(0xfe8u, 0x04u)]
    [TestCase(0xfecu, 0x00u)]
    [TestCase(0xff0u, 0x0du)]
    [TestCase(0xff4u, 0xf0u)]
    [TestCase(0xff8u, 0x05u)]
    [TestCase(0xffcu, 0xb1u)]
    public void HasTheResetValuesOfTheDataSheet(uint offset, uint expected)
    {
        Assert.That(_gpio.Read32(offset), Is.EqualTo(expected));
    }

    [TestCase(Direction)]
    [TestCase(Sense)]
    [TestCase(BothEdges)]
    [TestCase(Event)]
    [TestCase(Mask)]
    [TestCase(Alternate)]
    public void RegistersHaveEightBits(ulong offset)
    {
        _gpio.Write32(offset, uint.MaxValue);
        Assert.That(_gpio.Read32(offset), Is.EqualTo(0xff));
    }

    [Test]
    public void TheAddressSelectsTheLinesThatAreReadAndWritten()
    {
        _gpio.Write32(Direction, 0xff);
        _gpio.Write32(Data, 0xa5);

        _gpio.Write32(0x0f << 2, 0xff);

        Assert.That(_gpio.Outputs, Is.EqualTo(0xaf));
        Assert.That(_gpio.Read32(Data), Is.EqualTo(0xaf));
        Assert.That(_gpio.Read32(0xf0 << 2), Is.EqualTo(0xa0));
        Assert.That(_gpio.Read32(0), Is.Zero);
    }

    [Test]
    public void DataHoldsPinsForInputsAndTheLatchForOutputs()
    {
        _gpio.Write32(Direction, 0x0f);
        _gpio.Input(1).Set(true);
        _gpio.Input(7).Set(true);
        _gpio.Write32(Data, 0x55);

        Assert.That(_gpio.Read32(Data), Is.EqualTo(0x85));
        Assert.That(_gpio.Outputs, Is.EqualTo(0x05));
    }

    [Test]
    public void OutputsDriveTheirWiresWhenTheyChange()
    {
        var wire = new RecordedLine();
        _gpio.ConnectOutput(3, wire);

        _gpio.Write32(Data, 0xff);
        Assert.That(wire.Level, Is.False, "an input still");
        _gpio.Write32(Direction, 1 << 3);
        Assert.That(wire.Level, Is.False, "the latch does not take what is written to an input");
        _gpio.Write32(Data, 1 << 3);
        Assert.That(wire.Level, Is.True);

        _gpio.Reset(ResetKind.Warm);
        Assert.That(wire.Level, Is.False);
    }

    [TestCase(0u, 1u, true, ExpectedResult = true)]
    [TestCase(0u, 1u, false, ExpectedResult = false)]
    [TestCase(0u, 0u, true, ExpectedResult = false)]
    [TestCase(0u, 0u, false, ExpectedResult = true)]
    [TestCase(1u, 0u, true, ExpectedResult = true)]
    [TestCase(1u, 1u, false, ExpectedResult = true)]
    public bool EdgesInterruptAsSelected(uint both, uint rising, bool level)
    {
        _gpio.Input(2).Set(!level);
        _gpio.Write32(BothEdges, both << 2);
        _gpio.Write32(Event, rising << 2);
        _gpio.Write32(Clear, 0xff);
        _gpio.Write32(Mask, 1 << 2);

        _gpio.Input(2).Set(level);

        Assert.That(_gpio.Read32(Masked) != 0, Is.EqualTo(_line.Level));
        return _line.Level;
    }

    [Test]
    public void AnEdgeLastsUntilCleared()
    {
        _gpio.Write32(Event, 1);
        _gpio.Write32(Mask, 1);
        _gpio.Input(0).Set(true);
        _gpio.Input(0).Set(false);
        Assert.That(_line.Level, Is.True);

        _gpio.Write32(Clear, 1);
        Assert.That(_line.Level, Is.False);
        Assert.That(_gpio.Read32(Raw), Is.Zero);
    }

    [Test]
    public void ALevelLastsAsLongAsItsPin([Values] bool high)
    {
        _gpio.Input(4).Set(!high);
        _gpio.Write32(Sense, 1 << 4);
        _gpio.Write32(Event, high ? 1u << 4 : 0);
        _gpio.Write32(Mask, 1 << 4);
        Assert.That(_line.Level, Is.False);

        _gpio.Input(4).Set(high);
        Assert.That(_line.Level, Is.True);
        _gpio.Write32(Clear, 1 << 4);
        Assert.That(_line.Level, Is.True);

        _gpio.Input(4).Set(!high);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void OutputsDoNotInterrupt()
    {
        _gpio.Write32(Direction, 0xff);
        _gpio.Write32(BothEdges, 0xff);
        _gpio.Write32(Mask, 0xff);
        _gpio.Write32(Data, 0xff);
        _gpio.Input(0).Set(true);
        _gpio.Write32(Sense, 0xff);

        Assert.That(_line.Rises, Is.Zero);
        Assert.That(_gpio.Read32(Raw), Is.Zero);
    }

    [Test]
    public void ResetLeavesTheInputsAsTheyAreDriven()
    {
        _gpio.Input(5).Set(true);
        _gpio.Reset(ResetKind.Warm);

        Assert.That(_gpio.Read32(Data), Is.EqualTo(1 << 5));
    }

    [Test]
    public void NarrowAccessesReachControlRegistersAtTheirFirstByteOnly()
    {
        _gpio.Write32(Direction, 0xff);
        _gpio.Write32(Data, 0xfe);

        Assert.That(_gpio.Read(Direction, 1), Is.EqualTo(0xff));
        Assert.That(_gpio.Read(Direction + 1, 1), Is.Zero);
        Assert.That(_gpio.Read(Data + 1, 1), Is.EqualTo(0xfe));
    }

    [Test]
    public void LinesOutsideThePartAreRefused([Values(-1, 8)] int line)
    {
        Assert.That(() => _gpio.Input(line), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _gpio.ConnectOutput(line, _line), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    protected override Pl061 CreateDevice(DeviceWorld world)
    {
        _line = new RecordedLine();
        return new Pl061("gpio", _line, world.Unimplemented);
    }
}
