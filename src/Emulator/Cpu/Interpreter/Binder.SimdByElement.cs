using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds SIMD multiplications by an indexed element.</summary>
internal static unsafe partial class Binder
{
    private static bool MultiplyAddByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<VectorOperations.MultiplyAdd>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool MultiplySubtractByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<VectorOperations.MultiplySubtract>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool MultiplyByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<VectorOperations.Multiply>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyHighByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElementScalar<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.Off>>>(
            operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyHighByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.Off>>>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyHighByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElementScalar<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.On>>>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyHighByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<LaneOperations.Each<LaneOperations.DoublingMultiplyHigh<Options.On>>>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyAccumulateHighByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElementScalar<RoundingDoublingMultiplies.Accumulate<Options.Off>>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplyAccumulateHighByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<RoundingDoublingMultiplies.Accumulate<Options.Off>>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplySubtractHighByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElementScalar<RoundingDoublingMultiplies.Accumulate<Options.On>>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingRoundingDoublingMultiplySubtractHighByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindSameByElement<RoundingDoublingMultiplies.Accumulate<Options.On>>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedMultiplyLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.Multiply>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedMultiplyAddLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.MultiplyAdd>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedMultiplySubtractLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.MultiplySubtract>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool UnsignedMultiplyLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementUnsigned<VectorOperations.Multiply>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool UnsignedMultiplyAddLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementUnsigned<VectorOperations.MultiplyAdd>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool UnsignedMultiplySubtractLongByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementUnsigned<VectorOperations.MultiplySubtract>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyLongByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementScalar<VectorOperations.SaturatingDoublingMultiply>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyLongByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.SaturatingDoublingMultiply>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyAddLongByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementScalar<VectorOperations.SaturatingDoublingMultiplyAdd>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyAddLongByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.SaturatingDoublingMultiplyAdd>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplySubtractLongByElementScalar(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementScalar<VectorOperations.SaturatingDoublingMultiplySubtract>(operation, size, L, M, Rm, H, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplySubtractLongByElementVector(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindLongByElementSigned<VectorOperations.SaturatingDoublingMultiplySubtract>(operation, Q, size, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyAddByElementScalar(
        DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElementScalar<FloatOperations.MultiplyAdd<Options.Off, Options.Off>>(operation, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyAddByElementVector(
        DecodedOperation* operation, uint Q, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElement<FloatOperations.MultiplyAdd<Options.Off, Options.Off>>(operation, Q, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractByElementScalar(
        DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElementScalar<FloatOperations.MultiplyAdd<Options.On, Options.Off>>(operation, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractByElementVector(
        DecodedOperation* operation, uint Q, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElement<FloatOperations.MultiplyAdd<Options.On, Options.Off>>(operation, Q, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyByElementScalar(
        DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElementScalar<FloatOperations.Multiply>(operation, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyByElementVector(
        DecodedOperation* operation, uint Q, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElement<FloatOperations.Multiply>(operation, Q, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyExtendedByElementScalar(
        DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElementScalar<FloatOperations.MultiplyExtended>(operation, sz, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyExtendedByElementVector(
        DecodedOperation* operation, uint Q, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindFloatByElement<FloatOperations.MultiplyExtended>(operation, Q, sz, L, M, Rm, H, Rn, Rd);

    // Rm and the index share the bits L, M and H: a halfword is one of eight in V0 to V15, a word one of four in any register.
    private static bool BindElement(DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, size == 1 ? Rm : (M << 4) | Rm, Rn, Rd);
        operation->B = (byte)(size == 1 ? (H << 2) | (L << 1) | M : (H << 1) | L);
        return size is 1 or 2;
    }

    private static bool BindFloatElement(DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, sz == HalfPrecision ? Rm : (M << 4) | Rm, Rn, Rd);
        operation->B = (byte)(sz switch
        {
            HalfPrecision => (H << 2) | (L << 1) | M,
            0 => (H << 1) | L,
            _ => H,
        });
        return sz != 1 || L == 0;
    }

    private static bool BindSameByElement<TOperation>(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        operation->Handler = (size, Q) switch
        {
            (1, 0) => &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, short, VectorWidths.Doubleword>,
            (1, _) => &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, short, VectorWidths.Quadword>,
            (_, 0) => &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, int, VectorWidths.Doubleword>,
            _ => &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, int, VectorWidths.Quadword>,
        };
        return BindElement(operation, size, L, M, Rm, H, Rn, Rd);
    }

    private static bool BindSameByElementScalar<TOperation>(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        operation->Handler = size == 1
            ? &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, short, VectorWidths.Scalar>
            : &SimdHandlers.Vector<ThreeRegisterInstructions.Same<TOperation, RightOperands.Element>, int, VectorWidths.Scalar>;
        return BindElement(operation, size, L, M, Rm, H, Rn, Rd);
    }

    private static bool BindLongByElementSigned<TOperation>(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        operation->A = (byte)Q;
        return BindElement(operation, size, L, M, Rm, H, Rn, Rd)
            && SelectLongSigned<ThreeRegisterInstructions.Long<TOperation, RightOperands.Element>>(operation, size);
    }

    private static bool BindLongByElementUnsigned<TOperation>(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        operation->A = (byte)Q;
        return BindElement(operation, size, L, M, Rm, H, Rn, Rd)
            && SelectLongUnsigned<ThreeRegisterInstructions.Long<TOperation, RightOperands.Element>>(operation, size);
    }

    private static bool BindLongByElementScalar<TOperation>(
        DecodedOperation* operation, uint size, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation => BindElement(operation, size, L, M, Rm, H, Rn, Rd)
        && BindLongScalar<ThreeRegisterInstructions.Long<TOperation, RightOperands.Element>>(operation, size, operation->Rm, Rn, Rd);

    private static bool BindFloatByElement<TOperation>(
        DecodedOperation* operation, uint Q, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation =>
        BindFloatElement(operation, sz, L, M, Rm, H, Rn, Rd)
        && SelectFloat<FloatInstructions.ThreeRegisters<TOperation, RightOperands.Element>>(operation, Q, sz);

    private static bool BindFloatByElementScalar<TOperation>(
        DecodedOperation* operation, uint sz, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TOperation : struct, IFloatOperation =>
        BindFloatElement(operation, sz, L, M, Rm, H, Rn, Rd)
        && SelectFloatScalar<FloatInstructions.ThreeRegisters<TOperation, RightOperands.Element>>(operation, sz);
}
