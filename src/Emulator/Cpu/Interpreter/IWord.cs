namespace Emulator.Cpu.Interpreter;

/// <summary>
/// The contents of a general-purpose register in one of its widths, as handlers calculate with it. The framework's generic arithmetic says the
/// same of <see cref="uint"/> and <see cref="ulong"/>, but only code whose interfaces and types are in one assembly can be compiled ahead of time, and
/// a firmware boots in less time than it takes to compile the handlers it uses.
/// </summary>
/// <typeparam name="T">The width: <see cref="Word32"/> or <see cref="Word64"/>.</typeparam>
internal interface IWord<T>
    where T : unmanaged, IWord<T>
{
    /// <summary>All bits clear.</summary>
    static abstract T Zero { get; }

    /// <summary>One.</summary>
    static abstract T One { get; }

    /// <summary>All bits set.</summary>
    static abstract T AllBitsSet { get; }

    /// <summary>The low bits of a value.</summary>
    static abstract T Truncate(ulong value);

    /// <summary>The value, zero-extended.</summary>
    static abstract ulong Widen(T value);

    /// <summary>The value, sign-extended.</summary>
    static abstract long WidenSigned(T value);

    /// <summary>The value rotated by 0 to width - 1.</summary>
    static abstract T RotateRight(T value, int amount);

    /// <summary>Clear bits above the highest set one.</summary>
    static abstract T LeadingZeroCount(T value);

    /// <summary>Quotient of signed numbers, rounded towards zero; the minimum divided by -1 is not asked for.</summary>
    static abstract T DivideSigned(T left, T right);

    static abstract T operator +(T left, T right);

    static abstract T operator -(T left, T right);

    static abstract T operator *(T left, T right);

    static abstract T operator /(T left, T right);

    static abstract T operator &(T left, T right);

    static abstract T operator |(T left, T right);

    static abstract T operator ^(T left, T right);

    static abstract T operator ~(T value);

    static abstract T operator <<(T value, int amount);

    /// <summary>Arithmetic shift.</summary>
    static abstract T operator >>(T value, int amount);

    /// <summary>Logical shift.</summary>
    static abstract T operator >>>(T value, int amount);

    static abstract bool operator ==(T left, T right);

    static abstract bool operator !=(T left, T right);

    /// <summary>Unsigned comparison.</summary>
    static abstract bool operator <(T left, T right);

    /// <summary>Unsigned comparison.</summary>
    static abstract bool operator >(T left, T right);

    /// <summary>Unsigned comparison.</summary>
    static abstract bool operator <=(T left, T right);

    /// <summary>Unsigned comparison.</summary>
    static abstract bool operator >=(T left, T right);
}
