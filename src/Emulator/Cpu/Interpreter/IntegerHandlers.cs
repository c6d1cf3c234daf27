using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>Handlers of the integer data-processing groups. T is <see cref="Word32"/> or <see cref="Word64"/> by the instruction's sf.</summary>
internal static unsafe class IntegerHandlers
{
    public static DecodedOperation* Immediate<TOperation, T>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IDataOperation
        where T : unmanaged, IWord<T>
    {
        T left = Registers.Read<T>(state, operation->Rn);
        Registers.Write(state, operation->Rd, TOperation.Apply(state, left, T.Truncate(operation->Immediate)));
        return operation + 1;
    }

    public static DecodedOperation* Register<TOperation, T>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IDataOperation
        where T : unmanaged, IWord<T>
    {
        T left = Registers.Read<T>(state, operation->Rn);
        Registers.Write(state, operation->Rd, TOperation.Apply(state, left, Registers.Read<T>(state, operation->Rm)));
        return operation + 1;
    }

    public static DecodedOperation* Shifted<TOperation, TShift, T>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IDataOperation
        where TShift : struct, IShift
        where T : unmanaged, IWord<T>
    {
        T left = Registers.Read<T>(state, operation->Rn);
        T right = TShift.Apply(Registers.Read<T>(state, operation->Rm), operation->A);
        Registers.Write(state, operation->Rd, TOperation.Apply(state, left, right));
        return operation + 1;
    }

    public static DecodedOperation* Extended<TOperation, T>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IDataOperation
        where T : unmanaged, IWord<T>
    {
        T left = Registers.Read<T>(state, operation->Rn);
        ulong right = Extend(state->X[operation->Rm], operation->B) << operation->A;
        Registers.Write(state, operation->Rd, TOperation.Apply(state, left, T.Truncate(right)));
        return operation + 1;
    }

    /// <summary>ExtendReg (Arm ARM, shared pseudocode) without its shift: option is UXTB, UXTH, UXTW, UXTX, SXTB, SXTH, SXTW, SXTX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(ulong value, int option) => option switch
    {
        0 => (byte)value,
        1 => (ushort)value,
        2 => (uint)value,
        4 => (ulong)(sbyte)value,
        5 => (ulong)(short)value,
        6 => (ulong)(int)value,
        _ => value,
    };

    public static DecodedOperation* LoadConstant(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = operation->Immediate;
        return operation + 1;
    }

