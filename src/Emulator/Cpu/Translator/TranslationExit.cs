namespace Emulator.Cpu.Translator;

/// <summary>What generated code says in EAX when it leaves: bits 31 and 30 the kind, 29 to 24 instructions to interpret, 23 to 12 those to take back from the budget, 11 to 0 the word in its page.</summary>
/// <param name="Value">The word.</param>
internal readonly record struct TranslationExit(uint Value)
{
    private const int KindShift = 30;
    private const int CountShift = 24;
    private const int RefundShift = 12;
    private const uint FieldMask = 0xfff;

    /// <summary>Most instructions that one exit leaves to the interpreter.</summary>
    public const int LargestCount = 63;

    /// <summary>Why.</summary>
    public ExitKind Kind => (ExitKind)(Value >> KindShift);

    /// <summary>Index of the word to go on with.</summary>
    public int Index => (int)(Value & FieldMask);

    /// <summary>Instructions that were taken from the budget and not executed.</summary>
    public int Refund => (int)((Value >> RefundShift) & FieldMask);

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
