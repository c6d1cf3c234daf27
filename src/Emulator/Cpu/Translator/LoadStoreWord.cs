namespace Emulator.Cpu.Translator;

/// <summary>What the word of a load or store of one general-purpose register says (Arm ARM C4.1.4): size in bits 31 and 30, opc in bits 23 and 22.</summary>
/// <param name="Word">The instruction word.</param>
internal readonly record struct LoadStoreWord(uint Word)
{
    private const uint Signed64 = 2;
    private const uint Signed32 = 3;

    /// <summary>Bytes in memory.</summary>
    public int Size => 1 << (int)(Word >> 30);

    /// <summary>True for a store.</summary>
    public bool IsStore => Operation == 0;

    /// <summary>True for a load that extends by the sign.</summary>
    public bool IsSigned => Operation >= Signed64;

    private uint Operation => (Word >> 22) & 3;

    /// <summary>What a load makes of a value from memory, which is zero-extended.</summary>
    public ulong Extend(ulong value)
    {
        int shift = 64 - (8 * Size);
        return Operation switch
        {
            Signed64 => (ulong)((long)(value << shift) >> shift),
            Signed32 => (uint)((long)(value << shift) >> shift),
            _ => value,
        };
    }
}
