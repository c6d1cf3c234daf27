namespace Emulator.Cpu.FastForward;

/// <summary>
/// A loop that was recognised in a trace. Its first iteration is there step by step; the others were skipped, as each does the same with values that grow evenly.
/// An iteration may be several rounds of the guest's loop: it lasts a whole number of the counter's ticks.
/// </summary>
internal sealed class FoldedLoop
{
    /// <summary>Index in the trace of the first iteration's first step.</summary>
    public required int Start { get; init; }

    /// <summary>Index in the trace behind the first iteration's last step.</summary>
    public required int End { get; init; }

    /// <summary>Ticks of the counter in an iteration.</summary>
    public required long Ticks { get; init; }

    /// <summary>Iterations, the first included.</summary>
    public long Count { get; set; }

    /// <summary>Loops within it, in the order of the trace.</summary>
    public required FoldedLoop[] Inner { get; init; }

    /// <summary>Registers that an iteration reads before it writes them: a bit each, SP as bit 31.</summary>
    public uint Inputs { get; set; }

    /// <summary>Registers that an iteration writes.</summary>
    public uint Outputs { get; set; }

    /// <summary>By how much each of <see cref="Inputs"/> grows in an iteration.</summary>
    public ulong[] Growth { get; } = new ulong[32];

    /// <summary>True when an iteration reads flags before it sets them.</summary>
    public bool ReadsFlags { get; set; }

    /// <summary>True when an iteration sets flags.</summary>
    public bool WritesFlags { get; set; }

    /// <summary>Memory that an iteration reads before it writes it.</summary>
    public List<MemoryInput> MemoryInputs { get; } = [];

    /// <summary>Memory that an iteration writes: host addresses and sizes.</summary>
    public List<(nint Address, int Size)> MemoryOutputs { get; } = [];

    /// <summary>A place in memory that an iteration reads before it writes it.</summary>
    /// <param name="Address">Where in the host's memory.</param>
    /// <param name="Size">Bytes, 1 to 8.</param>
    /// <param name="Value">What the first iteration found there.</param>
    /// <param name="Growth">By how much it grows in an iteration.</param>
    internal readonly record struct MemoryInput(nint Address, int Size, ulong Value, ulong Growth);
}
