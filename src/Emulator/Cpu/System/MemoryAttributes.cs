namespace Emulator.Cpu.System;

/// <summary>Memory attributes as a byte of MAIR_ELx encodes them, and how those of two stages are combined (Arm ARM D5.5.5).</summary>
internal static class MemoryAttributes
{
    /// <summary>Normal, Inner and Outer Non-cacheable.</summary>
    public const byte NonCacheable = 0x44;

    /// <summary>Normal, Inner and Outer Write-Back with all allocation hints.</summary>
    public const byte WriteBack = 0xff;

    /// <summary>True for Device memory.</summary>
    public static bool IsDevice(byte attributes) => (attributes & 0xf0) == 0;

    /// <summary>What MemAttr[3:0] of a stage 2 descriptor stands for.</summary>
    public static byte OfStage2(int field) =>
        field < 4 ? (byte)(field << 2) : (byte)((Cacheability(field >> 2) << 4) | Cacheability(field & 3));

    /// <summary>The stronger of two: Device before Normal, within either whatever permits less. Hints for allocation are those of stage 1.</summary>
    /// <param name="first">Of stage 1.</param>
    /// <param name="second">Of stage 2.</param>
    public static byte Combine(byte first, byte second)
    {
        if (IsDevice(first) || IsDevice(second))
        {
            return IsDevice(first) && IsDevice(second) ? Math.Min(first, second) : IsDevice(first) ? first : second;
        }

        return (byte)((CombineHalf(first >> 4, second >> 4) << 4) | CombineHalf(first & 0xf, second & 0xf));
    }

    /// <summary>The shareability of both stages: what either shares more widely. Device and Non-cacheable memory is Outer Shareable.</summary>
    /// <param name="attributes">The combined attributes.</param>
    /// <param name="first">SH of stage 1.</param>
    /// <param name="second">SH of stage 2.</param>
    public static ulong CombineShareability(byte attributes, ulong first, ulong second)
    {
        const ulong Outer = 2;
        const ulong Inner = 3;
        return IsDevice(attributes) || attributes == NonCacheable || first == Outer || second == Outer ? Outer
            : first == Inner || second == Inner ? Inner : 0;
    }

    // Bits 3 and 2 of a half: 00 Write-Through transient, 01 Write-Back transient or (0b0100) Non-cacheable, 10 Write-Through, 11 Write-Back.
    private static int CombineHalf(int first, int second)
    {
        const int NonCacheableHalf = 0b0100;
        if (first == NonCacheableHalf || second == NonCacheableHalf)
        {
            return NonCacheableHalf;
        }

        bool isWriteThrough = (first & 0b0100) == 0 || (second & 0b0100) == 0;
        return isWriteThrough ? first & ~0b0100 : first;
    }

    // 01 Non-cacheable, 10 Write-Through, 11 Write-Back; 00 is reserved and taken for Non-cacheable.
    private static int Cacheability(int field) => field switch
    {
        2 => 0b1011,
        3 => 0b1111,
        _ => 0b0100,
    };
}
