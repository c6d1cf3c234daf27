namespace Emulator.Cpu.Interpreter;

/// <summary>Instructions that make flags of other things (FEAT_FlagM, FEAT_FlagM2).</summary>
internal static unsafe class FlagHandlers
{
    /// <summary>CFINV.</summary>
    public static DecodedOperation* InvertCarry(CpuState* state, DecodedOperation* operation)
    {
        state->CarryFlag ^= 1;
        return operation + 1;
    }

    /// <summary>XAFLAG.</summary>
    public static DecodedOperation* ConvertFromExternal(CpuState* state, DecodedOperation* operation)
    {
        uint z = state->ZeroFlag == 0 ? 1u : 0;
        uint c = (uint)state->CarryFlag;
        Set(state, (c | z) ^ 1, z & c, c | z, z & (c ^ 1));
        return operation + 1;
    }

    /// <summary>AXFLAG.</summary>
    public static DecodedOperation* ConvertToExternal(CpuState* state, DecodedOperation* operation)
    {
        uint z = state->ZeroFlag == 0 ? 1u : 0;
        uint v = (uint)state->OverflowFlag;
        Set(state, 0, z | v, (uint)state->CarryFlag & (v ^ 1), 0);
        return operation + 1;
    }

    /// <summary>RMIF: A is the rotation, B the mask.</summary>
    public static DecodedOperation* RotateMaskInsert(CpuState* state, DecodedOperation* operation)
    {
        uint flags = (uint)ulong.RotateRight(state->X[operation->Rn], operation->A) << 28;
        uint mask = (uint)operation->B << 28;
        state->SetFlags((state->GetFlags() & ~mask) | (flags & mask));
        return operation + 1;
    }

    /// <summary>SETF8 and SETF16: A is the number of bits.</summary>
    public static DecodedOperation* Evaluate(CpuState* state, DecodedOperation* operation)
    {
        uint value = (uint)state->X[operation->Rn] << (32 - operation->A);
        uint carry = (uint)(state->X[operation->Rn] >> operation->A) & 1;
        state->NegativeFlag = (int)value;
        state->ZeroFlag = value;
        state->OverflowFlag = carry ^ (value >> 31);
        return operation + 1;
    }

    private static void Set(CpuState* state, uint n, uint z, uint c, uint v) => state->SetFlags((n << 31) | (z << 30) | (c << 29) | (v << 28));
}
