using System.Numerics;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a floating-point instruction of three or four registers computes, element by element.</summary>
internal unsafe interface IFloatOperation
{
    /// <summary>Computes an element of the result; sets flags of FPSR.</summary>
    /// <param name="state">Gives FPCR, takes FPSR.</param>
    /// <param name="addend">What the destination, or register Ra, holds.</param>
    /// <param name="left">First operand.</param>
    /// <param name="right">Second operand.</param>
    static abstract T Apply<T>(CpuState* state, T addend, T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Computes a whole vector at once, if that is known to give the same.</summary>
    static virtual bool TryApply<T>(
        CpuState* state, Vector128<T> addend, Vector128<T> left, Vector128<T> right, out Vector128<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        result = default;
        return false;
    }
}
