using System.Text;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>The server's end of a TCP connection (RFC 9293): it takes a request, sends an answer, and closes.</summary>
internal sealed class TcpConnection : IDisposable
{
    private const int LongestRequest = 16384;
    private const ushort Window = 16384;
    private const int DuplicatesForLoss = 3;
    private const int Tries = 8;
    private const long FirstTimeout = 250_000_000;
    private const long LongestTimeout = 8_000_000_000;
    private const long SilenceLimit = 60_000_000_000;

    private readonly LanSender _sender;
    private readonly ServedFolder _folder;
    private readonly LanPeer _peer;
    private readonly ushort _peerPort;
    private readonly uint _initial;
    private readonly StringBuilder _request = new();
    private HttpResponse? _response;
    private uint _expected;
    private int _segmentSize;
    private uint _peerWindow;
    private bool _peerHasFinished;
    private int _duplicates;
    private int _tries;

    // Positions in what is sent: 0 is the SYN, 1 the first byte of the answer, and the FIN follows its last.
    private long _acknowledged;
    private long _sent;

    /// <summary>Creates a connection.</summary>
    public TcpConnection(LanSender sender, ServedFolder folder, LanPeer peer, ushort peerPort, uint initial)
    {
        _sender = sender;
        _folder = folder;
        _peer = peer;
        _peerPort = peerPort;
        _initial = initial;
    }

    /// <summary>When <see cref="OnTimer"/> is due.</summary>
    public VirtualTime Deadline { get; private set; }

    private bool IsOpen => _acknowledged > 0;

    private long EndOfAnswer => _response is null ? 1 : 1 + _response.Length;

    private long EndOfStream => _response is null ? 1 : EndOfAnswer + 1;

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static TcpConnection Load(SnapshotReader reader, LanSender sender, ServedFolder folder)
    {
        var peer = new LanPeer(new MacAddress(reader.ReadUInt64()), reader.ReadUInt32());
        var connection = new TcpConnection(sender, folder, peer, (ushort)reader.ReadUInt32(), reader.ReadUInt32());
        connection._request.Append(reader.ReadString());
        if (reader.ReadBoolean())
        {
            connection.Answer();
        }

        connection._expected = reader.ReadUInt32();
        connection._segmentSize = Math.Clamp(reader.ReadInt32(), 1, LanSender.MaximumSegment);
        connection._peerWindow = reader.ReadUInt32();
        connection._peerHasFinished = reader.ReadBoolean();
        connection._duplicates = reader.ReadInt32();
        connection._tries = reader.ReadInt32();
        connection._acknowledged = reader.ReadInt64();
        connection._sent = reader.ReadInt64();
        connection.Deadline = new VirtualTime(reader.ReadInt64());
        if (connection._acknowledged < 0 || connection._acknowledged > connection._sent || connection._sent > connection.EndOfStream)
        {
            throw new SnapshotException("the snapshot was taken while a file was read over the network that is another now; put the former back into the served folder");
        }

        return connection;
    }

    /// <summary>True when a client's port is this connection's.</summary>
    public bool IsOf(uint address, ushort peerPort) => _peer.Address == address && _peerPort == peerPort;

    /// <summary>Takes the client's SYN.</summary>
    public void Accept(in TcpSegment segment)
    {
        _expected = segment.Sequence + 1;
        _peerWindow = segment.Window;
        _segmentSize = Math.Min(segment.MaximumSegmentSize, LanSender.MaximumSegment);
        Send();
    }

    /// <summary>Takes a segment of the client.</summary>
    /// <returns>False when the connection has ended.</returns>
    public bool Receive(in TcpSegment segment)
    {
        if (segment.Flags.HasFlag(TcpFlags.Reset))
        {
            // RFC 9293, 3.5.3: only one that is in its place.
            return segment.Sequence != _expected;
        }

        if (segment.Flags.HasFlag(TcpFlags.Synchronize))
        {
            // The client has not heard of its being accepted, or has started anew and will reset this connection once it is answered.
            bool repeats = !IsOpen && segment.Sequence + 1 == _expected;
            _sent = repeats ? 0 : _sent;
            Send(evenNothing: !repeats);
            return true;
        }

        if (segment.Flags.HasFlag(TcpFlags.Acknowledge))
        {
            TakeAcknowledgment(segment);
        }

        bool answers = IsOpen && segment.SequenceLength > 0;
        if (answers)
        {
            TakeStream(segment);
        }

        if (_response is not null && _acknowledged == EndOfStream && _peerHasFinished)
        {
            if (answers)
            {
                SendSegment(_sent, TcpFlags.Acknowledge, 0);
            }

            return false;
        }

        Send(evenNothing: answers);
        return true;
    }

