using System.Numerics;

namespace Emulator.Cpu.Interpreter;

/// <summary>A general-purpose register as Wn.</summary>
internal readonly struct Word32(uint value) : IWord<Word32>
{
    private readonly uint _value = value;

    public static Word32 Zero => new(0);

    public static Word32 One => new(1);

    public static Word32 AllBitsSet => new(uint.MaxValue);

    public static Word32 Truncate(ulong value) => new((uint)value);

    public static ulong Widen(Word32 value) => value._value;

    public static long WidenSigned(Word32 value) => (int)value._value;

    public static Word32 RotateRight(Word32 value, int amount) => new(BitOperations.RotateRight(value._value, amount));

    public static Word32 LeadingZeroCount(Word32 value) => new((uint)BitOperations.LeadingZeroCount(value._value));

    public static Word32 DivideSigned(Word32 left, Word32 right) => new((uint)((int)left._value / (int)right._value));

    public static Word32 operator +(Word32 left, Word32 right) => new(left._value + right._value);

    public static Word32 operator -(Word32 left, Word32 right) => new(left._value - right._value);

    public static Word32 operator *(Word32 left, Word32 right) => new(left._value * right._value);

    public static Word32 operator /(Word32 left, Word32 right) => new(left._value / right._value);

    public static Word32 operator &(Word32 left, Word32 right) => new(left._value & right._value);

    public static Word32 operator |(Word32 left, Word32 right) => new(left._value | right._value);

    public static Word32 operator ^(Word32 left, Word32 right) => new(left._value ^ right._value);

    public static Word32 operator ~(Word32 value) => new(~value._value);

    public static Word32 operator <<(Word32 value, int amount) => new(value._value << amount);

    public static Word32 operator >>(Word32 value, int amount) => new((uint)((int)value._value >> amount));

    public static Word32 operator >>>(Word32 value, int amount) => new(value._value >>> amount);

    public static bool operator ==(Word32 left, Word32 right) => left._value == right._value;

    public static bool operator !=(Word32 left, Word32 right) => left._value != right._value;

    public static bool operator <(Word32 left, Word32 right) => left._value < right._value;

    public static bool operator >(Word32 left, Word32 right) => left._value > right._value;

    public static bool operator <=(Word32 left, Word32 right) => left._value <= right._value;

    public static bool operator >=(Word32 left, Word32 right) => left._value >= right._value;

    public override bool Equals(object? obj) => obj is Word32 other && other._value == _value;

    public override int GetHashCode() => _value.GetHashCode();
}
