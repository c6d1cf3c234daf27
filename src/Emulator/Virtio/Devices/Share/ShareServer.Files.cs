using System.Buffers.Binary;
using System.Text;
using Emulator.Memory;
using Emulator.Virtio.Queues;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

// What has to do with open files and folders.
internal sealed partial class ShareServer
{
    private const uint AccessMask = 3; // O_ACCMODE
    private const uint CreateFlag = 0x40; // P9_DOTL_CREATE
    private const uint ExclusiveFlag = 0x80; // P9_DOTL_EXCL
    private const uint TruncateFlag = 0x200; // P9_DOTL_TRUNC
    private const byte Unlocked = 2; // F_UNLCK
    private const int EntryHeadLength = 13 + 8 + 1 + 2;

    private LinuxError Open(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out Fid fid);
        uint flags = request.UInt32();
        if (error != LinuxError.None || request.IsShort || fid.State != FidState.Named)
        {
            return error != LinuxError.None ? error : LinuxError.Invalid;
        }

        error = _folder.GetStatus(fid.Path, out FileStatus status);
        if (error == LinuxError.None)
        {
            error = status.IsDirectory ? OpenDirectory(fid, flags) : OpenFile(fid, flags);
        }

        if (error == LinuxError.None)
        {
            error = WriteQid(fid.Path, ref reply);
            reply.UInt32(0); // no unit of its own for transfers
        }

