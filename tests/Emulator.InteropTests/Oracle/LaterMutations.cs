using System.Numerics;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Mistakes in instructions that libunicorn does not have.</summary>
internal static class LaterMutations
{
    private const ulong InvalidOperation = 1 << 0;
    private const ulong Inexact = 1 << 4;
    private const ulong SaturationBit = 1 << 27;

    /// <summary>The list.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(A64Opcode.FloatAddVectorHalf, "64-bit form keeps the upper half", m => m.VdHigh = m.Field("Q") == 0 ? m.OldVdHigh : m.VdHigh),
        new(A64Opcode.FloatMultiplyVectorHalf, "IXC not set", m => m.Fpsr = (m.Fpsr & ~Inexact) | (m.OldFpsr & Inexact)),
        new(A64Opcode.FloatSquareRootVectorHalf, "IOC not set", m => m.Fpsr = (m.Fpsr & ~InvalidOperation) | (m.OldFpsr & InvalidOperation)),
        new(A64Opcode.FloatConvertToSignedZeroScalarHalf, "sign-extended to 64 bits", m => m.VdLow = (ulong)(short)m.VdLow),
        new(A64Opcode.SignedSaturatingRoundingDoublingMultiplyAccumulateHighVector, "QC not set", m => m.Fpsr = (m.Fpsr & ~SaturationBit) | (m.OldFpsr & SaturationBit)),
        new(A64Opcode.SignedDotProductVector, "does not accumulate", m => m.VdLow = (uint)(m.VdLow - m.OldVdLow) | (((m.VdLow >> 32) - (m.OldVdLow >> 32)) << 32)),
        new(A64Opcode.UnsignedSignedDotProductVector, "64-bit form keeps the upper half", m => m.VdHigh = m.Field("Q") == 0 ? m.OldVdHigh : m.VdHigh),
        new(A64Opcode.SignedMatrixMultiplyAccumulate, "the result transposed", m => (m.VdLow, m.VdHigh) = ((uint)m.VdLow | (m.VdHigh << 32), (m.VdLow >> 32) | (m.VdHigh >> 32 << 32))),
        new(A64Opcode.FloatComplexAddVector, "real and imaginary part exchanged", m => (m.VdLow, m.VdHigh) = m.Field("size") == 3 ? (m.VdHigh, m.VdLow) : (m.VdLow, m.VdHigh)),
        new(A64Opcode.JavaScriptConvertToFixed, "minus zero is exact", m => m.Zero |= m.VnLow == 1UL << 63),
        new(A64Opcode.FloatRound32ExactScalar, "IXC not set", m => m.Fpsr = (m.Fpsr & ~Inexact) | (m.OldFpsr & Inexact)),
        new(A64Opcode.FloatMultiplyAddLongVector, "64-bit form keeps the upper half", m => m.VdHigh = m.Field("Q") == 0 ? m.OldVdHigh : m.VdHigh),
        new(A64Opcode.BFloatDotProductVector, "64-bit form keeps the upper half", m => m.VdHigh = m.Field("Q") == 0 ? m.OldVdHigh : m.VdHigh),
        new(A64Opcode.BFloatConvert, "not rounded", m => m.VdLow = (m.VdLow & 0x7fff) is > 0 and < 0x7f80 ? (uint)m.VnLow >> 16 : m.VdLow),
        new(A64Opcode.ThreeWayExclusiveOr, "third source left out", m => m.VdLow ^= m.OldV(m.Field("Ra"), 0)),
        new(A64Opcode.ExclusiveOrAndRotate, "rotates the other way", m => m.VdLow = BitOperations.RotateLeft(m.VdLow, 2 * (int)m.Field("imm6"))),
        new(A64Opcode.Sha512ScheduleUpdate0, "first element not updated", m => m.VdLow = m.OldVdLow),
        new(A64Opcode.Sm3RoundFirstA, "words in reverse", m => (m.VdLow, m.VdHigh) = (m.VdHigh, m.VdLow)),
        new(A64Opcode.AtomicAdd, "loads the sum", m => m.Rt += m.Before("Rs")),
        new(A64Opcode.AtomicSignedMinimum, "sign-extended", m => m.Rt = m.Field("size") == 0 ? (ulong)(sbyte)m.Rt : m.Rt),
        new(A64Opcode.CompareAndSwap, "does not load", m => m.Set(m.Field("Rs"), m.Before("Rs"))),
        new(A64Opcode.CompareAndSwapPair, "does not load the second", m => m.Set(m.Field("Rs") + 1, m.BeforeX(m.Field("Rs") + 1))),
        new(A64Opcode.LoadLimitedOrderingAcquire, "sign-extended", m => m.Rt = m.Field("size") == 0 ? (ulong)(sbyte)m.Rt : m.Rt),
        new(A64Opcode.LoadAcquireRcpc, "sign-extended", m => m.Rt = m.Field("size") == 0 ? (ulong)(sbyte)m.Rt : m.Rt),
        new(A64Opcode.LoadAcquireRcpcSignedUnscaled, "to 64 bits always", m => m.Rt = m.Field("opc0") == 1 ? (ulong)(long)(int)m.Rt : m.Rt),
        new(A64Opcode.RotateMaskInsertFlags, "C not inserted", m => m.Carry = m.OldCarry != 0),
        new(A64Opcode.EvaluateByteForFlags, "V not set", m => m.Overflow = false),
        new(A64Opcode.ConvertFlagsFromExternal, "C as before", m => m.Carry = m.OldCarry != 0),
        new(A64Opcode.SpeculationBarrier, "clears the flags", m => m.Flags = 0),
        new(A64Opcode.BranchTargetIdentification, "clears the flags", m => m.Flags = 0),
        new(A64Opcode.ErrorSynchronizationBarrier, "clears the flags", m => m.Flags = 0),
        new(A64Opcode.MoveImmediateToDataIndependentTiming, "clears the flags", m => m.Flags = 0),
        new(A64Opcode.MoveImmediateToSpeculativeStoreBypass, "clears the flags", m => m.Flags = 0),
        new(A64Opcode.Sm4Encode, "the first word not mixed in", m => m.VdHigh ^= m.OldVdLow << 32),
    ];
}
