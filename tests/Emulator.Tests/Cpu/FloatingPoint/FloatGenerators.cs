using Emulator.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FloatingPoint;

/// <summary>Operands where things happen: at both ends of a format, around one, with few or all bits set.</summary>
internal static class FloatGenerators
{
    /// <summary>How often a property is tried.</summary>
    public const int Cases = 2000;

    /// <summary>FPCR with each rounding mode, with and without FZ.</summary>
    public static Gen<uint> Controls { get; } =
        from rounding in Gen.Choose(0, 3)
        from flush in Gen.Elements(0u, 0u, FpContext.FlushToZeroBit)
        select ((uint)rounding << 22) | flush;

    /// <summary>Any bits of a format; a quarter of them is special.</summary>
    public static Gen<ulong> Any<T>()
        where T : unmanaged => Gen.Frequency((3, Numbers<T>()), (1, Specials<T>()));

    /// <summary>Finite numbers and zeros.</summary>
    public static Gen<ulong> Numbers<T>()
        where T : unmanaged
    {
        int one = -FpFormat<T>.MinimumExponent + 1;
        int last = FpFormat<T>.MaximumExponentCode - 1;
        Gen<int> codes = Gen.OneOf(
            Gen.Choose(0, 3), Gen.Choose(Math.Max(one - 60, 0), Math.Min(one + 60, last)), Gen.Choose(last - 2, last), Gen.Choose(0, last));
        return from sign in Gen.Elements(false, true)
               from code in codes
               from fraction in Fractions<T>()
               select FpFormat<T>.Zero(sign) | ((ulong)code << FpFormat<T>.FractionBits) | fraction;
    }

    /// <summary>Runs a property.</summary>
    public static void Check<TInput>(Gen<TInput> inputs, Action<TInput> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(inputs.ToArbitrary(), property));

    private static Gen<ulong> Specials<T>()
        where T : unmanaged => Gen.Elements(
            FpFormat<T>.Zero(false),
            FpFormat<T>.Zero(true),
            FpFormat<T>.Infinity(false),
            FpFormat<T>.Infinity(true),
            FpFormat<T>.DefaultNaN,
            FpFormat<T>.DefaultNaN | FpFormat<T>.SignBit | 5,
            FpFormat<T>.Infinity(false) | 1,
            FpFormat<T>.Infinity(true) | 3);

    private static Gen<ulong> Fractions<T>()
        where T : unmanaged
    {
        ulong mask = FpFormat<T>.FractionMask;
        Gen<ulong> random = from high in Gen.Choose(int.MinValue, int.MaxValue)
                            from low in Gen.Choose(int.MinValue, int.MaxValue)
                            select (((ulong)(uint)high << 32) | (uint)low) & mask;
        return Gen.OneOf(
            random,
            Gen.Elements<ulong>(0, 1, mask, mask - 1, FpFormat<T>.QuietBit),
            from bit in Gen.Choose(0, FpFormat<T>.FractionBits - 1) select 1UL << bit,
            from bit in Gen.Choose(0, FpFormat<T>.FractionBits - 1) select mask & ~((1UL << bit) - 1));
    }
}
