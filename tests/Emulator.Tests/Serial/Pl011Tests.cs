using System.Text;
using Emulator.Serial;
using Emulator.Snapshots;
using Emulator.Tests.Devices;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Serial;

internal sealed class Pl011Tests : DeviceContract<Pl011>
{
    private const ulong Data = 0x00;
    private const ulong ReceiveStatus = 0x04;
    private const ulong Flags = 0x18;
    private const ulong IntegerBaudRate = 0x24;
    private const ulong FractionalBaudRate = 0x28;
    private const ulong LineControl = 0x2c;
    private const ulong Control = 0x30;
    private const ulong InterruptLevel = 0x34;
    private const ulong Mask = 0x38;
    private const ulong Raw = 0x3c;
    private const ulong Masked = 0x40;
    private const ulong Clear = 0x44;

    private const uint FifoOn = 0x70;
    private const uint ReceiveInterrupt = 1 << 4;
    private const uint TransmitInterrupt = 1 << 5;
    private const uint TimeoutInterrupt = 1 << 6;
    private const uint FramingInterrupt = 1 << 7;
    private const uint ParityInterrupt = 1 << 8;
    private const uint BreakInterrupt = 1 << 9;
    private const uint OverrunInterrupt = 1 << 10;
    private const uint ReceiveEmpty = 1 << 4;
    private const uint ReceiveFull = 1 << 6;

