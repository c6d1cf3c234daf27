using System.Numerics;

namespace Emulator.Cpu.System;

/// <summary>
/// Remembers, roughly, which addresses entries of a TLB came from by blocks larger than a page, so that invalidating a page looks for a whole block only where there may
/// be one. It may name a block that is not there, never the other way round.
/// </summary>
internal sealed class BlockFilter
{
    /// <summary>The bits of an address that count: the byte above may hold a tag.</summary>
    public const ulong AddressBits = (1UL << 56) - 1;

    // Blocks up to 64 KiB, the pages of larger granules, are cheap to look for and not told apart.
    private const int SmallShift = 16;
    private const int Length = 4096;
    private const int Capacity = Length / 4;

    private readonly ulong[] _bits = new ulong[Length / 64];
    private ulong _shifts;
    private int _count;
    private int _smallest;

    /// <summary>Remembers a block.</summary>
    /// <param name="address">Any address in it.</param>
    /// <param name="shift">log2 of its size.</param>
    /// <returns>False when there are too many: clear the TLB and this.</returns>
    public bool TryAdd(ulong address, int shift)
    {
        if (shift <= SmallShift)
        {
            _smallest = Math.Max(_smallest, shift);
            return true;
        }

        int index = IndexOf(address, shift);
        ref ulong bits = ref _bits[index >> 6];
        ulong bit = 1UL << index;
        if ((bits & bit) != 0)
        {
            _shifts |= 1UL << shift;
            return true;
        }

        if (_count == Capacity)
        {
            return false;
        }

        bits |= bit;
        _shifts |= 1UL << shift;
        _count++;
        return true;
    }

    /// <summary>log2 of the size of the largest block that may hold an address; 0 when there is none.</summary>
    public int LargestAt(ulong address)
    {
        for (ulong shifts = _shifts; shifts != 0;)
        {
            int shift = BitOperations.Log2(shifts);
            int index = IndexOf(address, shift);
            if (((_bits[index >> 6] >> index) & 1) != 0)
            {
                return shift;
            }

            shifts ^= 1UL << shift;
        }

        return _smallest;
    }

    /// <summary>Forgets all blocks.</summary>
    public void Clear()
    {
        Array.Clear(_bits);
        _shifts = 0;
        _count = 0;
        _smallest = 0;
    }

    private static int IndexOf(ulong address, int shift) =>
        (int)(((((address & AddressBits) >> shift) + ((ulong)shift << 56)) * 0x9e37_79b9_7f4a_7c15) >> 52);
}
