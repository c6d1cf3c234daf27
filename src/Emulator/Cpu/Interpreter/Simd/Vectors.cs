using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The SIMD and floating-point registers as handlers use them.</summary>
internal static unsafe class Vectors
{
    /// <summary>Reads all 128 bits of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Read<T>(CpuState* state, int register)
        where T : unmanaged => *(Vector128<T>*)(state->V + (2 * register));

    /// <summary>Writes all 128 bits of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(CpuState* state, int register, Vector128<T> value)
        where T : unmanaged => *(Vector128<T>*)(state->V + (2 * register)) = value;

    /// <summary>Reads an element of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReadElement<T>(CpuState* state, int register, int index = 0)
        where T : unmanaged => ((T*)(state->V + (2 * register)))[index];

    /// <summary>Writes an element of a register and leaves the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteElement<T>(CpuState* state, int register, int index, T value)
        where T : unmanaged => ((T*)(state->V + (2 * register)))[index] = value;

    /// <summary>Writes the low 64 bits of a register and zeroes the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteLow(CpuState* state, int register, ulong value)
    {
        state->V[2 * register] = value;
        state->V[(2 * register) + 1] = 0;
    }

    /// <summary>Writes one element and zeroes the rest of the register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteScalar<T>(CpuState* state, int register, T value)
        where T : unmanaged => WriteLow(state, register, sizeof(T) switch
        {
            1 => Unsafe.BitCast<T, byte>(value),
            2 => Unsafe.BitCast<T, ushort>(value),
            4 => Unsafe.BitCast<T, uint>(value),
            _ => Unsafe.BitCast<T, ulong>(value),
        });

    /// <summary>Reads the lower or upper half of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadHalf(CpuState* state, int register, int half) => state->V[(2 * register) + half];

    /// <summary>Writes the lower half of a register and zeroes the upper one; or writes the upper half and leaves the lower one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteHalf(CpuState* state, int register, int half, ulong value)
    {
        state->V[(2 * register) + 1] = 0;
        state->V[(2 * register) + half] = value;
    }

    /// <summary>Sets FPSR.QC.</summary>
    public static void SetSaturated(CpuState* state) => state->FloatingPointStatus |= (uint)FpExceptions.Saturation;

    /// <summary>The elements of a half, extended to twice their width by their signedness.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWide> Widen<TNarrow, TWide>(ulong half)
        where TNarrow : unmanaged
        where TWide : unmanaged
    {
        Vector128<ulong> value = Vector128.CreateScalarUnsafe(half);
        if (typeof(TNarrow) == typeof(byte))
        {
            return Vector128.WidenLower(value.AsByte()).As<ushort, TWide>();
        }

        if (typeof(TNarrow) == typeof(sbyte))
        {
            return Vector128.WidenLower(value.AsSByte()).As<short, TWide>();
        }

        if (typeof(TNarrow) == typeof(ushort))
        {
            return Vector128.WidenLower(value.AsUInt16()).As<uint, TWide>();
        }

        if (typeof(TNarrow) == typeof(short))
        {
            return Vector128.WidenLower(value.AsInt16()).As<int, TWide>();
        }

        return typeof(TNarrow) == typeof(int)
            ? Vector128.WidenLower(value.AsInt32()).As<long, TWide>()
            : Vector128.WidenLower(value.AsUInt32()).As<ulong, TWide>();
    }

    /// <summary>The lower halves of all elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Narrow<TWide>(Vector128<TWide> value)
        where TWide : unmanaged => sizeof(TWide) switch
        {
            2 => Vector128.Narrow(value.AsUInt16(), Vector128<ushort>.Zero).AsUInt64().ToScalar(),
            4 => Vector128.Narrow(value.AsUInt32(), Vector128<uint>.Zero).AsUInt64().ToScalar(),
            _ => Vector128.Narrow(value.AsUInt64(), Vector128<ulong>.Zero).AsUInt64().ToScalar(),
        };
}
