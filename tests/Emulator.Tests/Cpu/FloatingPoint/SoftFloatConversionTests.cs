using System.Numerics;
using Emulator.Cpu.FloatingPoint;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Cpu.FloatingPoint;

internal sealed class SoftFloatConversionTests
{
    private static Gen<(uint Control, ulong Bits)> Doubles { get; } =
        from control in FloatGenerators.Controls
        from bits in FloatGenerators.Numbers<double>()
        select (control, bits);

    [Test]
    public void NarrowingRoundsTheExactNumber()
    {
        CheckNarrowing<float>();
        CheckNarrowing<Half>();
    }

    [Test]
    public void NarrowingToOddKeepsASecondRoundingRight() => FloatGenerators.Check(Doubles, input =>
    {
        Rational exact = NaiveFloat.ValueOf<double>(input.Bits);
        if (exact.Sign != 0 && (input.Bits & FpFormat<double>.Infinity(false)) != 0)
        {
            var context = new FpContext(0);
            (ulong bits, FpExceptions raised) = NaiveFloat.Round<float>(exact, FpRounding.ToOdd, flushToZero: false);
            Assert.That(SoftFloat.Convert<double, float>(ref context, input.Bits, FpRounding.ToOdd), Is.EqualTo(bits));
            Assert.That(context.Raised, Is.EqualTo(raised));
        }
    });

