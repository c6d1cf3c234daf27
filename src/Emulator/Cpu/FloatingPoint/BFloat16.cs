namespace Emulator.Cpu.FloatingPoint;

/// <summary>The format BFloat16: single precision without the lower half of its bits.</summary>
/// <param name="Bits">The encoding.</param>
internal readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The same number in single precision.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);
}
