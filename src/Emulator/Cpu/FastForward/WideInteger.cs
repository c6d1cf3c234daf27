using System.Numerics;

namespace Emulator.Cpu.FastForward;

/// <summary>
/// A signed number of 128 bits that wraps around, as <see cref="Int128"/> is. Methods that take or give that type are never compiled ahead of time, since its calling
/// convention is not settled; the few dozen of them that the first polling loop of a firmware needs took longer to compile than the loop lasts.
/// </summary>
internal readonly record struct WideInteger
{
    /// <summary>Bits of a number.</summary>
    public const int Bits = 128;

    private readonly ulong _low;
    private readonly long _high;

    private WideInteger(long high, ulong low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>1.</summary>
    public static WideInteger One => 1;

    /// <summary>Bits that the magnitude takes: 0 for 0. The most negative number has all.</summary>
    public int BitLength
    {
        get
        {
            WideInteger magnitude = Abs(this);
            return magnitude._high != 0
                ? Bits - BitOperations.LeadingZeroCount((ulong)magnitude._high)
                : 64 - BitOperations.LeadingZeroCount(magnitude._low);
        }
    }

    private bool IsNegative => _high < 0;

    public static implicit operator WideInteger(int value) => (long)value;

    public static implicit operator WideInteger(long value) => new(value >> 63, (ulong)value);

    public static implicit operator WideInteger(ulong value) => new(0, value);

    /// <summary>The low 64 bits.</summary>
    public static explicit operator ulong(WideInteger value) => value._low;

    /// <summary>The low 64 bits.</summary>
    public static explicit operator long(WideInteger value) => (long)value._low;

    public static WideInteger operator +(WideInteger left, WideInteger right)
    {
        ulong low = left._low + right._low;
        return new(left._high + right._high + (low < left._low ? 1 : 0), low);
    }

    public static WideInteger operator -(WideInteger left, WideInteger right) =>
        new(left._high - right._high - (left._low < right._low ? 1 : 0), left._low - right._low);

    public static WideInteger operator -(WideInteger value) => 0 - value;

    public static WideInteger operator *(WideInteger left, WideInteger right)
    {
        ulong high = Math.BigMul(left._low, right._low, out ulong low);
        return new((long)(high + (left._low * (ulong)right._high) + ((ulong)left._high * right._low)), low);
    }

    public static WideInteger operator /(WideInteger left, WideInteger right) => DivRem(left, right).Quotient;

    public static WideInteger operator %(WideInteger left, WideInteger right) => DivRem(left, right).Remainder;

    public static WideInteger operator &(WideInteger left, WideInteger right) => new(left._high & right._high, left._low & right._low);

    public static WideInteger operator <<(WideInteger value, int count) => count switch
    {
        0 => value,
        < 64 => new((value._high << count) | (long)(value._low >> (64 - count)), value._low << count),
        _ => new((long)(value._low << (count - 64)), 0),
    };

    public static WideInteger operator >>(WideInteger value, int count) => count switch
    {
        0 => value,
        < 64 => new(value._high >> count, (value._low >> count) | ((ulong)value._high << (64 - count))),
        _ => new(value._high >> 63, (ulong)(value._high >> (count - 64))),
    };

    public static bool operator <(WideInteger left, WideInteger right) =>
        left._high < right._high || (left._high == right._high && left._low < right._low);

    public static bool operator >(WideInteger left, WideInteger right) => right < left;

    public static bool operator <=(WideInteger left, WideInteger right) => !(right < left);

    public static bool operator >=(WideInteger left, WideInteger right) => !(left < right);

    /// <summary>The smaller of two.</summary>
    public static WideInteger Min(WideInteger left, WideInteger right) => left < right ? left : right;

    /// <summary>The larger of two.</summary>
    public static WideInteger Max(WideInteger left, WideInteger right) => left < right ? right : left;

    /// <summary>The magnitude; the most negative number stays as it is.</summary>
    public static WideInteger Abs(WideInteger value) => value.IsNegative ? -value : value;

    /// <summary>Quotient, rounded towards zero, and remainder, with the sign of the dividend.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static (WideInteger Quotient, WideInteger Remainder) DivRem(WideInteger left, WideInteger right)
    {
        (WideInteger quotient, WideInteger rest) = DivRemUnsigned(Abs(left), Abs(right));
        return (left.IsNegative == right.IsNegative ? quotient : -quotient, left.IsNegative ? -rest : rest);
    }

    private static (WideInteger Quotient, WideInteger Remainder) DivRemUnsigned(WideInteger left, WideInteger right)
    {
        if (((ulong)left._high | (ulong)right._high) == 0)
        {
            (ulong narrow, ulong narrowRest) = Math.DivRem(left._low, right._low);
            return (narrow, narrowRest);
        }

        // Bit by bit, as on paper; only as many as the quotient can have.
        WideInteger quotient = 0;
        for (int bit = left.BitLength - right.BitLength; bit >= 0; bit--)
        {
            WideInteger part = right << bit;
            if (IsAtLeast(left, part))
            {
                left -= part;
                quotient += One << bit;
            }
        }

        return (quotient, left);
    }

    private static bool IsAtLeast(WideInteger left, WideInteger right) =>
        (ulong)left._high > (ulong)right._high || (left._high == right._high && left._low >= right._low);
}
