using System.Text;
using Emulator.Serial;

namespace Emulator;

/// <summary>
/// The terminal at a machine's first UART: what the guest prints is kept and told, byte by byte, and what the host sends waits on the
/// line until the UART has room. Text is Latin-1, one character a byte, so that nothing a guest prints is lost or joined.
/// </summary>
/// <remarks>
/// Sending is allowed from any thread. Everything else belongs to the thread that runs the machine.
/// Waiting for text lives in the package <c>Emulator.Testing</c>.
/// </remarks>
public sealed class MachineConsole
{
    /// <summary>How much of the output is kept unless <see cref="TranscriptLimit"/> says otherwise, in bytes.</summary>
    public const int DefaultTranscriptLimit = 1 << 20;

    private const int TailLength = 4096;

    private readonly ConsolePort _port;
    private byte[] _output = new byte[256];
    private int _count;
    private int _transcriptLimit = DefaultTranscriptLimit;

    /// <summary>Connects a console to a serial port.</summary>
    /// <param name="port">The port of the machine's first UART.</param>
    /// <param name="host">The machine.</param>
    internal MachineConsole(ConsolePort port, IConsoleHost host)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(host);
        _port = port;
        Host = host;
        port.ByteTransmitted += OnTransmitted;
    }

    /// <summary>
    /// Raised for each byte that the guest prints, on the thread that runs the machine, inside the guest's store. An observer may call
    /// <c>Machine.RequestStop</c>: the machine then ends its run right after that store, so that no later byte has been printed.
    /// </summary>
    public event Action<byte>? ByteReceived;

    /// <summary>What <see cref="SendLine"/> puts at the end of a line: <c>"\r"</c>, which is what the Enter key of a terminal sends, unless set.</summary>
    public string NewLine { get; set; } = "\r";

    /// <summary>Bytes the guest has printed since the machine's start.</summary>
    public long OutputLength { get; private set; }

    /// <summary>
    /// How many of the last bytes are kept, at least 4096. Set it to <see cref="Array.MaxLength"/> to keep everything; memory
    /// grows with what is printed, not with the limit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 4096.</exception>
    public int TranscriptLimit
    {
        get => _transcriptLimit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TailLength);
            _transcriptLimit = value;
        }
    }

    /// <summary>What the guest has printed: all of it, or its last <see cref="TranscriptLimit"/> bytes.</summary>
    public string Transcript => Encoding.Latin1.GetString(Kept(_transcriptLimit));

    /// <summary>The last lines of <see cref="Transcript"/>, at most 4096 bytes.</summary>
    public string Tail => Encoding.Latin1.GetString(Kept(TailLength));

    /// <summary>Bytes sent that no UART has taken yet.</summary>
    public int PendingInput => _port.PendingInput;

    /// <summary>The machine.</summary>
    internal IConsoleHost Host { get; }

    /// <summary>Up to where in the output expectations have been met, counted as <see cref="OutputLength"/>.</summary>
    internal long MatchedLength { get; set; }

    /// <summary>Types text on the guest's terminal. Any thread may call it; the characters enter as the UART has room.</summary>
    /// <param name="text">Latin-1 text, sent as it is: write <c>"\n"</c> or <c>"\r"</c> for Enter.</param>
    /// <returns>This console.</returns>
    /// <exception cref="ArgumentException">A character is beyond U+00FF, so that no byte stands for it.</exception>
    public MachineConsole Send(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] > byte.MaxValue)
            {
                throw new ArgumentException($"U+{(int)text[i]:X4} at {i} is no Latin-1 character; encode it and send bytes", nameof(text));
            }

            bytes[i] = (byte)text[i];
        }

        _port.Send(bytes);
        return this;
    }

    /// <summary>Types bytes on the guest's terminal. Any thread may call it; they enter as the UART has room.</summary>
    /// <param name="bytes">The bytes; copied.</param>
    /// <returns>This console.</returns>
    public MachineConsole Send(ReadOnlySpan<byte> bytes)
    {
        _port.Send(bytes);
        return this;
    }

    /// <summary>Types a line: the text and then <see cref="NewLine"/>.</summary>
    /// <param name="text">Latin-1 text.</param>
    /// <returns>This console.</returns>
    /// <exception cref="ArgumentException">A character is beyond U+00FF, so that no byte stands for it.</exception>
    public MachineConsole SendLine(string text = "") => Send(text + NewLine);

    /// <summary>The output that no expectation has consumed yet, as far as it is still kept.</summary>
    internal ReadOnlySpan<byte> Unmatched() => Kept((int)Math.Min(OutputLength - MatchedLength, int.MaxValue));

    private ReadOnlySpan<byte> Kept(int most)
    {
        int length = Math.Min(Math.Min(_count, _transcriptLimit), most);
        return _output.AsSpan(_count - length, length);
    }

    private void OnTransmitted(byte value)
    {
        if (_count == _output.Length)
        {
            MakeRoom();
        }

        _output[_count++] = value;
        OutputLength++;
        ByteReceived?.Invoke(value);
    }

    // Up to twice the limit is held, so that dropping the oldest bytes costs each byte one copy at most.
    private void MakeRoom()
    {
        if (_count >= 2L * _transcriptLimit || _output.Length == Array.MaxLength)
        {
            ReadOnlySpan<byte> newest = Kept(_count / 2);
            newest.CopyTo(_output);
            _count = newest.Length;
        }
        else
        {
            Array.Resize(ref _output, (int)Math.Min(2L * _output.Length, Array.MaxLength));
        }
    }
}
