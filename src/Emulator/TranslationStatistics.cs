namespace Emulator;

/// <summary>What an engine that translates has done.</summary>
/// <param name="Blocks">Blocks of guest code translated; those translated again count again.</param>
/// <param name="Instructions">Guest instructions in them.</param>
/// <param name="Bytes">Bytes of host code made of them.</param>
/// <param name="Seconds">Host time that took.</param>
public sealed record TranslationStatistics(long Blocks, long Instructions, long Bytes, double Seconds)
{
    /// <summary>Hot loops that were translated as a whole, after their blocks.</summary>
    public long Regions { get; init; }

    /// <summary>How often the memory for host code was full, and emptied.</summary>
    public long Flushes { get; init; }

    /// <summary>How often translations have gone away: their page has changed or gone, or the memory was emptied.</summary>
    public long Invalidations { get; init; }

    /// <summary>How often host code was left, by reason: <c>budget</c> (a limit or an event is near), <c>interpret</c>, <c>link</c>, <c>lookup</c> (of a branch's target), <c>access</c> (of a device).</summary>
    public IReadOnlyDictionary<string, long> Exits { get; init; } = new Dictionary<string, long>();

    /// <summary>Of an engine that does not translate.</summary>
    public static TranslationStatistics None { get; } = new(0, 0, 0, 0);
}
