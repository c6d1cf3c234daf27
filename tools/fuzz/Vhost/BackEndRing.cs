namespace Emulator.Fuzz.Vhost;

/// <summary>A split ring as a back end was told of it.</summary>
internal sealed class BackEndRing
{
    public int Size { get; set; } = 1;

    public ulong Table { get; set; }

    public ulong Available { get; set; }

    public ulong Used { get; set; }

    public ushort Position { get; set; }

    public ushort UsedIndex { get; set; }

    public int Kick { get; set; } = -1;

    public int Call { get; set; } = -1;

    /// <summary>A chain that is served after the next one, or -1.</summary>
    public int Deferred { get; set; } = -1;
}
