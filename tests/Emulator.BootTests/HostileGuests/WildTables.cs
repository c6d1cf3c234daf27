using System.Buffers.Binary;

namespace Emulator.BootTests.HostileGuests;

/// <summary>
/// Translation tables that map what a guest needs one to one, and much else at random: 39-bit addresses in 4 KiB granules, one table of level 1, one of level 2 for RAM, and four that
/// are random throughout and point to each other.
/// </summary>
internal static class WildTables
{
    /// <summary>Bytes that they take.</summary>
    public const int Length = 6 * PageLength;

    private const int PageLength = 0x1000;
    private const int Entries = PageLength / 8;
    private const ulong AccessFlag = 1UL << 10;
    private const ulong InnerShareable = 3UL << 8;

    /// <summary>Tables of stage 1, memory attribute 0 being Normal and 1 Device, or of stage 2.</summary>
    /// <param name="random">Where it comes from.</param>
    /// <param name="address">Where they will lie.</param>
    /// <param name="isStage2">For stage 2.</param>
    public static byte[] Create(Random random, ulong address, bool isStage2)
    {
        ulong normal = AccessFlag | InnerShareable | 1 | (isStage2 ? (0xfUL << 2) | (3UL << 6) : 0);
        ulong device = AccessFlag | 1 | (isStage2 ? (1UL << 2) | (3UL << 6) : 1UL << 2);
        byte[] bytes = new byte[Length];
        for (int i = 0; i < Length / 8; i++)
        {
            Set(bytes, i, Any(random, address));
        }

        Set(bytes, 0, device);
        Set(bytes, 1, (address + PageLength) | 3);
        for (int i = 0; i < Entries; i++)
        {
            // The first 4 MiB hold vectors and code.
            if (i < 2 || random.Next(8) != 0)
            {
                Set(bytes, Entries + i, (0x4000_0000 + ((ulong)i << 21)) | normal);
            }
        }

        return bytes;
    }

    // Anything, or a descriptor that leads to memory or to another of these tables, with any attributes.
    private static ulong Any(Random random, ulong address)
    {
        ulong attributes = (ulong)random.NextInt64() & 0xfff0_0000_0000_0fff;
        return random.Next(4) switch
        {
            0 => (ulong)random.NextInt64(),
            1 => (address + ((ulong)random.Next(6) * PageLength)) | attributes | 3,
            _ => (0x4000_0000 + ((ulong)random.Next(0x4000) * PageLength)) | attributes | AccessFlag | 1,
        };
    }

    private static void Set(byte[] bytes, int index, ulong descriptor) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * index), descriptor);
}
