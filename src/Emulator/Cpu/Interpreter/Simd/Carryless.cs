using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Multiplication of polynomials over {0, 1}.</summary>
internal static class Carryless
{
    /// <summary>The 128-bit product of two 64-bit polynomials.</summary>
    public static Vector128<ulong> Multiply(ulong left, ulong right)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(left), Vector128.CreateScalar(right), 0);
        }

        return ArmAes.IsSupported
            ? ArmAes.PolynomialMultiplyWideningLower(Vector64.Create(left), Vector64.Create(right)).AsUInt64()
            : MultiplyBitByBit(left, right);
    }

    /// <summary>The same on a host without an instruction for it.</summary>
    internal static Vector128<ulong> MultiplyBitByBit(ulong left, ulong right)
    {
        UInt128 product = 0;
        for (int i = 0; i < 64; i++)
        {
            product ^= ((right >> i) & 1) == 0 ? 0 : (UInt128)left << i;
        }

        return Vector128.Create((ulong)product, (ulong)(product >> 64));
    }
}
