using System.Runtime.CompilerServices;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Operations of <see cref="SoftFloat"/> with FPCR and FPSR of a CPU.</summary>
internal static unsafe class SoftFloatCalls
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Unary<T>(CpuState* state, delegate*<ref FpContext, ulong, ulong> function, T operand)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = function(ref context, FpFormat<T>.ToBits(operand));
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Binary<T>(CpuState* state, delegate*<ref FpContext, ulong, ulong, ulong> function, T left, T right)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = function(ref context, FpFormat<T>.ToBits(left), FpFormat<T>.ToBits(right));
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T MultiplyAdd<T>(CpuState* state, T addend, T left, T right)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = SoftFloat.MultiplyAdd<T>(
            ref context, FpFormat<T>.ToBits(addend), FpFormat<T>.ToBits(left), FpFormat<T>.ToBits(right));
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    /// <summary>A comparison; all bits set when it holds.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Compare<T>(CpuState* state, delegate*<ref FpContext, ulong, ulong, bool> function, T left, T right)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        bool holds = function(ref context, FpFormat<T>.ToBits(left), FpFormat<T>.ToBits(right));
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(holds ? ulong.MaxValue : 0);
    }

    /// <summary>FCMP and its kin: PSTATE.NZCV in bits 31 to 28.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint CompareFlags<T>(CpuState* state, T left, T right, bool signalNaNs)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        uint flags = SoftFloat.Compare<T>(ref context, FpFormat<T>.ToBits(left), FpFormat<T>.ToBits(right), signalNaNs);
        state->FloatingPointStatus |= (uint)context.Raised;
        return flags;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T RoundToInteger<T>(CpuState* state, T operand, FpRounding rounding, bool exact)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = SoftFloat.RoundToInteger<T>(ref context, FpFormat<T>.ToBits(operand), rounding, exact);
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T RoundToLimitedInteger<T>(CpuState* state, T operand, FpRounding rounding, int width)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = SoftFloat.RoundToLimitedInteger<T>(ref context, FpFormat<T>.ToBits(operand), rounding, width);
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    /// <summary>FJCVTZS.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint ToFixedOfJavaScript(CpuState* state, double operand, out bool isExact)
    {
        var context = new FpContext(state->FloatingPointControl);
        uint result = SoftFloat.ToFixedOfJavaScript(ref context, FpFormat<double>.ToBits(operand), out isExact);
        state->FloatingPointStatus |= (uint)context.Raised;
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong ToFixed<T>(CpuState* state, T operand, int fractionBits, bool unsigned, int width, FpRounding rounding)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = SoftFloat.ToFixed<T>(ref context, FpFormat<T>.ToBits(operand), fractionBits, unsigned, width, rounding);
        state->FloatingPointStatus |= (uint)context.Raised;
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T FromFixed<T>(CpuState* state, ulong operand, int fractionBits, bool unsigned)
        where T : unmanaged
    {
        var context = new FpContext(state->FloatingPointControl);
        ulong result = SoftFloat.FromFixed<T>(ref context, operand, fractionBits, unsigned);
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<T>.FromBits(result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TTo Convert<TFrom, TTo>(CpuState* state, TFrom operand)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var context = FpContext.ForConversion(state->FloatingPointControl);
        ulong result = SoftFloat.Convert<TFrom, TTo>(ref context, FpFormat<TFrom>.ToBits(operand));
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<TTo>.FromBits(result);
    }

    /// <summary>FCVTXN: an inexact result is made odd.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float ConvertToOdd(CpuState* state, double operand)
    {
        var context = FpContext.ForConversion(state->FloatingPointControl);
        ulong result = SoftFloat.Convert<double, float>(ref context, FpFormat<double>.ToBits(operand), FpRounding.ToOdd);
        state->FloatingPointStatus |= (uint)context.Raised;
        return FpFormat<float>.FromBits(result);
    }
}
