namespace Emulator.Cpu.Translator;

/// <summary>How an engine translates.</summary>
internal sealed record TranslationOptions
{
    /// <summary>Bytes of generated code to hold at most.</summary>
    public int CacheSize { get; init; } = 64 << 20;

    /// <summary>True when <c>perf</c> is told which guest code the generated code was made of.</summary>
    public bool WritesPerfMap { get; init; }

    /// <summary>How often a word must be branched to before it is translated.</summary>
    public int Threshold { get; init; } = 32;

    /// <summary>Instructions in a block at most.</summary>
    public int LongestBlock { get; init; } = Block.MaximumLength;

    /// <summary>How often a limit must fall before a block for the loop around it to be translated as a <see cref="Region"/>; 0 for never.</summary>
    public int RegionThreshold { get; init; } = 4;

    /// <summary>How much more often than another a register must be used in a loop to take its place there. What is on the shortest way round counts four times.</summary>
    public int LeastRegionGain { get; init; } = 12;

    /// <summary>A mistake for tests to find, or null: changes what is translated of an instruction, but not what is interpreted.</summary>
    public Mistranslation? Mistake { get; init; }
}
