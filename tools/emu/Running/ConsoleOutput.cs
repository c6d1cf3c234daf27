namespace Emulator.Tool.Running;

/// <summary>
/// Carries the guest's bytes to standard output. Bytes are gathered, and go out when many have come or after a moment, so that a person
/// sees a prompt at once and a flood costs one call per buffer.
/// </summary>
internal sealed class ConsoleOutput : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly Stream _output;
    private readonly byte[] _buffer = new byte[8192];
    private readonly ITimer _timer;
    private readonly Action _failed;
    private int _count;

    /// <summary>Creates the carrier.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="failed">Told when nobody reads standard output any more; any thread.</param>
    public ConsoleOutput(Stream output, TimeProvider time, Action failed)
    {
        _output = output;
        _failed = failed;
        _timer = time.CreateTimer(_ => Flush(), null, Moment, Moment);
    }

    /// <summary>Why writing failed, if it did; nothing is written after that.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>Takes a byte.</summary>
    public void Write(byte value)
    {
        lock (_lock)
        {
            _buffer[_count++] = value;
            if (_count == _buffer.Length)
            {
                Flush();
            }
        }
    }

    /// <summary>Writes what has been gathered.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return;
            }

            int count = _count;
            _count = 0;
            if (Failure is not null)
            {
                return;
            }

            try
            {
                _output.Write(_buffer, 0, count);
                _output.Flush();
            }
            catch (IOException e)
            {
                Failure = e;
                _failed();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }
}