        return error;
    }

    private static LinuxError OpenDirectory(Fid fid, uint flags)
    {
        if ((flags & AccessMask) != 0)
        {
            return LinuxError.IsDirectory;
        }

        fid.State = FidState.Directory;
        return LinuxError.None;
    }

    private LinuxError OpenFile(Fid fid, uint flags)
    {
        FileAccess access = AccessOf(flags);
        bool isTruncated = (flags & TruncateFlag) != 0;
        if (_isReadOnly && (access != FileAccess.Read || isTruncated))
        {
            return LinuxError.ReadOnly;
        }

        if (_fids.Files >= FidTable.MostFiles)
        {
            return LinuxError.TooManyFiles;
        }

        LinuxError error = _folder.Open(fid.Path, isTruncated ? access | FileAccess.Write : access, out SafeFileHandle? file);
        if (error == LinuxError.None && isTruncated)
        {
            error = HostFolder.Attempt(() =>
            {
                RandomAccess.SetLength(file!, 0);
                _folder.Touch(file!);
            });
        }

        if (error != LinuxError.None)
        {
            file?.Dispose();
            return error;
        }

        (fid.State, fid.Access, fid.File) = (FidState.File, access, file);
        return LinuxError.None;
    }

    private LinuxError Create(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = FindPlace(ref request, out Fid fid, out string path);
        uint flags = request.UInt32();
        uint mode = request.UInt32();
        if (error != LinuxError.None)
        {
            return error;
        }

        if (request.IsShort || fid.State != FidState.Named)
        {
            return LinuxError.Invalid;
        }

        if (_fids.Files >= FidTable.MostFiles)
        {
            return LinuxError.TooManyFiles;
        }

        // Who does not insist on a new file gets the one that is there.
        bool isThere = _folder.GetStatus(path, out _) == LinuxError.None;
        if (isThere && (flags & (CreateFlag | ExclusiveFlag)) != CreateFlag)
        {
            return LinuxError.Exists;
        }

        string folder = fid.Path;
        fid.Path = path;
        if (isThere)
        {
            error = OpenFile(fid, flags);
        }
        else
        {
            error = _folder.Create(path, mode, AccessOf(flags), out SafeFileHandle? file);
            if (error == LinuxError.None)
            {
                (fid.State, fid.Access, fid.File) = (FidState.File, AccessOf(flags), file);
            }
            else
            {
                file?.Dispose();
            }
        }

        if (error == LinuxError.None)
        {
            error = WriteQid(path, ref reply);
            reply.UInt32(0);
        }
        else
        {
            fid.Path = folder;
        }

        return error;
    }

    private bool AnswerRead(DescriptorChain chain, ushort tag, long length)
    {
        LinuxError error = TakeTransfer(chain, length, FileAccess.Read, out SafeFileHandle file, out long offset, out uint wanted);
        int head = 0;
        int taken = 0;
        while (taken < CountedHeadLength && chain.TryTakeWritable(CountedHeadLength - taken, out _head[head]))
        {
            taken += _head[head++].Length;
        }

        uint count = 0;
        long left = Math.Min(Math.Min(wanted, _messageBytes - CountedHeadLength), chain.WritableLength);
        try
        {
            while (error == LinuxError.None && left > 0 && chain.TryTakeWritable((int)left, out DmaRange piece))
            {
                int read = 0;
                try
                {
                    read = RandomAccess.Read(file, piece.Writable, offset + count);
                    piece.MarkWritten(0, read);
                }
                finally
                {
                    chain.CountWritten(read - piece.Length);
                }

                count += (uint)read;
                left = read == piece.Length ? left - read : 0;
            }
        }
        catch (Exception e) when (HostFolder.ErrorOf(e) != LinuxError.None)
        {
            error = count == 0 ? HostFolder.ErrorOf(e) : LinuxError.None;
        }

        Span<byte> reply = stackalloc byte[CountedHeadLength];
        bool isRefused = error != LinuxError.None;
        WriteHead(reply, CountedHeadLength + (int)count, isRefused ? ShareMessage.Error : ShareMessage.Read + 1, tag);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[HeadLength..], isRefused ? (uint)error : count);
        ReadOnlySpan<byte> rest = reply;
        foreach (DmaRange piece in _head.AsSpan(0, head))
        {
            piece.Write(0, rest[..piece.Length]);
            rest = rest[piece.Length..];
        }

        return true;
    }

    private bool AnswerWrite(DescriptorChain chain, ushort tag, long length)
    {
        LinuxError error = TakeTransfer(chain, length, FileAccess.Write, out SafeFileHandle file, out long offset, out uint given);
        if (error == LinuxError.None && given > length - TransferLength)
        {
            error = LinuxError.Invalid;
        }

        uint count = 0;
        try
        {
            while (error == LinuxError.None && count < given && chain.TryTakeReadable((int)(given - count), out ReadOnlySpan<byte> piece))
            {
                RandomAccess.Write(file, piece, offset + count);
                count += (uint)piece.Length;
            }

            if (count > 0)
            {
                _folder.Touch(file);
            }
        }
        catch (Exception e) when (HostFolder.ErrorOf(e) != LinuxError.None)
        {
            error = count == 0 ? HostFolder.ErrorOf(e) : LinuxError.None;
        }

        if (error != LinuxError.None)
        {
            return Refuse(chain, tag, error);
        }

        Span<byte> reply = stackalloc byte[CountedHeadLength];
        WriteHead(reply, CountedHeadLength, ShareMessage.Write + 1, tag);
        BinaryPrimitives.WriteUInt32LittleEndian(reply[HeadLength..], count);
        return chain.TryWrite(reply);
    }

    private const int TransferLength = 4 + 8 + 4;

    private LinuxError TakeTransfer(DescriptorChain chain, long length, FileAccess access, out SafeFileHandle file, out long offset, out uint count)
    {
        file = null!;
        offset = 0;
        count = 0;
        Span<byte> fields = stackalloc byte[TransferLength];
        if (length < TransferLength || !chain.TryRead(fields))
        {
            return LinuxError.Invalid;
        }

        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(fields[4..]);
        count = BinaryPrimitives.ReadUInt32LittleEndian(fields[12..]);
        if (start > long.MaxValue - (ulong)count)
        {
            return LinuxError.TooBig;
        }

        offset = (long)start;
        if (!_fids.TryGet(BinaryPrimitives.ReadUInt32LittleEndian(fields), out Fid? fid) || (fid.Access & access) == 0)
        {
            return LinuxError.BadFile;
        }

        return GetFile(fid, out file);
    }

    // After a snapshot was loaded, what was open is opened again by its path.
    private LinuxError GetFile(Fid fid, out SafeFileHandle file)
    {
        file = fid.File!;
        if (fid.State != FidState.File)
        {
            return LinuxError.BadFile;
        }

        if (fid.File is null)
        {
            if (_folder.Open(fid.Path, _isReadOnly ? FileAccess.Read : fid.Access, out SafeFileHandle? opened) != LinuxError.None)
            {
                return LinuxError.Stale;
            }

            fid.File = file = opened!;
        }

        return LinuxError.None;
    }

    private LinuxError ReadDirectory(ref MessageReader request, ref MessageWriter reply, int room)
    {
        LinuxError error = Find(ref request, out Fid fid);
        ulong offset = request.UInt64();
        uint wanted = request.UInt32();
        if (error != LinuxError.None || request.IsShort || fid.State != FidState.Directory)
        {
            return error != LinuxError.None ? error : LinuxError.BadFile;
        }

        if (offset == 0 && (error = List(fid)) != LinuxError.None)
        {
            return error;
        }

        int most = (int)Math.Min(wanted, room - 4);
        reply.UInt32(0);
        for (ulong index = offset; index < (ulong)fid.Entries.Count; index++)
        {
            DirectoryEntry entry = fid.Entries[(int)index];
            int nameLength = Encoding.UTF8.GetByteCount(entry.Name);
            if (reply.Length - 4 + EntryHeadLength + nameLength > most)
            {
                break;
            }

            string path = entry.Name switch
            {
                "." => fid.Path,
                ".." => HostFolder.ParentOf(fid.Path),
                _ => HostFolder.Join(fid.Path, entry.Name),
            };
            reply.Qid(new FileStatus((uint)entry.Type << 12, 0, 0), NumberOf(path));
            reply.UInt64(index + 1);
            reply.Byte(entry.Type);
            _ = reply.TryString(Encoding.UTF8.GetBytes(entry.Name));
        }

        reply.Set(0, (uint)(reply.Length - 4));
        return LinuxError.None;
    }

    // A folder is read as it was when its reading began, so that what is removed meanwhile makes a client miss nothing.
    private LinuxError List(Fid fid)
    {
        fid.Entries = [];
        LinuxError error = _folder.List(fid.Path, FidTable.MostEntries - _fids.Entries, out List<DirectoryEntry> entries);
        if (error == LinuxError.None)
        {
            const byte Directory = (byte)(FileStatus.DirectoryKind >> 12);
            entries.InsertRange(0, [new(".", Directory), new("..", Directory)]);
            fid.Entries = entries;
        }

        return error;
    }

    private LinuxError Synchronize(ref MessageReader request)
    {
        LinuxError error = Find(ref request, out Fid fid);
        if (error != LinuxError.None || fid.State == FidState.Directory)
        {
            return error;
        }

        error = GetFile(fid, out SafeFileHandle file);
        return error == LinuxError.None && fid.Access != FileAccess.Read ? HostFolder.Attempt(() => HostFiles.Flush(file)) : error;
    }

    // There is one client, which settles the claims of its own programs before it asks.
    private LinuxError Lock(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out _);
        reply.Byte(0);
        return error;
    }

    private LinuxError GetLock(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out _);
        _ = request.Byte();
        reply.Byte(Unlocked);
        reply.UInt64(request.UInt64());
        reply.UInt64(request.UInt64());
        reply.UInt32(request.UInt32());
        return error != LinuxError.None ? error : reply.TryString(request.String()) && !request.IsShort ? LinuxError.None : LinuxError.Invalid;
    }

    private static FileAccess AccessOf(uint flags) => (flags & AccessMask) switch
    {
        0 => FileAccess.Read,
        1 => FileAccess.Write,
        _ => FileAccess.ReadWrite,
    };
}
