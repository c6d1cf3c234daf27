using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>Serves files by HTTP over as much of TCP (RFC 9293) as a server needs that sends one answer to each connection.</summary>
internal sealed class HttpServer : ISnapshotState, IDisposable
{
    /// <summary>The port that clients connect to.</summary>
    public const ushort Port = 80;

    private const int MaximumConnections = 64;

    // Initial sequence numbers lie so far apart that no old segment fits a new connection.
    private const uint SequenceStep = 0x0100_0000;

    private readonly LanSender _sender;
    private readonly ServedFolder _folder;
    private readonly List<TcpConnection> _connections = [];
    private uint _nextSequence;

    /// <summary>Creates a server.</summary>
    public HttpServer(LanSender sender, ServedFolder folder)
    {
        _sender = sender;
        _folder = folder;
    }

    /// <summary>When the next connection must send again.</summary>
    public VirtualTime NextDeadline
    {
        get
        {
            VirtualTime next = VirtualTime.Never;
            foreach (TcpConnection connection in _connections)
            {
                next = connection.Deadline < next ? connection.Deadline : next;
            }

            return next;
        }
    }

    /// <summary>Takes a segment.</summary>
    public void Receive(LanPeer peer, in TcpSegment segment)
    {
        foreach (TcpConnection connection in _connections)
        {
            if (segment.DestinationPort == Port && connection.IsOf(peer.Address, segment.SourcePort))
            {
                if (!connection.Receive(segment))
                {
                    End(connection);
                }

                return;
            }
        }

        if (segment.Flags.HasFlag(TcpFlags.Reset))
        {
            return;
        }

        bool opens = segment.Flags.HasFlag(TcpFlags.Synchronize) && !segment.Flags.HasFlag(TcpFlags.Acknowledge);
        if (!opens || segment.DestinationPort != Port || _connections.Count == MaximumConnections)
        {
            Refuse(peer, segment);
            return;
        }

        var opened = new TcpConnection(_sender, _folder, peer, segment.SourcePort, _nextSequence);
        _nextSequence += SequenceStep;
        _connections.Add(opened);
        opened.Accept(segment);
    }

    /// <summary>Sends again what was lost, and forgets who is silent.</summary>
    public void OnTimer()
    {
        for (int index = _connections.Count - 1; index >= 0; index--)
        {
            TcpConnection connection = _connections[index];
            if (connection.Deadline <= _sender.Now && !connection.OnTimer())
            {
                End(connection);
            }
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("lan-http", 1);
        writer.Write(_nextSequence);
        writer.Write(_connections.Count);
        foreach (TcpConnection connection in _connections)
        {
            connection.Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("lan-http", 1);
        Dispose();
        _nextSequence = reader.ReadUInt32();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _connections.Add(TcpConnection.Load(reader, _sender, _folder));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
    }

    // RFC 9293, 3.5.2: a segment for no connection is answered by a reset that its sender believes.
    private void Refuse(LanPeer peer, in TcpSegment segment)
    {
        bool acknowledges = segment.Flags.HasFlag(TcpFlags.Acknowledge);
        _sender.SendSegment(
            peer,
            segment.DestinationPort,
            segment.SourcePort,
            acknowledges ? segment.Acknowledgment : 0,
            acknowledges ? 0 : segment.Sequence + segment.SequenceLength,
            acknowledges ? TcpFlags.Reset : TcpFlags.Reset | TcpFlags.Acknowledge,
            window: 0,
            length: 0);
    }

    private void End(TcpConnection connection)
    {
        _ = _connections.Remove(connection);
        connection.Dispose();
    }
}
