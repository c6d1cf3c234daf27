using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Arithmetic of complex numbers, whose real parts are the even elements. A counts right angles by which the right operand is turned.</summary>
internal static unsafe class ComplexInstructions
{
    /// <summary>FCADD: A is one or three.</summary>
    public readonly struct Add : IFloatInstruction
    {
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> left = Vectors.Read<T>(state, operation->Rn);
            Vector128<T> right = Vectors.Read<T>(state, operation->Rm);
            Vector128<T> result = default;
            for (int i = 0; i < TWidth.Count<T>(); i += 2)
            {
                T real = ((T*)&right)[i + 1];
                T imaginary = ((T*)&right)[i];
                real = operation->A == 1 ? FloatOperations.Negate(real) : real;
                imaginary = operation->A == 3 ? FloatOperations.Negate(imaginary) : imaginary;
                ((T*)&result)[i] = FloatOperations.Add.Apply(state, real, ((T*)&left)[i], real);
                ((T*)&result)[i + 1] = FloatOperations.Add.Apply(state, imaginary, ((T*)&left)[i + 1], imaginary);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }

    /// <summary>FCMLA: adds the product with the left operand's real part, or with its imaginary one when A is odd; by element, pair B of Rm is the right operand.</summary>
    public readonly struct MultiplyAdd<TByElement> : IFloatInstruction
        where TByElement : struct, IOption
    {
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> addend = Vectors.Read<T>(state, operation->Rd);
            Vector128<T> left = Vectors.Read<T>(state, operation->Rn);
            Vector128<T> right = Vectors.Read<T>(state, operation->Rm);
            Vector128<T> result = default;
            int turned = operation->A & 1;
            for (int i = 0; i < TWidth.Count<T>(); i += 2)
            {
                int pair = TByElement.IsSet ? 2 * operation->B : i;
                T factor = ((T*)&left)[i + turned];
                T real = ((T*)&right)[pair + turned];
                T imaginary = ((T*)&right)[pair + 1 - turned];
                real = operation->A is 1 or 2 ? FloatOperations.Negate(real) : real;
                imaginary = operation->A is 2 or 3 ? FloatOperations.Negate(imaginary) : imaginary;
                ((T*)&result)[i] = FloatOperations.MultiplyAdd<Options.Off, Options.Off>.Apply(state, ((T*)&addend)[i], factor, real);
                ((T*)&result)[i + 1] = FloatOperations.MultiplyAdd<Options.Off, Options.Off>.Apply(state, ((T*)&addend)[i + 1], factor, imaginary);
            }

            Vectors.Write(state, operation->Rd, result);
        }
    }
}
