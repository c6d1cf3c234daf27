using System.Buffers.Binary;
using System.Text;

namespace Emulator.BootTests.Virtio;

/// <summary>Writes a FAT16 file system with files and folders, and reads files of its root folder (Microsoft, FAT32 File System Specification 1.03, which is on FAT16 too).</summary>
internal sealed class FatImage
{
    /// <summary>Length of the usual image.</summary>
    public const int Length = 16384 * SectorSize;

    private const int SectorSize = 512;
    private const int ReservedSectors = 1;
    private const int RootEntries = 512;
    private const int EntryLength = 32;
    private const int FirstCluster = 2;
    private const int MostClusters = 65524;
    private const ushort EndOfChain = 0xffff;
    private const byte FolderAttribute = 0x10;
    private const byte ArchiveAttribute = 0x20;

    private readonly byte[] _image;
    private readonly int _clusterLength;
    private readonly int _rootStart;
    private readonly int _dataStart;
    private readonly Dictionary<string, (int Start, int Cluster)> _folders = [];
    private int _nextCluster = FirstCluster;

    private FatImage(int length)
    {
        int sectors = length / SectorSize;
        int sectorsPerCluster = 2;
        while (sectors / sectorsPerCluster > MostClusters)
        {
            sectorsPerCluster *= 2;
        }

        int fatSectors = ((sectors / sectorsPerCluster * 2) / SectorSize) + 1;
        _image = new byte[length];
        _clusterLength = SectorSize * sectorsPerCluster;
        _rootStart = (ReservedSectors + fatSectors) * SectorSize;
        _dataStart = _rootStart + (RootEntries * EntryLength);
        _folders.Add("", (_rootStart, 0));
        WriteBootSector(sectors, sectorsPerCluster, fatSectors);
        WriteFat(0, 0xfff8);
        WriteFat(1, EndOfChain);
    }

    /// <summary>Makes a file system of the usual length.</summary>
    /// <param name="files">Files by path; names are 8.3 in capitals.</param>
    public static byte[] Create(params ReadOnlySpan<(string Path, byte[] Contents)> files) => Create(Length, files);

    /// <summary>Makes a file system.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="files">Files by path; names are 8.3 in capitals.</param>
    public static byte[] Create(int length, params ReadOnlySpan<(string Path, byte[] Contents)> files)
    {
        var image = new FatImage(length);
        foreach ((string path, byte[] contents) in files)
        {
            image.AddFile(path, contents);
        }

        return image._image;
    }

    /// <summary>Reads a file of the root folder.</summary>
    /// <param name="image">The file system.</param>
    /// <param name="name">Its name, 8.3 in capitals.</param>
    public static byte[] Read(ReadOnlySpan<byte> image, string name)
    {
        int clusterLength = SectorSize * image[13];
        int rootStart = (ReservedSectors + BinaryPrimitives.ReadUInt16LittleEndian(image[22..])) * SectorSize;
        string entryName = EntryName(name);
        for (int at = rootStart; at < rootStart + (RootEntries * EntryLength); at += EntryLength)
        {
            ReadOnlySpan<byte> entry = image.Slice(at, EntryLength);
            if (Encoding.ASCII.GetString(entry[..11]) == entryName)
            {
                byte[] contents = new byte[BinaryPrimitives.ReadInt32LittleEndian(entry[28..])];
                int cluster = BinaryPrimitives.ReadUInt16LittleEndian(entry[26..]);
                for (int done = 0; done < contents.Length; done += clusterLength)
                {
                    int start = rootStart + (RootEntries * EntryLength) + ((cluster - FirstCluster) * clusterLength);
                    image.Slice(start, Math.Min(clusterLength, contents.Length - done)).CopyTo(contents.AsSpan(done));
                    cluster = BinaryPrimitives.ReadUInt16LittleEndian(image[((ReservedSectors * SectorSize) + (2 * cluster))..]);
                }

                return contents;
            }
        }

        throw new FileNotFoundException($"the file system has no {name}", name);
    }

    private static string EntryName(string name)
    {
        string[] parts = name.Split('.');
        return parts[0].PadRight(8) + (parts.Length > 1 ? parts[1] : "").PadRight(3);
    }

    private void AddFile(string path, byte[] contents)
    {
        int slash = path.LastIndexOf('/');
        AddEntry(Folder(slash < 0 ? "" : path[..slash]).Start, EntryName(path[(slash + 1)..]), ArchiveAttribute, Allocate(contents), contents.Length);
    }

    // Folders have one cluster each.
    private (int Start, int Cluster) Folder(string path)
    {
        if (!_folders.TryGetValue(path, out (int Start, int Cluster) folder))
        {
            int slash = path.LastIndexOf('/');
            (int parentStart, int parentCluster) = Folder(slash < 0 ? "" : path[..slash]);
            int cluster = Allocate(new byte[_clusterLength]);
            folder = (StartOf(cluster), cluster);
            AddEntry(parentStart, EntryName(path[(slash + 1)..]), FolderAttribute, cluster, 0);
            AddEntry(folder.Start, ".".PadRight(11), FolderAttribute, cluster, 0);
            AddEntry(folder.Start, "..".PadRight(11), FolderAttribute, parentCluster, 0);
            _folders.Add(path, folder);
        }

        return folder;
    }

    private void AddEntry(int folder, string name, byte attributes, int cluster, int length)
    {
        int at = folder;
        while (_image[at] != 0)
        {
            at += EntryLength;
        }

        Span<byte> entry = _image.AsSpan(at, EntryLength);
        Encoding.ASCII.GetBytes(name, entry);
        entry[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteInt32LittleEndian(entry[28..], length);
    }

    private int Allocate(byte[] contents)
    {
        int first = _nextCluster;
        contents.CopyTo(_image, StartOf(first));
        for (int left = contents.Length; left > 0; left -= _clusterLength, _nextCluster++)
        {
            WriteFat(_nextCluster, left > _clusterLength ? (ushort)(_nextCluster + 1) : EndOfChain);
        }

        return first;
    }

    private int StartOf(int cluster) => _dataStart + ((cluster - FirstCluster) * _clusterLength);

    private void WriteFat(int cluster, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_image.AsSpan((ReservedSectors * SectorSize) + (2 * cluster)), value);

    private void WriteBootSector(int sectors, int sectorsPerCluster, int fatSectors)
    {
        Span<byte> sector = _image;
        sector[0] = 0xeb; // a jump, as boot code has it
        sector[1] = 0x3c;
        sector[2] = 0x90;
        "EMULATOR"u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorSize);
        sector[13] = (byte)sectorsPerCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], ReservedSectors);
        sector[16] = 1; // copies of the table
        BinaryPrimitives.WriteUInt16LittleEndian(sector[17..], RootEntries);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[19..], sectors > ushort.MaxValue ? (ushort)0 : (ushort)sectors);
        sector[21] = 0xf8; // fixed disk
        BinaryPrimitives.WriteUInt16LittleEndian(sector[22..], (ushort)fatSectors);
        BinaryPrimitives.WriteInt32LittleEndian(sector[32..], sectors > ushort.MaxValue ? sectors : 0);
        sector[38] = 0x29; // the three fields that follow are there
        "EMULATOR   FAT16   "u8.CopyTo(sector[43..]);
        sector[510] = 0x55;
        sector[511] = 0xaa;
    }
}
