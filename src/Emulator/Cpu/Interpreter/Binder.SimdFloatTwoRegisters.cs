using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds floating-point SIMD instructions of two registers, and conversions.</summary>
internal static unsafe partial class Binder
{
    private static bool FloatCompareGreaterThanZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.WithZero<FloatOperations.CompareGreater>>(operation, sz, Rn, Rd);

    private static bool FloatCompareGreaterThanZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.WithZero<FloatOperations.CompareGreater>>(operation, Q, sz, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.WithZero<FloatOperations.CompareGreaterOrEqual>>(operation, sz, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.WithZero<FloatOperations.CompareGreaterOrEqual>>(operation, Q, sz, Rn, Rd);

    private static bool FloatCompareEqualZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.WithZero<FloatOperations.CompareEqual>>(operation, sz, Rn, Rd);

    private static bool FloatCompareEqualZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.WithZero<FloatOperations.CompareEqual>>(operation, Q, sz, Rn, Rd);

    private static bool FloatCompareLessOrEqualZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.WithZero<FloatOperations.Swapped<FloatOperations.CompareGreaterOrEqual>>>(
            operation, sz, Rn, Rd);

    private static bool FloatCompareLessOrEqualZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.WithZero<FloatOperations.Swapped<FloatOperations.CompareGreaterOrEqual>>>(
            operation, Q, sz, Rn, Rd);

    private static bool FloatCompareLessThanZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.WithZero<FloatOperations.Swapped<FloatOperations.CompareGreater>>>(operation, sz, Rn, Rd);

    private static bool FloatCompareLessThanZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.WithZero<FloatOperations.Swapped<FloatOperations.CompareGreater>>>(operation, Q, sz, Rn, Rd);

    private static bool FloatAbsoluteVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.Absolute>(operation, Q, sz, Rn, Rd);

    private static bool FloatNegateVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.Negate>(operation, Q, sz, Rn, Rd);

    private static bool FloatSquareRootVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.SquareRoot>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundToNearestVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.TieToEven, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundAwayVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.TieAway, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundUpVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.Up, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundDownVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.Down, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundToZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.ToZero, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundExactVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.Current, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRoundByModeVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToInteger<RoundingModes.Current, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToSignedNearestScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieToEven, Options.Off>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToSignedNearestVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieToEven, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedNearestScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieToEven, Options.On>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedNearestVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieToEven, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToSignedAwayScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieAway, Options.Off>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToSignedAwayVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieAway, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedAwayScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieAway, Options.On>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedAwayVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.TieAway, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToSignedUpScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.Up, Options.Off>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToSignedUpVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.Up, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedUpScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.Up, Options.On>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedUpVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.Up, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToSignedDownScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.Down, Options.Off>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToSignedDownVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.Down, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedDownScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.Down, Options.On>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedDownVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.Down, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToSignedZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToSignedZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedZeroScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, sz, Rn, Rd);

    private static bool FloatConvertToUnsignedZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool SignedConvertToFloatScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, sz, Rn, Rd);

