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

    /// <summary>How far a load shifts a value of that size up and down again to extend its sign; 0 when it extends by zeros.</summary>
    public int SignShift => Operation >= Signed64 ? 64 - (8 * Size) : 0;

    /// <summary>Bits of the register that a load sets; the others become zero.</summary>
    public ulong Mask => Operation == Signed32 ? uint.MaxValue : ulong.MaxValue;

    private uint Operation => (Word >> 22) & 3;
}
