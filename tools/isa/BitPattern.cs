using System.Numerics;

namespace Emulator.IsaGenerator;

/// <summary>Words that have <paramref name="Value"/> in the bits of <paramref name="Mask"/>.</summary>
internal readonly record struct BitPattern(uint Mask, uint Value)
{
    /// <summary>How many bits are fixed.</summary>
    public int Specificity => BitOperations.PopCount(Mask);

    /// <summary>Whether some word matches both patterns.</summary>
    public bool Intersects(BitPattern other) => ((Value ^ other.Value) & Mask & other.Mask) == 0;

    /// <summary>Whether each word of this pattern matches the other one.</summary>
    public bool IsWithin(BitPattern other) => (Mask & other.Mask) == other.Mask && Intersects(other);

    /// <summary>The words that match both patterns, which have to intersect.</summary>
    public BitPattern And(BitPattern other) => new(Mask | other.Mask, Value | other.Value);
}
