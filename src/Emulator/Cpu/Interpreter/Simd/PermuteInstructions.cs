using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Permute, extract, table lookup and copy (Arm ARM C4.1.86 to C4.1.92).</summary>
internal static unsafe class PermuteInstructions
{
    /// <summary>UZP1, UZP2.</summary>
    public readonly struct Unzip<TOdd> : IVectorInstruction
        where TOdd : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Permutations.Concatenate<T, TWidth>(state, operation, out Vector128<T> first, out Vector128<T> second);
            Vector128<T> result = TOdd.IsSet ? Permutations.UnzipOdd(first, second) : Permutations.UnzipEven(first, second);
            Vectors.Write(state, operation->Rd, TWidth.Trim(result));
        }
    }

    /// <summary>ZIP1, ZIP2. Of 64-bit operands, the second half of the result is the upper half of what the first one of 128-bit operands is.</summary>
    public readonly struct Zip<TUpper> : IVectorInstruction
        where TUpper : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> left = Vectors.Read<T>(state, operation->Rn);
            Vector128<T> right = Vectors.Read<T>(state, operation->Rm);
            if (TWidth.IsFull)
            {
                Vectors.Write(state, operation->Rd, TUpper.IsSet ? Permutations.ZipUpper(left, right) : Permutations.ZipLower(left, right));
            }
            else
            {
                Vectors.WriteLow(state, operation->Rd, Permutations.ZipLower(left, right).AsUInt64().GetElement(TUpper.IsSet ? 1 : 0));
            }
        }
    }

    /// <summary>TRN1, TRN2.</summary>
    public readonly struct Transpose<TOdd> : IVectorInstruction
        where TOdd : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<T> left = Vectors.Read<T>(state, operation->Rn);
            Vector128<T> right = Vectors.Read<T>(state, operation->Rm);
            Vector128<T> result = TOdd.IsSet ? Permutations.TransposeOdd(left, right) : Permutations.TransposeEven(left, right);
            Vectors.Write(state, operation->Rd, TWidth.Trim(result));
        }
    }

    /// <summary>EXT: 16 or 8 bytes from byte A on of the two operands behind each other.</summary>
    public readonly struct Extract : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Permutations.Concatenate<byte, TWidth>(state, operation, out Vector128<byte> first, out Vector128<byte> second);
            byte* bytes = stackalloc byte[32];
            first.Store(bytes);
            second.Store(bytes + 16);
            Vectors.Write(state, operation->Rd, TWidth.Trim(Vector128.Load(bytes + operation->A)));
        }
    }

    /// <summary>TBL, TBX: bytes of a table in A registers from Rn on; an index outside gives zero, or leaves the destination's byte.</summary>
    public readonly struct TableLookup<TExtension> : IVectorInstruction
        where TExtension : struct, IOption
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            Vector128<byte> indices = Vectors.Read<byte>(state, operation->Rm);
            Vector128<byte> result = Vector128<byte>.Zero;
            for (int i = 0; i < operation->A; i++)
            {
                // An index that is not in this register is 16 or more after the subtraction, and gives zero.
                Vector128<byte> table = Vectors.Read<byte>(state, (operation->Rn + i) & 31);
                result |= Vector128.Shuffle(table, indices - Vector128.Create((byte)(16 * i)));
            }

            if (TExtension.IsSet)
            {
                Vector128<byte> outside = Vector128.GreaterThanOrEqual(indices, Vector128.Create((byte)(16 * operation->A)));
                result = Vector128.ConditionalSelect(outside, Vectors.Read<byte>(state, operation->Rd), result);
            }

            Vectors.Write(state, operation->Rd, TWidth.Trim(result));
        }
    }

    /// <summary>DUP of element B.</summary>
    public readonly struct DuplicateElement : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            T element = Vectors.ReadElement<T>(state, operation->Rn, operation->B);
            Vectors.Write(state, operation->Rd, TWidth.Trim(Vector128.Create(element)));
        }
    }

    /// <summary>DUP of a general-purpose register.</summary>
    public readonly struct DuplicateGeneral : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth
        {
            T element = T.CreateTruncating(state->X[operation->Rn]);
            Vectors.Write(state, operation->Rd, TWidth.Trim(Vector128.Create(element)));
        }
    }

    /// <summary>INS of a general-purpose register as element B.</summary>
    public readonly struct InsertGeneral : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth =>
            Vectors.WriteElement(state, operation->Rd, operation->B, T.CreateTruncating(state->X[operation->Rn]));
    }

    /// <summary>INS of element A as element B.</summary>
    public readonly struct InsertElement : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth =>
            Vectors.WriteElement(state, operation->Rd, operation->B, Vectors.ReadElement<T>(state, operation->Rn, operation->A));
    }

    /// <summary>UMOV and SMOV of element B, by the signedness of the elements; bits that do not count are zero in the immediate.</summary>
    public readonly struct MoveToGeneral : IVectorInstruction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Execute<T, TWidth>(CpuState* state, DecodedOperation* operation)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TWidth : struct, IVectorWidth =>
            state->X[operation->Rd] = ulong.CreateTruncating(Vectors.ReadElement<T>(state, operation->Rn, operation->B)) & operation->Immediate;
    }
}
