using System.Buffers.Binary;
using System.Text;

namespace Emulator.Firmware;

/// <summary>
/// What a board offers its firmware through <see cref="FwCfg"/>: items by fixed key, and files by name. The directory lists files in
/// the order of their names and numbers them so, as QEMU does.
/// </summary>
public sealed class FwCfgItems
{
    /// <summary>Greatest number of files.</summary>
    public const int MaximumFiles = 0x20;

    /// <summary>Greatest length of a file's name in characters.</summary>
    public const int MaximumNameLength = 55;

    internal const int TableLength = (int)FwCfgKey.FirstFile + MaximumFiles;

    private const int DirectoryEntryLength = 64;
    private const int DirectoryNameOffset = 8;

    private readonly ReadOnlyMemory<byte>[] _items = new ReadOnlyMemory<byte>[(int)FwCfgKey.FileDirectory];
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);

    /// <summary>The files' names in the order of the directory.</summary>
    public IReadOnlyCollection<string> FileNames => _files.Keys;

    /// <summary>Sets an item.</summary>
    /// <param name="key">Its key, below <see cref="FwCfgKey.FileDirectory"/>; not one of those that are always there.</param>
    /// <param name="content">Its content; the caller keeps it unchanged.</param>
    /// <returns>These items.</returns>
    /// <exception cref="ArgumentException">The key is not the board's to set.</exception>
    public FwCfgItems Set(FwCfgKey key, ReadOnlyMemory<byte> content)
    {
        if (key is FwCfgKey.Signature or FwCfgKey.Id or >= FwCfgKey.FileDirectory)
        {
            throw new ArgumentException($"fw_cfg fills item {key} itself", nameof(key));
        }

        _items[(int)key] = content;
        return this;
    }

    /// <summary>Sets an item to a number.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">The value, stored in 2 bytes, little-endian.</param>
    /// <returns>These items.</returns>
    public FwCfgItems Set(FwCfgKey key, ushort value)
    {
        byte[] content = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(content, value);
        return Set(key, content);
    }

    /// <summary>Sets an item to a number.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">The value, stored in 4 bytes, little-endian.</param>
    /// <returns>These items.</returns>
    public FwCfgItems Set(FwCfgKey key, uint value)
    {
        byte[] content = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(content, value);
        return Set(key, content);
    }

    /// <summary>Adds a file, or replaces its content.</summary>
    /// <param name="name">Its name in ASCII, for instance <c>etc/acpi/rsdp</c>.</param>
    /// <param name="content">Its content; the caller keeps it unchanged.</param>
    /// <returns>These items.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or not ASCII, or the directory is full.</exception>
    public FwCfgItems SetFile(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaximumNameLength || !Ascii.IsValid(name) || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"a fw_cfg file's name has at most {MaximumNameLength} ASCII characters: '{name}'", nameof(name));
        }

        if (_files.Count == MaximumFiles && !_files.ContainsKey(name))
        {
            throw new ArgumentException($"fw_cfg holds at most {MaximumFiles} files; '{name}' is one too many", nameof(name));
        }

        _files[name] = content;
        return this;
    }

    /// <summary>All items by selector.</summary>
    internal ReadOnlyMemory<byte>[] ToTable()
    {
        const uint traditionalInterface = 1;
        const uint dmaInterface = 2;

        var table = new ReadOnlyMemory<byte>[TableLength];
        _items.CopyTo(table, 0);
        table[(int)FwCfgKey.Signature] = "QEMU"u8.ToArray();
        byte[] id = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(id, traditionalInterface | dmaInterface);
        table[(int)FwCfgKey.Id] = id;

        byte[] directory = new byte[4 + (_files.Count * DirectoryEntryLength)];
        BinaryPrimitives.WriteInt32BigEndian(directory, _files.Count);
        Span<byte> entry = directory.AsSpan(4);
        int key = (int)FwCfgKey.FirstFile;
        foreach ((string name, ReadOnlyMemory<byte> content) in _files)
        {
            BinaryPrimitives.WriteInt32BigEndian(entry, content.Length);
            BinaryPrimitives.WriteUInt16BigEndian(entry[4..], (ushort)key);
            Encoding.ASCII.GetBytes(name, entry[DirectoryNameOffset..]);
            table[key++] = content;
            entry = entry[DirectoryEntryLength..];
        }

        table[(int)FwCfgKey.FileDirectory] = directory;
        return table;
    }
}
