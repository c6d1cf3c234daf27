using System.Numerics;
using Emulator.Cpu;
using Emulator.Cpu.FloatingPoint;
using Emulator.Cpu.Interpreter.Simd;
using Emulator.Tests.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>What handlers let the host compute has to be what soft float gives, with the same flags.</summary>
[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
internal sealed unsafe class HostFloatTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private delegate T OnHost(CpuState* state, T addend, T left, T right);

    private delegate ulong Soft(ref FpContext context, ulong addend, ulong left, ulong right);

    // The third operand is often the first's, so that results are zero or exact.
    private static Gen<(uint Control, uint Status, ulong Addend, ulong Left, ulong Right)> Inputs { get; } =
        from control in FloatGenerators.Controls
        from defaultNaN in Gen.Elements(0u, FpContext.DefaultNaNBit)
        from status in Gen.Elements(0u, (uint)FpExceptions.Inexact)
        from addend in FloatGenerators.Any<T>()
        from left in FloatGenerators.Any<T>()
        from right in Gen.OneOf(FloatGenerators.Any<T>(), FloatGenerators.Any<T>(), Gen.Constant(left), Gen.Constant(left ^ FpFormat<T>.SignBit))
        select (control | defaultNaN, status, addend, left, right);

    [Test]
    public void Arithmetic()
    {
        Check(FloatOperations.Add.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Add<T>(ref c, n, m));
        Check(FloatOperations.Subtract.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Subtract<T>(ref c, n, m));
        Check(FloatOperations.Multiply.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Multiply<T>(ref c, n, m));
        Check(FloatOperations.Divide.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Divide<T>(ref c, n, m));
        Check(
            (state, a, n, m) => FloatUnaryOperations.SquareRoot.Apply(state, n, 0),
            (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.SquareRoot<T>(ref c, n));
        Check(
            FloatOperations.MultiplyAdd<Options.Off, Options.Off>.Apply,
            (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.MultiplyAdd<T>(ref c, a, n, m));
        Check(
            FloatOperations.MultiplyAdd<Options.On, Options.On>.Apply,
            (ref FpContext c, ulong a, ulong n, ulong m) =>
                SoftFloat.MultiplyAdd<T>(ref c, a ^ FpFormat<T>.SignBit, n ^ FpFormat<T>.SignBit, m));
    }

    [Test]
    public void Comparison()
    {
        Check(FloatOperations.Maximum.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Maximum<T>(ref c, n, m));
        Check(FloatOperations.Minimum.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.Minimum<T>(ref c, n, m));
        Check(FloatOperations.MaximumNumber.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.MaximumNumber<T>(ref c, n, m));
        Check(FloatOperations.MinimumNumber.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.MinimumNumber<T>(ref c, n, m));
        Check(FloatOperations.CompareEqual.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => Mask(SoftFloat.CompareEqual<T>(ref c, n, m)));
        Check(FloatOperations.CompareGreater.Apply, (ref FpContext c, ulong a, ulong n, ulong m) => Mask(SoftFloat.CompareGreater<T>(ref c, n, m)));
        Check(
            FloatOperations.CompareGreaterOrEqual.Apply,
            (ref FpContext c, ulong a, ulong n, ulong m) => Mask(SoftFloat.CompareGreaterOrEqual<T>(ref c, n, m)));
    }

    [Test]
    public void Conversion([Values] FpRounding rounding)
    {
        if (rounding == FpRounding.ToOdd)
        {
            return;
        }

        foreach (bool unsigned in new[] { false, true })
        {
            int width = sizeof(T) * 8;
            Check(
                (state, a, n, m) => FpFormat<T>.FromBits(FloatConversions.ToFixed(state, n, 0, unsigned, width, rounding)),
                (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.ToFixed<T>(ref c, n, 0, unsigned, width, rounding));
            Check(
                (state, a, n, m) => FloatConversions.FromFixed<T>(state, FpFormat<T>.ToBits(n), 0, unsigned),
                (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.FromFixed<T>(ref c, n, 0, unsigned));
        }

        Check(
            (state, a, n, m) => FloatConversions.TryRoundOnHost(state, n, rounding, out T result) ? result : SoftFloatCalls.RoundToInteger(state, n, rounding, false),
            (ref FpContext c, ulong a, ulong n, ulong m) => SoftFloat.RoundToInteger<T>(ref c, n, rounding, false));
    }

    private static void Check(OnHost onHost, Soft soft) => FloatGenerators.Check(Inputs, input =>
    {
        CpuState state = default;
        state.FloatingPointControl = input.Control;
        state.FloatingPointStatus = input.Status;
        T result = onHost(
            &state, FpFormat<T>.FromBits(input.Addend), FpFormat<T>.FromBits(input.Left), FpFormat<T>.FromBits(input.Right));
        var context = new FpContext(input.Control);
        Assert.That(FpFormat<T>.ToBits(result), Is.EqualTo(soft(ref context, input.Addend, input.Left, input.Right)));
        Assert.That(state.FloatingPointStatus, Is.EqualTo(input.Status | (uint)context.Raised));
    });

    private static ulong Mask(bool holds) => holds ? FpFormat<T>.ToBits(T.AllBitsSet) : 0;
}