    /// <summary>Sends again what is not acknowledged.</summary>
    /// <returns>False when the client has been silent for too long.</returns>
    public bool OnTimer()
    {
        bool waits = _sent == _acknowledged && _sent == EndOfStream;
        if (waits || ++_tries == Tries)
        {
            return false;
        }

        _sent = _acknowledged;
        Send(probe: true);
        return true;
    }

    /// <summary>Writes the state.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_peer.Mac.Value);
        writer.Write(_peer.Address);
        writer.Write((uint)_peerPort);
        writer.Write(_initial);
        writer.Write(_request.ToString());
        writer.Write(_response is not null);
        writer.Write(_expected);
        writer.Write(_segmentSize);
        writer.Write(_peerWindow);
        writer.Write(_peerHasFinished);
        writer.Write(_duplicates);
        writer.Write(_tries);
        writer.Write(_acknowledged);
        writer.Write(_sent);
        writer.Write(Deadline.Nanoseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _response?.Dispose();

    private void TakeAcknowledgment(in TcpSegment segment)
    {
        long position = _acknowledged + (int)(segment.Acknowledgment - (_initial + (uint)_acknowledged));
        if (position < _acknowledged || position > EndOfStream)
        {
            return;
        }

        _peerWindow = segment.Window;
        if (position > _acknowledged)
        {
            _acknowledged = position;
            _sent = Math.Max(_sent, position);
            _duplicates = 0;
            _tries = 0;
        }
        else if (segment.SequenceLength == 0 && _sent > _acknowledged && ++_duplicates == DuplicatesForLoss)
        {
            // A segment is missing, those after it have come (RFC 5681, 3.2); they are sent again, too.
            _sent = _acknowledged;
        }
    }

    private void TakeStream(in TcpSegment segment)
    {
        if (segment.Sequence != _expected || _peerHasFinished)
        {
            return;
        }

        _expected += segment.SequenceLength;
        _peerHasFinished = segment.Flags.HasFlag(TcpFlags.Finish);
        if (_response is not null)
        {
            return;
        }

        _request.Append(Encoding.Latin1.GetString(segment.Payload));
        if (_peerHasFinished || _request.Length > LongestRequest || _request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            Answer();
        }
    }

    private void Answer() =>
        _response = _request.Length > LongestRequest ? HttpResponse.Error("431 Request Header Fields Too Large") : HttpResponse.To(_request.ToString(), _folder);

    private void Send(bool evenNothing = false, bool probe = false)
    {
        if (_sent == 0)
        {
            SendSegment(0, TcpFlags.Synchronize | TcpFlags.Acknowledge, 0);
            _sent = 1;
        }
        else if (IsOpen)
        {
            // A closed window is asked about with one byte (RFC 9293, 3.8.6.1). After a loss, one segment shows whether anything comes through (RFC 5681, 3.1).
            long end = Math.Min(EndOfStream, _acknowledged + (probe ? Math.Clamp(_peerWindow, 1u, (uint)_segmentSize) : _peerWindow));
            while (_sent < end)
            {
                int length = (int)Math.Min(Math.Min(_segmentSize, EndOfAnswer - _sent), end - _sent);
                bool last = _response is not null && _sent + length == EndOfAnswer && end == EndOfStream;
                _response!.Read(_sent - 1, _sender.SegmentPayload[..length]);
                SendSegment(_sent, last ? TcpFlags.Acknowledge | TcpFlags.Push | TcpFlags.Finish : TcpFlags.Acknowledge, length);
                _sent += length + (last ? 1 : 0);
                evenNothing = false;
            }
        }

        if (evenNothing)
        {
            SendSegment(_sent, TcpFlags.Acknowledge, 0);
        }

        bool waits = _sent == _acknowledged && (_sent == EndOfStream || _response is null);
        Deadline = _sender.Now.After(waits ? SilenceLimit : Math.Min(FirstTimeout << _tries, LongestTimeout));
    }

    private void SendSegment(long position, TcpFlags flags, int length) =>
        _sender.SendSegment(_peer, HttpServer.Port, _peerPort, _initial + (uint)position, flags == TcpFlags.None ? 0 : _expected, flags, Window, length);
}
