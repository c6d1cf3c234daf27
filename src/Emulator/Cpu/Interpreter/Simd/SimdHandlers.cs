using System.Numerics;
using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Handlers of the SIMD and floating-point groups: look whether such instructions are enabled, execute one, go on.</summary>
internal static unsafe class SimdHandlers
{
    public static DecodedOperation* Plain<TInstruction>(CpuState* state, DecodedOperation* operation)
        where TInstruction : struct, ISimdInstruction
    {
        if (state->FloatingPointTrap != 0)
        {
            return Trap(state, operation);
        }

        TInstruction.Execute(state, operation);
        return operation + 1;
    }

    public static DecodedOperation* Vector<TInstruction, T, TWidth>(CpuState* state, DecodedOperation* operation)
        where TInstruction : struct, IVectorInstruction
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TWidth : struct, IVectorWidth
    {
        if (state->FloatingPointTrap != 0)
        {
            return Trap(state, operation);
        }

        TInstruction.Execute<T, TWidth>(state, operation);
        return operation + 1;
    }

    public static DecodedOperation* Long<TInstruction, TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
        where TInstruction : struct, ILongInstruction
        where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
        where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
        where TWidth : struct, IVectorWidth
    {
        if (state->FloatingPointTrap != 0)
        {
            return Trap(state, operation);
        }

        TInstruction.Execute<TNarrow, TWide, TWidth>(state, operation);
        return operation + 1;
    }

    public static DecodedOperation* Float<TInstruction, T, TWidth>(CpuState* state, DecodedOperation* operation)
        where TInstruction : struct, IFloatInstruction
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TWidth : struct, IVectorWidth
    {
        if (state->FloatingPointTrap != 0)
        {
            return Trap(state, operation);
        }

        TInstruction.Execute<T, TWidth>(state, operation);
        return operation + 1;
    }

    /// <summary>CheckFPAdvSIMDEnabled: takes the exception.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DecodedOperation* Trap(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).TakeFloatingPointTrap();
        return Flow.Continue(state);
    }
}
