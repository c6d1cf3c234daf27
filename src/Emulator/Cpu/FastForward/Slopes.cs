namespace Emulator.Cpu.FastForward;

/// <summary>How much a value grows with each iteration of the loops around it, the outermost first.</summary>
internal readonly record struct Slopes(WideInteger Outer, WideInteger Middle, WideInteger Inner)
{
    /// <summary>Loops within one another that are told apart.</summary>
    public const int Dimensions = 3;

    /// <summary>True for a value that is the same in all iterations.</summary>
    public bool AreZero => Outer == 0 && Middle == 0 && Inner == 0;

    /// <summary>The slope in one dimension.</summary>
    public WideInteger this[int dimension] => dimension switch
    {
        0 => Outer,
        1 => Middle,
        _ => Inner,
    };

    /// <summary>These slopes, with something added to that of one dimension.</summary>
    public Slopes Plus(int dimension, WideInteger slope) => dimension switch
    {
        0 => this with { Outer = Outer + slope },
        1 => this with { Middle = Middle + slope },
        _ => this with { Inner = Inner + slope },
    };

    /// <summary>The same with something done to each.</summary>
    public Slopes Select(Func<WideInteger, WideInteger> change) => new(change(Outer), change(Middle), change(Inner));

    public static Slopes operator +(in Slopes left, in Slopes right) => new(left.Outer + right.Outer, left.Middle + right.Middle, left.Inner + right.Inner);

    public static Slopes operator -(in Slopes slopes) => new(-slopes.Outer, -slopes.Middle, -slopes.Inner);
}
