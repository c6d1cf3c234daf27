using System.Numerics;
using System.Runtime.CompilerServices;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>
/// When the host's arithmetic, which rounds to nearest with ties to even and does not flush, is known to give the same result as the
/// architecture and no flag but Inexact.
/// </summary>
internal static unsafe class HostFloat
{
    private const uint Inexact = (uint)FpExceptions.Inexact;

    /// <summary>Whether the host has the format, and FPCR selects the host's way to round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUsable<T>(CpuState* state)
        where T : unmanaged =>
        sizeof(T) != 2 && (state->FloatingPointControl & (FpContext.FlushToZeroBit | FpContext.RoundingMask)) == 0;

    /// <summary>Whether denormals are numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool KeepsDenormals<T>(CpuState* state)
        where T : unmanaged =>
        (state->FloatingPointControl & (sizeof(T) == 2 ? FpContext.FlushHalfToZeroBit : FpContext.FlushToZeroBit)) == 0;

    /// <summary>Whether Inexact is set already, so that nobody has to know whether an operation is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInexactKnown(CpuState* state) => (state->FloatingPointStatus & Inexact) != 0;

    /// <summary>Sets Inexact.</summary>
    public static void SetInexact(CpuState* state) => state->FloatingPointStatus |= Inexact;

    /// <summary>Whether a result is certainly neither the rest of an underflow nor an overflow, infinity or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOrdinary<T>(T result)
        where T : unmanaged => Code(result) - 2 < (uint)FpFormat<T>.MaximumExponentCode - 2;

    /// <summary>Whether the error of an operation with a result or operand of this size can be computed without underflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsErrorExact<T>(T value)
        where T : unmanaged => Code(value) - Threshold<T>() < (uint)FpFormat<T>.MaximumExponentCode - Threshold<T>();

    /// <summary>The rounding error of a sum, exactly (Knuth's TwoSum).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SumError<T>(T left, T right, T sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T rightPart = sum - left;
        return (left - (sum - rightPart)) + (right - rightPart);
    }

    private static uint Threshold<T>()
        where T : unmanaged => ((uint)FpFormat<T>.FractionBits * 2) + 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Code<T>(T value)
        where T : unmanaged => (uint)(FpFormat<T>.ToBits(value) >> FpFormat<T>.FractionBits) & (uint)FpFormat<T>.MaximumExponentCode;
}
