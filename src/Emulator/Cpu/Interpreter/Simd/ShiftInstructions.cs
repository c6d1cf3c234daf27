using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>The shapes of shifts by an immediate, which is B.</summary>
internal static unsafe class ShiftInstructions
{
    /// <summary>Elements of the same width.</summary>
    public readonly struct Same<TShift> : IVectorInstruction
        where TShift : struct, IVectorShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> destination = Vectors.Read<T>(state, operation->Rd);
            Vector128<T> operand = TWidth.Trim(Vectors.Read<T>(state, operation->Rn));
            Vectors.Write(state, operation->Rd, TWidth.Trim(TShift.Apply(state, destination, operand, operation->B)));
        }
    }

    /// <summary>SSHLL, USHLL, SHLL: the lower or upper half by A, widened and shifted to the left.</summary>
    public readonly struct LeftLong : ILongInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            Vector128<TWide> operand = Vectors.Widen<TNarrow, TWide>(Vectors.ReadHalf(state, operation->Rn, operation->A));
            Vectors.Write(state, operation->Rd, operand << operation->B);
        }
    }

    /// <summary>Shifts to the right that make the elements half as wide, into the lower or upper half by A; with a shift of zero XTN and its kin.</summary>
    public readonly struct RightNarrow<TNarrowing, TRounding> : ILongInstruction
        where TNarrowing : struct, IVectorNarrowing
        where TRounding : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<TNarrow, TWide, TWidth>(CpuState* state, DecodedOperation* operation)
            where TNarrow : unmanaged, IBinaryInteger<TNarrow>, IMinMaxValue<TNarrow>
            where TWide : unmanaged, IBinaryInteger<TWide>, IMinMaxValue<TWide>
            where TWidth : struct, IVectorWidth
        {
            // A shift by half the width at most, so that one step does and rounding does not overflow.
            Vector128<TWide> operand = TWidth.Trim(Vectors.Read<TWide>(state, operation->Rn));
            operand = TRounding.IsSet
                ? VectorShifts.RoundingRight.Apply(state, operand, operand, operation->B)
                : operand >> operation->B;
            Vectors.WriteHalf(state, operation->Rd, operation->A, Vectors.Narrow(TNarrowing.Apply<TNarrow, TWide>(state, operand)));
        }
    }
}
