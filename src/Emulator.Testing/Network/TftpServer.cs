using System.Buffers.Binary;
using System.Text;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Testing.Network;

/// <summary>Serves files to read by TFTP (RFC 1350), with the options for block size, size of the transfer, time-out (RFC 2348, 2349) and window size (RFC 7440).</summary>
internal sealed class TftpServer : ISnapshotState, IDisposable
{
    /// <summary>The port that requests go to.</summary>
    public const ushort Port = 69;

    private const int MaximumTransfers = 32;
    private const ushort FirstTransferPort = 49152;
    private const ushort TransferPorts = 8192;

    private readonly LanSender _sender;
    private readonly ServedFolder _folder;
    private readonly List<TftpTransfer> _transfers = [];
    private ushort _started;

    /// <summary>Creates a server.</summary>
    public TftpServer(LanSender sender, ServedFolder folder)
    {
        _sender = sender;
        _folder = folder;
    }

    /// <summary>When the next transfer must send again.</summary>
    public VirtualTime NextDeadline
    {
        get
        {
            VirtualTime next = VirtualTime.Never;
            foreach (TftpTransfer transfer in _transfers)
            {
                next = transfer.Deadline < next ? transfer.Deadline : next;
            }

            return next;
        }
    }

    /// <summary>Takes a datagram, if it is for this server.</summary>
    public bool TryReceive(LanPeer peer, in UdpDatagram datagram)
    {
        if (datagram.DestinationPort == Port)
        {
            Begin(peer, datagram.SourcePort, datagram.Payload);
            return true;
        }

        foreach (TftpTransfer transfer in _transfers)
        {
            if (transfer.IsOf(peer.Address, datagram.SourcePort, datagram.DestinationPort))
            {
                if (!transfer.Receive(datagram.Payload))
                {
                    End(transfer);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Sends again what was lost.</summary>
    public void OnTimer()
    {
        for (int index = _transfers.Count - 1; index >= 0; index--)
        {
            TftpTransfer transfer = _transfers[index];
            if (transfer.Deadline <= _sender.Now && !transfer.SendAgain())
            {
                End(transfer);
            }
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("lan-tftp", 1);
        writer.Write(_started);
        writer.Write(_transfers.Count);
        foreach (TftpTransfer transfer in _transfers)
        {
            transfer.Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("lan-tftp", 1);
        Dispose();
        _started = (ushort)reader.ReadUInt32();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            _transfers.Add(TftpTransfer.Load(reader, _sender, _folder));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transfers.ForEach(transfer => transfer.Dispose());
        _transfers.Clear();
    }

    private void Begin(LanPeer peer, ushort peerPort, ReadOnlySpan<byte> request)
    {
        // A request that is sent again, as its answer was slow, starts anew.
        if (_transfers.Find(transfer => transfer.IsOf(peer.Address, peerPort)) is { } former)
        {
            End(former);
        }

        TftpOperation operation = request.Length < 2 ? default : (TftpOperation)BinaryPrimitives.ReadUInt16BigEndian(request);
        if (operation is not (TftpOperation.ReadRequest or TftpOperation.WriteRequest))
        {
            return;
        }

        ushort port = (ushort)(FirstTransferPort + (_started++ % TransferPorts));
        string[] words = Encoding.UTF8.GetString(request[2..]).Split('\0');
        if (operation == TftpOperation.WriteRequest)
        {
            TftpTransfer.SendError(_sender, peer, port, peerPort, TftpError.AccessViolation, "read only");
        }
        else if (words.Length < 3)
        {
            TftpTransfer.SendError(_sender, peer, port, peerPort, TftpError.IllegalOperation, "no file name and mode");
        }
        else if (_folder.Open(words[0]) is not { } file)
        {
            TftpTransfer.SendError(_sender, peer, port, peerPort, TftpError.FileNotFound, "no such file");
        }
        else
        {
            if (_transfers.Count == MaximumTransfers)
            {
                End(_transfers[0]);
            }

            var transfer = new TftpTransfer(_sender, peer, peerPort, port, file);
            _transfers.Add(transfer);
            transfer.Start(words.AsSpan(2));
        }
    }

    private void End(TftpTransfer transfer)
    {
        _ = _transfers.Remove(transfer);
        transfer.Dispose();
    }
}
