using System.Buffers.Binary;

namespace Emulator.Cpu.Interpreter;

/// <summary>Reversal of bits, for RBIT.</summary>
internal static class BitReversal
{
    /// <summary>The 64 bits in the opposite order.</summary>
    public static ulong Reverse(ulong value)
    {
        value = BinaryPrimitives.ReverseEndianness(value);
        value = ((value & 0x0f0f0f0f0f0f0f0f) << 4) | ((value >> 4) & 0x0f0f0f0f0f0f0f0f);
        value = ((value & 0x3333333333333333) << 2) | ((value >> 2) & 0x3333333333333333);
        return ((value & 0x5555555555555555) << 1) | ((value >> 1) & 0x5555555555555555);
    }
}
