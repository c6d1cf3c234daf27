using System.Numerics;

namespace Emulator.Tests.Cpu.FloatingPoint;

/// <summary>A number without any rounding.</summary>
internal readonly record struct Rational(BigInteger Numerator, BigInteger Denominator) : IComparable<Rational>
{
    public static Rational Zero => new(0, 1);

    public int Sign => Numerator.Sign;

    /// <summary>factor * 2^exponent.</summary>
    public static Rational Scale(BigInteger factor, int exponent) => exponent >= 0
        ? new(factor << exponent, 1)
        : new(factor, BigInteger.One << -exponent);

    public static Rational operator +(Rational left, Rational right) =>
        new((left.Numerator * right.Denominator) + (right.Numerator * left.Denominator), left.Denominator * right.Denominator);

    public static Rational operator -(Rational left, Rational right) => left + -right;

    public static Rational operator -(Rational value) => new(-value.Numerator, value.Denominator);

    public static Rational operator *(Rational left, Rational right) =>
        new(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    public static Rational operator /(Rational left, Rational right) => right.Sign < 0
        ? new(-left.Numerator * right.Denominator, left.Denominator * -right.Numerator)
        : new(left.Numerator * right.Denominator, left.Denominator * right.Numerator);

    public Rational Magnitude => new(BigInteger.Abs(Numerator), Denominator);

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The greatest integer that is not greater.</summary>
    public BigInteger Floor()
    {
        BigInteger quotient = BigInteger.DivRem(Numerator, Denominator, out BigInteger remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }
}
