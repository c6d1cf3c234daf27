using System.Numerics;

namespace Emulator.Cpu.Interpreter;

/// <summary>DecodeBitMasks (Arm ARM, shared pseudocode): the immediates of logical instructions.</summary>
internal static class BitMasks
{
    /// <summary>A number of ones in the low bits, 0 to 64.</summary>
    public static ulong Ones(int count) => count == 64 ? ulong.MaxValue : (1UL << count) - 1;

    /// <summary>Decodes a logical immediate.</summary>
    /// <param name="sf">1 for 64 bits.</param>
    /// <param name="n">The N bit.</param>
    /// <param name="imms">imms.</param>
    /// <param name="immr">immr.</param>
    /// <param name="mask">The immediate, within 32 bits when sf is 0.</param>
    /// <param name="elementSize">Size of the element that is repeated, in bits.</param>
    /// <returns>False for reserved values.</returns>
    public static bool TryDecode(uint sf, uint n, uint imms, uint immr, out ulong mask, out int elementSize)
    {
        mask = 0;
        elementSize = 0;
        uint combined = (n << 6) | (~imms & 0x3f);
        int length = BitOperations.Log2(combined | 1);
        if (combined < 2 || (sf == 0 && n != 0))
        {
            return false;
        }

        elementSize = 1 << length;
        int levels = elementSize - 1;
        int ones = (int)imms & levels;
        int rotation = (int)immr & levels;
        if (ones == levels)
        {
            return false;
        }

        ulong element = Ones(ones + 1);
        element = ((element >> rotation) | (element << (elementSize - rotation))) & Ones(elementSize);
        for (int filled = elementSize; filled < 64; filled *= 2)
        {
            element |= element << filled;
        }

        mask = sf == 1 ? element : (uint)element;
        return true;
    }
}