    [Test]
    public void EachHalfWidensAsOnTheHostAndComesBack()
    {
        Assert.Multiple(() =>
        {
            for (uint bits = 0; bits <= ushort.MaxValue; bits++)
            {
                Half half = BitConverter.UInt16BitsToHalf((ushort)bits);
                if (!Half.IsNaN(half))
                {
                    var context = new FpContext(0);
                    ulong single = SoftFloat.Convert<Half, float>(ref context, bits);
                    Assert.That(single, Is.EqualTo(BitConverter.SingleToUInt32Bits((float)half)));
                    Assert.That(SoftFloat.Convert<float, Half>(ref context, single), Is.EqualTo(bits));
                    Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));
                }
            }
        });
    }

    [Test]
    public void NaNsKeepTheirUpperBitsAndBecomeQuiet()
    {
        var context = new FpContext(0);
        Assert.That(SoftFloat.Convert<double, float>(ref context, 0xfff4_0000_4000_0000), Is.EqualTo(0xffe0_0002));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.InvalidOperation));

        context = new FpContext(0);
        Assert.That(SoftFloat.Convert<float, double>(ref context, 0x7fc0_0001), Is.EqualTo(0x7ff8_0000_2000_0000));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));

        context = new FpContext(FpContext.DefaultNaNBit);
        Assert.That(SoftFloat.Convert<float, Half>(ref context, 0xffc1_2345), Is.EqualTo(0x7e00));
    }

    [TestCase(0x7f80_0000u, 0x7ffful, FpExceptions.InvalidOperation, TestName = "Infinity is the greatest number in alternative half precision")]
    [TestCase(0xffc0_0000u, 0x8000ul, FpExceptions.InvalidOperation, TestName = "A NaN is zero in alternative half precision")]
    [TestCase(0x4780_0000u, 0x7c00ul, FpExceptions.None, TestName = "65536 is a number in alternative half precision")]
    [TestCase(0x4800_0000u, 0x7ffful, FpExceptions.InvalidOperation, TestName = "131072 is too large for alternative half precision")]
    public void AlternativeHalfPrecisionHasNoSpecialValues(uint single, ulong half, FpExceptions raised)
    {
        var context = FpContext.ForConversion(FpContext.AlternativeHalfBit);

        Assert.That(SoftFloat.Convert<float, Half>(ref context, single), Is.EqualTo(half));
        Assert.That(context.Raised, Is.EqualTo(raised));
    }

    [Test]
    public void AlternativeHalfPrecisionWidensItsGreatestExponent()
    {
        var context = FpContext.ForConversion(FpContext.AlternativeHalfBit);

        Assert.That(SoftFloat.Convert<Half, float>(ref context, 0x7fff), Is.EqualTo(BitConverter.SingleToUInt32Bits(131008)));
    }

    [Test]
    public void DenormalHalvesAreFlushedInArithmeticAloneAndNotTold()
    {
        const ulong denormal = 1;
        const ulong one = 0x3c00;
        var context = new FpContext(FpContext.FlushHalfToZeroBit);
        Assert.That(SoftFloat.Multiply<Half>(ref context, denormal, one), Is.Zero);
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.None));

        context = new FpContext(FpContext.FlushToZeroBit | FpContext.AlternativeHalfBit);
        Assert.That(SoftFloat.Multiply<Half>(ref context, denormal, one), Is.EqualTo(denormal));

        context = FpContext.ForConversion(FpContext.FlushHalfToZeroBit);
        Assert.That(SoftFloat.Convert<Half, float>(ref context, denormal), Is.EqualTo(BitConverter.SingleToUInt32Bits(1f / (1 << 24))));
    }

    [TestCase(0.0, 0u, true, FpExceptions.None)]
    [TestCase(-0.0, 0u, false, FpExceptions.None)]
    [TestCase(-1.0, uint.MaxValue, true, FpExceptions.None)]
    [TestCase(1.5, 1u, false, FpExceptions.Inexact)]
    [TestCase(4294967297.0, 1u, false, FpExceptions.InvalidOperation)]
    [TestCase(-18446744073709551616.0, 0u, false, FpExceptions.InvalidOperation)]
    [TestCase(double.NaN, 0u, false, FpExceptions.InvalidOperation)]
    [TestCase(double.NegativeInfinity, 0u, false, FpExceptions.InvalidOperation)]
    public void JavaScriptTakesNumbersModuloTwoToThe32(double number, uint expected, bool expectedExact, FpExceptions raised)
    {
        var context = new FpContext(0);
        Assert.That(SoftFloat.ToFixedOfJavaScript(ref context, BitConverter.DoubleToUInt64Bits(number), out bool isExact), Is.EqualTo(expected));
        Assert.That(isExact, Is.EqualTo(expectedExact));
        Assert.That(context.Raised, Is.EqualTo(raised));
    }

    [TestCase(0x0000_0000_0000_0001ul, true)]
    [TestCase(0x8000_0000_0000_0001ul, false)]
    public void JavaScriptTakesAFlushedDenormalForAZeroOfItsSign(ulong denormal, bool expectedExact)
    {
        var context = new FpContext(FpContext.FlushToZeroBit);
        Assert.That(SoftFloat.ToFixedOfJavaScript(ref context, denormal, out bool isExact), Is.Zero);
        Assert.That(isExact, Is.EqualTo(expectedExact));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.InputDenormal));
    }

    [TestCase(2.5, 2.0, FpExceptions.Inexact)]
    [TestCase(-2147483648.4, -2147483648.0, FpExceptions.Inexact)]
    [TestCase(2147483647.5, -2147483648.0, FpExceptions.InvalidOperation)]
    [TestCase(double.NaN, -2147483648.0, FpExceptions.InvalidOperation)]
    public void LimitedIntegersThatDoNotFitAreTheLeast(double number, double expected, FpExceptions raised)
    {
        var context = new FpContext(0);
        ulong result = SoftFloat.RoundToLimitedInteger<double>(ref context, BitConverter.DoubleToUInt64Bits(number), FpRounding.TieToEven, 32);
        Assert.That(BitConverter.UInt64BitsToDouble(result), Is.EqualTo(expected));
        Assert.That(context.Raised, Is.EqualTo(raised));
    }

    [Test]
    public void FixedPointIsTheExactNumberRoundedAndLimited()
    {
        Gen<(uint Control, ulong Bits, int Fraction, bool Unsigned, int Width, FpRounding Rounding)> inputs =
            from pair in Doubles
            from width in Gen.Elements(32, 64)
            from fraction in Gen.Choose(0, width)
            from unsigned in Gen.Elements(false, true)
            from rounding in Gen.Elements(
                FpRounding.TieToEven, FpRounding.TieAway, FpRounding.TowardZero, FpRounding.TowardPlusInfinity, FpRounding.TowardMinusInfinity)
            select (pair.Control & FpContext.RoundingMask, pair.Bits, fraction, unsigned, width, rounding);
        FloatGenerators.Check(inputs, input =>
        {
            Rational exact = NaiveFloat.ValueOf<double>(input.Bits) * Rational.Scale(1, input.Fraction);
            BigInteger rounded = RoundToInteger(exact, input.Rounding);
            BigInteger least = input.Unsigned ? 0 : -(BigInteger.One << (input.Width - 1));
            BigInteger greatest = (BigInteger.One << (input.Unsigned ? input.Width : input.Width - 1)) - 1;
            BigInteger limited = BigInteger.Max(least, BigInteger.Min(greatest, rounded));
            FpExceptions raised = limited != rounded ? FpExceptions.InvalidOperation
                : new Rational(rounded, 1).CompareTo(exact) != 0 ? FpExceptions.Inexact : FpExceptions.None;
            var context = new FpContext(input.Control);
            ulong result = SoftFloat.ToFixed<double>(ref context, input.Bits, input.Fraction, input.Unsigned, input.Width, input.Rounding);
            Assert.That(result, Is.EqualTo((ulong)(limited & ((BigInteger.One << input.Width) - 1))));
            Assert.That(context.Raised, Is.EqualTo(raised));
        });
    }

    [Test]
    public void IntegralNumbersAreTheExactOnesRounded()
    {
        Gen<(uint Control, ulong Bits, FpRounding Rounding, bool Exact)> inputs =
            from pair in Doubles
            from rounding in Gen.Elements(
                FpRounding.TieToEven, FpRounding.TieAway, FpRounding.TowardZero, FpRounding.TowardPlusInfinity, FpRounding.TowardMinusInfinity)
            from exact in Gen.Elements(false, true)
            select (pair.Control & FpContext.RoundingMask, pair.Bits, rounding, exact);
        FloatGenerators.Check(inputs, input =>
        {
            Rational exact = NaiveFloat.ValueOf<double>(input.Bits);
            BigInteger rounded = RoundToInteger(exact, input.Rounding);
            var context = new FpContext(input.Control);
            ulong result = SoftFloat.RoundToInteger<double>(ref context, input.Bits, input.Rounding, input.Exact);
            Assert.That(NaiveFloat.ValueOf<double>(result).CompareTo(new Rational(rounded, 1)), Is.Zero);
            Assert.That(result >> 63, Is.EqualTo(input.Bits >> 63), "the sign stays");
            bool inexact = input.Exact && new Rational(rounded, 1).CompareTo(exact) != 0;
            Assert.That(context.Raised, Is.EqualTo(inexact ? FpExceptions.Inexact : FpExceptions.None));
        });
    }

    [Test]
    public void IntegersAndFixedPointRound()
    {
        Gen<(uint Control, ulong Value, int Fraction, bool Unsigned)> inputs =
            from control in FloatGenerators.Controls
            from high in Gen.Choose(int.MinValue, int.MaxValue)
            from low in Gen.Choose(int.MinValue, int.MaxValue)
            from shift in Gen.Choose(0, 63)
            from fraction in Gen.Elements(0, 0, 1, 31, 64)
            from unsigned in Gen.Elements(false, true)
            select (control, (((ulong)(uint)high << 32) | (uint)low) >> shift, fraction, unsigned);
        FloatGenerators.Check(inputs, input =>
        {
            BigInteger integer = input.Unsigned ? input.Value : (long)input.Value;
            var context = new FpContext(input.Control);
            ulong result = SoftFloat.FromFixed<float>(ref context, input.Value, input.Fraction, input.Unsigned);
            if (integer.IsZero)
            {
                Assert.That(result, Is.Zero);
                return;
            }

            (ulong bits, FpExceptions raised) = NaiveFloat.Round<float>(
                Rational.Scale(integer, -input.Fraction), (FpRounding)(input.Control >> 22 & 3), flushToZero: true);
            Assert.That(result, Is.EqualTo(bits));
            Assert.That(context.Raised, Is.EqualTo(raised));
        });
    }

    [Test]
    public void NaNsAndInfinitiesAreNoIntegers()
    {
        Assert.Multiple(() =>
        {
            AssertInvalid(FpFormat<double>.DefaultNaN, unsigned: false, 0);
            AssertInvalid(FpFormat<double>.Infinity(false), unsigned: false, 0x7fff_ffff);
            AssertInvalid(FpFormat<double>.Infinity(true), unsigned: false, 0x8000_0000);
            AssertInvalid(FpFormat<double>.Infinity(true), unsigned: true, 0);
            AssertInvalid(FpFormat<double>.Infinity(false), unsigned: true, 0xffff_ffff);
        });
    }

    private static void AssertInvalid(ulong bits, bool unsigned, ulong expected)
    {
        var context = new FpContext(0);
        Assert.That(SoftFloat.ToFixed<double>(ref context, bits, 0, unsigned, 32, FpRounding.TowardZero), Is.EqualTo(expected));
        Assert.That(context.Raised, Is.EqualTo(FpExceptions.InvalidOperation));
    }

    private static void CheckNarrowing<TTo>()
        where TTo : unmanaged => FloatGenerators.Check(Doubles, input =>
        {
            Rational exact = NaiveFloat.ValueOf<double>(input.Bits);
            bool flush = (input.Control & FpContext.FlushToZeroBit) != 0;
            if (exact.Sign == 0 || (flush && (input.Bits & FpFormat<double>.Infinity(false)) == 0))
            {
                return;
            }

            // Half precision does not flush.
            (ulong bits, FpExceptions raised) = NaiveFloat.Round<TTo>(
                exact, (FpRounding)((input.Control >> 22) & 3), flush && FpFormat<TTo>.Bits != 16);
            var context = new FpContext(input.Control);
            Assert.That(SoftFloat.Convert<double, TTo>(ref context, input.Bits), Is.EqualTo(bits));
            Assert.That(context.Raised, Is.EqualTo(raised));
        });

    private static BigInteger RoundToInteger(Rational exact, FpRounding rounding)
    {
        BigInteger floor = exact.Floor();
        Rational rest = exact - new Rational(floor, 1);
        int tie = rest.CompareTo(new Rational(1, 2));
        bool up = rest.Sign != 0 && rounding switch
        {
            FpRounding.TieToEven => tie > 0 || (tie == 0 && !floor.IsEven),
            FpRounding.TieAway => tie > 0 || (tie == 0 && exact.Sign > 0),
            FpRounding.TowardPlusInfinity => true,
            FpRounding.TowardZero => exact.Sign < 0,
            _ => false,
        };
        return up ? floor + 1 : floor;
    }
}
