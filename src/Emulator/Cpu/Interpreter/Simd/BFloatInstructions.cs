using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>BFloat16 multiplied into single precision.</summary>
internal static unsafe class BFloatInstructions
{
    /// <summary>BFDOT: each word takes the products of the pair of elements above it; by element, of those of pair B of Rm.</summary>
    public readonly struct DotProduct<TWidth, TByElement> : ISimdInstruction
        where TWidth : struct, IVectorWidth
        where TByElement : struct, IOption
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> result = default;
            for (int i = 0; i < TWidth.Count<uint>(); i++)
            {
                ulong sum = Vectors.ReadElement<uint>(state, operation->Rd, i);
                ((uint*)&result)[i] = (uint)Add(state, operation, sum, 2 * i, 2 * (TByElement.IsSet ? operation->B : i));
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    /// <summary>BFMMLA: a matrix of two rows of four elements times the transpose of another, added to one of two by two words.</summary>
    public readonly struct Matrix : ISimdInstruction
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<uint> result = default;
            for (int i = 0; i < 4; i++)
            {
                int left = 4 * (i >> 1);
                int right = 4 * (i & 1);
                ulong sum = Add(state, operation, Vectors.ReadElement<uint>(state, operation->Rd, i), left, right);
                ((uint*)&result)[i] = (uint)Add(state, operation, sum, left + 2, right + 2);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    /// <summary>BFMLALB and BFMLALT: the even elements, or with A the odd ones; by element, with element B of Rm.</summary>
    public readonly struct MultiplyAdd<TByElement> : ISimdInstruction
        where TByElement : struct, IOption
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            Vector128<float> result = default;
            for (int i = 0; i < 4; i++)
            {
                int index = (2 * i) + operation->A;
                float addend = Vectors.ReadElement<float>(state, operation->Rd, i);
                float left = Vectors.ReadElement<BFloat16>(state, operation->Rn, index).ToSingle();
                float right = Vectors.ReadElement<BFloat16>(state, operation->Rm, TByElement.IsSet ? operation->B : index).ToSingle();
                ((float*)&result)[i] = FloatOperations.MultiplyAdd<Options.Off, Options.Off>.Apply(state, addend, left, right);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    // BFDotAdd: the two products are added first, each step rounded.
    private static ulong Add(CpuState* state, DecodedOperation* operation, ulong sum, int left, int right)
    {
        FpContext context = FpContext.ForBFloat16;
        ulong first = SoftFloat.Multiply<float>(ref context, Element(state, operation->Rn, left), Element(state, operation->Rm, right));
        ulong second = SoftFloat.Multiply<float>(ref context, Element(state, operation->Rn, left + 1), Element(state, operation->Rm, right + 1));
        return SoftFloat.Add<float>(ref context, sum, SoftFloat.Add<float>(ref context, first, second));
    }

    private static ulong Element(CpuState* state, int register, int index) => (ulong)Vectors.ReadElement<ushort>(state, register, index) << 16;
}
