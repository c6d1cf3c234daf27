using System.Text;
using Emulator.Serial;
using Moq;

namespace Emulator.Tests;

public sealed class MachineConsoleTests
{
    private ConsolePort _port = null!;
    private MachineConsole _console = null!;

    [SetUp]
    public void MakeConsole()
    {
        _port = new ConsolePort("console0");
        _console = new MachineConsole(_port, Mock.Of<IConsoleHost>());
    }

    [Test]
    public void The_transcript_is_what_the_guest_printed_in_latin1()
    {
        Transmit("caf\u00e9 \u0000\u00ff");

        Assert.That(_console.Transcript, Is.EqualTo("caf\u00e9 \u0000\u00ff"));
        Assert.That(_console.OutputLength, Is.EqualTo(7));
    }

    [Test]
    public void Observers_are_told_each_byte_in_order()
    {
        var seen = new List<byte>();
        _console.ByteReceived += seen.Add;

        _port.Transmit(1);
        _port.Transmit(2);

        Assert.That(seen, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void The_transcript_keeps_the_last_bytes_up_to_its_limit()
    {
        _console.TranscriptLimit = 4096;
        for (int i = 0; i < 100_000; i++)
        {
            _port.Transmit((byte)i);
        }

        byte[] kept = Encoding.Latin1.GetBytes(_console.Transcript);

        Assert.That(kept, Has.Length.EqualTo(4096));
        Assert.That(kept[^1], Is.EqualTo(unchecked((byte)99_999)));
        Assert.That(kept[0], Is.EqualTo(unchecked((byte)(100_000 - 4096))));
        Assert.That(_console.OutputLength, Is.EqualTo(100_000));
    }

    [Test]
    public void The_tail_is_short()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _port.Transmit((byte)'x');
        }

        Assert.That(_console.Tail, Has.Length.EqualTo(4096));
        Assert.That(_console.Transcript, Has.Length.EqualTo(10_000));
    }

    [Test]
    public void Text_is_sent_as_it_is_and_a_line_ends_as_the_enter_key_does()
    {
        _console.Send("a\n\u00ff").SendLine("b");
        _console.NewLine = "\n";
        _console.SendLine();

        Assert.That(_console.PendingInput, Is.EqualTo(6));
        Assert.That(Taken(), Is.EqualTo("a\n\u00ffb\r\n"));
    }

    [Test]
    public void A_character_that_is_no_byte_is_refused_and_nothing_is_sent()
    {
        Assert.Throws<ArgumentException>(() => _console.Send("ok \u20ac"));
        Assert.That(_console.PendingInput, Is.Zero);
    }

    [Test]
    public void A_limit_below_the_tail_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _console.TranscriptLimit = 4095);

    private void Transmit(string text)
    {
        foreach (byte value in Encoding.Latin1.GetBytes(text))
        {
            _port.Transmit(value);
        }
    }

    private string Taken()
    {
        _port.Pump();
        var text = new StringBuilder();
        while (_port.TryTake(out byte value, out _))
        {
            text.Append((char)value);
        }

        return text.ToString();
    }
}
