using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The widths: vectors of 128 and 64 bits, and one element.</summary>
internal static unsafe class VectorWidths
{
    /// <summary>128 bits.</summary>
    public readonly struct Quadword : IVectorWidth
    {
        public static bool IsFull => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Count<T>()
            where T : unmanaged => 16 / sizeof(T);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Trim<T>(Vector128<T> value)
            where T : unmanaged => value;
    }

    /// <summary>64 bits.</summary>
    public readonly struct Doubleword : IVectorWidth
    {
        public static bool IsFull => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Count<T>()
            where T : unmanaged => 8 / sizeof(T);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Trim<T>(Vector128<T> value)
            where T : unmanaged => Vector128.CreateScalar(value.AsUInt64().ToScalar()).As<ulong, T>();
    }

    /// <summary>One element.</summary>
    public readonly struct Scalar : IVectorWidth
    {
        public static bool IsFull => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Count<T>()
            where T : unmanaged => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Trim<T>(Vector128<T> value)
            where T : unmanaged => Vector128.CreateScalar(value.ToScalar());
    }
}
