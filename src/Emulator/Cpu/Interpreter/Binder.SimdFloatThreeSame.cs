using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds floating-point SIMD instructions of three registers, pairwise ones and those across all elements.</summary>
internal static unsafe partial class Binder
{
    private static bool FloatAddVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Add>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatSubtractVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Subtract>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMultiplyVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Multiply>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatDivideVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Divide>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMaximumVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Maximum>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMinimumVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.Minimum>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMaximumNumberVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.MaximumNumber>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMinimumNumberVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.MinimumNumber>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMultiplyExtendedScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.MultiplyExtended>(operation, sz, Rm, Rn, Rd);

    private static bool FloatMultiplyExtendedVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.MultiplyExtended>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteDifferenceScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.AbsoluteDifference>(operation, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteDifferenceVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.AbsoluteDifference>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatReciprocalStepScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.ReciprocalStep>(operation, sz, Rm, Rn, Rd);

    private static bool FloatReciprocalStepVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.ReciprocalStep>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatReciprocalSquareRootStepScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.ReciprocalSquareRootStep>(operation, sz, Rm, Rn, Rd);

    private static bool FloatReciprocalSquareRootStepVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.ReciprocalSquareRootStep>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatCompareEqualScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.CompareEqual>(operation, sz, Rm, Rn, Rd);

    private static bool FloatCompareEqualVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.CompareEqual>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.CompareGreaterOrEqual>(operation, sz, Rm, Rn, Rd);

    private static bool FloatCompareGreaterOrEqualVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.CompareGreaterOrEqual>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatCompareGreaterThanScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.CompareGreater>(operation, sz, Rm, Rn, Rd);

    private static bool FloatCompareGreaterThanVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.CompareGreater>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterOrEqualScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.OfMagnitudes<FloatOperations.CompareGreaterOrEqual>>(operation, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterOrEqualVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.OfMagnitudes<FloatOperations.CompareGreaterOrEqual>>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterThanScalar(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSameScalar<FloatOperations.OfMagnitudes<FloatOperations.CompareGreater>>(operation, sz, Rm, Rn, Rd);

    private static bool FloatAbsoluteCompareGreaterThanVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.OfMagnitudes<FloatOperations.CompareGreater>>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMultiplyAddVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.MultiplyAdd<Options.Off, Options.Off>>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMultiplySubtractVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatSame<FloatOperations.MultiplyAdd<Options.On, Options.Off>>(operation, Q, sz, Rm, Rn, Rd);

    // Pairwise and across
    private static bool FloatAddPairwiseScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatPair<FloatOperations.Add>(operation, sz, Rn, Rd);

    private static bool FloatAddPairwiseVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatPairwise<FloatOperations.Add>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMaximumPairwiseScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatPair<FloatOperations.Maximum>(operation, sz, Rn, Rd);

    private static bool FloatMaximumPairwiseVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatPairwise<FloatOperations.Maximum>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMinimumPairwiseScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatPair<FloatOperations.Minimum>(operation, sz, Rn, Rd);

    private static bool FloatMinimumPairwiseVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatPairwise<FloatOperations.Minimum>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMaximumNumberPairwiseScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatPair<FloatOperations.MaximumNumber>(operation, sz, Rn, Rd);

    private static bool FloatMaximumNumberPairwiseVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatPairwise<FloatOperations.MaximumNumber>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMinimumNumberPairwiseScalar(DecodedOperation* operation, uint sz, uint Rn, uint Rd) =>
        BindFloatPair<FloatOperations.MinimumNumber>(operation, sz, Rn, Rd);

    private static bool FloatMinimumNumberPairwiseVector(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd) =>
        BindFloatPairwise<FloatOperations.MinimumNumber>(operation, Q, sz, Rm, Rn, Rd);

    private static bool FloatMaximumNumberAcross(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatAcross<FloatOperations.MaximumNumber>(operation, Q, sz, Rn, Rd);

    private static bool FloatMinimumNumberAcross(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatAcross<FloatOperations.MinimumNumber>(operation, Q, sz, Rn, Rd);

    private static bool FloatMaximumAcross(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatAcross<FloatOperations.Maximum>(operation, Q, sz, Rn, Rd);

    private static bool FloatMinimumAcross(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd) =>
        BindFloatAcross<FloatOperations.Minimum>(operation, Q, sz, Rn, Rd);

    private static bool BindFloatSame<TOperation>(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectFloat<FloatInstructions.ThreeRegisters<TOperation, RightOperands.Register>>(operation, Q, sz);
    }

    private static bool BindFloatSameScalar<TOperation>(DecodedOperation* operation, uint sz, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectFloatScalar<FloatInstructions.ThreeRegisters<TOperation, RightOperands.Register>>(operation, sz);
    }

    private static bool BindFloatPairwise<TOperation>(DecodedOperation* operation, uint Q, uint sz, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        return SelectFloat<FloatInstructions.Pairwise<TOperation>>(operation, Q, sz);
    }

    private static bool BindFloatPair<TOperation>(DecodedOperation* operation, uint sz, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return SelectFloatScalar<FloatInstructions.Pair<TOperation>>(operation, sz);
    }

    // Single precision only has four elements.
    private static bool BindFloatAcross<TOperation>(DecodedOperation* operation, uint Q, uint sz, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation
    {
        SetVectorRegisters(operation, Rn, Rn, Rd);
        return SelectFloat<FloatInstructions.Across<TOperation>>(operation, Q, sz) && (sz == HalfPrecision || (Q == 1 && sz == 0));
    }
}
