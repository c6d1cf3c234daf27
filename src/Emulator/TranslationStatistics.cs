namespace Emulator;

/// <summary>What an engine that translates has done.</summary>
/// <param name="Blocks">Blocks of guest code translated; those translated again count again.</param>
/// <param name="Instructions">Guest instructions in them.</param>
/// <param name="Bytes">Bytes of host code made of them.</param>
/// <param name="Seconds">Host time that took.</param>
public sealed record TranslationStatistics(long Blocks, long Instructions, long Bytes, double Seconds)
{
    /// <summary>Of an engine that does not translate.</summary>
    public static TranslationStatistics None { get; } = new(0, 0, 0, 0);
}
