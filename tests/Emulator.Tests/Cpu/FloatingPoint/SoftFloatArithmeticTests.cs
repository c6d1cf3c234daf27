using Emulator.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FloatingPoint;

[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
internal sealed class SoftFloatArithmeticTests<T>
    where T : unmanaged
{
    private delegate ulong Operation(ref FpContext context, ulong left, ulong right);

    private static Gen<(uint Control, ulong Left, ulong Right)> Pairs { get; } =
        from control in FloatGenerators.Controls
        from left in FloatGenerators.Numbers<T>()
        from right in FloatGenerators.Numbers<T>()
        select (control, left, right);

    [Test]
    public void SumsAreTheExactOnesRounded() => CheckPairs(SoftFloat.Add<T>, (a, b) => a + b);

    [Test]
    public void DifferencesAreTheExactOnesRounded() => CheckPairs(SoftFloat.Subtract<T>, (a, b) => a - b);

    [Test]
    public void ProductsAreTheExactOnesRounded() => CheckPairs(SoftFloat.Multiply<T>, (a, b) => a * b);

    [Test]
    public void QuotientsAreTheExactOnesRounded() => CheckPairs(SoftFloat.Divide<T>, (a, b) => b.Sign == 0 ? Rational.Zero : a / b);

    [Test]
    public void NewtonStepsAreRoundedOnce()
    {
        CheckPairs(SoftFloat.ReciprocalStep<T>, (a, b) => new Rational(2, 1) - (a * b));
        CheckPairs(SoftFloat.ReciprocalSquareRootStep<T>, (a, b) => (new Rational(3, 1) - (a * b)) * new Rational(1, 2));
    }

    [Test]
    public void RootsAreTheExactOnesRounded() => FloatGenerators.Check(Pairs, input =>
    {
        Rational value = Value(input.Control, input.Left, out FpExceptions flushed);
        if (value.Sign <= 0)
        {
            return;
        }

        (ulong bits, FpExceptions raised) = NaiveFloat.Round<T>(
            sign: false, candidate => (candidate * candidate).CompareTo(value), Mode(input.Control), flushToZero: false);
        var context = new FpContext(input.Control);
        Assert.That(SoftFloat.SquareRoot<T>(ref context, input.Left), Is.EqualTo(bits));
        Assert.That(context.Raised, Is.EqualTo(raised | flushed));
    });

    [Test]
    public void FusedSumsAreRoundedOnce()
    {
        // An addend near the product is where a second rounding would show.
        var inputs = from pair in Pairs
                     from addend in Gen.OneOf(FloatGenerators.Numbers<T>(), Gen.Constant(Product(pair.Left, pair.Right) ^ FpFormat<T>.SignBit))
                     from distance in Gen.Choose(-1, 1)
                     select (pair, addend: addend + (ulong)distance);
        FloatGenerators.Check(inputs, input =>
        {
            (uint control, ulong left, ulong right) = input.pair;
            if (!IsFinite(input.addend))
            {
                return;
            }

            Rational exact = Value(control, input.addend, out FpExceptions flushed);
            exact += Value(control, left, out FpExceptions second) * Value(control, right, out FpExceptions third);
            if (exact.Sign == 0)
            {
                return;
            }

            (ulong bits, FpExceptions raised) = NaiveFloat.Round<T>(exact, Mode(control), (control & FpContext.FlushToZeroBit) != 0);
            var context = new FpContext(control);
            Assert.That(SoftFloat.MultiplyAdd<T>(ref context, input.addend, left, right), Is.EqualTo(bits));
            Assert.That(context.Raised, Is.EqualTo(raised | flushed | second | third));
        });
    }

    [TestCase(0u, false)]
    [TestCase(1u, false)]
    [TestCase(2u, true)]
    [TestCase(3u, false)]
    public void AnExactZeroIsNegativeOnlyWhenRoundingDown(uint mode, bool negative)
    {
        var context = new FpContext(mode << 22);
        ulong one = FpFormat<T>.Power(false, 0);

        Assert.That(SoftFloat.Subtract<T>(ref context, one, one), Is.EqualTo(FpFormat<T>.Zero(negative)));
        Assert.That(SoftFloat.MultiplyAdd<T>(ref context, one, one, one | FpFormat<T>.SignBit), Is.EqualTo(FpFormat<T>.Zero(negative)));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
    }

    [Test]
    public void InvalidOperationsGiveTheDefaultNaN()
    {
        ulong infinity = FpFormat<T>.Infinity(false);
        AssertInvalid((ref FpContext context) => SoftFloat.Subtract<T>(ref context, infinity, infinity));
        AssertInvalid((ref FpContext context) => SoftFloat.Multiply<T>(ref context, infinity, 0));
        AssertInvalid((ref FpContext context) => SoftFloat.Divide<T>(ref context, infinity, infinity));
        AssertInvalid((ref FpContext context) => SoftFloat.Divide<T>(ref context, 0, 0));
        AssertInvalid((ref FpContext context) => SoftFloat.SquareRoot<T>(ref context, FpFormat<T>.Power(true, 0)));
        AssertInvalid((ref FpContext context) => SoftFloat.MultiplyAdd<T>(ref context, infinity, infinity, FpFormat<T>.Power(true, 0)));

        // A quiet NaN does not hide zero times infinity.
        AssertInvalid((ref FpContext context) => SoftFloat.MultiplyAdd<T>(ref context, FpFormat<T>.DefaultNaN | 7, 0, infinity));
    }

    [Test]
    public void DivisionByZeroIsFlagged()
    {
        var context = new FpContext(0);

        Assert.That(SoftFloat.Divide<T>(ref context, FpFormat<T>.Power(true, 0), 0), Is.EqualTo(FpFormat<T>.Infinity(true)));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.DivideByZero));
    }

    [Test]
    public void ZeroTimesInfinityIsTwoWhenExtended()
    {
        var context = new FpContext(0);

        Assert.That(SoftFloat.MultiplyExtended<T>(ref context, 0, FpFormat<T>.Infinity(true)), Is.EqualTo(FpFormat<T>.Power(true, 1)));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
    }

    [Test]
    public void SignalingNaNsComeFirstThenTheOrderOfOperands()
    {
        ulong quiet = FpFormat<T>.DefaultNaN | 5;
        ulong otherQuiet = FpFormat<T>.DefaultNaN | 6;
        ulong signaling = FpFormat<T>.Infinity(true) | 3;
        ulong quieted = signaling | FpFormat<T>.QuietBit;
        Assert.Multiple(() =>
        {
            AssertNaN(SoftFloat.Add<T>, quiet, otherQuiet, quiet, FpExceptions.None);
            AssertNaN(SoftFloat.Add<T>, 0, otherQuiet, otherQuiet, FpExceptions.None);
            AssertNaN(SoftFloat.Add<T>, quiet, signaling, quieted, FpExceptions.InvalidOperation);
            AssertNaN(SoftFloat.Multiply<T>, signaling, quiet, quieted, FpExceptions.InvalidOperation);
            AssertNaN(SoftFloat.Maximum<T>, quiet, 0, quiet, FpExceptions.None);
            AssertNaN(SoftFloat.MaximumNumber<T>, quiet, 1, 1, FpExceptions.None);
            AssertNaN(SoftFloat.MinimumNumber<T>, 1, signaling, quieted, FpExceptions.InvalidOperation);

            // The step negates its first operand, be it a NaN.
            AssertNaN(SoftFloat.ReciprocalStep<T>, quiet, 0, quiet | FpFormat<T>.SignBit, FpExceptions.None);
        });
    }

    private static void CheckPairs(Operation operation, Func<Rational, Rational, Rational> exactly) => FloatGenerators.Check(Pairs, input =>
    {
        Rational left = Value(input.Control, input.Left, out FpExceptions flushedLeft);
        Rational exact = exactly(left, Value(input.Control, input.Right, out FpExceptions flushedRight));
        if (exact.Sign == 0)
        {
            return;
        }

        (ulong bits, FpExceptions raised) = NaiveFloat.Round<T>(exact, Mode(input.Control), (input.Control & FpContext.FlushToZeroBit) != 0);
        var context = new FpContext(input.Control);
        Assert.That(operation(ref context, input.Left, input.Right), Is.EqualTo(bits));
        Assert.That(context.Raised, Is.EqualTo(raised | flushedLeft | flushedRight));
    });

    private static FpRounding Mode(uint control) => (FpRounding)((control >> 22) & 3);

    private static bool IsFinite(ulong bits) => (bits & FpFormat<T>.Infinity(false)) != FpFormat<T>.Infinity(false);

    private static ulong Product(ulong left, ulong right)
    {
        var context = new FpContext(0);
        return SoftFloat.Multiply<T>(ref context, left, right);
    }

    private static Rational Value(uint control, ulong bits, out FpExceptions flushed)
    {
        Rational value = NaiveFloat.ValueOf<T>(bits);
        bool denormal = value.Sign != 0 && (bits & FpFormat<T>.Infinity(false)) == 0;
        bool flush = denormal && (control & FpContext.FlushToZeroBit) != 0;
        flushed = flush ? FpExceptions.InputDenormal : FpExceptions.None;
        return flush ? Rational.Zero : value;
    }

    private delegate ulong Evaluation(ref FpContext context);

    private static void AssertInvalid(Evaluation evaluate)
    {
        var context = new FpContext(0);
        Assert.That(evaluate(ref context), Is.EqualTo(FpFormat<T>.DefaultNaN));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.InvalidOperation));
    }

    private static void AssertNaN(Operation operation, ulong left, ulong right, ulong expected, FpExceptions raised)
    {
        var context = new FpContext(0);
        Assert.That(operation(ref context, left, right), Is.EqualTo(expected));
        Assert.That(context.Raised, Is.EqualTo(raised));

        if (expected > FpFormat<T>.Infinity(false))
        {
            var withDefault = new FpContext(FpContext.DefaultNaNBit);
            Assert.That(operation(ref withDefault, left, right), Is.EqualTo(FpFormat<T>.DefaultNaN));
        }
    }
}
