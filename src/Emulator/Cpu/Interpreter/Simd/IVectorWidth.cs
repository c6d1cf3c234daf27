using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>How much of a register an instruction works on.</summary>
internal interface IVectorWidth
{
    /// <summary>True for all 128 bits.</summary>
    static abstract bool IsFull { get; }

    /// <summary>How many elements.</summary>
    static abstract int Count<T>()
        where T : unmanaged;

    /// <summary>Zeroes the elements that do not take part.</summary>
    static abstract Vector128<T> Trim<T>(Vector128<T> value)
        where T : unmanaged;
}
