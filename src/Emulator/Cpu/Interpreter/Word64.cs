using System.Numerics;

namespace Emulator.Cpu.Interpreter;

/// <summary>A general-purpose register as Xn.</summary>
internal readonly struct Word64(ulong value) : IWord<Word64>
{
    private readonly ulong _value = value;

    public static Word64 Zero => new(0);

    public static Word64 One => new(1);

    public static Word64 AllBitsSet => new(ulong.MaxValue);

    public static Word64 Truncate(ulong value) => new(value);

    public static ulong Widen(Word64 value) => value._value;

    public static long WidenSigned(Word64 value) => (long)value._value;

    public static Word64 RotateRight(Word64 value, int amount) => new(BitOperations.RotateRight(value._value, amount));

    public static Word64 LeadingZeroCount(Word64 value) => new((ulong)BitOperations.LeadingZeroCount(value._value));

    public static Word64 DivideSigned(Word64 left, Word64 right) => new((ulong)((long)left._value / (long)right._value));

    public static Word64 operator +(Word64 left, Word64 right) => new(left._value + right._value);

    public static Word64 operator -(Word64 left, Word64 right) => new(left._value - right._value);

    public static Word64 operator *(Word64 left, Word64 right) => new(left._value * right._value);

    public static Word64 operator /(Word64 left, Word64 right) => new(left._value / right._value);

    public static Word64 operator &(Word64 left, Word64 right) => new(left._value & right._value);

    public static Word64 operator |(Word64 left, Word64 right) => new(left._value | right._value);

    public static Word64 operator ^(Word64 left, Word64 right) => new(left._value ^ right._value);

    public static Word64 operator ~(Word64 value) => new(~value._value);

    public static Word64 operator <<(Word64 value, int amount) => new(value._value << amount);

    public static Word64 operator >>(Word64 value, int amount) => new((ulong)((long)value._value >> amount));

    public static Word64 operator >>>(Word64 value, int amount) => new(value._value >>> amount);

    public static bool operator ==(Word64 left, Word64 right) => left._value == right._value;

    public static bool operator !=(Word64 left, Word64 right) => left._value != right._value;

    public static bool operator <(Word64 left, Word64 right) => left._value < right._value;

    public static bool operator >(Word64 left, Word64 right) => left._value > right._value;

    public static bool operator <=(Word64 left, Word64 right) => left._value <= right._value;

    public static bool operator >=(Word64 left, Word64 right) => left._value >= right._value;

    public override bool Equals(object? obj) => obj is Word64 other && other._value == _value;

    public override int GetHashCode() => _value.GetHashCode();
}
