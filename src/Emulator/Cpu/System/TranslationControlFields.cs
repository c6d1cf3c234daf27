namespace Emulator.Cpu.System;

/// <summary>Fields of TCR_ELx (Arm ARM D13.2.123).</summary>
internal static class TranslationControlFields
{
    /// <summary>TBID0 and TBID1 of TCR_EL1: the top byte of instruction addresses is no tag whatever TBI0 and TBI1 say.</summary>
    public const ulong TopByteOfDataOnly = 3UL << 51;

    /// <summary>TBID of TCR_EL2 and TCR_EL3.</summary>
    public const ulong TopByteOfDataOnlyOneRange = 1UL << 29;

    private const int LargestSizeOffset = 39;
    private const int SmallestSizeOffset = 16;

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
    public static int SizeOffset(ulong control, bool isUpper) => Math.Clamp((int)(control >> (isUpper ? 16 : 0)) & 0x3f, SmallestSizeOffset, LargestSizeOffset);
}
