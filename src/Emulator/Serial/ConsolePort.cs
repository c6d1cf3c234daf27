using Emulator.Snapshots;

namespace Emulator.Serial;

/// <summary>
/// The host's end of a serial line. The host may send from any thread; a character enters the machine only when the machine's own
/// thread calls <see cref="Pump"/>, at an instant that it can record. From then on it waits on the line until the UART has room, so
/// that a run depends on what was sent and on these instants, and on nothing else. Each byte the guest transmits is told at once,
/// inside the guest's store.
/// </summary>
public sealed class ConsolePort : ISnapshotState
{
    private const int ErrorShift = 8;

    private readonly Lock _sending = new();
    private readonly Queue<ushort> _sent = new();
    private readonly Queue<ushort> _line = new();
    private ISerialReceiver? _receiver;
    private volatile bool _needsPump;

    /// <summary>Creates a port.</summary>
    /// <param name="name">A name unique in the machine, for instance <c>console0</c>.</param>
    public ConsolePort(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Raised for each byte the guest transmits, on the machine's thread, before the guest's store completes.</summary>
    public event Action<byte>? ByteTransmitted;

    /// <summary>Raised after the host has sent something, on the sender's thread, so that a machine that runs or waits can be told to call <see cref="Pump"/>.</summary>
    public event Action? InputSent;

    /// <summary>A name for logs and snapshots.</summary>
    public string Name { get; }

    /// <summary>True when <see cref="Pump"/> would do something. Cheap enough to be asked at every slice of a run.</summary>
    public bool NeedsPump => _needsPump;

    /// <summary>Characters sent that no UART has taken yet. Machine's thread only.</summary>
    public int PendingInput
    {
        get
        {
            lock (_sending)
            {
                return _sent.Count + _line.Count;
            }
        }
    }

    /// <summary>True when <see cref="TryTake"/> would give a character. Machine's thread only.</summary>
    internal bool HasInput => _line.Count > 0;

    /// <summary>Sends bytes to the guest. Any thread may call it.</summary>
    /// <param name="bytes">The bytes; copied.</param>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        lock (_sending)
        {
            foreach (byte value in bytes)
            {
                _sent.Enqueue(value);
            }
        }

        TellInputSent();
    }

    /// <summary>Sends one character as a bad line would deliver it. Any thread may call it.</summary>
    /// <param name="value">The character received, zero for a break.</param>
    /// <param name="errors">What is wrong with it.</param>
    public void SendDamaged(byte value, LineErrors errors)
    {
        lock (_sending)
        {
            _sent.Enqueue((ushort)(value | ((int)errors << ErrorShift)));
        }

        TellInputSent();
    }

    /// <summary>Puts on the line what the host has sent so far, and lets the UART take what it has room for. Machine's thread only.</summary>
    public void Pump()
    {
        if (!_needsPump)
        {
            return;
        }

        lock (_sending)
        {
            _needsPump = false;
            while (_sent.TryDequeue(out ushort character))
            {
                _line.Enqueue(character);
            }
        }

        _receiver?.TakeInput();
    }

    /// <summary>Connects the UART. A port has one.</summary>
    /// <param name="receiver">Its receiving side.</param>
    /// <exception cref="InvalidOperationException">Another one is connected.</exception>
    public void Connect(ISerialReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (_receiver is not null)
        {
            throw new InvalidOperationException($"{Name} is connected already; give each UART a port of its own");
        }

        _receiver = receiver;
    }

    /// <summary>Takes the next character off the line. For the UART, on the machine's thread.</summary>
    /// <param name="value">The character.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <returns>False when the line is idle.</returns>
    public bool TryTake(out byte value, out LineErrors errors)
    {
        bool taken = _line.TryDequeue(out ushort character);
        value = (byte)character;
        errors = (LineErrors)(character >> ErrorShift);
        return taken;
    }

    /// <summary>Tells the port that the receiver has got room outside of a guest's read, by a reset for instance. For the UART.</summary>
    public void RequestPump()
    {
        if (_line.Count > 0)
        {
            _needsPump = true;
        }
    }

    /// <summary>Hands a byte to the host. For the UART, on the machine's thread.</summary>
    /// <param name="value">The byte.</param>
    public void Transmit(byte value) => ByteTransmitted?.Invoke(value);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(Name, 1);
        lock (_sending)
        {
            writer.Write(_needsPump);
            Save(writer, _line);
            Save(writer, _sent);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(Name, 1);
        lock (_sending)
        {
            bool needsPump = reader.ReadBoolean();
            Load(reader, _line);
            Load(reader, _sent);
            _needsPump = needsPump;
        }
    }

    private static void Save(SnapshotWriter writer, Queue<ushort> characters)
    {
        writer.Write(characters.Count);
        foreach (ushort character in characters)
        {
            writer.Write((int)character);
        }
    }

    private static void Load(SnapshotReader reader, Queue<ushort> characters)
    {
        characters.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            characters.Enqueue((ushort)reader.ReadInt32());
        }
    }

    private void TellInputSent()
    {
        _needsPump = true;
        InputSent?.Invoke();
    }
}
