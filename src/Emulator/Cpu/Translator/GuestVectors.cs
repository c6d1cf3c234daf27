namespace Emulator.Cpu.Translator;

/// <summary>
/// Which vector registers live in registers of the host while generated code runs, once <see cref="CpuState.TranslatedVectors"/> says so: always the same ones.
/// They are those that compilers take first. XMM0 to XMM3 are for single instructions.
/// </summary>
internal static class GuestVectors
{
    private const int FirstHost = 4;
    private const int LowCount = 8;
    private const int FirstUpper = 16;

    /// <summary>How many there are: V0 to V7 and V16 to V19.</summary>
    public const int Count = 12;

    /// <summary>True when a vector register is in a register of the host.</summary>
    public static bool TryGet(int index, out int register)
    {
        register = index < LowCount ? FirstHost + index : FirstHost + LowCount + index - FirstUpper;
        return index < LowCount || index is >= FirstUpper and < FirstUpper + Count - LowCount;
    }
}
