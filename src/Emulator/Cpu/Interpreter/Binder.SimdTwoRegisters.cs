using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds integer SIMD instructions of two registers, pairwise ones and those across all elements.</summary>
internal static unsafe partial class Binder
{
    private static bool ReverseIn64BitElements(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size != 3 && BindEachUnsigned<VectorUnaryOperations.Reverse<ulong>>(operation, Q, size, Rn, Rd);

    private static bool ReverseIn32BitElements(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size < 2 && BindEachUnsigned<VectorUnaryOperations.Reverse<uint>>(operation, Q, size, Rn, Rd);

    private static bool ReverseIn16BitElements(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size == 0 && BindEachUnsigned<VectorUnaryOperations.Reverse<ushort>>(operation, Q, size, Rn, Rd);

    private static bool CountLeadingSignBitsVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size != 3 && BindEachSigned<VectorUnaryOperations.CountLeadingSignBits>(operation, Q, size, Rn, Rd);

    private static bool CountLeadingZerosVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size != 3 && BindEachUnsigned<VectorUnaryOperations.CountLeadingZeros>(operation, Q, size, Rn, Rd);

    private static bool PopulationCountVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        size == 0 && BindEachUnsigned<VectorUnaryOperations.PopulationCount>(operation, Q, size, Rn, Rd);

    private static bool NotVector(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        BindEachUnsigned<VectorUnaryOperations.Not>(operation, Q, 0, Rn, Rd);

    private static bool ReverseBitsVector(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        BindEachUnsigned<VectorUnaryOperations.ReverseBits>(operation, Q, 0, Rn, Rd);

    private static bool AbsoluteScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.Absolute>(operation, size, Rn, Rd);

    private static bool AbsoluteVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.Absolute>(operation, Q, size, Rn, Rd);

    private static bool NegateScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.Negate>(operation, size, Rn, Rd);

    private static bool NegateVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.Negate>(operation, Q, size, Rn, Rd);

    private static bool SignedSaturatingAbsoluteScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindEachSignedScalar<VectorUnaryOperations.Saturating<VectorUnaryOperations.Absolute>>(operation, size, Rn, Rd);

    private static bool SignedSaturatingAbsoluteVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.Saturating<VectorUnaryOperations.Absolute>>(operation, Q, size, Rn, Rd);

    private static bool SignedSaturatingNegateScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindEachSignedScalar<VectorUnaryOperations.Saturating<VectorUnaryOperations.Negate>>(operation, size, Rn, Rd);

    private static bool SignedSaturatingNegateVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.Saturating<VectorUnaryOperations.Negate>>(operation, Q, size, Rn, Rd);

    private static bool CompareSignedGreaterThanZeroScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.WithZero<VectorOperations.CompareGreater>>(operation, size, Rn, Rd);

    private static bool CompareSignedGreaterThanZeroVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.WithZero<VectorOperations.CompareGreater>>(operation, Q, size, Rn, Rd);

    private static bool CompareSignedGreaterOrEqualZeroScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.WithZero<VectorOperations.CompareGreaterOrEqual>>(operation, size, Rn, Rd);

    private static bool CompareSignedGreaterOrEqualZeroVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.WithZero<VectorOperations.CompareGreaterOrEqual>>(operation, Q, size, Rn, Rd);

    private static bool CompareEqualZeroScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.WithZero<VectorOperations.CompareEqual>>(operation, size, Rn, Rd);

    private static bool CompareEqualZeroVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.WithZero<VectorOperations.CompareEqual>>(operation, Q, size, Rn, Rd);

    private static bool CompareSignedLessOrEqualZeroScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.WithZero<VectorOperations.Swapped<VectorOperations.CompareGreaterOrEqual>>>(
            operation, size, Rn, Rd);

    private static bool CompareSignedLessOrEqualZeroVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.WithZero<VectorOperations.Swapped<VectorOperations.CompareGreaterOrEqual>>>(
            operation, Q, size, Rn, Rd);

    private static bool CompareSignedLessThanZeroScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindEachSignedScalar<VectorUnaryOperations.WithZero<VectorOperations.Swapped<VectorOperations.CompareGreater>>>(
            operation, size, Rn, Rd);

    private static bool CompareSignedLessThanZeroVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindEachSigned<VectorUnaryOperations.WithZero<VectorOperations.Swapped<VectorOperations.CompareGreater>>>(
            operation, Q, size, Rn, Rd);

    private static bool SignedSaturatingAccumulateOfUnsignedScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<VectorOperations.AccumulateUnsigned>(operation, size, Rn, Rn, Rd);

    private static bool SignedSaturatingAccumulateOfUnsignedVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.AccumulateUnsigned>(operation, Q, size, Rn, Rn, Rd);

    private static bool UnsignedSaturatingAccumulateOfSignedScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<VectorOperations.AccumulateSigned>(operation, size, Rn, Rn, Rd);

    private static bool UnsignedSaturatingAccumulateOfSignedVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.AccumulateSigned>(operation, Q, size, Rn, Rn, Rd);

    private static bool UnsignedReciprocalEstimate(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        sz == 0 && BindEachUnsigned<VectorUnaryOperations.ReciprocalEstimate>(operation, Q, 2, Rn, Rd);

    private static bool UnsignedReciprocalSquareRootEstimate(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        sz == 0 && BindEachUnsigned<VectorUnaryOperations.ReciprocalSquareRootEstimate>(operation, Q, 2, Rn, Rd);

    // Pairwise and across
    private static bool SignedAddLongPairwise(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindPairsSigned<TwoRegisterInstructions.AddLongPairwise<Options.Off>>(operation, Q, size, Rn, Rd);

    private static bool SignedAddAccumulateLongPairwise(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindPairsSigned<TwoRegisterInstructions.AddLongPairwise<Options.On>>(operation, Q, size, Rn, Rd);

    private static bool SignedAddLongAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        (Q == 1 || size < 2) && BindPairsSigned<TwoRegisterInstructions.AddLongAcross>(operation, Q, size, Rn, Rd);

    private static bool UnsignedAddLongPairwise(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindPairsUnsigned<TwoRegisterInstructions.AddLongPairwise<Options.Off>>(operation, Q, size, Rn, Rd);

    private static bool UnsignedAddAccumulateLongPairwise(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindPairsUnsigned<TwoRegisterInstructions.AddLongPairwise<Options.On>>(operation, Q, size, Rn, Rd);

    private static bool UnsignedAddLongAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        (Q == 1 || size < 2) && BindPairsUnsigned<TwoRegisterInstructions.AddLongAcross>(operation, Q, size, Rn, Rd);

    private static bool SignedMaximumAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindAcrossSigned<VectorOperations.Maximum>(operation, Q, size, Rn, Rd);

    private static bool UnsignedMaximumAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindAcrossUnsigned<VectorOperations.Maximum>(operation, Q, size, Rn, Rd);

    private static bool SignedMinimumAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindAcrossSigned<VectorOperations.Minimum>(operation, Q, size, Rn, Rd);

    private static bool UnsignedMinimumAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindAcrossUnsigned<VectorOperations.Minimum>(operation, Q, size, Rn, Rd);

    private static bool AddAcross(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindAcrossUnsigned<VectorOperations.Add>(operation, Q, size, Rn, Rd);

    private static bool AddPairwiseScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        size == 3 && BindThreeRegisters<TwoRegisterInstructions.AddPair>(operation, 0, Rn, Rn, Rd);

    // Narrowing and widening
    private static bool ExtractNarrow(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Truncating, Options.Off>(operation, Q, size, 0, Rn, Rd);

    private static bool SignedSaturatingExtractUnsignedNarrowVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindNarrowToUnsigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, size, 0, Rn, Rd);

    private static bool SignedSaturatingExtractNarrowVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindNarrowSigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, size, 0, Rn, Rd);

    private static bool UnsignedSaturatingExtractNarrowVector(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindNarrowUnsigned<VectorNarrowings.Saturating, Options.Off>(operation, Q, size, 0, Rn, Rd);

    private static bool SignedSaturatingExtractUnsignedNarrowScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindNarrowToUnsignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, size, 0, Rn, Rd);

    private static bool SignedSaturatingExtractNarrowScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindNarrowSignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, size, 0, Rn, Rd);

    private static bool UnsignedSaturatingExtractNarrowScalar(DecodedOperation* operation, uint size, uint Rn, uint Rd) =>
        BindNarrowUnsignedScalar<VectorNarrowings.Saturating, Options.Off>(operation, size, 0, Rn, Rd);

    private static bool ShiftLeftLong(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd) =>
        BindShiftLeftLongUnsigned(operation, Q, size, 8 << (int)size, Rn, Rd);

    private static bool BindEachUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TOperation : struct, IVectorUnary
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return SelectUnsigned<TwoRegisterInstructions.Each<TOperation>>(operation, Q, size);
    }

    private static bool BindEachSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TOperation : struct, IVectorUnary
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return SelectSigned<TwoRegisterInstructions.Each<TOperation>>(operation, Q, size);
    }

    private static bool BindEachSignedScalar<TOperation>(DecodedOperation* operation, uint size, uint Rn, uint Rd)
        where TOperation : struct, IVectorUnary
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return SelectSignedScalar<TwoRegisterInstructions.Each<TOperation>>(operation, size);
    }

    private static bool BindPairsSigned<TInstruction>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TInstruction : struct, ILongInstruction
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        operation->Handler = (size, Q) switch
        {
            (0, 0) => &SimdHandlers.Long<TInstruction, sbyte, short, VectorWidths.Doubleword>,
            (0, _) => &SimdHandlers.Long<TInstruction, sbyte, short, VectorWidths.Quadword>,
            (1, 0) => &SimdHandlers.Long<TInstruction, short, int, VectorWidths.Doubleword>,
            (1, _) => &SimdHandlers.Long<TInstruction, short, int, VectorWidths.Quadword>,
            (_, 0) => &SimdHandlers.Long<TInstruction, int, long, VectorWidths.Doubleword>,
            _ => &SimdHandlers.Long<TInstruction, int, long, VectorWidths.Quadword>,
        };
        return size != 3;
    }

    private static bool BindPairsUnsigned<TInstruction>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TInstruction : struct, ILongInstruction
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        operation->Handler = (size, Q) switch
        {
            (0, 0) => &SimdHandlers.Long<TInstruction, byte, ushort, VectorWidths.Doubleword>,
            (0, _) => &SimdHandlers.Long<TInstruction, byte, ushort, VectorWidths.Quadword>,
            (1, 0) => &SimdHandlers.Long<TInstruction, ushort, uint, VectorWidths.Doubleword>,
            (1, _) => &SimdHandlers.Long<TInstruction, ushort, uint, VectorWidths.Quadword>,
            (_, 0) => &SimdHandlers.Long<TInstruction, uint, ulong, VectorWidths.Doubleword>,
            _ => &SimdHandlers.Long<TInstruction, uint, ulong, VectorWidths.Quadword>,
        };
        return size != 3;
    }

    private static bool BindAcrossSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return size < 2 + Q && size != 3 && SelectSigned<TwoRegisterInstructions.Across<TOperation>>(operation, Q, size);
    }

    private static bool BindAcrossUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return size < 2 + Q && size != 3 && SelectUnsigned<TwoRegisterInstructions.Across<TOperation>>(operation, Q, size);
    }
}
