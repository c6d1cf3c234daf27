using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

// What has to do with attributes.
internal sealed partial class ShareServer
{
    private const ulong BasicAttributes = 0x7ff; // P9_GETATTR_BASIC
    private const uint SetModeFlag = 0x001; // P9_SETATTR_MODE and so on
    private const uint SetUserFlag = 0x002;
    private const uint SetGroupFlag = 0x004;
    private const uint SetSizeFlag = 0x008;
    private const uint SetModifiedFlag = 0x020;
    private const uint SetModifiedToFlag = 0x100;
    private const uint FileSystemType = 0x0102_1997; // V9FS_MAGIC
    private const uint BlockLength = 4096;
    private const long SectorLength = 512;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong MostSeconds = 9_000_000_000; // fits into nanoseconds
    private const ulong TotalBlocks = 1 << 28; // 1 TiB
    private const ulong TotalFiles = 1 << 20;

    private LinuxError GetAttributes(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out Fid fid);
        if (error != LinuxError.None || (error = GetStatus(fid, out FileStatus status)) != LinuxError.None)
        {
            return error;
        }

        long size = status.IsDirectory ? BlockLength : status.Size;
        reply.UInt64(BasicAttributes);
        reply.Qid(status, NumberOf(fid.Path));
        reply.UInt32(status.Mode);
        reply.UInt32(0); // user
        reply.UInt32(0); // group
        reply.UInt64(1); // links
        reply.UInt64(0); // device number
        reply.UInt64((ulong)size);
        reply.UInt64(BlockLength);
        reply.UInt64((ulong)((size + SectorLength - 1) / SectorLength));
        for (int time = 0; time < 3; time++)
        {
            // Only the time of the last change is kept: of access, of change, and of change of attributes.
            reply.UInt64((ulong)Math.Max(status.Modified, 0) / NanosecondsPerSecond);
            reply.UInt64((ulong)Math.Max(status.Modified, 0) % NanosecondsPerSecond);
        }

        for (int field = 0; field < 4; field++)
        {
            reply.UInt64(0); // time of birth, generation, version of the contents: not told
        }

        return LinuxError.None;
    }

    private LinuxError SetAttributes(ref MessageReader request)
    {
        LinuxError error = Find(ref request, out Fid fid);
        uint valid = request.UInt32();
        uint mode = request.UInt32();
        uint user = request.UInt32();
        uint group = request.UInt32();
        ulong size = request.UInt64();
        _ = (request.UInt64(), request.UInt64()); // time of the last access, which is not kept
        ulong seconds = request.UInt64();
        ulong nanoseconds = request.UInt64();
        if (error != LinuxError.None || request.IsShort)
        {
            return error != LinuxError.None ? error : LinuxError.Invalid;
        }

        if (_isReadOnly)
        {
            return LinuxError.ReadOnly;
        }

        // Everything belongs to user 0.
        if (((valid & SetUserFlag) != 0 && user != 0) || ((valid & SetGroupFlag) != 0 && group != 0))
        {
            return LinuxError.NotPermitted;
        }

        error = GetStatus(fid, out FileStatus status);
        if (error == LinuxError.None && (valid & SetModeFlag) != 0)
        {
            error = _folder.SetMode(fid.Path, mode, status);
        }

        if (error == LinuxError.None && (valid & SetSizeFlag) != 0)
        {
            error = SetSize(fid, size);
        }

        if (error == LinuxError.None && (valid & SetModifiedFlag) != 0)
        {
            bool isGiven = (valid & SetModifiedToFlag) != 0;
            error = isGiven && (seconds > MostSeconds || nanoseconds >= NanosecondsPerSecond)
                ? LinuxError.Invalid
                : _folder.SetModified(fid.Path, isGiven ? (long)((seconds * NanosecondsPerSecond) + nanoseconds) : _folder.Now, status);
        }

        return error;
    }

    private LinuxError SetSize(Fid fid, ulong size)
    {
        if (size > long.MaxValue)
        {
            return LinuxError.TooBig;
        }

        SafeFileHandle file;
        bool isOwn = fid.State != FidState.File || !fid.Access.HasFlag(FileAccess.Write);
        if (isOwn)
        {
            LinuxError error = _folder.Open(fid.Path, FileAccess.Write, out SafeFileHandle? opened);
            if (error != LinuxError.None)
            {
                return error;
            }

            file = opened!;
        }
        else if (GetFile(fid, out file) is var error && error != LinuxError.None)
        {
            return error;
        }

        try
        {
            return HostFolder.Attempt(() =>
            {
                RandomAccess.SetLength(file, (long)size);
                _folder.Touch(file);
            });
        }
        finally
        {
            if (isOwn)
            {
                file.Dispose();
            }
        }
    }

    // The host's figures change from minute to minute, and a run must not depend on them.
    private LinuxError StatFs(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out _);
        reply.UInt32(FileSystemType);
        reply.UInt32(BlockLength);
        reply.UInt64(TotalBlocks);
        reply.UInt64(TotalBlocks / 2); // free
        reply.UInt64(TotalBlocks / 2); // free for everybody
        reply.UInt64(TotalFiles);
        reply.UInt64(TotalFiles / 2); // free
        reply.UInt64(0); // id
        reply.UInt32(MostNameBytes);
        return error;
    }

    // A file that is open is asked itself: it may have lost its name.
    private LinuxError GetStatus(Fid fid, out FileStatus status) =>
        fid.File is { } file ? HostFolder.GetStatus(file, out status) : _folder.GetStatus(fid.Path, out status);
}
