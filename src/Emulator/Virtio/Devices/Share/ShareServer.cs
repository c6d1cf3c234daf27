using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Share;

/// <summary>
/// A server of 9P2000.L for one client and one folder. Each request is answered before the next is looked at, so that there is never anything to flush, and tags need not be remembered.
/// The folder belongs to user 0, and its files have one link each.
/// </summary>
internal sealed partial class ShareServer : ISnapshotState, IDisposable
{
    /// <summary>Bytes of the longest message.</summary>
    public const int MostMessageBytes = 512 << 10;

    // Of messages without contents of files: sixteen names of 255 bytes fit.
    private const int MostBodyBytes = 8 << 10;
    private const int MostReplyBytes = 64 << 10;
    private const int HeadLength = 7;
    private const int CountedHeadLength = HeadLength + 4;
    private const int LeastMessageBytes = 4096;
    private const uint NoFid = uint.MaxValue;
    private const ushort NoTag = ushort.MaxValue;

    private readonly HostFolder _folder;
    private readonly bool _isReadOnly;
    private readonly FidTable _fids = new();
    private readonly byte[] _body = new byte[MostBodyBytes];
    private readonly byte[] _reply = new byte[MostReplyBytes];
    private readonly DmaRange[] _head = new DmaRange[CountedHeadLength];
    private int _messageBytes;

    /// <summary>Creates a server that waits for its client.</summary>
    /// <param name="folder">What it serves.</param>
    /// <param name="isReadOnly">True to change nothing.</param>
    public ShareServer(HostFolder folder, bool isReadOnly)
    {
        _folder = folder;
        _isReadOnly = isReadOnly;
    }

    /// <summary>What the last request was.</summary>
    public ShareMessage LastMessage { get; private set; }

    /// <summary>Answers a request.</summary>
    /// <param name="chain">Its buffers.</param>
    /// <returns>False when there is no request in them or no room for an answer.</returns>
    public bool Answer(DescriptorChain chain)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        if (chain.WritableLength < CountedHeadLength || !chain.TryRead(head))
        {
            return false;
        }

