using System.Runtime.Intrinsics;
using Emulator.Cpu.FloatingPoint;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>FMLAL, FMLSL and their second parts: half precision multiplied into single (FPMulAddH).</summary>
internal static unsafe class HalfMultiplyInstructions
{
    /// <summary>Elements from A on are multiplied with as many from A on, or by element with element B.</summary>
    public readonly struct MultiplyAdd<TSubtract, TWidth, TByElement> : ISimdInstruction
        where TSubtract : struct, IOption
        where TWidth : struct, IVectorWidth
        where TByElement : struct, IOption
    {
        public static void Execute(CpuState* state, DecodedOperation* operation)
        {
            float* result = stackalloc float[4];
            for (int i = 0; i < 4; i++)
            {
                result[i] = 0;
            }

            for (int i = 0; i < TWidth.Count<float>(); i++)
            {
                float addend = Vectors.ReadElement<float>(state, operation->Rd, i);
                float left = Widen(state, operation->Rn, operation->A + i);
                float right = Widen(state, operation->Rm, TByElement.IsSet ? operation->B : operation->A + i);
                result[i] = FloatOperations.MultiplyAdd<TSubtract, Options.Off>.Apply(state, addend, left, right);
            }

            Vectors.Write(state, operation->Rd, *(Vector128<float>*)result);
        }
    }

    // 2^-24, what the last bit of a denormal counts.
    private const float LeastHalf = 1f / (1 << 24);

    // Exact, and silent: a signalling NaN stays one, and a denormal that FZ16 makes zero is not told.
    private static float Widen(CpuState* state, int register, int index)
    {
        const ulong exponentMask = 0x1f;
        ulong bits = Vectors.ReadElement<ushort>(state, register, index);
        bool sign = (bits & FpFormat<Half>.SignBit) != 0;
        ulong exponent = (bits >> FpFormat<Half>.FractionBits) & exponentMask;
        ulong fraction = bits & FpFormat<Half>.FractionMask;
        const int more = 23 - 10;
        if (exponent == exponentMask)
        {
            return FpFormat<float>.FromBits(FpFormat<float>.Infinity(sign) | (fraction << more));
        }

        if (exponent == 0)
        {
            bool isZero = fraction == 0 || !HostFloat.KeepsDenormals<Half>(state);
            float magnitude = isZero ? 0 : fraction * LeastHalf;
            return sign ? -magnitude : magnitude;
        }

        const ulong biasDifference = 127 - 15;
        return FpFormat<float>.FromBits(FpFormat<float>.Zero(sign) | ((exponent + biasDifference) << 23) | (fraction << more));
    }
}
