using System.Numerics;
using Emulator.Cpu.FloatingPoint;
using Emulator.Cpu.Interpreter.Simd;

namespace Emulator.Cpu.Interpreter;

/// <summary>Binds dot products, products of matrices, complex numbers, and half precision or BFloat16 multiplied into single.</summary>
internal static unsafe partial class Binder
{
    private static bool SignedDotProductVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindDot<sbyte, sbyte>(operation, Q, Rm, Rn, Rd);

    private static bool UnsignedDotProductVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindDot<byte, byte>(operation, Q, Rm, Rn, Rd);

    private static bool UnsignedSignedDotProductVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindDot<byte, sbyte>(operation, Q, Rm, Rn, Rd);

    private static bool SignedDotProductByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindDotByElement<sbyte, sbyte>(operation, Q, L, M, Rm, H, Rn, Rd);

    private static bool UnsignedDotProductByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindDotByElement<byte, byte>(operation, Q, L, M, Rm, H, Rn, Rd);

    private static bool UnsignedSignedDotProductByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindDotByElement<byte, sbyte>(operation, Q, L, M, Rm, H, Rn, Rd);

    private static bool SignedUnsignedDotProductByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindDotByElement<sbyte, byte>(operation, Q, L, M, Rm, H, Rn, Rd);

    private static bool SignedMatrixMultiplyAccumulate(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<DotProducts.Matrix<sbyte, sbyte>>(operation, 0, Rm, Rn, Rd);

    private static bool UnsignedMatrixMultiplyAccumulate(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<DotProducts.Matrix<byte, byte>>(operation, 0, Rm, Rn, Rd);

    private static bool UnsignedSignedMatrixMultiplyAccumulate(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<DotProducts.Matrix<byte, sbyte>>(operation, 0, Rm, Rn, Rd);

    // Complex numbers: size as of integers, so that half precision is 1.
    private static bool FloatComplexAddVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint rot, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)(rot == 0 ? 1 : 3);
        return size != 0 && SelectFloat<ComplexInstructions.Add>(operation, Q, Precision(size));
    }

    private static bool FloatComplexMultiplyAccumulateVector(DecodedOperation* operation, uint Q, uint size, uint Rm, uint rot, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)rot;
        return size != 0 && SelectFloat<ComplexInstructions.MultiplyAdd<Options.Off>>(operation, Q, Precision(size));
    }

    private static bool FloatComplexMultiplyAccumulateByElement(
        DecodedOperation* operation, uint Q, uint size, uint L, uint M, uint Rm, uint rot, uint H, uint Rn, uint Rd)
    {
        SetVectorRegisters(operation, (M << 4) | Rm, Rn, Rd);
        operation->A = (byte)rot;
        operation->B = (byte)(size == 1 ? (H << 1) | L : H);
        bool isAllocated = size == 1 ? H == 0 || Q == 1 : size == 2 && L == 0 && Q == 1;
        return isAllocated && SelectFloat<ComplexInstructions.MultiplyAdd<Options.On>>(operation, Q, Precision(size));
    }

    // Half precision into single
    private static bool FloatMultiplyAddLongVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindHalfMultiply<Options.Off>(operation, Q, isUpper: false, Rm, Rn, Rd);

    private static bool FloatMultiplySubtractLongVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindHalfMultiply<Options.On>(operation, Q, isUpper: false, Rm, Rn, Rd);

    private static bool FloatMultiplyAddLongUpperVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindHalfMultiply<Options.Off>(operation, Q, isUpper: true, Rm, Rn, Rd);

    private static bool FloatMultiplySubtractLongUpperVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindHalfMultiply<Options.On>(operation, Q, isUpper: true, Rm, Rn, Rd);

    private static bool FloatMultiplyAddLongByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindHalfMultiplyByElement<Options.Off>(operation, Q, isUpper: false, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractLongByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindHalfMultiplyByElement<Options.On>(operation, Q, isUpper: false, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplyAddLongUpperByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindHalfMultiplyByElement<Options.Off>(operation, Q, isUpper: true, L, M, Rm, H, Rn, Rd);

    private static bool FloatMultiplySubtractLongUpperByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd) =>
        BindHalfMultiplyByElement<Options.On>(operation, Q, isUpper: true, L, M, Rm, H, Rn, Rd);

    // BFloat16
    private static bool BFloatConvert(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindHalf<FloatConversionInstructions.Convert<float, BFloat16>>(operation, 0, Rn, Rd);

    private static bool BFloatConvertNarrow(DecodedOperation* operation, uint Q, uint Rn, uint Rd) =>
        BindHalf<FloatConversionInstructions.ConvertNarrow<float, BFloat16>>(operation, Q, Rn, Rd);

    private static bool BFloatDotProductVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) => Q == 0
        ? BindThreeRegisters<BFloatInstructions.DotProduct<VectorWidths.Doubleword, Options.Off>>(operation, 0, Rm, Rn, Rd)
        : BindThreeRegisters<BFloatInstructions.DotProduct<VectorWidths.Quadword, Options.Off>>(operation, 0, Rm, Rn, Rd);

    private static bool BFloatDotProductByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
    {
        operation->B = (byte)((H << 1) | L);
        return Q == 0
            ? BindThreeRegisters<BFloatInstructions.DotProduct<VectorWidths.Doubleword, Options.On>>(operation, 0, (M << 4) | Rm, Rn, Rd)
            : BindThreeRegisters<BFloatInstructions.DotProduct<VectorWidths.Quadword, Options.On>>(operation, 0, (M << 4) | Rm, Rn, Rd);
    }

    private static bool BFloatMultiplyAddLongVector(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<BFloatInstructions.MultiplyAdd<Options.Off>>(operation, Q, Rm, Rn, Rd);

    private static bool BFloatMultiplyAddLongByElement(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
    {
        operation->B = (byte)((H << 2) | (L << 1) | M);
        return BindThreeRegisters<BFloatInstructions.MultiplyAdd<Options.On>>(operation, Q, Rm, Rn, Rd);
    }

    private static bool BFloatMatrixMultiplyAccumulate(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeRegisters<BFloatInstructions.Matrix>(operation, 0, Rm, Rn, Rd);

    // The precision of floating-point elements of a size.
    private static uint Precision(uint size) => size == 1 ? HalfPrecision : size - 2;

    private static bool BindDot<TLeft, TRight>(DecodedOperation* operation, uint Q, uint Rm, uint Rn, uint Rd)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->Handler = Q == 0
            ? &SimdHandlers.Plain<DotProducts.Vector<TLeft, TRight, VectorWidths.Doubleword, Options.Off>>
            : &SimdHandlers.Plain<DotProducts.Vector<TLeft, TRight, VectorWidths.Quadword, Options.Off>>;
        return true;
    }

    private static bool BindDotByElement<TLeft, TRight>(DecodedOperation* operation, uint Q, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
    {
        SetVectorRegisters(operation, (M << 4) | Rm, Rn, Rd);
        operation->B = (byte)((H << 1) | L);
        operation->Handler = Q == 0
            ? &SimdHandlers.Plain<DotProducts.Vector<TLeft, TRight, VectorWidths.Doubleword, Options.On>>
            : &SimdHandlers.Plain<DotProducts.Vector<TLeft, TRight, VectorWidths.Quadword, Options.On>>;
        return true;
    }

    private static bool BindHalfMultiply<TSubtract>(DecodedOperation* operation, uint Q, bool isUpper, uint Rm, uint Rn, uint Rd)
        where TSubtract : struct, IOption
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)(isUpper ? 2 << (int)Q : 0);
        operation->Handler = Q == 0
            ? &SimdHandlers.Plain<HalfMultiplyInstructions.MultiplyAdd<TSubtract, VectorWidths.Doubleword, Options.Off>>
            : &SimdHandlers.Plain<HalfMultiplyInstructions.MultiplyAdd<TSubtract, VectorWidths.Quadword, Options.Off>>;
        return true;
    }

    private static bool BindHalfMultiplyByElement<TSubtract>(
        DecodedOperation* operation, uint Q, bool isUpper, uint L, uint M, uint Rm, uint H, uint Rn, uint Rd)
        where TSubtract : struct, IOption
    {
        SetVectorRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)(isUpper ? 2 << (int)Q : 0);
        operation->B = (byte)((H << 2) | (L << 1) | M);
        operation->Handler = Q == 0
            ? &SimdHandlers.Plain<HalfMultiplyInstructions.MultiplyAdd<TSubtract, VectorWidths.Doubleword, Options.On>>
            : &SimdHandlers.Plain<HalfMultiplyInstructions.MultiplyAdd<TSubtract, VectorWidths.Quadword, Options.On>>;
        return true;
    }
}
