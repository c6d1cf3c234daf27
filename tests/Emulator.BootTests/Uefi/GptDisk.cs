using System.Buffers.Binary;
using System.Text;

namespace Emulator.BootTests.Uefi;

/// <summary>Writes a disk with a GUID partition table and an EFI system partition (UEFI 2.10, section 5.3).</summary>
internal static class GptDisk
{
    /// <summary>Where the partition starts, in bytes.</summary>
    public const int PartitionStart = FirstSector * SectorSize;

    private const int SectorSize = 512;
    private const int FirstSector = 2048;
    private const int EntryLength = 128;
    private const int Entries = 128;
    private const int TableSectors = Entries * EntryLength / SectorSize;
    private const int FirstUsable = 2 + TableSectors;
    private const int HeaderLength = 92;

    private static readonly Guid s_efiSystemPartition = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    /// <summary>Makes the disk.</summary>
    /// <param name="partition">What the EFI system partition holds.</param>
    public static byte[] Create(ReadOnlySpan<byte> partition)
    {
        int sectors = FirstSector + (partition.Length / SectorSize) + TableSectors + 1;
        int last = sectors - 1;
        byte[] disk = new byte[sectors * SectorSize];
        partition.CopyTo(disk.AsSpan(PartitionStart));

        byte[] table = new byte[TableSectors * SectorSize];
        _ = s_efiSystemPartition.TryWriteBytes(table);
        _ = new Guid("0f0e0d0c-0b0a-0908-0706-050403020100").TryWriteBytes(table.AsSpan(16));
        BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(32), FirstSector);
        BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(40), FirstSector + (partition.Length / SectorSize) - 1);
        _ = Encoding.Unicode.GetBytes("ESP", table.AsSpan(56));
        table.CopyTo(disk, 2 * SectorSize);
        table.CopyTo(disk, (last - TableSectors) * SectorSize);

        WriteProtectiveRecord(disk, sectors);
        WriteHeader(disk.AsSpan(SectorSize), table, here: 1, other: last, tableAt: 2, last);
        WriteHeader(disk.AsSpan(last * SectorSize), table, here: last, other: 1, tableAt: last - TableSectors, last);
        return disk;
    }

    // A partition of a kind that old tools do not know, over the whole disk (section 5.2.3).
    private static void WriteProtectiveRecord(Span<byte> sector, int sectors)
    {
        Span<byte> entry = sector[446..];
        entry[4] = 0xee;
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], sectors - 1);
        sector[510] = 0x55;
        sector[511] = 0xaa;
    }

    private static void WriteHeader(Span<byte> header, byte[] table, long here, long other, long tableAt, int last)
    {
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], 0x0001_0000);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], HeaderLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], here);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], other);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], FirstUsable);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], last - TableSectors - 1);
        _ = new Guid("1f1e1d1c-1b1a-1918-1716-151413121110").TryWriteBytes(header[56..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[72..], tableAt);
        BinaryPrimitives.WriteInt32LittleEndian(header[80..], Entries);
        BinaryPrimitives.WriteInt32LittleEndian(header[84..], EntryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[88..], Crc32.Of(table));
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Crc32.Of(header[..HeaderLength]));
    }
}
