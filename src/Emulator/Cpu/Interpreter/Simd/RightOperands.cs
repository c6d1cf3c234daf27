using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>A register Rm, or one of its elements for all.</summary>
internal static unsafe class RightOperands
{
    /// <summary>Register Rm.</summary>
    public readonly struct Register : IRightOperand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Read<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged => Vectors.Read<T>(state, operation->Rm);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T ReadScalar<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged => Vectors.ReadElement<T>(state, operation->Rm);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong ReadHalf<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged => Vectors.ReadHalf(state, operation->Rm, operation->A);
    }

    /// <summary>Element B of register Rm.</summary>
    public readonly struct Element : IRightOperand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Read<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged
        {
            T element = Vectors.ReadElement<T>(state, operation->Rm, operation->B);
            if (sizeof(T) != 2)
            {
                return Vector128.Create(element);
            }

            // The host has no vectors of half precision.
            Vector128<ushort> all = Vector128.Create(Unsafe.BitCast<T, ushort>(element));
            return *(Vector128<T>*)&all;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T ReadScalar<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged => Vectors.ReadElement<T>(state, operation->Rm, operation->B);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong ReadHalf<T>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged => Read<T>(state, operation).AsUInt64().ToScalar();
    }
}
