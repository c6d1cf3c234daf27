using Emulator.Cpu.FastForward;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FastForward;

/// <summary>Arithmetic on values that depend on an iteration's number: in every iteration for which a result holds, it is what plain arithmetic gives.</summary>
internal sealed class IterationSpaceTests
{
    private const int Iterations = 60;

    private static Gen<(int[] Steps, ulong Start, ulong Slope)> Computations =>
        from steps in Gen.Choose(0, int.MaxValue).ArrayOf(12)
        from start in Numbers
        from slope in Numbers
        select (steps, start, slope);

    private static Gen<ulong> Numbers =>
        from kind in Gen.Choose(0, 4)
        from small in Gen.Choose(0, 1000)
        from large in Gen.Choose(0, int.MaxValue)
        select kind switch
        {
            0 => (ulong)small,
            1 => (ulong)large,
            2 => (ulong)-small,
            3 => ((ulong)large << 32) | (uint)large,
            _ => (ulong)small << 40,
        };

    [Test]
    public void ResultsHoldInEveryIterationThatTheyAreSaidToHoldIn()
    {
        int known = 0;
        Prop.ForAll(Computations.ToArbitrary(), c =>
        {
            IterationSpace space = new();
            LoopValue value = LoopValue.Affine(c.Start, new Slopes((long)c.Slope, 0, 0));
            ulong[] expected = [.. Enumerable.Range(0, Iterations).Select(i => c.Start + ((ulong)i * c.Slope))];
            foreach (int step in c.Steps)
            {
                value = Apply(space, value, expected, step);
                for (int i = 0; !value.IsOpaque && i < Math.Min(Iterations, value.Iterations); i++)
                {
                    Assert.That(Evaluate(value, i, 0), Is.EqualTo(expected[i]), $"iteration {i} after step {step % 13}");
                    known++;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Assert.That(known, Is.GreaterThan(100_000));
    }

    [Test]
    public void ResultsHoldInEveryIterationOfAnInnerLoop()
    {
        const int Inner = 9;
        int known = 0;
        Prop.ForAll(Computations.ToArbitrary(), Numbers.ToArbitrary(), (c, innerSlope) =>
        {
            IterationSpace space = new();
            _ = space.TryEnter(Inner);
            LoopValue value = LoopValue.Affine(c.Start, new Slopes((long)c.Slope, (long)innerSlope, 0));
            ulong[] expected = new ulong[Iterations * Inner];
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = c.Start + ((ulong)(i / Inner) * c.Slope) + ((ulong)(i % Inner) * innerSlope);
            }

            foreach (int step in c.Steps)
            {
                value = Apply(space, value, expected, step);
                for (int i = 0; !value.IsOpaque && i < expected.Length && i / Inner < value.Iterations; i++)
                {
                    Assert.That(Evaluate(value, i / Inner, i % Inner), Is.EqualTo(expected[i]));
                    known++;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
        Assert.That(known, Is.GreaterThan(100_000));
    }

    [Test]
    public void BoundIsTheFirstIterationOutside()
    {
        Prop.ForAll(Gen.Choose(-50, 50).ToArbitrary(), Gen.Choose(-7, 7).ToArbitrary(), Gen.Choose(-5, 5).ToArbitrary(), (start, slope, inner) =>
        {
            const int Count = 4;
            IterationSpace space = new();
            _ = space.TryEnter(Count);

            long bound = space.Bound(start, new Slopes(slope, inner, 0), -100, 100);

            long expected = 0;
            while (expected < 1000 && Enumerable.Range(0, Count).All(j => Math.Abs(start + (expected * slope) + (j * inner)) <= 100))
            {
                expected++;
            }

            Assert.That(Math.Min(bound, 1000), Is.EqualTo(expected));
        }).Check(Config.QuickThrowOnFailure);
    }

    private static ulong Evaluate(in LoopValue value, int outer, int inner) =>
        (ulong)LoopValue.Floor(value.Numerator + (value.Slopes.Outer * outer) + (value.Slopes.Middle * inner), value.Divisor);

    private static LoopValue Apply(IterationSpace space, in LoopValue value, ulong[] expected, int step)
    {
        ulong constant = (ulong)(step / 13);
        LoopValue operand = LoopValue.Constant(constant);
        int bits = 1 + (step / 13 % 63);
        int shift = step / 13 % 24;
        switch (step % 13)
        {
            case 0:
                Change(expected, v => v + constant);
                return IterationSpace.Add(value, operand);
            case 1:
                Change(expected, v => constant - v);
                return IterationSpace.Subtract(operand, value);
            case 2:
                Change(expected, v => v * constant);
                return IterationSpace.Multiply(operand, value);
            case 3:
                Change(expected, v => v >> shift);
                return IterationSpace.Divide(space.AsUnsigned(value, 64), WideInteger.One << shift);
            case 4:
                Change(expected, v => (ulong)((long)v >> shift));
                return IterationSpace.Divide(space.AsSigned(value, 64), WideInteger.One << shift);
            case 5:
                Change(expected, v => v / (constant + 1));
                return IterationSpace.Divide(space.AsUnsigned(value, 64), constant + 1);
            case 6:
                Change(expected, v => v & ((1UL << bits) - 1));
                return space.Truncate(value, bits);
            case 7:
                Change(expected, v => (ulong)((long)(v << (64 - bits)) >> (64 - bits)));
                return space.SignExtend(value, bits);
            case 8:
                Change(expected, v => (ulong)(((WideInteger)v * constant) >> 64));
                return IterationSpace.MultiplyHigh(space.AsUnsigned(value, 64), constant);
            case 9:
                Change(expected, v => 0 - v);
                return IterationSpace.Negate(value);
            case 10:
                Change(expected, v => v << shift);
                return IterationSpace.Multiply(value, LoopValue.Constant(1UL << shift));
            case 11:
                Change(expected, v => v + v);
                return IterationSpace.Add(value, value);
            default:
                Change(expected, v => v);
                return space.Truncate(value, 64);
        }
    }

    private static void Change(ulong[] values, Func<ulong, ulong> change)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = change(values[i]);
        }
    }
}
