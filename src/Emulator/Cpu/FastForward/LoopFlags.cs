namespace Emulator.Cpu.FastForward;

/// <summary>PSTATE.NZCV as a function of the iteration: where it comes from, as far as conditions can be decided from that.</summary>
internal readonly record struct LoopFlags
{
    /// <summary>What set the flags.</summary>
    public enum Origin
    {
        /// <summary>Nothing that conditions can be decided from.</summary>
        Opaque,

        /// <summary>They are the same in all iterations.</summary>
        Constant,

        /// <summary>The difference of <see cref="Left"/> and <see cref="Right"/>.</summary>
        Comparison,

        /// <summary>A sum, which is <see cref="Left"/>: N and Z are known from it.</summary>
        Sum,

        /// <summary>A logical result, which is <see cref="Left"/>: C and V are clear.</summary>
        Logical,
    }

    /// <summary>What set them.</summary>
    public Origin Kind { get; init; }

    /// <summary>First operand, or the result.</summary>
    public LoopValue Left { get; init; }

    /// <summary>Second operand.</summary>
    public LoopValue Right { get; init; }

    /// <summary>Width of the operation in bits.</summary>
    public int Bits { get; init; }

    /// <summary>Their value in the first iteration, in bits 31 to 28.</summary>
    public uint First { get; init; }

    /// <summary>In so many iterations of the outermost loop <see cref="Origin.Constant"/> flags are that.</summary>
    public long Iterations { get; init; }

    /// <summary>Flags that are the same in all iterations.</summary>
    public static LoopFlags Constant(uint flags, long iterations = long.MaxValue) =>
        new() { Kind = Origin.Constant, First = flags & 0xf000_0000, Iterations = iterations };

    /// <summary>Evaluates a condition (Arm ARM, shared pseudocode ConditionHolds).</summary>
    public static bool Holds(int condition, uint flags)
    {
        bool negative = (flags & (1u << 31)) != 0;
        bool zero = (flags & (1u << 30)) != 0;
        bool carry = (flags & (1u << 29)) != 0;
        bool overflow = (flags & (1u << 28)) != 0;
        bool result = (condition >> 1) switch
        {
            0 => zero,
            1 => carry,
            2 => negative,
            3 => overflow,
            4 => carry && !zero,
            5 => negative == overflow,
            6 => negative == overflow && !zero,
            _ => true,
        };
        return (condition & 1) != 0 && condition != 15 ? !result : result;
    }
}
