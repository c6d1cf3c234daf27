using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Rearrangements of the elements of two vectors.</summary>
internal static unsafe class Permutations
{
    /// <summary>
    /// The operands Rn and Rm as two full vectors that stand one behind the other: with 64-bit operands all is in the first one, and the
    /// second one is zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Concatenate<T, TWidth>(CpuState* state, DecodedOperation* operation, out Vector128<T> first, out Vector128<T> second)
        where T : unmanaged
        where TWidth : struct, IVectorWidth
    {
        if (TWidth.IsFull)
        {
            first = Vectors.Read<T>(state, operation->Rn);
            second = Vectors.Read<T>(state, operation->Rm);
        }
        else
        {
            ulong lower = Vectors.ReadHalf(state, operation->Rn, 0);
            first = Vector128.Create(lower, Vectors.ReadHalf(state, operation->Rm, 0)).As<ulong, T>();
            second = Vector128<T>.Zero;
        }
    }

    /// <summary>The elements with even numbers of both vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> UnzipEven<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => Vector128.Narrow(first.AsUInt16(), second.AsUInt16()).As<byte, T>(),
            2 => Vector128.Narrow(first.AsUInt32(), second.AsUInt32()).As<ushort, T>(),
            4 => Vector128.Narrow(first.AsUInt64(), second.AsUInt64()).As<uint, T>(),
            _ => Vector128.Create(first.AsUInt64().ToScalar(), second.AsUInt64().ToScalar()).As<ulong, T>(),
        };

    /// <summary>The elements with odd numbers of both vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> UnzipOdd<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => Vector128.Narrow(first.AsUInt16() >> 8, second.AsUInt16() >> 8).As<byte, T>(),
            2 => Vector128.Narrow(first.AsUInt32() >> 16, second.AsUInt32() >> 16).As<ushort, T>(),
            4 => Vector128.Narrow(first.AsUInt64() >> 32, second.AsUInt64() >> 32).As<uint, T>(),
            _ => Vector128.Create(first.AsUInt64().GetElement(1), second.AsUInt64().GetElement(1)).As<ulong, T>(),
        };

    /// <summary>The elements of both lower halves in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ZipLower<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => Zip<T>(first.AsUInt64().ToScalar(), second.AsUInt64().ToScalar());

    /// <summary>The elements of both upper halves in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> ZipUpper<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => Zip<T>(first.AsUInt64().GetElement(1), second.AsUInt64().GetElement(1));

    /// <summary>The elements with even numbers of both vectors in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> TransposeEven<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => ((first.AsUInt16() & Vector128.Create((ushort)0xff)) | (second.AsUInt16() << 8)).As<ushort, T>(),
            2 => ((first.AsUInt32() & Vector128.Create(0xffffu)) | (second.AsUInt32() << 16)).As<uint, T>(),
            4 => ((first.AsUInt64() & Vector128.Create(0xffffffffUL)) | (second.AsUInt64() << 32)).As<ulong, T>(),
            _ => UnzipEven(first, second),
        };

    /// <summary>The elements with odd numbers of both vectors in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> TransposeOdd<T>(Vector128<T> first, Vector128<T> second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => ((first.AsUInt16() >> 8) | (second.AsUInt16() & Vector128.Create((ushort)0xff00))).As<ushort, T>(),
            2 => ((first.AsUInt32() >> 16) | (second.AsUInt32() & Vector128.Create(0xffff0000u))).As<uint, T>(),
            4 => ((first.AsUInt64() >> 32) | (second.AsUInt64() & Vector128.Create(0xffffffff00000000UL))).As<ulong, T>(),
            _ => UnzipOdd(first, second),
        };

    /// <summary>Reverses the order of elements within containers of some bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Reverse<T>(Vector128<T> value, int container)
        where T : unmanaged
    {
        // Neighbours change places, then pairs of them, and so on.
        if (sizeof(T) == 1)
        {
            value = ((value.AsUInt16() << 8) | (value.AsUInt16() >> 8)).As<ushort, T>();
        }

        if (sizeof(T) <= 2 && container >= 4)
        {
            value = ((value.AsUInt32() << 16) | (value.AsUInt32() >> 16)).As<uint, T>();
        }

        return container == 8 ? ((value.AsUInt64() << 32) | (value.AsUInt64() >> 32)).As<ulong, T>() : value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Zip<T>(ulong first, ulong second)
        where T : unmanaged => sizeof(T) switch
        {
            1 => (Vectors.Widen<byte, ushort>(first) | (Vectors.Widen<byte, ushort>(second) << 8)).As<ushort, T>(),
            2 => (Vectors.Widen<ushort, uint>(first) | (Vectors.Widen<ushort, uint>(second) << 16)).As<uint, T>(),
            4 => (Vectors.Widen<uint, ulong>(first) | (Vectors.Widen<uint, ulong>(second) << 32)).As<ulong, T>(),
            _ => Vector128.Create(first, second).As<ulong, T>(),
        };
}
