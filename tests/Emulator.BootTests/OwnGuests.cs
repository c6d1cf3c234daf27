using System.Runtime.InteropServices;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests;

/// <summary>Our own bare-metal guests, beside the tests.</summary>
internal static class OwnGuests
{
    private const int Blocks = 16384;
    private const int BlockLength = 4096;

    /// <summary>Their names; the Linux guest's program is none, and what serves another machine does not end by itself.</summary>
    public static string[] Names { get; } =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "*.elf").Select(path => Path.GetFileNameWithoutExtension(path)!).Except(["stress", "ramdisk"]).Order(StringComparer.Ordinal)];

    /// <summary>A machine for one, with a disk if it wants one.</summary>
    public static MachineBuilder Describe(string name)
    {
        MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithKernel(Path.Combine(AppContext.BaseDirectory, name + ".elf"));
        return name is "blk1" or "blk32" or "durable" ? builder.WithVirtioMemoryDisk(MakeDisk()) : builder;
    }

    // As the guests expect it: each block holds its number.
    private static byte[] MakeDisk()
    {
        byte[] disk = new byte[Blocks * BlockLength];
        for (int block = 0; block < Blocks; block++)
        {
            MemoryMarshal.Cast<byte, ulong>(disk.AsSpan(block * BlockLength, BlockLength)).Fill((ulong)block);
        }

        return disk;
    }
}
