using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds the half-precision forms of SIMD instructions, which have encodings of their own and the semantics of the others.</summary>
internal static unsafe partial class Binder
{
    private static bool FloatMaximumNumberVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMaximumNumberVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMinimumNumberVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMinimumNumberVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMaximumNumberPairwiseVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMaximumNumberPairwiseVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMinimumNumberPairwiseVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMinimumNumberPairwiseVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMultiplyAddVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMultiplyAddVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMultiplySubtractVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMultiplySubtractVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAddVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatAddVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatSubtractVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatSubtractVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAddPairwiseVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatAddPairwiseVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteDifferenceScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteDifferenceScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteDifferenceVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteDifferenceVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMultiplyExtendedScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatMultiplyExtendedScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMultiplyExtendedVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMultiplyExtendedVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMultiplyVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMultiplyVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareEqualScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatCompareEqualScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareEqualVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatCompareEqualVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatCompareGreaterOrEqualScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatCompareGreaterOrEqualVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareGreaterThanScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatCompareGreaterThanScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareGreaterThanVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatCompareGreaterThanVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterOrEqualScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteCompareGreaterOrEqualScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterOrEqualVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteCompareGreaterOrEqualVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterThanScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteCompareGreaterThanScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterThanVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatAbsoluteCompareGreaterThanVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMaximumVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMaximumVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMinimumVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMinimumVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMaximumPairwiseVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMaximumPairwiseVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatMinimumPairwiseVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatMinimumPairwiseVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatReciprocalStepScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatReciprocalStepScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatReciprocalStepVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatReciprocalStepVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatReciprocalSquareRootStepScalarHalf(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        FloatReciprocalSquareRootStepScalar(operation, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatReciprocalSquareRootStepVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatReciprocalSquareRootStepVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatDivideVectorHalf(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        FloatDivideVector(operation, Q, HalfPrecision, Rm, Rn, Rd);

    private static bool FloatCompareGreaterThanZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatCompareGreaterThanZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatCompareGreaterThanZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatCompareGreaterThanZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatCompareGreaterOrEqualZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatCompareGreaterOrEqualZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatCompareEqualZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatCompareEqualZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatCompareEqualZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatCompareEqualZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatCompareLessOrEqualZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatCompareLessOrEqualZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatCompareLessOrEqualZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatCompareLessOrEqualZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatCompareLessThanZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatCompareLessThanZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatCompareLessThanZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatCompareLessThanZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatAbsoluteVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatAbsoluteVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatNegateVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatNegateVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatSquareRootVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatSquareRootVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundToNearestVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundToNearestVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundAwayVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundAwayVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundUpVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundUpVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundDownVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundDownVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundExactVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundExactVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundToZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundToZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatRoundByModeVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatRoundByModeVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedNearestScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToSignedNearestScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedNearestVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToSignedNearestVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedNearestScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToUnsignedNearestScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedNearestVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToUnsignedNearestVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedAwayScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToSignedAwayScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedAwayVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToSignedAwayVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedAwayScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToUnsignedAwayScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedAwayVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToUnsignedAwayVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedUpScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToSignedUpScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedUpVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToSignedUpVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedUpScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToUnsignedUpScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedUpVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToUnsignedUpVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedDownScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToSignedDownScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedDownVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToSignedDownVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedDownScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToUnsignedDownScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedDownVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToUnsignedDownVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToSignedZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToSignedZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToSignedZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedZeroScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatConvertToUnsignedZeroScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatConvertToUnsignedZeroVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatConvertToUnsignedZeroVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool SignedConvertToFloatScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        SignedConvertToFloatScalar(operation, HalfPrecision, Rn, Rd);

    private static bool SignedConvertToFloatVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        SignedConvertToFloatVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool UnsignedConvertToFloatScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        UnsignedConvertToFloatScalar(operation, HalfPrecision, Rn, Rd);

    private static bool UnsignedConvertToFloatVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        UnsignedConvertToFloatVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatReciprocalEstimateScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatReciprocalEstimateScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatReciprocalEstimateVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatReciprocalEstimateVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatReciprocalSquareRootEstimateScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatReciprocalSquareRootEstimateScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatReciprocalSquareRootEstimateVectorHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatReciprocalSquareRootEstimateVector(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatReciprocalExponentScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatReciprocalExponentScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatMaximumNumberAcrossHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatMaximumNumberAcross(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatMinimumNumberAcrossHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatMinimumNumberAcross(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatMaximumAcrossHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatMaximumAcross(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatMinimumAcrossHalf(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        FloatMinimumAcross(operation, Q, HalfPrecision, Rn, Rd);

    private static bool FloatMaximumNumberPairwiseScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatMaximumNumberPairwiseScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatMinimumNumberPairwiseScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatMinimumNumberPairwiseScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatAddPairwiseScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatAddPairwiseScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatMaximumPairwiseScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatMaximumPairwiseScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatMinimumPairwiseScalarHalf(DecodedOperation* operation, uint Rn, uint Rd) =>
        FloatMinimumPairwiseScalar(operation, HalfPrecision, Rn, Rd);

    private static bool FloatMultiplyAddByElementScalarHalf(DecodedOperation* operation, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyAddByElementScalar(operation, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyAddByElementVectorHalf(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyAddByElementVector(operation, Q, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractByElementScalarHalf(DecodedOperation* operation, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplySubtractByElementScalar(operation, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractByElementVectorHalf(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplySubtractByElementVector(operation, Q, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyByElementScalarHalf(DecodedOperation* operation, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyByElementScalar(operation, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyByElementVectorHalf(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyByElementVector(operation, Q, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyExtendedByElementScalarHalf(DecodedOperation* operation, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyExtendedByElementScalar(operation, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyExtendedByElementVectorHalf(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        FloatMultiplyExtendedByElementVector(operation, Q, HalfPrecision, L, M, Rm, H, Rn, Rd);

    private static bool SignedFixedConvertToFloatScalarHalf(DecodedOperation* operation, uint immb, uint Rn, uint Rd) =>
        BindFixedHalfScalar<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, immb, Rn, Rd);

    private static bool SignedFixedConvertToFloatVectorHalf(DecodedOperation* operation, uint Q, uint immb, uint Rn, uint Rd) =>
        BindFixedHalf<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, Q, immb, Rn, Rd);

    private static bool UnsignedFixedConvertToFloatScalarHalf(DecodedOperation* operation, uint immb, uint Rn, uint Rd) =>
        BindFixedHalfScalar<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, immb, Rn, Rd);

    private static bool UnsignedFixedConvertToFloatVectorHalf(DecodedOperation* operation, uint Q, uint immb, uint Rn, uint Rd) =>
        BindFixedHalf<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, Q, immb, Rn, Rd);

    private static bool FloatConvertToSignedFixedScalarHalf(DecodedOperation* operation, uint immb, uint Rn, uint Rd) =>
        BindFixedHalfScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, immb, Rn, Rd);

    private static bool FloatConvertToSignedFixedVectorHalf(DecodedOperation* operation, uint Q, uint immb, uint Rn, uint Rd) =>
        BindFixedHalf<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, Q, immb, Rn, Rd);

    private static bool FloatConvertToUnsignedFixedScalarHalf(DecodedOperation* operation, uint immb, uint Rn, uint Rd) =>
        BindFixedHalfScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, immb, Rn, Rd);

    private static bool FloatConvertToUnsignedFixedVectorHalf(DecodedOperation* operation, uint Q, uint immb, uint Rn, uint Rd) =>
        BindFixedHalf<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, Q, immb, Rn, Rd);

    private static bool FloatMoveImmediateVectorHalf(DecodedOperation* operation, uint Q, uint abc, uint defgh, uint Rd)
    {
        const ulong eachHalfword = 0x0001_0001_0001_0001;
        SetVectorRegisters(operation, 0, 0, Rd);
        return BindSimdImmediate<ImmediateInstructions.Move<VectorWidths.Quadword>, ImmediateInstructions.Move<VectorWidths.Doubleword>>(
            operation, Q, eachHalfword * ExpandFloat<Half>((abc << 5) | defgh));
    }

    // Fraction bits are counted as the amount of a shift to the right.
    private static bool BindFixedHalf<TOperation>(DecodedOperation* operation, uint Q, uint immb, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, 16 - (int)immb, Rn, Rd);
        return SelectFloat<FloatInstructions.TwoRegisters<TOperation>>(operation, Q, HalfPrecision);
    }

    private static bool BindFixedHalfScalar<TOperation>(DecodedOperation* operation, uint immb, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, 16 - (int)immb, Rn, Rd);
        return SelectFloatScalar<FloatInstructions.TwoRegisters<TOperation>>(operation, HalfPrecision);
    }
}
