using System.Globalization;
using System.Text;

namespace Emulator.Testing.Images;

/// <summary>Writes an initial RAM disk: a cpio archive of the "newc" format (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).</summary>
internal sealed class CpioArchive
{
    private const uint Directory = 0x4000;
    private const uint CharacterDevice = 0x2000;
    private const uint RegularFile = 0x8000;
    private const uint SymbolicLink = 0xa000;
    private const int Alignment = 4;

    private readonly List<byte> _archive = [];
    private uint _inode;

    /// <summary>Adds a directory.</summary>
    public CpioArchive AddDirectory(string path) => Add(path, Directory | 0x1ed, []);

    /// <summary>Adds a file that all may read and execute.</summary>
    public CpioArchive AddProgram(string path, ReadOnlySpan<byte> contents) => Add(path, RegularFile | 0x1ed, contents);

    /// <summary>Adds a symbolic link.</summary>
    public CpioArchive AddLink(string path, string target) => Add(path, SymbolicLink | 0x1ff, Encoding.ASCII.GetBytes(target));

    /// <summary>Adds the node of a character device.</summary>
    public CpioArchive AddCharacterDevice(string path, uint major, uint minor) => Add(path, CharacterDevice | 0x180, [], major, minor);

    /// <summary>The archive with its end.</summary>
    public byte[] ToArray()
    {
        _ = Add("TRAILER!!!", 0, []);
        return [.. _archive];
    }

    private CpioArchive Add(string path, uint mode, ReadOnlySpan<byte> contents, uint major = 0, uint minor = 0)
    {
        // Magic number; inode, mode, owner, group, links, time, length, device, device of a node, length of the name, checksum: eight hexadecimal digits each.
        uint[] fields = [++_inode, mode, 0, 0, 1, 0, (uint)contents.Length, 0, 0, major, minor, (uint)path.Length + 1, 0];
        string header = "070701" + string.Concat(fields.Select(field => field.ToString("X8", CultureInfo.InvariantCulture)));
        _archive.AddRange(Encoding.ASCII.GetBytes(header + path + '\0'));
        Align();
        _archive.AddRange(contents);
        Align();
        return this;
    }

    private void Align() => _archive.AddRange(new byte[(Alignment - (_archive.Count % Alignment)) % Alignment]);
}
