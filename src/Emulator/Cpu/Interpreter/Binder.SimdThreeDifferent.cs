using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds SIMD instructions of three registers whose elements differ in width.</summary>
internal static unsafe partial class Binder
{
    private static bool SignedAddLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSubtractLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.Subtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedAbsoluteDifferenceLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.AbsoluteDifference>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedAbsoluteDifferenceAccumulateLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.AbsoluteDifferenceAccumulate>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMultiplyLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.Multiply>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMultiplyAddLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.MultiplyAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedMultiplySubtractLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongSigned<VectorOperations.MultiplySubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedAddWide(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindWideSigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSubtractWide(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindWideSigned<VectorOperations.Subtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAddLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSubtractLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.Subtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAbsoluteDifferenceLong(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.AbsoluteDifference>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAbsoluteDifferenceAccumulateLong(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.AbsoluteDifferenceAccumulate>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMultiplyLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.Multiply>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMultiplyAddLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.MultiplyAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedMultiplySubtractLongVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.MultiplySubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedAddWide(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindWideUnsigned<VectorOperations.Add>(operation, Q, size, Rm, Rn, Rd);

    private static bool UnsignedSubtractWide(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindWideUnsigned<VectorOperations.Subtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool AddHighNarrow(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindHighNarrow<VectorOperations.Add, Options.Off>(operation, Q, size, Rm, Rn, Rd);

    private static bool RoundingAddHighNarrow(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindHighNarrow<VectorOperations.Add, Options.On>(operation, Q, size, Rm, Rn, Rd);

    private static bool SubtractHighNarrow(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindHighNarrow<VectorOperations.Subtract, Options.Off>(operation, Q, size, Rm, Rn, Rd);

    private static bool RoundingSubtractHighNarrow(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        BindHighNarrow<VectorOperations.Subtract, Options.On>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyLongScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongScalar<ThreeRegisterInstructions.Long<VectorOperations.SaturatingDoublingMultiply, RightOperands.Register>>(
            operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyLongVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindLongSigned<VectorOperations.SaturatingDoublingMultiply>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyAddLongScalar(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongScalar<ThreeRegisterInstructions.Long<VectorOperations.SaturatingDoublingMultiplyAdd, RightOperands.Register>>(
            operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplyAddLongVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindLongSigned<VectorOperations.SaturatingDoublingMultiplyAdd>(operation, Q, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplySubtractLongScalar(
        DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd) =>
        BindLongScalar<ThreeRegisterInstructions.Long<VectorOperations.SaturatingDoublingMultiplySubtract, RightOperands.Register>>(
            operation, size, Rm, Rn, Rd);

    private static bool SignedSaturatingDoublingMultiplySubtractLongVector(
        DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd) =>
        size is 1 or 2 && BindLongSigned<VectorOperations.SaturatingDoublingMultiplySubtract>(operation, Q, size, Rm, Rn, Rd);

    private static bool PolynomialMultiplyLong(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindLongUnsigned<VectorOperations.PolynomialMultiply>(operation, Q, 0, Rm, Rn, Rd);

    private static bool PolynomialMultiplyLongDoubleword(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<ThreeRegisterInstructions.PolynomialMultiplyDoubleword>(operation, Q, Rm, Rn, Rd);

    private static bool BindLongSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongSigned<ThreeRegisterInstructions.Long<TOperation, RightOperands.Register>>(operation, size);
    }

    private static bool BindLongUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongUnsigned<ThreeRegisterInstructions.Long<TOperation, RightOperands.Register>>(operation, size);
    }

    private static bool BindWideSigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongSigned<ThreeRegisterInstructions.Wide<TOperation>>(operation, size);
    }

    private static bool BindWideUnsigned<TOperation>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongUnsigned<ThreeRegisterInstructions.Wide<TOperation>>(operation, size);
    }

    private static bool BindHighNarrow<TOperation, TRounding>(DecodedOperation* operation, uint Q, uint size, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IVectorOperation
        where TRounding : struct, IOption
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)Q;
        return SelectLongUnsigned<ThreeRegisterInstructions.HighNarrow<TOperation, TRounding>>(operation, size);
    }

    // The scalar instructions of this kind saturate and are signed.
    private static bool BindLongScalar<TInstruction>(DecodedOperation* operation, uint size, uint Rm, uint Rn, uint Rd)
        where TInstruction : struct, ILongInstruction
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = 0;
        operation->Handler = size == 1
            ? &SimdHandlers.Long<TInstruction, short, int, VectorWidths.Scalar>
            : &SimdHandlers.Long<TInstruction, int, long, VectorWidths.Scalar>;
        return size is 1 or 2;
    }

    private static bool BindThreeRegisters<TInstruction>(DecodedOperation* operation, uint half, uint Rm, uint Rn, uint Rd)
        where TInstruction : struct, ISimdInstruction
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)half;
        operation->Handler = &SimdHandlers.Plain<TInstruction>;
        return true;
    }
}
