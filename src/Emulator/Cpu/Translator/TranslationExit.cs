namespace Emulator.Cpu.Translator;

/// <summary>What generated code says in EAX when it leaves: bits 31 to 29 the kind, 28 to 23 instructions to interpret, 22 to 11 those to take back from the budget, 10 to 0 the word in its page.</summary>
/// <param name="Value">The word.</param>
internal readonly record struct TranslationExit(uint Value)
{
    private const int KindShift = 29;
    private const int CountShift = 23;
    private const int RefundShift = 11;
    private const uint RefundMask = 0xfff;
    private const uint IndexMask = 0x7ff;

    /// <summary>Most instructions that one exit leaves to the interpreter.</summary>
    public const int LargestCount = 63;

    /// <summary>The count of <see cref="ExitKind.Budget"/> in a <see cref="Region"/>.</summary>
    public const int InRegion = 0;

    /// <summary>Why.</summary>
    public ExitKind Kind => (ExitKind)(Value >> KindShift);

    /// <summary>Index of the word to go on with.</summary>
    public int Index => (int)(Value & IndexMask);

    /// <summary>Instructions that were taken from the budget and not executed.</summary>
    public int Refund => (int)((Value >> RefundShift) & RefundMask);

    /// <summary>Instructions for the interpreter.</summary>
    public int Count => (int)(Value >> CountShift) & LargestCount;

    /// <summary>For <see cref="ExitKind.Link"/>: which of the links.</summary>
    public int Link => (int)(Value & ((1u << KindShift) - 1));

    /// <summary>An exit before a word.</summary>
    public static TranslationExit At(ExitKind kind, int index, int refund = 0, int count = 1) =>
        new(((uint)kind << KindShift) | ((uint)count << CountShift) | ((uint)refund << RefundShift) | (uint)index);

    /// <summary>An exit that can be linked.</summary>
    public static TranslationExit ForLink(int link) => new(((uint)ExitKind.Link << KindShift) | (uint)link);
}
