using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Emulator.Testing;

namespace Emulator.BootTests.Virtio;

/// <summary>A disk with a partition table: a FAT file system, then an ext4 file system. Both hold the same file, larger than a page and of no round length.</summary>
internal static class TestDisk
{
    public const string FileName = "HELLO.TXT";
    private const int SectorSize = 512;
    private const int FatStart = 2048;
    private const int Ext4Start = FatStart + (FatImage.Length / SectorSize);
    private const int Ext4Length = 8 << 20;

    private static readonly Lazy<byte[]> s_disk = new(Create);

    /// <summary>The file's contents.</summary>
    public static byte[] Contents { get; } = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")));

    /// <summary>The disk. The running test is left out when there is no mkfs.ext4.</summary>
    public static byte[] Bytes
    {
        get
        {
            _ = Mkfs;
            return s_disk.Value;
        }
    }

    private static string Mkfs => Peer.RequireProgram("mkfs.ext4", "install the package e2fsprogs");

    private static byte[] Create()
    {
        byte[] disk = new byte[(Ext4Start * SectorSize) + Ext4Length];
        WritePartition(disk, 0, type: 0x0e, FatStart, FatImage.Length / SectorSize);
        WritePartition(disk, 1, type: 0x83, Ext4Start, Ext4Length / SectorSize);
        disk[510] = 0x55;
        disk[511] = 0xaa;
        FatImage.Create((FileName, Contents)).CopyTo(disk, FatStart * SectorSize);
        CreateExt4().CopyTo(disk, Ext4Start * SectorSize);
        return disk;
    }

    private static void WritePartition(Span<byte> sector, int index, byte type, int start, int sectors)
    {
        Span<byte> entry = sector.Slice(446 + (16 * index), 16);
        entry[4] = type;
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], start);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], sectors);
    }

    private static byte[] CreateExt4()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
            string image = Path.Combine(folder, "image");
            File.WriteAllBytes(Path.Combine(root, FileName), Contents);
            File.WriteAllBytes(image, new byte[Ext4Length]);
            using Process process = Process.Start(new ProcessStartInfo(Mkfs, ["-q", "-F", "-d", root, image]) { RedirectStandardError = true })!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, errors);
            return File.ReadAllBytes(image);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
