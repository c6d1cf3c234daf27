using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>
/// A disk behind the NBD protocol, for back ends that keep their images there: when its client is killed it loses, block by block and by chance, what was not flushed. It knows what qemu asks for: reading, writing, flushing.
/// </summary>
internal sealed class LosingExport : IDisposable
{
    private const int BlockSize = 4096;
    private const ulong ReplyMagic = 0x3e889045565a9;
    private const uint Unsupported = 0x80000001; // NBD_REP_ERR_UNSUP

    private readonly byte[] _contents;
    private readonly byte[] _safe;
    private readonly SortedSet<int> _unsafe = [];
    private readonly Random _chance;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Lock _lock = new();
    private Socket? _client;

    /// <summary>Listens.</summary>
    /// <param name="contents">What the disk holds.</param>
    /// <param name="path">The socket.</param>
    /// <param name="seed">Decides what is lost.</param>
    public LosingExport(byte[] contents, string path, int seed)
    {
        _contents = [.. contents];
        _safe = [.. contents];
        _chance = new Random(seed);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "nbd" }.Start();
    }

    /// <summary>What the disk holds when its client is gone.</summary>
    public byte[] Contents
    {
        get
        {
            lock (_lock)
            {
                return [.. _contents];
            }
        }
    }

    /// <summary>The client was killed.</summary>
    public void Lose()
    {
        lock (_lock)
        {
            // What it has sent and nobody has read yet goes nowhere.
            _client?.Dispose();
            _client = null;
            foreach (int block in _unsafe)
            {
                Range bytes = (block * BlockSize)..((block + 1) * BlockSize);
                if (_chance.Next(4) != 0)
                {
                    _safe.AsSpan(bytes).CopyTo(_contents.AsSpan(bytes));
                }
                else
                {
                    _contents.AsSpan(bytes).CopyTo(_safe.AsSpan(bytes));
                }
            }

            _unsafe.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_lock)
        {
            _client?.Dispose();
        }
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                Socket client = _listener.Accept();
                lock (_lock)
                {
                    _client = client;
                }

                using var stream = new NetworkStream(client, ownsSocket: true);
                if (TryAgree(stream))
                {
                    Serve(client, stream);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The next one, please.
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    // The "fixed newstyle" of the handshake.
    private bool TryAgree(NetworkStream stream)
    {
        stream.Write([.. Encoding.ASCII.GetBytes("NBDMAGICIHAVEOPT"), 0, 3]);
        byte[] header = new byte[16];
        stream.ReadExactly(header.AsSpan(0, 4));
        while (true)
        {
            stream.ReadExactly(header);
            uint option = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            stream.ReadExactly(new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12))]);
            switch (option)
            {
                case 2: // NBD_OPT_ABORT
                    return false;
                case 7: // NBD_OPT_GO
                    byte[] export = new byte[12];
                    BinaryPrimitives.WriteInt64BigEndian(export.AsSpan(2), _contents.Length);
                    export[11] = 1 | 4; // NBD_FLAG_HAS_FLAGS, NBD_FLAG_SEND_FLUSH
                    Reply(stream, option, 3, export);
                    Reply(stream, option, 1, []);
                    return true;
                default:
                    Reply(stream, option, Unsupported, []);
                    break;
            }
        }
    }

    private static void Reply(NetworkStream stream, uint option, uint type, ReadOnlySpan<byte> data)
    {
        byte[] reply = new byte[20 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(reply, ReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(12), type);
        BinaryPrimitives.WriteInt32BigEndian(reply.AsSpan(16), data.Length);
        data.CopyTo(reply.AsSpan(20));
        stream.Write(reply);
    }

    private void Serve(Socket client, NetworkStream stream)
    {
        byte[] request = new byte[28];
        while (true)
        {
            stream.ReadExactly(request);
            int type = request[7];
            int offset = (int)BinaryPrimitives.ReadInt64BigEndian(request.AsSpan(16));
            int length = BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(24));
            byte[] data = new byte[type == 1 ? length : 0];
            stream.ReadExactly(data);
            byte[] reply = new byte[16 + (type == 0 ? length : 0)];
            BinaryPrimitives.WriteUInt32BigEndian(reply, 0x67446698);
            request.AsSpan(8, 8).CopyTo(reply.AsSpan(8));
            lock (_lock)
            {
                if (_client != client || type == 2)
                {
                    return;
                }

                Execute(type, offset, data, reply.AsSpan(16));
            }

            stream.Write(reply);
        }
    }

    private void Execute(int type, int offset, ReadOnlySpan<byte> data, Span<byte> answer)
    {
        switch (type)
        {
            case 0: // NBD_CMD_READ
                _contents.AsSpan(offset, answer.Length).CopyTo(answer);
                break;
            case 1: // NBD_CMD_WRITE
                data.CopyTo(_contents.AsSpan(offset));
                for (int block = offset / BlockSize; block < (offset + data.Length + BlockSize - 1) / BlockSize; block++)
                {
                    _unsafe.Add(block);
                }

                break;
            default: // NBD_CMD_FLUSH
                foreach (int block in _unsafe)
                {
                    _contents.AsSpan(block * BlockSize, BlockSize).CopyTo(_safe.AsSpan(block * BlockSize));
                }

                _unsafe.Clear();
                break;
        }
    }
}