        long length = (long)BinaryPrimitives.ReadUInt32LittleEndian(head) - HeadLength;
        var type = (ShareMessage)head[4];
        LastMessage = type;
        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(head[5..]);
        bool isVersion = type == ShareMessage.Version;
        bool isSound = length >= 0 && length <= chain.ReadableLength && length + HeadLength <= (isVersion ? MostMessageBytes : _messageBytes) && isVersion == (tag == NoTag);
        return !isSound ? Refuse(chain, tag, LinuxError.Protocol) : type switch
        {
            ShareMessage.Read => AnswerRead(chain, tag, length),
            ShareMessage.Write => AnswerWrite(chain, tag, length),
            _ => AnswerPlain(chain, type, tag, length),
        };
    }

    /// <summary>The client has gone.</summary>
    public void Reset()
    {
        _fids.Clear();
        _messageBytes = 0;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_messageBytes);
        _fids.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _messageBytes = reader.ReadInt32();
        _fids.Load(reader);
    }

    /// <inheritdoc/>
    public void Dispose() => _fids.Dispose();

    // A message whose answer is built in a buffer of the server's.
    private bool AnswerPlain(DescriptorChain chain, ShareMessage type, ushort tag, long length)
    {
        if (length > MostBodyBytes)
        {
            return Refuse(chain, tag, LinuxError.MessageSize);
        }

        Span<byte> body = _body.AsSpan(0, (int)length);
        _ = chain.TryRead(body);
        int room = (int)Math.Min(Math.Min(chain.WritableLength, MostReplyBytes), type == ShareMessage.Version ? MostReplyBytes : _messageBytes);
        var request = new MessageReader(body);
        var reply = new MessageWriter(_reply.AsSpan(HeadLength));
        LinuxError error = Execute(type, ref request, ref reply, room - HeadLength);
        if (error == LinuxError.None && reply.Length + HeadLength > room)
        {
            error = LinuxError.MessageSize;
        }

        if (error != LinuxError.None)
        {
            return Refuse(chain, tag, error);
        }

        WriteHead(_reply, reply.Length + HeadLength, type + 1, tag);
        return chain.TryWrite(_reply.AsSpan(0, reply.Length + HeadLength));
    }

    private LinuxError Execute(ShareMessage type, ref MessageReader request, ref MessageWriter reply, int room) => type switch
    {
        ShareMessage.Version => Negotiate(ref request, ref reply),
        ShareMessage.Attach => Attach(ref request, ref reply),
        ShareMessage.Walk => Walk(ref request, ref reply),
        ShareMessage.Clunk => Clunk(ref request),
        ShareMessage.Flush => LinuxError.None,
        ShareMessage.Open => Open(ref request, ref reply),
        ShareMessage.Create => Create(ref request, ref reply),
        ShareMessage.MakeNode => MakeNode(ref request, ref reply),
        ShareMessage.MakeDirectory => MakeDirectory(ref request, ref reply),
        ShareMessage.ReadDirectory => ReadDirectory(ref request, ref reply, room),
        ShareMessage.ReadLink => ReadLink(ref request, ref reply),
        ShareMessage.Rename => Rename(ref request),
        ShareMessage.RenameAt => RenameAt(ref request),
        ShareMessage.UnlinkAt => UnlinkAt(ref request),
        ShareMessage.Remove => Remove(ref request),
        ShareMessage.GetAttributes => GetAttributes(ref request, ref reply),
        ShareMessage.SetAttributes => SetAttributes(ref request),
        ShareMessage.StatFs => StatFs(ref request, ref reply),
        ShareMessage.Synchronize => Synchronize(ref request),
        ShareMessage.Lock => Lock(ref request, ref reply),
        ShareMessage.GetLock => GetLock(ref request, ref reply),

        // As with file systems that have neither: a host's program that follows a link would be led out of the folder.
        ShareMessage.SymbolicLink or ShareMessage.Link => LinuxError.NotPermitted,
        _ => LinuxError.NotSupported,
    };

    private LinuxError Negotiate(ref MessageReader request, ref MessageWriter reply)
    {
        uint wanted = request.UInt32();
        ReadOnlySpan<byte> version = request.String();
        if (request.IsShort || wanted < LeastMessageBytes)
        {
            return LinuxError.MessageSize;
        }

        // A new version is a new session, and gives up all fids.
        Reset();
        bool isKnown = version.SequenceEqual("9P2000.L"u8);
        _messageBytes = isKnown ? (int)Math.Min(wanted, MostMessageBytes) : 0;
        reply.UInt32(Math.Min(wanted, MostMessageBytes));
        _ = reply.TryString(isKnown ? "9P2000.L"u8 : "unknown"u8);
        return LinuxError.None;
    }

    private LinuxError Attach(ref MessageReader request, ref MessageWriter reply)
    {
        uint number = request.UInt32();
        uint authentication = request.UInt32();
        _ = request.String(); // who the client says it is
        ReadOnlySpan<byte> tree = request.String();
        if (request.IsShort || authentication != NoFid)
        {
            return LinuxError.Invalid;
        }

        if (!tree.IsEmpty && !tree.SequenceEqual("/"u8))
        {
            return LinuxError.NoEntry;
        }

        LinuxError error = _folder.GetStatus("", out FileStatus status);
        if (error == LinuxError.None && (error = _fids.Add(number, "")) == LinuxError.None)
        {
            reply.Qid(status, NumberOf(""));
        }

        return error;
    }

    private LinuxError Clunk(ref MessageReader request)
    {
        uint number = request.UInt32();
        return !request.IsShort && _fids.Remove(number) ? LinuxError.None : LinuxError.BadFile;
    }

    private static void WriteHead(Span<byte> head, int length, ShareMessage type, ushort tag)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        head[4] = (byte)type;
        BinaryPrimitives.WriteUInt16LittleEndian(head[5..], tag);
    }

    private static bool Refuse(DescriptorChain chain, ushort tag, LinuxError error)
    {
        Span<byte> reply = stackalloc byte[CountedHeadLength];
        WriteHead(reply, CountedHeadLength, ShareMessage.Error, tag);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[HeadLength..], (uint)error);
        return chain.TryWrite(reply);
    }

    // The number of a file, for a client's inode: it follows from the path, and so is the same on every host (FNV-1a).
    private static ulong NumberOf(string path)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325;
        foreach (char character in path)
        {
            hash = (hash ^ character) * 0x100_0000_01b3;
        }

        return hash;
    }

    private LinuxError Find(ref MessageReader request, out Fid fid) =>
        _fids.TryGet(request.UInt32(), out fid!) && !request.IsShort ? LinuxError.None : LinuxError.BadFile;
}
