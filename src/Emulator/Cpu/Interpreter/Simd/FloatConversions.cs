using System.Numerics;
using System.Runtime.CompilerServices;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Conversions between floating point and integers: on the host where that is known to give the same, else by <see cref="SoftFloat"/>.</summary>
internal static unsafe class FloatConversions
{
    // Integers up to here are exact in double precision.
    private const ulong ExactLimit = 1UL << 53;

    /// <summary>FPToFixed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ToFixed<T>(CpuState* state, T operand, int fractionBits, bool unsigned, int width, FpRounding rounding)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (sizeof(T) != 2 && fractionBits == 0 && TryRoundOnHost(state, operand, rounding, out T rounded))
        {
            // Beyond the limits, where it saturates or the host's conversion does not reach, nothing is lost by asking soft float.
            double integer = sizeof(T) == 4 ? Unsafe.BitCast<T, float>(rounded) : Unsafe.BitCast<T, double>(rounded);
            double least = unsigned ? 0 : width == 32 ? int.MinValue : -(double)(1UL << 63);
            double limit = width == 64 ? 1UL << 63 : unsigned ? 1UL << 32 : 1UL << 31;
            if (integer >= least && integer < limit)
            {
                if (rounded != operand)
                {
                    HostFloat.SetInexact(state);
                }

                return width == 32 ? (uint)(long)integer : (ulong)(long)integer;
            }
        }

        return SoftFloatCalls.ToFixed(state, operand, fractionBits, unsigned, width, rounding);
    }

    /// <summary>FixedToFP of a number that was extended to 64 bits by its signedness.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FromFixed<T>(CpuState* state, ulong operand, int fractionBits, bool unsigned)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (sizeof(T) != 2 && fractionBits == 0 && (unsigned ? operand <= ExactLimit : operand + ExactLimit <= 2 * ExactLimit))
        {
            double exact = (long)operand;
            if (sizeof(T) == 8)
            {
                return Unsafe.BitCast<double, T>(exact);
            }

            float result = (float)exact;
            if (result == exact)
            {
                return Unsafe.BitCast<float, T>(result);
            }

            if (HostFloat.IsUsable<T>(state))
            {
                HostFloat.SetInexact(state);
                return Unsafe.BitCast<float, T>(result);
            }
        }

        return SoftFloatCalls.FromFixed<T>(state, operand, fractionBits, unsigned);
    }

    /// <summary>Rounds a finite number to an integer, which keeps the sign of what becomes zero.</summary>
    /// <returns>False when only soft float knows: NaN, infinity, a denormal to be flushed, a rounding mode that the host has not.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRoundOnHost<T>(CpuState* state, T operand, FpRounding rounding, out T result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        result = rounding switch
        {
            FpRounding.TieToEven => T.Round(operand),
            FpRounding.TowardPlusInfinity => T.Ceiling(operand),
            FpRounding.TowardMinusInfinity => T.Floor(operand),
            _ => T.Truncate(operand),
        };
        return rounding != FpRounding.TieAway && (HostFloat.IsOrdinary(operand) || (T.IsFinite(operand) && HostFloat.KeepsDenormals<T>(state)));
    }
}