    private static bool SignedConvertToFloatVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool UnsignedConvertToFloatScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, sz, Rn, Rd);

    private static bool UnsignedConvertToFloatVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatReciprocalEstimateScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ReciprocalEstimate>(operation, sz, Rn, Rd);

    private static bool FloatReciprocalEstimateVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ReciprocalEstimate>(operation, Q, sz, Rn, Rd);

    private static bool FloatReciprocalSquareRootEstimateScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ReciprocalSquareRootEstimate>(operation, sz, Rn, Rd);

    private static bool FloatReciprocalSquareRootEstimateVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.ReciprocalSquareRootEstimate>(operation, Q, sz, Rn, Rd);

    private static bool FloatReciprocalExponentScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatEachScalar<FloatUnaryOperations.ReciprocalExponent>(operation, sz, Rn, Rd);

    private static bool FloatRound32ToZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.ToZero, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRound32ExactVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.Current, Options.Off>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRound64ToZeroVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.ToZero, Options.On>>(operation, Q, sz, Rn, Rd);

    private static bool FloatRound64ExactVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatEach<FloatUnaryOperations.RoundToLimitedInteger<RoundingModes.Current, Options.On>>(operation, Q, sz, Rn, Rd);

    // Fixed-point
    private static bool SignedFixedConvertToFloatScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixedScalar<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, immh, immb, Rn, Rd);

    private static bool SignedFixedConvertToFloatVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixed<FloatUnaryOperations.ConvertFromFixed<Options.Off>>(operation, Q, immh, immb, Rn, Rd);

    private static bool FloatConvertToSignedFixedScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixedScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, immh, immb, Rn, Rd);

    private static bool FloatConvertToSignedFixedVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixed<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.Off>>(operation, Q, immh, immb, Rn, Rd);

    private static bool UnsignedFixedConvertToFloatScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixedScalar<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, immh, immb, Rn, Rd);

    private static bool UnsignedFixedConvertToFloatVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixed<FloatUnaryOperations.ConvertFromFixed<Options.On>>(operation, Q, immh, immb, Rn, Rd);

    private static bool FloatConvertToUnsignedFixedScalar(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixedScalar<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, immh, immb, Rn, Rd);

    private static bool FloatConvertToUnsignedFixedVector(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd) =>
        BindFixed<FloatUnaryOperations.ConvertToFixed<RoundingModes.ToZero, Options.On>>(operation, Q, immh, immb, Rn, Rd);

    // Between formats
    private static bool FloatConvertLong(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        sz == 0
            ? BindHalf<FloatConversionInstructions.ConvertLong<Half, float>>(operation, Q, Rn, Rd)
            : BindHalf<FloatConversionInstructions.ConvertLong<float, double>>(operation, Q, Rn, Rd);

    private static bool FloatConvertNarrow(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        sz == 0
            ? BindHalf<FloatConversionInstructions.ConvertNarrow<float, Half>>(operation, Q, Rn, Rd)
            : BindHalf<FloatConversionInstructions.ConvertNarrow<double, float>>(operation, Q, Rn, Rd);

    private static bool FloatConvertNarrowToOddScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        sz == 1 && BindHalf<FloatConversionInstructions.ConvertNarrowToOdd<VectorWidths.Scalar>>(operation, 0, Rn, Rd);

    private static bool FloatConvertNarrowToOddVector(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        sz == 1 && BindHalf<FloatConversionInstructions.ConvertNarrowToOdd<VectorWidths.Quadword>>(operation, Q, Rn, Rd);

    private static bool BindFloatEach<TOperation>(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, 0, Rn, Rd);
        return SelectFloat<FloatInstructions.TwoRegisters<TOperation>>(operation, Q, sz);
    }

    private static bool BindFloatEachScalar<TOperation>(DecodedOperation* operation, uint sz, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, 0, Rn, Rd);
        return SelectFloatScalar<FloatInstructions.TwoRegisters<TOperation>>(operation, sz);
    }

    // Fraction bits are counted as the amount of a shift to the right. Half precision has rows of its own.
    private static bool BindFixed<TOperation>(DecodedOperation* operation, uint Q, uint immh, uint immb, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return immh >= 4 && SelectFloat<FloatInstructions.TwoRegisters<TOperation>>(operation, Q, immh >> 3);
    }

    private static bool BindFixedScalar<TOperation>(DecodedOperation* operation, uint immh, uint immb, uint Rn, uint Rd)
        where TOperation : struct, IFloatUnary
    {
        SetShift(operation, ShiftRightAmount(immh, immb), Rn, Rd);
        return immh >= 4 && SelectFloatScalar<FloatInstructions.TwoRegisters<TOperation>>(operation, immh >> 3);
    }

    private static bool BindHalf<TInstruction>(DecodedOperation* operation, uint half, uint Rn, uint Rd)
        where TInstruction : struct, ISimdInstruction => BindThreeRegisters<TInstruction>(operation, half, Rn, Rn, Rd);
}
