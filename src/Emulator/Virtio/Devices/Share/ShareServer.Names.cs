using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

// What has to do with names: walks, and what makes, renames and removes them.
internal sealed partial class ShareServer
{
    private const int MostNames = 16;
    private const int MostNameBytes = 255;
    private const uint RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR

    private static readonly SearchValues<char> s_forbidden = SearchValues.Create([.. Path.GetInvalidFileNameChars(), '/', '\0']);

    private LinuxError Walk(ref MessageReader request, ref MessageWriter reply)
    {
        uint source = request.UInt32();
        uint number = request.UInt32();
        int count = request.UInt16();
        if (request.IsShort || count > MostNames)
        {
            return LinuxError.Invalid;
        }

        if (!_fids.TryGet(source, out Fid? from))
        {
            return LinuxError.BadFile;
        }

        string path = from.Path;
        reply.UInt16(0);
        for (ushort walked = 0; walked < count; walked++)
        {
            LinuxError error = Step(ref request, ref path, out FileStatus status);
            if (error != LinuxError.None)
            {
                // The first name must be there; when a later one is not, the client learns how far it went, and has no new fid.
                return walked == 0 ? error : LinuxError.None;
            }

            reply.Qid(status, NumberOf(path));
            reply.Set(0, (ushort)(walked + 1));
        }

        if (number != source)
        {
            return _fids.Add(number, path);
        }

        if (from.State != FidState.Named)
        {
            return LinuxError.BadFile;
        }

        from.Path = path;
        return LinuxError.None;
    }

    private LinuxError Step(ref MessageReader request, ref string path, out FileStatus status)
    {
        status = default;
        ReadOnlySpan<byte> bytes = request.String();
        string next = HostFolder.ParentOf(path);
        LinuxError error = request.IsShort ? LinuxError.Invalid : LinuxError.None;
        if (error == LinuxError.None && !bytes.SequenceEqual(".."u8))
        {
            error = TryName(bytes, out string name);
            next = HostFolder.Join(path, name);
        }

        if (error == LinuxError.None)
        {
            error = _folder.GetStatus(next, out status);
        }

        path = error == LinuxError.None ? next : path;
        return error;
    }

    // A name that can stand in a folder.
    private static LinuxError TryName(ReadOnlySpan<byte> bytes, out string name)
    {
        name = "";
        if (bytes.Length > MostNameBytes)
        {
            return LinuxError.NameTooLong;
        }

        if (bytes.IsEmpty || bytes.SequenceEqual("."u8) || bytes.SequenceEqual(".."u8) || !Utf8.IsValid(bytes))
        {
            return LinuxError.Invalid;
        }

        name = Encoding.UTF8.GetString(bytes);
        return name.AsSpan().ContainsAny(s_forbidden) ? LinuxError.Invalid : LinuxError.None;
    }

    // A folder's fid and a name in it, of something that is to change.
    private LinuxError FindPlace(ref MessageReader request, out Fid folder, out string path)
    {
        path = "";
        LinuxError error = Find(ref request, out folder);
        if (error != LinuxError.None)
        {
            return error;
        }

        error = TryName(request.String(), out string name);
        path = HostFolder.Join(folder.Path, name);
        return request.IsShort ? LinuxError.Invalid : error != LinuxError.None ? error : _isReadOnly ? LinuxError.ReadOnly : LinuxError.None;
    }

    private LinuxError MakeDirectory(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = FindPlace(ref request, out _, out string path);
        uint mode = request.UInt32();
        if (error == LinuxError.None)
        {
            error = request.IsShort ? LinuxError.Invalid : _folder.MakeDirectory(path, mode);
        }

        return error == LinuxError.None ? WriteQid(path, ref reply) : error;
    }

    // Plain files only: there are no devices in the folder.
    private LinuxError MakeNode(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = FindPlace(ref request, out _, out string path);
        uint mode = request.UInt32();
        if (error == LinuxError.None && (request.IsShort || (mode & FileStatus.KindMask) is not (0 or FileStatus.RegularKind)))
        {
            error = request.IsShort ? LinuxError.Invalid : LinuxError.NotPermitted;
        }

        if (error != LinuxError.None)
        {
            return error;
        }

        error = _folder.Create(path, mode, FileAccess.Write, out SafeFileHandle? file);
        file?.Dispose();
        return error == LinuxError.None ? WriteQid(path, ref reply) : error;
    }

    private LinuxError Rename(ref MessageReader request)
    {
        LinuxError error = Find(ref request, out Fid fid);
        return error == LinuxError.None && (error = FindPlace(ref request, out _, out string path)) == LinuxError.None ? Rename(fid.Path, path) : error;
    }

    private LinuxError RenameAt(ref MessageReader request)
    {
        LinuxError error = FindPlace(ref request, out _, out string from);
        return error == LinuxError.None && (error = FindPlace(ref request, out _, out string to)) == LinuxError.None ? Rename(from, to) : error;
    }

    private LinuxError Rename(string from, string to)
    {
        LinuxError error = from.Length == 0 ? LinuxError.Invalid : _folder.Rename(from, to);
        if (error == LinuxError.None)
        {
            _fids.Rename(from, to);
        }

        return error;
    }

    private LinuxError UnlinkAt(ref MessageReader request)
    {
        LinuxError error = FindPlace(ref request, out _, out string path);
        uint flags = request.UInt32();
        return error != LinuxError.None ? error : request.IsShort ? LinuxError.Invalid : _folder.Remove(path, (flags & RemoveDirectoryFlag) != 0);
    }

    // The fid is given up in any case.
    private LinuxError Remove(ref MessageReader request)
    {
        uint number = request.UInt32();
        if (request.IsShort || !_fids.TryGet(number, out Fid? fid))
        {
            return LinuxError.BadFile;
        }

        string path = fid.Path;
        _ = _fids.Remove(number);
        if (_isReadOnly || path.Length == 0)
        {
            return _isReadOnly ? LinuxError.ReadOnly : LinuxError.Invalid;
        }

        LinuxError error = _folder.GetStatus(path, out FileStatus status);
        return error == LinuxError.None ? _folder.Remove(path, status.IsDirectory) : error;
    }

    private LinuxError ReadLink(ref MessageReader request, ref MessageWriter reply)
    {
        LinuxError error = Find(ref request, out Fid fid);
        if (error != LinuxError.None || (error = _folder.ReadLink(fid.Path, out string target)) != LinuxError.None)
        {
            return error;
        }

        return reply.TryString(Encoding.UTF8.GetBytes(target)) ? LinuxError.None : LinuxError.NameTooLong;
    }

    private LinuxError WriteQid(string path, ref MessageWriter reply)
    {
        LinuxError error = _folder.GetStatus(path, out FileStatus status);
        if (error == LinuxError.None)
        {
            reply.Qid(status, NumberOf(path));
        }

        return error;
    }
}