    private readonly StringBuilder _output = new();
    private DeviceWorld _world = null!;
    private ConsolePort _port = null!;
    private RecordedLine _line = null!;
    private Pl011 _uart = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new DeviceWorld();
        _uart = CreateDevice(_world);
        _output.Clear();
        _port.ByteTransmitted += b => _output.Append((char)b);
    }

    [TestCase(0x00u, 0x00u)]
    [TestCase(0x04u, 0x00u)]
    [TestCase(0x18u, 0x90u)]
    [TestCase(0x30u, 0x300u)]
    [TestCase(0x34u, 0x12u)]
    [TestCase(0x3cu, 0x00u)]
    [TestCase(0xfe0u, 0x11u)]
    [TestCase(0xfe4u, 0x10u)]
    [TestCase(0xfe8u, 0x14u)]
    [TestCase(0xfecu, 0x00u)]
    [TestCase(0xff0u, 0x0du)]
    [TestCase(0xff4u, 0xf0u)]
    [TestCase(0xff8u, 0x05u)]
    [TestCase(0xffcu, 0xb1u)]
    public void HasTheResetValuesOfTheDataSheet(uint offset, uint expected)
    {
        Assert.That(_uart.Read32(offset), Is.EqualTo(expected));
    }

    [TestCase(0x20u, 0xffu)]
    [TestCase(0x24u, 0xffffu)]
    [TestCase(0x28u, 0x3fu)]
    [TestCase(0x2cu, 0xffu)]
    [TestCase(0x30u, 0xff87u)]
    [TestCase(0x34u, 0x3fu)]
    [TestCase(0x38u, 0x7ffu)]
    [TestCase(0x48u, 0x7u)]
    public void ReservedBitsReadAsZero(uint offset, uint expected)
    {
        _uart.Write32(offset, uint.MaxValue);
        Assert.That(_uart.Read32(offset), Is.EqualTo(expected));
    }

    [Test]
    public void TransmitsAsAnEarlyUartThatNobodyHasEnabled()
    {
        _uart.Write32(Control, 0);

        _uart.Write32(Data, 'h');
        _uart.Write(Data, 1, 'i');

        Assert.That(_output.ToString(), Is.EqualTo("hi"));
        Assert.That(_uart.Read32(Flags), Is.EqualTo(0x90));
    }

    [Test]
    public void TransmitInterruptComesWithTheFirstByteAndGoesWhenCleared()
    {
        _uart.Write32(Mask, TransmitInterrupt);
        Assert.That(_line.Level, Is.False);

        _uart.Write32(Data, 'x');
        Assert.That(_line.Level, Is.True);
        Assert.That(_uart.Read32(Masked), Is.EqualTo(TransmitInterrupt));

        _uart.Write32(Clear, TransmitInterrupt);
        Assert.That(_line.Level, Is.False);
        Assert.That(_uart.Read32(Raw), Is.Zero);
    }

    [Test]
    public void MaskedInterruptDoesNotReachTheLineUntilUnmasked()
    {
        _uart.Write32(Data, 'x');
        Assert.That(_line.Level, Is.False);

        _uart.Write32(Mask, TransmitInterrupt);
        Assert.That(_line.Level, Is.True);
    }

    [Test]
    public void WithoutFifoOneCharacterFillsTheReceiver()
    {
        Send("ab");

        Assert.That(_uart.Read32(Flags) & (ReceiveFull | ReceiveEmpty), Is.EqualTo(ReceiveFull));
        Assert.That(_uart.Read32(Raw), Is.EqualTo(ReceiveInterrupt));
        Assert.That(_uart.Read32(Data), Is.EqualTo('a'));
        Assert.That(_uart.Read32(Raw), Is.EqualTo(ReceiveInterrupt), "the next character has entered");
        Assert.That(_uart.Read32(Data), Is.EqualTo('b'));
        Assert.That(_uart.Read32(Flags) & (ReceiveFull | ReceiveEmpty), Is.EqualTo(ReceiveEmpty));
        Assert.That(_uart.Read32(Raw), Is.Zero);
        Assert.That(_uart.Read32(Data), Is.Zero, "an empty receiver gives zero");
    }

    [Test]
    public void FifoTakesSixteenCharactersAndTheRestAsItIsRead()
    {
        string text = string.Concat(Enumerable.Range(0, 100).Select(i => (char)(' ' + (i % 90))));
        _uart.Write32(LineControl, FifoOn);
        Send(text);

        Assert.That(_port.PendingInput, Is.EqualTo(84));
        Assert.That(_uart.Read32(Flags) & ReceiveFull, Is.Not.Zero);
        Assert.That(ReadAll(), Is.EqualTo(text));
        Assert.That(_uart.Read32(Raw) & OverrunInterrupt, Is.Zero);
    }

    [TestCase(0u, 2)]
    [TestCase(1u, 4)]
    [TestCase(2u, 8)]
    [TestCase(3u, 12)]
    [TestCase(4u, 14)]
    public void ReceiveInterruptComesAtTheSelectedLevelAndGoesBelowIt(uint select, int level)
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(InterruptLevel, select << 3);
        _uart.Write32(Mask, ReceiveInterrupt);

        Send(new string('x', level - 1));
        Assert.That(_line.Level, Is.False);

        Send("x");
        Assert.That(_line.Level, Is.True);

        _ = _uart.Read32(Data);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void ReceiveTimeoutComesThirtyTwoBitsAfterTheLastCharacter()
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(Mask, TimeoutInterrupt);
        const long timeout = 277_777; // 32 bits at 115200 baud, which is assumed as no divisor is set

        Send("a");
        _world.Advance(timeout - 1);
        Assert.That(_line.Level, Is.False);
        Send("b");
        _world.Advance(timeout - 1);
        Assert.That(_line.Level, Is.False, "the second character has restarted the period");
        _world.Advance(1);
        Assert.That(_line.Level, Is.True);

        _ = _uart.Read32(Data);
        Assert.That(_line.Level, Is.True, "a character is left");
        _ = _uart.Read32(Data);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void ReceiveTimeoutFollowsTheDivisorOnceLineControlIsWritten()
    {
        _uart.Write32(IntegerBaudRate, 156); // 24 MHz / (16 * 156.25) = 9600 baud
        _uart.Write32(FractionalBaudRate, 16);
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(IntegerBaudRate, 1); // without a write to UARTLCR_H this has no effect
        _uart.Write32(Mask, TimeoutInterrupt);

        Send("a");
        _world.Advance(3_333_332);
        Assert.That(_line.Level, Is.False);
        _world.Advance(1);
        Assert.That(_line.Level, Is.True);
    }

    [Test]
    public void ClearedReceiveTimeoutComesAgainWhileCharactersWait()
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(Mask, TimeoutInterrupt);
        Send("a");
        _world.Advance(1_000_000);

        _uart.Write32(Clear, TimeoutInterrupt);
        Assert.That(_line.Level, Is.False);
        _world.Advance(1_000_000);
        Assert.That(_line.Level, Is.True);
    }

    [Test]
    public void NoReceiveTimeoutComesOnceAllIsRead()
    {
        _uart.Write32(LineControl, FifoOn);
        Send("a");
        _ = _uart.Read32(Data);
        _world.Advance(10_000_000);

        Assert.That(_uart.Read32(Raw), Is.Zero);
    }

    [TestCase(LineErrors.Framing, 0x100u, FramingInterrupt)]
    [TestCase(LineErrors.Parity, 0x200u, ParityInterrupt)]
    [TestCase(LineErrors.Break, 0x400u, BreakInterrupt)]
    public void LineErrorsComeWithTheirCharacterAndInterrupt(LineErrors error, uint bit, uint interrupt)
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(Mask, interrupt);
        Send("a");
        _port.SendDamaged(0x5a, error);
        _port.Pump();

        Assert.That(_line.Level, Is.True);
        Assert.That(_uart.Read32(Data), Is.EqualTo('a'));
        Assert.That(_uart.Read32(ReceiveStatus), Is.Zero);
        Assert.That(_uart.Read32(Data), Is.EqualTo(0x5a | bit));
        Assert.That(_uart.Read32(ReceiveStatus), Is.EqualTo(bit >> 8));

        _uart.Write32(ReceiveStatus, 0);
        Assert.That(_uart.Read32(ReceiveStatus), Is.Zero);
        Assert.That(_uart.Read32(Raw) & interrupt, Is.Not.Zero, "the interrupt is cleared by UARTICR only");
        _uart.Write32(Clear, interrupt);
        Assert.That(_line.Level, Is.False);
    }

    [Test]
    public void LoopbackReturnsWhatIsSentAndOverrunsWhenNobodyReads()
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(Control, 0x381);
        _uart.Write32(Mask, OverrunInterrupt);
        for (int i = 0; i < 16; i++)
        {
            _uart.Write32(Data, (uint)('a' + i));
        }

        Assert.That(_line.Level, Is.False);
        _uart.Write32(Data, '!');

        Assert.That(_line.Level, Is.True);
        Assert.That(_uart.Read32(ReceiveStatus), Is.EqualTo(8));
        Assert.That(_uart.Read32(Data), Is.EqualTo(0x800 | 'a'));
        _uart.Write32(Data, '?');
        Assert.That(ReadAll(), Is.EqualTo("bcdefghijklmnop?"), "the overrun is over, the character that overran is lost");
    }

    [Test]
    public void LoopbackHoldsHostInputBackUntilItEnds()
    {
        _uart.Write32(Control, 0x381);
        Send("a");
        Assert.That(_uart.Read32(Flags) & ReceiveEmpty, Is.Not.Zero);

        _uart.Write32(Control, 0x301);
        Assert.That(_uart.Read32(Data), Is.EqualTo('a'));
    }

    [Test]
    public void LoopbackReturnsABreak()
    {
        _uart.Write32(Control, 0x381);
        _uart.Write32(LineControl, FifoOn | 1);

        Assert.That(_uart.Read32(Raw) & BreakInterrupt, Is.Not.Zero);
        Assert.That(_uart.Read32(Data), Is.EqualTo(0x400));
    }

    [TestCase(1u << 11, 1u << 0, 1u << 1)]
    [TestCase(1u << 10, 1u << 1, 1u << 3)]
    [TestCase(1u << 12, 1u << 2, 1u << 2)]
    [TestCase(1u << 13, 1u << 8, 1u << 0)]
    public void LoopbackFeedsModemOutputsToInputs(uint output, uint flag, uint interrupt)
    {
        _uart.Write32(Control, 0x380);
        _uart.Write32(Control, 0x380 | output);

        Assert.That(_uart.Read32(Flags) & 0x107, Is.EqualTo(flag));
        Assert.That(_uart.Read32(Raw) & 0xf, Is.EqualTo(interrupt));
    }

    [TestCase(ModemLines.ClearToSend, 1u << 0, 1u << 1)]
    [TestCase(ModemLines.DataSetReady, 1u << 1, 1u << 3)]
    [TestCase(ModemLines.DataCarrierDetect, 1u << 2, 1u << 2)]
    [TestCase(ModemLines.RingIndicator, 1u << 8, 1u << 0)]
    public void EachChangeOfAModemLineInterrupts(ModemLines line, uint flag, uint interrupt)
    {
        _uart.Write32(Mask, interrupt);

        _uart.SetModemLines(line);
        Assert.That(_line.Level, Is.True);
        Assert.That(_uart.Read32(Flags) & 0x107, Is.EqualTo(flag));

        _uart.Write32(Clear, interrupt);
        _uart.SetModemLines(line);
        Assert.That(_line.Level, Is.False, "no change");
        _uart.SetModemLines(ModemLines.None);
        Assert.That(_line.Level, Is.True);
    }

    [Test]
    public void SwitchingTheFifoOnKeepsAndOffFlushesWhatHasCome()
    {
        Send("a");
        _uart.Write32(LineControl, FifoOn);
        Send("b");
        Assert.That(_uart.Read32(Data), Is.EqualTo('a'));

        Send("c");
        _uart.Write32(LineControl, 0x60);

        Assert.That(_uart.Read32(Flags) & ReceiveEmpty, Is.Not.Zero);
        Assert.That(_uart.Read32(Raw), Is.Zero);
    }

    [Test]
    public void NarrowAndWideAccessesActOnWholeRegisters()
    {
        _uart.Write32(IntegerBaudRate, 0x5678);
        Assert.That(_uart.Read(IntegerBaudRate + 3, 1), Is.EqualTo(0x78));

        _uart.Write(IntegerBaudRate + 1, 1, 0xab);
        Assert.That(_uart.Read32(IntegerBaudRate), Is.EqualTo(0xab));

        _uart.Write(0x20, 8, 0x0000_1234_0000_0056);
        Assert.That(_uart.Read(0x20, 8), Is.EqualTo(0x0000_1234_0000_0056));
    }

    [Test]
    public void UndeclaredRegistersReadAsZeroAndAreCounted()
    {
        Assert.That(_uart.Read32(0x80), Is.Zero);
        _uart.Write32(0x80, 1);

        Assert.That(_world.Unimplemented.Counts.Keys, Is.EquivalentTo(new[] { "uart: read of 0x080", "uart: write to 0x080" }));
    }

    [Test]
    public void InputLeftOnTheLineEntersAfterAReset()
    {
        Send("abc");
        _uart.Reset(Emulator.Memory.ResetKind.Warm);
        Assert.That(_port.NeedsPump, Is.True);

        _port.Pump();
        Assert.That(ReadAll(), Is.EqualTo("bc"), "what stood in the receiver is lost, as on hardware");
    }

    [Test]
    public void ASnapshotKeepsARunningReceiveTimeout()
    {
        _uart.Write32(LineControl, FifoOn);
        _uart.Write32(Mask, TimeoutInterrupt);
        Send("a");
        _world.Advance(200_000);
        byte[] clock = StateOf(_world.Clock);
        byte[] uart = StateOf(_uart);

        var world = new DeviceWorld();
        Pl011 copy = CreateDevice(world);
        world.Advance(200_000);
        world.Clock.Load(new SnapshotReader(clock));
        copy.Load(new SnapshotReader(uart));

        world.Advance(77_776);
        Assert.That(_line.Level, Is.False);
        world.Advance(1);
        Assert.That(_line.Level, Is.True);
        Assert.That(copy.Read32(Data), Is.EqualTo('a'));
    }

    /// <summary>Whatever is sent arrives, once and in order, and flags and interrupt tell how much of it stands in the FIFO.</summary>
    [Test]
    public void AnyMixOfSendingAndReadingLosesNothing()
    {
        Prop.ForAll<byte[]>(steps =>
        {
            Pl011 uart = CreateDevice(new DeviceWorld());
            uart.Write32(LineControl, FifoOn);
            uart.Write32(Mask, ReceiveInterrupt);
            var waiting = new Queue<byte>();
            byte next = 0;
            foreach (byte step in steps)
            {
                if ((step & 3) != 0)
                {
                    uint expected = waiting.TryDequeue(out byte oldest) ? oldest : 0u;
                    Assert.That(uart.Read32(Data), Is.EqualTo(expected));
                }
                else
                {
                    for (int i = 0; i < step >> 2; i++)
                    {
                        waiting.Enqueue(next);
                        _port.Send([next++]);
                    }

                    _port.Pump();
                }

                uint flags = uart.Read32(Flags);
                Assert.That((flags & ReceiveEmpty) != 0, Is.EqualTo(waiting.Count == 0));
                Assert.That((flags & ReceiveFull) != 0, Is.EqualTo(waiting.Count >= 16));
                Assert.That(_line.Level, Is.EqualTo(waiting.Count >= 8));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void PollingTheFlagsIsPollableAndReadingDataIsNot()
    {
        Assert.That(_uart.IsPollable(new(Flags, 4, default, false)), Is.True);
        Assert.That(_uart.IsPollable(new(Raw, 4, default, false)), Is.True);
        Assert.That(_uart.IsPollable(new(Data, 4, default, false)), Is.False);
        Assert.That(_uart.IsPollable(new(0x80, 4, default, false)), Is.False);
    }

    protected override Pl011 CreateDevice(DeviceWorld world)
    {
        _port = new ConsolePort("console");
        _line = new RecordedLine();
        return new Pl011("uart", _port, _line, world.Clock, world.Unimplemented);
    }

    protected override void Disturb(Pl011 device, DeviceWorld world)
    {
        base.Disturb(device, world);
        device.Write32(LineControl, FifoOn);
        device.Write32(Control, 0x381);
        for (int i = 0; i < 20; i++)
        {
            device.Write32(Data, 'x');
        }

        _ = device.Read32(Data);
        device.Write32(Control, 0xff01);
        _port.SendDamaged(0x20, LineErrors.Break);
        _port.Pump();
        world.Advance(1_000_000_000);
    }

    private void Send(string text)
    {
        _port.Send(Encoding.Latin1.GetBytes(text));
        _port.Pump();
    }

    private string ReadAll()
    {
        var text = new StringBuilder();
        while ((_uart.Read32(Flags) & ReceiveEmpty) == 0)
        {
            text.Append((char)(_uart.Read32(Data) & 0xff));
        }

        return text.ToString();
    }
}
