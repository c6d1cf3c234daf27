namespace Emulator.Cpu.System;

/// <summary>Fields of TCR_ELx (Arm ARM D13.2.123).</summary>
internal static class TranslationControlFields
{
    /// <summary>TBID0 and TBID1 of TCR_EL1: the top byte of instruction addresses is no tag whatever TBI0 and TBI1 say.</summary>
    public const ulong TopByteOfDataOnly = 3UL << 51;

    /// <summary>TBID of TCR_EL2 and TCR_EL3.</summary>
    public const ulong TopByteOfDataOnlyOneRange = 1UL << 29;

    /// <summary>The smallest T0SZ and T1SZ.</summary>
    public const int SmallestSizeOffset = 16;

    private const int LargestSizeOffsetWithoutSmallTables = 39;
    private const int LargestSizeOffsetOfSmallTables = 48;

    /// <summary>EffectiveTBI: whether bits 63 to 56 of an address are a tag.</summary>
    /// <param name="control">TCR_ELx.</param>
    /// <param name="hasTwoRanges">True for the regime with two ranges of addresses.</param>
    /// <param name="isUpper">The upper one of the ranges.</param>
    /// <param name="isInstruction">The address is that of an instruction.</param>
    public static bool IgnoresTopByte(ulong control, bool hasTwoRanges, bool isUpper, bool isInstruction)
    {
        int ignore = hasTwoRanges ? (isUpper ? 38 : 37) : 20;
        int dataOnly = hasTwoRanges ? (isUpper ? 52 : 51) : 29;
        return ((control >> ignore) & 1) != 0 && !(isInstruction && ((control >> dataOnly) & 1) != 0);
    }

    /// <summary>T0SZ or T1SZ, as it is limited where it does not lead to a fault.</summary>
    /// <param name="control">TCR_ELx.</param>
    /// <param name="isUpper">The upper one of two ranges of addresses.</param>
    /// <param name="hasSmallTables">FEAT_TTST is implemented.</param>
    public static int SizeOffset(ulong control, bool isUpper, bool hasSmallTables) =>
        Math.Clamp((int)(control >> (isUpper ? 16 : 0)) & 0x3f, SmallestSizeOffset, LargestSizeOffset(hasSmallTables, GranuleShift(control, isUpper)));

    /// <summary>The largest T0SZ and T1SZ.</summary>
    /// <param name="hasSmallTables">FEAT_TTST is implemented.</param>
    /// <param name="granule">log2 of the granule's bytes.</param>
    public static int LargestSizeOffset(bool hasSmallTables, int granule) =>
        !hasSmallTables ? LargestSizeOffsetWithoutSmallTables : granule == 16 ? LargestSizeOffsetOfSmallTables - 1 : LargestSizeOffsetOfSmallTables;

    /// <summary>log2 of the granule that TG0 or TG1 chooses, which number them differently; the reserved encodings mean 4 KiB.</summary>
    /// <param name="control">TCR_ELx.</param>
    /// <param name="isUpper">TG1, of the upper one of two ranges of addresses.</param>
    public static int GranuleShift(ulong control, bool isUpper) => isUpper
        ? ((control >> 30) & 3) switch { 1 => 14, 3 => 16, _ => 12 }
        : ((control >> 14) & 3) switch { 1 => 16, 2 => 14, _ => 12 };
}
