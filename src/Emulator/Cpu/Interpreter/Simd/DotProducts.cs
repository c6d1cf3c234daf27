using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Products of vectors and matrices of bytes, summed in words.</summary>
internal static unsafe class DotProducts
{
    /// <summary>SDOT and its kin: each word of the destination takes the products of the four bytes above it; by element, of those of word B of Rm.</summary>
    public readonly struct Vector<TLeft, TRight, TWidth, TByElement> : ISimdInstruction
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
        where TWidth : struct, IVectorWidth
        where TByElement : struct, IOption
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            int* result = stackalloc int[4];
            for (int i = 0; i < TWidth.Count<int>(); i++)
            {
                int sum = Vectors.ReadElement<int>(state, operation->Rd, i);
                int word = TByElement.IsSet ? operation->B : i;
                result[i] = sum + Sum<TLeft, TRight>(state, operation, 4 * i, 4 * word, 4);
            }

            Vectors.Write(state, operation->Rd, *(Vector128<int>*)result);
        }
    }

    /// <summary>SMMLA and its kin: a matrix of two rows of eight bytes times the transpose of another, added to one of two by two words.</summary>
    public readonly struct Matrix<TLeft, TRight> : ISimdInstruction
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            int* result = stackalloc int[4];
            for (int i = 0; i < 4; i++)
            {
                int sum = Vectors.ReadElement<int>(state, operation->Rd, i);
                result[i] = sum + Sum<TLeft, TRight>(state, operation, 8 * (i >> 1), 8 * (i & 1), 8);
            }

            Vectors.Write(state, operation->Rd, *(Vector128<int>*)result);
        }
    }

    private static int Sum<TLeft, TRight>(CpuState* state, DecodedOperation* operation, int left, int right, int count)
        where TLeft : unmanaged, IBinaryInteger<TLeft>
        where TRight : unmanaged, IBinaryInteger<TRight>
    {
        int sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += int.CreateTruncating(Vectors.ReadElement<TLeft>(state, operation->Rn, left + i))
                * int.CreateTruncating(Vectors.ReadElement<TRight>(state, operation->Rm, right + i));
        }

        return sum;
    }
}
