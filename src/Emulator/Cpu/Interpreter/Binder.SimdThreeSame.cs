using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds integer SIMD instructions of three registers of the same kind.</summary>
internal static unsafe partial class Binder
{
    private static bool SignedHalvingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.HalvingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedRoundingHalvingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.RoundingHalvingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedHalvingSubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.HalvingSubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMaximumVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.Maximum>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMinimumVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.Minimum>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedAbsoluteDifferenceVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.AbsoluteDifference>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedAbsoluteDifferenceAccumulateVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameSigned<VectorOperations.AbsoluteDifferenceAccumulate>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedHalvingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.HalvingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedRoundingHalvingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.RoundingHalvingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedHalvingSubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.HalvingSubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMaximumVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.Maximum>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMinimumVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.Minimum>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAbsoluteDifferenceVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.AbsoluteDifference>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAbsoluteDifferenceAccumulateVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.AbsoluteDifferenceAccumulate>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingAddScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSignedScalar<VectorOperations.SaturatingAdd>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<VectorOperations.SaturatingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingSubtractScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSignedScalar<VectorOperations.SaturatingSubtract>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingSubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<VectorOperations.SaturatingSubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingAddScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<VectorOperations.SaturatingAdd>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.SaturatingAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingSubtractScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<VectorOperations.SaturatingSubtract>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingSubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.SaturatingSubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareSignedGreaterThanScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameSignedScalar<VectorOperations.CompareGreater>(operation, size, Rm, Rn, Rd);

    private static bool CompareSignedGreaterThanVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<VectorOperations.CompareGreater>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareUnsignedHigherScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.CompareGreater>(operation, size, Rm, Rn, Rd);

    private static bool CompareUnsignedHigherVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.CompareGreater>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareSignedGreaterOrEqualScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameSignedScalar<VectorOperations.CompareGreaterOrEqual>(operation, size, Rm, Rn, Rd);

    private static bool CompareSignedGreaterOrEqualVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<VectorOperations.CompareGreaterOrEqual>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareUnsignedHigherOrSameScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.CompareGreaterOrEqual>(operation, size, Rm, Rn, Rd);

    private static bool CompareUnsignedHigherOrSameVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.CompareGreaterOrEqual>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareTestBitsScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.TestBits>(operation, size, Rm, Rn, Rd);

    private static bool CompareTestBitsVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.TestBits>(operation, Q, size, Rm, Rn, Rd);

    private static bool CompareEqualScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.CompareEqual>(operation, size, Rm, Rn, Rd);

    private static bool CompareEqualVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.CompareEqual>(operation, Q, size, Rm, Rn, Rd);

    private static bool AddScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.Add>(operation, size, Rm, Rn, Rd);

    private static bool AddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    private static bool SubtractScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameUnsignedScalar<VectorOperations.Subtract>(operation, size, Rm, Rn, Rd);

    private static bool SubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.Subtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameSignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.Off>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedShiftLeftByRegisterVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.Off>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.On>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingShiftLeftByRegisterVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.On>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedRoundingShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3 && BindSameSignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.Off>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedRoundingShiftLeftByRegisterVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.Off>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingShiftLeftByRegisterScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.On>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingShiftLeftByRegisterVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameSigned<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.On>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3
        && BindSameUnsignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.Off>>>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedShiftLeftByRegisterVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.Off>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.On>>>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingShiftLeftByRegisterVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<LaneOperations.Each<LaneOperations.Shift<Options.Off, Options.On>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedRoundingShiftLeftByRegisterScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 3
        && BindSameUnsignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.Off>>>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedRoundingShiftLeftByRegisterVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.Off>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingRoundingShiftLeftByRegisterScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsignedScalar<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.On>>>(operation, size, Rm, Rn, Rd);

    private static bool UnsignedSaturatingRoundingShiftLeftByRegisterVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<LaneOperations.Each<LaneOperations.Shift<Options.On, Options.On>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool MultiplyVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.Multiply>(operation, Q, size, Rm, Rn, Rd);

    private static bool MultiplyAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.MultiplyAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool MultiplySubtractVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindSameUnsigned<VectorOperations.MultiplySubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool PolynomialMultiplyVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size == 0 && BindSameUnsigned<VectorOperations.PolynomialMultiply>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyHighScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2
        && BindSameSignedScalar<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.Off>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyHighVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2
        && BindSameSigned<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.Off>>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyAccumulateHighScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindSameSignedScalar<RoundingDoublingMultiplies.Accumulate<Options.Off>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyAccumulateHighVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindSameSigned<RoundingDoublingMultiplies.Accumulate<Options.Off>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplySubtractHighScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindSameSignedScalar<RoundingDoublingMultiplies.Accumulate<Options.On>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplySubtractHighVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindSameSigned<RoundingDoublingMultiplies.Accumulate<Options.On>>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyHighScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2
        && BindSameSignedScalar<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.On>>>(operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyHighVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2
        && BindSameSigned<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.On>>>(operation, Q, size, Rm, Rn, Rd);

    // Pairwise
    private static bool SignedMaximumPairwiseVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindPairwiseSigned<VectorOperations.Maximum>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMaximumPairwiseVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindPairwiseUnsigned<VectorOperations.Maximum>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMinimumPairwiseVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindPairwiseSigned<VectorOperations.Minimum>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMinimumPairwiseVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size != 3 && BindPairwiseUnsigned<VectorOperations.Minimum>(operation, Q, size, Rm, Rn, Rd);

    private static bool AddPairwiseVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindPairwiseUnsigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    // Logical: the elements do not matter
    private static bool AndVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.And>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool BitClearVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.BitClear>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool OrVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.Or>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool OrNotVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.OrNot>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool ExclusiveOrVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.ExclusiveOr>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool BitwiseSelect(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.Select>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool BitwiseInsertIfTrue(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.InsertIfTrue>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool BitwiseInsertIfFalse(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindSameUnsigned<VectorOperations.InsertIfFalse>(operation, Q, 3 * Q, Rm, Rn, Rd);

    private static bool BindSameUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectUnsigned<ThreeRegisterInstructions.Same<TOperation, RightOperands.Register>>(operation, Q, size);
    }

    private static bool BindSameSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectSigned<ThreeRegisterInstructions.Same<TOperation, RightOperands.Register>>(operation, Q, size);
    }

    private static bool BindSameUnsignedScalar<TOperation>(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectUnsignedScalar<ThreeRegisterInstructions.Same<TOperation, RightOperands.Register>>(operation, size);
    }

    private static bool BindSameSignedScalar<TOperation>(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectSignedScalar<ThreeRegisterInstructions.Same<TOperation, RightOperands.Register>>(operation, size);
    }

    private static bool BindPairwiseUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectUnsigned<ThreeRegisterInstructions.Pairwise<TOperation>>(operation, Q, size);
    }

    private static bool BindPairwiseSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectSigned<ThreeRegisterInstructions.Pairwise<TOperation>>(operation, Q, size);
    }
}
