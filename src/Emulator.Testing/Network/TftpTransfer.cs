using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>One file on its way by TFTP. Blocks are counted on beyond the 16 bits that messages have of them.</summary>
internal sealed class TftpTransfer : IDisposable
{
    private const int DefaultBlockSize = 512;
    private const int SmallestBlockSize = 8;
    private const int HeaderLength = 4;
    private const int LargestBlockSize = LanSender.MaximumDatagram - HeaderLength;
    private const int LargestWindow = 64;
    private const int LongestTimeout = 255;
    private const int Tries = 6;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly LanSender _sender;
    private readonly LanPeer _peer;
    private readonly ushort _peerPort;
    private readonly ushort _port;
    private readonly ServedFile _file;
    private string _agreed = "";
    private int _blockSize = DefaultBlockSize;
    private int _window = 1;
    private long _timeout = NanosecondsPerSecond;
    private long _acknowledged;
    private bool _agreeing;
    private int _tries;

    /// <summary>Creates a transfer.</summary>
    public TftpTransfer(LanSender sender, LanPeer peer, ushort peerPort, ushort port, ServedFile file)
    {
        _sender = sender;
        _peer = peer;
        _peerPort = peerPort;
        _port = port;
        _file = file;
    }

    /// <summary>When it must send again.</summary>
    public VirtualTime Deadline { get; private set; }

    // A file whose length is a multiple of the block size ends with an empty block.
    private long LastBlock => (_file.Length / _blockSize) + 1;

    /// <summary>Tells a client what went wrong.</summary>
    public static void SendError(LanSender sender, LanPeer peer, ushort port, ushort peerPort, TftpError error, string message)
    {
        Span<byte> payload = sender.DatagramPayload;
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)TftpOperation.Error);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)error);
        int length = Encoding.ASCII.GetBytes(message, payload[HeaderLength..]);
        payload[HeaderLength + length] = 0;
        sender.SendDatagram(peer, port, peerPort, HeaderLength + length + 1);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="SnapshotException">The file is no longer there.</exception>
    public static TftpTransfer Load(SnapshotReader reader, LanSender sender, ServedFolder folder)
    {
        string name = reader.ReadString();
        ServedFile file = folder.Open(name)
            ?? throw new SnapshotException($"the snapshot was taken while '{name}' was read over the network, and that file is not in the served folder; put it there");
        var peer = new LanPeer(new MacAddress(reader.ReadUInt64()), reader.ReadUInt32());
        return new TftpTransfer(sender, peer, (ushort)reader.ReadUInt32(), (ushort)reader.ReadUInt32(), file)
        {
            _agreed = reader.ReadString(),
            _blockSize = Math.Clamp(reader.ReadInt32(), SmallestBlockSize, LargestBlockSize),
            _window = Math.Clamp(reader.ReadInt32(), 1, LargestWindow),
            _timeout = reader.ReadInt64(),
            _acknowledged = reader.ReadInt64(),
            _agreeing = reader.ReadBoolean(),
            _tries = reader.ReadInt32(),
            Deadline = new VirtualTime(reader.ReadInt64()),
        };
    }

    /// <summary>True when a client's port is this transfer's.</summary>
    public bool IsOf(uint address, ushort peerPort) => _peer.Address == address && _peerPort == peerPort;

    /// <summary>True when a datagram between these ports is this transfer's.</summary>
    public bool IsOf(uint address, ushort peerPort, ushort port) => IsOf(address, peerPort) && _port == port;

    /// <summary>Answers the request.</summary>
    /// <param name="options">Names and values by turns, as the client wrote them.</param>
    public void Start(ReadOnlySpan<string> options)
    {
        var agreed = new StringBuilder();
        for (int index = 0; index + 1 < options.Length; index += 2)
        {
            if (Agree(options[index], options[index + 1]) is { } value)
            {
                agreed.Append(options[index]).Append('\0').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\0');
            }
        }

        _agreed = agreed.ToString();
        _agreeing = _agreed.Length > 0;
        Send();
    }

    /// <summary>Takes a message of the client.</summary>
    /// <returns>False when the transfer has ended.</returns>
    public bool Receive(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength || (TftpOperation)BinaryPrimitives.ReadUInt16BigEndian(message) != TftpOperation.Acknowledgment)
        {
            return false;
        }

        // The nearest block of that number that can be meant.
        long block = _acknowledged + (ushort)(BinaryPrimitives.ReadUInt16BigEndian(message[2..]) - (ushort)_acknowledged);
        if (block > Math.Min(_acknowledged + _window, LastBlock))
        {
            return true;
        }

        if (block == _acknowledged && !_agreeing && _window == 1)
        {
            // Answering what is doubled doubles all that follows (RFC 1123, 4.2.3.1).
            return true;
        }

        if (block == LastBlock)
        {
            return false;
        }

        _agreeing = false;
        _acknowledged = block;
        _tries = 0;
        Send();
        return true;
    }

    /// <summary>Sends again what is not acknowledged.</summary>
    /// <returns>False when the client has been silent for too long.</returns>
    public bool SendAgain()
    {
        if (++_tries == Tries)
        {
            return false;
        }

        Send();
        return true;
    }

    /// <summary>Writes the state.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_file.Name);
        writer.Write(_peer.Mac.Value);
        writer.Write(_peer.Address);
        writer.Write((uint)_peerPort);
        writer.Write((uint)_port);
        writer.Write(_agreed);
        writer.Write(_blockSize);
        writer.Write(_window);
        writer.Write(_timeout);
        writer.Write(_acknowledged);
        writer.Write(_agreeing);
        writer.Write(_tries);
        writer.Write(Deadline.Nanoseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long? Agree(string option, string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return null;
        }

        switch (option.ToUpperInvariant())
        {
            case "BLKSIZE" when value >= SmallestBlockSize:
                return _blockSize = (int)Math.Min(value, LargestBlockSize);
            case "TSIZE":
                return _file.Length;
            case "TIMEOUT" when value is >= 1 and <= LongestTimeout:
                _timeout = value * NanosecondsPerSecond;
                return value;
            case "WINDOWSIZE" when value >= 1:
                return _window = (int)Math.Min(value, LargestWindow);
            default:
                return null;
        }
    }

    private void Send()
    {
        Deadline = _sender.Now.After(_timeout);
        if (_agreeing)
        {
            Span<byte> payload = _sender.DatagramPayload;
            BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)TftpOperation.OptionAcknowledgment);
            int length = Encoding.ASCII.GetBytes(_agreed, payload[2..]);
            _sender.SendDatagram(_peer, _port, _peerPort, 2 + length);
            return;
        }

        for (long block = _acknowledged + 1; block <= Math.Min(_acknowledged + _window, LastBlock); block++)
        {
            SendBlock(block);
        }
    }

    private void SendBlock(long block)
    {
        long start = (block - 1) * _blockSize;
        int length = (int)Math.Min(_blockSize, _file.Length - start);
        Span<byte> payload = _sender.DatagramPayload;
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)TftpOperation.Data);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)block);
        _file.Read(start, payload.Slice(HeaderLength, length));
        _sender.SendDatagram(_peer, _port, _peerPort, HeaderLength + length);
    }
}
