using Emulator.Serial;
using Emulator.Snapshots;
using Moq;

namespace Emulator.Tests.Serial;

internal sealed class ConsolePortTests
{
    [Test]
    public void SentBytesReachTheReceiverOnlyWhenPumped()
    {
        var port = new ConsolePort("console");
        var receiver = new Mock<ISerialReceiver>();
        port.Connect(receiver.Object);

        port.Send("ab"u8);

        Assert.That(port.NeedsPump, Is.True);
        Assert.That(port.TryTake(out _, out _), Is.False);
        receiver.Verify(r => r.TakeInput(), Times.Never);

        port.Pump();

        receiver.Verify(r => r.TakeInput(), Times.Once);
        Assert.That(Drain(port), Is.EqualTo("ab"));
        Assert.That(port.NeedsPump, Is.False);
    }

    [Test]
    public void PumpWithoutNewInputDoesNotDisturbTheReceiver()
    {
        var port = new ConsolePort("console");
        var receiver = new Mock<ISerialReceiver>();
        port.Connect(receiver.Object);

        port.Pump();

        receiver.Verify(r => r.TakeInput(), Times.Never);
    }

    [Test]
    public void BytesFromSeveralThreadsAllArriveEachThreadsInOrder()
    {
        var port = new ConsolePort("console");
        const int each = 2_000;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(id => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
            {
                port.Send([(byte)((id << 6) | (i & 63))]);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        var received = new List<byte>();
        while (received.Count < 4 * each)
        {
            port.Pump();
            while (port.TryTake(out byte value, out _))
            {
                received.Add(value);
            }
        }

        Array.ForEach(threads, t => t.Join());
        for (int id = 0; id < 4; id++)
        {
            Assert.That(
                received.Where(b => b >> 6 == id).Select(b => b & 63),
                Is.EqualTo(Enumerable.Range(0, each).Select(i => i & 63)));
        }
    }

    [Test]
    public void SendingTellsWhoeverRunsTheMachine()
    {
        var port = new ConsolePort("console");
        int told = 0;
        port.InputSent += () => told++;

        port.Send("x"u8);
        port.Send([]);

        Assert.That(told, Is.EqualTo(1));
    }

    [Test]
    public void TransmittedBytesAreToldOneByOne()
    {
        var port = new ConsolePort("console");
        var output = new List<byte>();
        port.ByteTransmitted += output.Add;

        port.Transmit(0x00);
        port.Transmit(0xff);

        Assert.That(output, Is.EqualTo(new byte[] { 0x00, 0xff }));
    }

    [Test]
    public void InputThatWaitsIsPartOfASnapshot()
    {
        var port = new ConsolePort("console");
        port.Send("on the line"u8);
        port.Pump();
        port.SendDamaged((byte)'!', LineErrors.Parity);
        var writer = new SnapshotWriter();
        port.Save(writer);

        var copy = new ConsolePort("console");
        copy.Load(new SnapshotReader(writer.ToArray()));

        Assert.That(copy.NeedsPump, Is.True);
        Assert.That(copy.PendingInput, Is.EqualTo(port.PendingInput));
        copy.Pump();
        for (int i = 0; i < "on the line".Length; i++)
        {
            Assert.That(copy.TryTake(out byte value, out LineErrors none), Is.True);
            Assert.That((char)value, Is.EqualTo("on the line"[i]));
            Assert.That(none, Is.EqualTo(LineErrors.None));
        }

        Assert.That(copy.TryTake(out _, out LineErrors errors), Is.True);
        Assert.That(errors, Is.EqualTo(LineErrors.Parity));
    }

    [Test]
    public void ASecondReceiverIsRefused()
    {
        var port = new ConsolePort("console");
        port.Connect(Mock.Of<ISerialReceiver>());

        Assert.That(() => port.Connect(Mock.Of<ISerialReceiver>()), Throws.InvalidOperationException);
    }

    private static string Drain(ConsolePort port)
    {
        var text = new System.Text.StringBuilder();
        while (port.TryTake(out byte value, out _))
        {
            text.Append((char)value);
        }

        return text.ToString();
    }
}