    /// <summary>MOV between registers, which is ORR with the zero register.</summary>
    public static DecodedOperation* Move<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, Registers.Read<T>(state, operation->Rm));
        return operation + 1;
    }

    /// <summary>ADR and ADRP: the immediate is relative to the start of the page.</summary>
    public static DecodedOperation* PageRelative(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = state->PageAddress + operation->Immediate;
        return operation + 1;
    }

    /// <summary>MOVK: C is the value, A where it goes.</summary>
    public static DecodedOperation* MoveKeep(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = (state->X[operation->Rd] & operation->Immediate) | ((ulong)operation->C << operation->A);
        return operation + 1;
    }

    /// <summary>UBFM with imms >= immr (LSR, UBFX, UXTB...): shift right by A, mask.</summary>
    public static DecodedOperation* UnsignedBitfieldExtract<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T value = Registers.Read<T>(state, operation->Rn);
        Registers.Write(state, operation->Rd, (value >>> operation->A) & T.Truncate(operation->Immediate));
        return operation + 1;
    }

    /// <summary>UBFM with imms &lt; immr (LSL, UBFIZ): mask, shift left by A.</summary>
    public static DecodedOperation* UnsignedBitfieldInsert<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T value = Registers.Read<T>(state, operation->Rn);
        Registers.Write(state, operation->Rd, (value & T.Truncate(operation->Immediate)) << operation->A);
        return operation + 1;
    }

    /// <summary>SBFM (ASR, SBFX, SBFIZ, SXTW...): the field goes to the top by A, and comes down with its sign by B.</summary>
    public static DecodedOperation* SignedBitfield<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T value = Registers.Read<T>(state, operation->Rn) << operation->A;
        Registers.Write(state, operation->Rd, Shifts.ArithmeticRight.Apply(value, operation->B));
        return operation + 1;
    }

    /// <summary>BFM (BFI, BFXIL): the source rotated by A replaces the bits of the mask.</summary>
    public static DecodedOperation* BitfieldMove<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T mask = T.Truncate(operation->Immediate);
        T source = T.RotateRight(Registers.Read<T>(state, operation->Rn), operation->A);
        T old = Registers.Read<T>(state, operation->Rm);
        Registers.Write(state, operation->Rd, (old & ~mask) | (source & mask));
        return operation + 1;
    }

    public static DecodedOperation* Extract<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T high = Registers.Read<T>(state, operation->Rn);
        T low = Registers.Read<T>(state, operation->Rm);
        int shift = operation->A;
        Registers.Write(state, operation->Rd, shift == 0 ? low : (low >>> shift) | (high << ((sizeof(T) * 8) - shift)));
        return operation + 1;
    }

    public static DecodedOperation* MultiplyAdd<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T product = Registers.Read<T>(state, operation->Rn) * Registers.Read<T>(state, operation->Rm);
        Registers.Write(state, operation->Rd, Registers.Read<T>(state, operation->Ra) + product);
        return operation + 1;
    }

    public static DecodedOperation* MultiplySubtract<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T product = Registers.Read<T>(state, operation->Rn) * Registers.Read<T>(state, operation->Rm);
        Registers.Write(state, operation->Rd, Registers.Read<T>(state, operation->Ra) - product);
        return operation + 1;
    }

    public static DecodedOperation* SignedMultiplyAddLong(CpuState* state, DecodedOperation* operation)
    {
        long product = (long)(int)state->X[operation->Rn] * (int)state->X[operation->Rm];
        state->X[operation->Rd] = state->X[operation->Ra] + (ulong)product;
        return operation + 1;
    }

    public static DecodedOperation* SignedMultiplySubtractLong(CpuState* state, DecodedOperation* operation)
    {
        long product = (long)(int)state->X[operation->Rn] * (int)state->X[operation->Rm];
        state->X[operation->Rd] = state->X[operation->Ra] - (ulong)product;
        return operation + 1;
    }

    public static DecodedOperation* UnsignedMultiplyAddLong(CpuState* state, DecodedOperation* operation)
    {
        ulong product = (ulong)(uint)state->X[operation->Rn] * (uint)state->X[operation->Rm];
        state->X[operation->Rd] = state->X[operation->Ra] + product;
        return operation + 1;
    }

    public static DecodedOperation* UnsignedMultiplySubtractLong(CpuState* state, DecodedOperation* operation)
    {
        ulong product = (ulong)(uint)state->X[operation->Rn] * (uint)state->X[operation->Rm];
        state->X[operation->Rd] = state->X[operation->Ra] - product;
        return operation + 1;
    }

    public static DecodedOperation* SignedMultiplyHigh(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = (ulong)Math.BigMul((long)state->X[operation->Rn], (long)state->X[operation->Rm], out _);
        return operation + 1;
    }

    public static DecodedOperation* UnsignedMultiplyHigh(CpuState* state, DecodedOperation* operation)
    {
        state->X[operation->Rd] = Math.BigMul(state->X[operation->Rn], state->X[operation->Rm], out _);
        return operation + 1;
    }

    public static DecodedOperation* ReverseBits<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        ulong value = BitReversal.Reverse(state->X[operation->Rn]) >> (64 - (sizeof(T) * 8));
        Registers.Write(state, operation->Rd, T.Truncate(value));
        return operation + 1;
    }

    public static DecodedOperation* ReverseBytesInHalfwords<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        ulong value = state->X[operation->Rn];
        value = ((value & 0x00ff00ff00ff00ff) << 8) | ((value >> 8) & 0x00ff00ff00ff00ff);
        Registers.Write(state, operation->Rd, T.Truncate(value));
        return operation + 1;
    }

    public static DecodedOperation* ReverseBytesInWords(CpuState* state, DecodedOperation* operation)
    {
        ulong value = global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(state->X[operation->Rn]);
        state->X[operation->Rd] = ulong.RotateRight(value, 32);
        return operation + 1;
    }

    public static DecodedOperation* ReverseBytes<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        ulong value = global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(state->X[operation->Rn]);
        state->X[operation->Rd] = value >> (64 - (sizeof(T) * 8));
        return operation + 1;
    }

    public static DecodedOperation* CountLeadingZeros<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, T.LeadingZeroCount(Registers.Read<T>(state, operation->Rn)));
        return operation + 1;
    }

    public static DecodedOperation* CountLeadingSignBits<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        T value = Registers.Read<T>(state, operation->Rn);
        T edges = value ^ Shifts.ArithmeticRight.Apply(value, 1);
        Registers.Write(state, operation->Rd, T.LeadingZeroCount(edges) - T.One);
        return operation + 1;
    }

    public static DecodedOperation* Crc32<TPolynomial, TData>(CpuState* state, DecodedOperation* operation)
        where TPolynomial : struct, Crc32Checksum.IPolynomial
        where TData : unmanaged
    {
        state->X[operation->Rd] = Crc32Checksum.Update<TPolynomial>((uint)state->X[operation->Rn], state->X[operation->Rm], sizeof(TData));
        return operation + 1;
    }

    /// <summary>CCMP and CCMN: A is the condition, B the flags when it does not hold; the operand is Rm or, with the zero register there, the immediate.</summary>
    public static DecodedOperation* ConditionalCompare<TOperation, T>(CpuState* state, DecodedOperation* operation)
        where TOperation : struct, IDataOperation
        where T : unmanaged, IWord<T>
    {
        if (Conditions.Holds(state, operation->A))
        {
            T right = Registers.Read<T>(state, operation->Rm) | T.Truncate(operation->Immediate);
            _ = TOperation.Apply(state, Registers.Read<T>(state, operation->Rn), right);
        }
        else
        {
            state->SetFlags((uint)operation->B << 28);
        }

        return operation + 1;
    }

    public static DecodedOperation* ConditionalSelect<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, Registers.Read<T>(state, Conditions.Holds(state, operation->A) ? operation->Rn : operation->Rm));
        return operation + 1;
    }

    public static DecodedOperation* ConditionalSelectIncrement<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, Conditions.Holds(state, operation->A)
            ? Registers.Read<T>(state, operation->Rn)
            : Registers.Read<T>(state, operation->Rm) + T.One);
        return operation + 1;
    }

    public static DecodedOperation* ConditionalSelectInvert<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, Conditions.Holds(state, operation->A)
            ? Registers.Read<T>(state, operation->Rn)
            : ~Registers.Read<T>(state, operation->Rm));
        return operation + 1;
    }

    public static DecodedOperation* ConditionalSelectNegate<T>(CpuState* state, DecodedOperation* operation)
        where T : unmanaged, IWord<T>
    {
        Registers.Write(state, operation->Rd, Conditions.Holds(state, operation->A)
            ? Registers.Read<T>(state, operation->Rn)
            : T.Zero - Registers.Read<T>(state, operation->Rm));
        return operation + 1;
    }
}
