using System.Buffers.Binary;
using System.Text;

namespace Emulator.BootTests.Virtio;

/// <summary>Writes a FAT16 file system with files in its root directory (Microsoft, FAT32 File System Specification 1.03, which is on FAT16 too).</summary>
internal static class FatImage
{
    public const int Length = Sectors * SectorSize;

    private const int SectorSize = 512;
    private const int Sectors = 16384;
    private const int SectorsPerCluster = 2;
    private const int ReservedSectors = 1;
    private const int FatSectors = 32;
    private const int RootEntries = 512;
    private const int EntryLength = 32;
    private const int FirstCluster = 2;
    private const int ClusterLength = SectorSize * SectorsPerCluster;
    private const int RootStart = (ReservedSectors + FatSectors) * SectorSize;
    private const int DataStart = RootStart + (RootEntries * EntryLength);
    private const ushort EndOfChain = 0xffff;
    private const byte ArchiveAttribute = 0x20;

    /// <summary>Makes the file system.</summary>
    /// <param name="files">Files by name, 8.3 in capitals.</param>
    public static byte[] Create(params ReadOnlySpan<(string Name, byte[] Contents)> files)
    {
        byte[] image = new byte[Length];
        WriteBootSector(image);
        Span<byte> fat = image.AsSpan(ReservedSectors * SectorSize);
        BinaryPrimitives.WriteUInt16LittleEndian(fat, 0xfff8);
        BinaryPrimitives.WriteUInt16LittleEndian(fat[2..], EndOfChain);
        int cluster = FirstCluster;
        for (int i = 0; i < files.Length; i++)
        {
            (string name, byte[] contents) = files[i];
            Span<byte> entry = image.AsSpan(RootStart + (i * EntryLength), EntryLength);
            string[] parts = name.Split('.');
            Encoding.ASCII.GetBytes(parts[0].PadRight(8) + parts[1].PadRight(3), entry);
            entry[11] = ArchiveAttribute;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
            BinaryPrimitives.WriteInt32LittleEndian(entry[28..], contents.Length);
            contents.CopyTo(image.AsSpan(DataStart + ((cluster - FirstCluster) * ClusterLength)));
            for (int left = contents.Length; left > 0; left -= ClusterLength, cluster++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(fat[(2 * cluster)..], left > ClusterLength ? (ushort)(cluster + 1) : EndOfChain);
            }
        }

        return image;
    }

    private static void WriteBootSector(Span<byte> sector)
    {
        sector[0] = 0xeb; // a jump, as boot code has it
        sector[1] = 0x3c;
        sector[2] = 0x90;
        "EMULATOR"u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[11..], SectorSize);
        sector[13] = SectorsPerCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(sector[14..], ReservedSectors);
        sector[16] = 1; // copies of the table
        BinaryPrimitives.WriteUInt16LittleEndian(sector[17..], RootEntries);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[19..], Sectors);
        sector[21] = 0xf8; // fixed disk
        BinaryPrimitives.WriteUInt16LittleEndian(sector[22..], FatSectors);
        sector[38] = 0x29; // the three fields that follow are there
        "EMULATOR   FAT16   "u8.CopyTo(sector[43..]);
        sector[510] = 0x55;
        sector[511] = 0xaa;
    }
}
