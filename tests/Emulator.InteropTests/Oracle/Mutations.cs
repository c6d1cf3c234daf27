using System.Numerics;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Mistakes as they are made when semantics are written. The comparison must catch each within the default count of cases.</summary>
internal static class Mutations
{
    private const ulong InvalidOperation = 1 << 0;
    private const ulong Inexact = 1 << 4;
    private const ulong SaturationBit = 1 << 27;
    private const ulong RoundingMode = 3UL << 22;

    /// <summary>The list.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
    [
        // Integer: flags.
        new(A64Opcode.AddImmediateSetFlags, "carry out of bit 31 whatever the width", m => m.Carry = (ulong)(uint)m.Base + Immediate(m) > uint.MaxValue),
        new(A64Opcode.AddShiftedRegisterSetFlags, "V is never set", m => m.Overflow = false),
        new(A64Opcode.SubtractShiftedRegisterSetFlags, "C is the borrow", m => m.Carry = !m.Carry),
        new(A64Opcode.BitClearShiftedRegisterSetFlags, "Z from the low 32 bits", m => m.Zero = (uint)(m.Rn & ~Shift(m, 0)) == 0),
        new(A64Opcode.AndShiftedRegisterSetFlags, "C and V stay", m => m.Flags = (m.Flags & ~(3UL << 28)) | (m.OldFlags & (3UL << 28))),
        new(A64Opcode.AddWithCarrySetFlags, "V is C", m => m.Overflow = m.Carry),
        new(A64Opcode.ConditionalCompareImmediate, "flags stay when the condition fails", m => m.Flags = Holds(m.Field("cond"), m.OldFlags) ? m.Flags : m.OldFlags),

        // Integer: results.
        new(A64Opcode.AddImmediate, "32-bit result keeps the upper half", m => m.SetBaseOfDestination(m.Is64)),
        new(A64Opcode.AddShiftedRegister, "shift off by one", m => m.Rd = m.Rn + Shift(m, 1)),
        new(A64Opcode.SubtractShiftedRegister, "operands swapped", m => m.Rd = Shift(m, 0) - m.Rn),
        new(A64Opcode.AddExtendedRegister, "SXTB extends with zeros", m => m.AdjustExtended()),
        new(A64Opcode.AddWithCarry, "carry in ignored", m => m.Rd = m.Rn + m.Rm),
        new(A64Opcode.SubtractWithCarry, "carry in is a borrow", m => m.Rd = m.Rn - m.Rm - m.OldCarry),
        new(A64Opcode.OrNotShiftedRegister, "operand not inverted", m => m.Rd = m.Rn | Shift(m, 0)),
        new(A64Opcode.SignedDivide, "rounds down", m => m.Rd = m.Rd * m.Rm != m.Rn && SignExtend(m.Rn ^ m.Rm, m.Width) < 0 && m.Rm != 0 ? m.Rd - 1 : m.Rd),
        new(A64Opcode.UnsignedDivide, "by zero is all ones", m => m.Rd = m.Rm == 0 ? ulong.MaxValue : m.Rd),
        new(A64Opcode.LogicalShiftLeftVariable, "distance not taken modulo the width", m => m.Rd = m.Rm >= (ulong)m.Width ? 0 : m.Rd),
        new(A64Opcode.ArithmeticShiftRightVariable, "zeros shifted in", m => m.Rd = m.Rn >> (int)(m.Rm % (ulong)m.Width)),
        new(A64Opcode.RotateRightVariable, "rotates left", m => m.Rd = m.Is64 ? BitOperations.RotateLeft(m.Rn, (int)m.Rm) : BitOperations.RotateLeft((uint)m.Rn, (int)m.Rm)),
        new(A64Opcode.SignedBitfieldMove, "no sign extension", m => m.Rd = m.Field("imms") >= m.Field("immr") ? m.Rd & (ulong.MaxValue >> (63 - (int)(m.Field("imms") - m.Field("immr")))) : m.Rd),
        new(A64Opcode.BitfieldMove, "other bits cleared", m => m.Rd = m.Field("imms") >= m.Field("immr") ? m.Rd & (ulong.MaxValue >> (63 - (int)(m.Field("imms") - m.Field("immr")))) : m.Rd),
        new(A64Opcode.MoveWideWithKeep, "other bits cleared", m => m.Rd &= 0xffffUL << (int)(16 * m.Field("hw"))),
        new(A64Opcode.CountLeadingZeros, "zero has one fewer", m => m.Rd = m.Rn == 0 ? (ulong)(m.Width - 1) : m.Rd),
        new(A64Opcode.CountLeadingSignBits, "the sign itself counted", m => m.Rd++),
        new(A64Opcode.ReverseBytesInHalfwords, "halfwords swapped too", m => m.Rd = BitOperations.RotateLeft((uint)m.Rd, 16) | (m.Rd >> 32 << 32)),
        new(A64Opcode.ConditionalSelectIncrement, "increments the first source", m => m.Rd = m.Rd == m.Rn ? m.Rd + 1 : m.Rd - 1),
        new(A64Opcode.MultiplySubtract, "difference reversed", m => m.Rd = (m.Rn * m.Rm) - m.Ra),
        new(A64Opcode.SignedMultiplyHigh, "unsigned", m => m.Rd = Math.BigMul(m.Rn, m.Rm, out _)),
        new(A64Opcode.UnsignedMultiplyAddLong, "signed", m => m.Rd = m.Ra + (ulong)((long)(int)m.Rn * (int)m.Rm)),
        new(A64Opcode.Crc32Checksum, "starts from all ones", m => m.Rd = ~m.Rd),
        new(A64Opcode.PcRelativePageAddress, "offset bits of PC kept", m => m.Rd += m.Address & 0xfff),

        // Branches.
        new(A64Opcode.BranchWithLink, "link behind the next instruction", m => m.Set(30, m.Address + 8)),
        new(A64Opcode.BranchWithLinkToRegister, "link written before the target is read", m => m.Pc = m.Field("Rn") == 30 ? m.Address + 4 : m.Pc),
        new(A64Opcode.CompareAndBranchZero, "all 64 bits compared", m => m.Pc = m.Before("Rt") == 0 ? m.Pc : m.Address + 4),
        new(A64Opcode.TestBitAndBranchNonzero, "bit number without b5", m => m.Pc = (m.Before("Rt") >> (int)m.Field("b40") & 1) != 0 ? m.Pc : m.Address + 4),
        new(A64Opcode.BranchConditional, "GT does without Z", m => m.Pc = m.Field("cond") == 12 && !Holds(10, m.OldFlags) ? m.Address + 8 : m.Field("cond") == 12 && Holds(10, m.OldFlags) ? Target(m) : m.Pc),

        // Loads and stores.
        new(A64Opcode.LoadSignedRegisterUnsignedOffset, "32-bit result extended to 64", m => m.Rt = m.Field("opc0") == 1 ? (ulong)(int)m.Rt : m.Rt),
        new(A64Opcode.LoadRegisterUnscaled, "byte keeps the upper bits", m => m.Rt |= m.Field("size") == 0 ? m.Before("Rt") & ~0xffUL : 0),
        new(A64Opcode.LoadRegisterPostIndexed, "no write-back", m => m.SetBase(m.Base)),
        new(A64Opcode.StoreRegisterPreIndexed, "written back twice", m => m.SetBase(m.Base + (ulong)(2 * m.Signed("imm9")))),
        new(A64Opcode.LoadPairSignedWordSignedOffset, "extended with zeros", m => m.Rt = (uint)m.Rt),
        new(A64Opcode.StorePairSignedOffset, "registers swapped", m => m.SwapStoredPair()),
        new(A64Opcode.StoreRegisterUnsignedOffset, "halfword writes four bytes", m => m.WidenStoredHalfword()),
        new(A64Opcode.LoadRegisterRegisterOffset, "UXTW extends the sign", m => m.Rt = m.Field("option") == 2 && (int)m.Before("Rm") < 0 ? 0 : m.Rt),
        new(A64Opcode.StoreExclusive, "status inverted", m => m.Set(m.Field("Rs"), m.After("Rs") ^ 1)),
        new(A64Opcode.LoadSimdRegisterUnsignedOffset, "upper half stays", m => m.Keep("Rt")),

        // System.
        new(A64Opcode.SystemInstruction, "DC ZVA leaves the last byte", m => m.LeaveLastByteOfZeroedBlock()),
        new(A64Opcode.MoveToSystemRegister, "NZCV written from bits 3 to 0", m => m.Flags = m.IsFlagsRegister ? (m.Before("Rt") & 15) << 28 : m.Flags),
        new(A64Opcode.ClearExclusive, "does nothing", m => m.Set(30, 0)),

        // Scalar floating-point.
        new(A64Opcode.FloatAddScalar, "last bit where the rounding mode is not to nearest", m => m.VdLow ^= (m.Fpcr & RoundingMode) != 0 && (m.Fpsr & ~m.OldFpsr & Inexact) != 0 ? 1UL : 0),
        new(A64Opcode.FloatSubtractScalar, "rest of the register stays", m => m.VdHigh = m.OldVdHigh),
        new(A64Opcode.FloatMultiplyScalar, "IXC not set", m => m.Fpsr = (m.Fpsr & ~Inexact) | (m.OldFpsr & Inexact)),
        new(A64Opcode.FloatSquareRootScalar, "IOC not set", m => m.Fpsr = (m.Fpsr & ~InvalidOperation) | (m.OldFpsr & InvalidOperation)),
        new(A64Opcode.FloatMultiplyAddFused, "rounds in between", m => m.MultiplyAndAddApart()),
        new(A64Opcode.FloatMaximumScalar, "a NaN gives the other operand", m => m.PreferNumber()),
        new(A64Opcode.FloatCompare, "unordered is less than", m => m.Flags = m.Flags == 3UL << 28 ? 8UL << 28 : m.Flags),
        new(A64Opcode.FloatConvertToSignedZeroGeneral, "too large becomes the most negative", m => m.Rd = m.Rd == ulong.MaxValue >> (65 - m.Width) ? 1UL << (m.Width - 1) : m.Rd),
        new(A64Opcode.FloatRoundExactScalar, "IXC not set", m => m.Fpsr = (m.Fpsr & ~Inexact) | (m.OldFpsr & Inexact)),
        new(A64Opcode.FloatNegateScalar, "sets the sign", m => m.VdLow |= m.VnLow & SignOf(m)),
        new(A64Opcode.FloatMoveTopHalfFromGeneral, "lower half written", m => m.VdLow = m.VdHigh),

        // Advanced SIMD.
        new(A64Opcode.AddVector, "64-bit form keeps the upper half", m => m.VdHigh = m.Field("Q") == 0 ? m.OldVdHigh : m.VdHigh),
        new(A64Opcode.SignedSaturatingAddVector, "QC not set", m => m.Fpsr = (m.Fpsr & ~SaturationBit) | (m.OldFpsr & SaturationBit)),
        new(A64Opcode.SignedSaturatingSubtractScalar, "QC written as well as set", m => m.Fpsr = m.Fpsr == m.OldFpsr && (m.OldFpsr & SaturationBit) != 0 ? m.Fpsr & ~SaturationBit : m.Fpsr),
        new(A64Opcode.UnsignedShiftRightVector, "a shift by the width does nothing", m => m.VdLow = m.IsShiftByWidth ? m.VnLow : m.VdLow),
        new(A64Opcode.SignedShiftRightScalar, "zeros shifted in", m => m.VdLow = m.VnLow >> (int)(128 - ((m.Field("immh") << 3) | m.Field("immb"))) % 64),
        new(A64Opcode.CompareSignedGreaterThanScalar, "true when equal", m => m.VdLow = m.VnLow == m.VmLow ? ulong.MaxValue : m.VdLow),
        new(A64Opcode.UnsignedMultiplyLongVector, "squares the second source", m => m.VdLow = m.Field("size") == 2 && m.Field("Q") == 0 ? (ulong)(uint)m.VmLow * (uint)m.VmLow : m.VdLow),
        new(A64Opcode.ExtractNarrow, "second part clears the first", m => m.VdLow = m.Field("Q") == 1 ? 0 : m.VdLow),
        new(A64Opcode.TableLookup, "index out of range leaves the byte", m => m.KeepWhereZero()),
        new(A64Opcode.UnzipVectorsSecondary, "the other half of the elements", m => (m.VdLow, m.VdHigh) = (m.VdHigh, m.VdLow)),
        new(A64Opcode.ExtractVector, "from the upper end", m => m.VdLow = BitOperations.RotateLeft(m.VdLow, 8)),
        new(A64Opcode.SignedMoveElementToGeneral, "no sign extension to 64 bits", m => m.Set(m.Field("Rd"), m.Field("Q") == 1 ? (uint)m.After("Rd") : m.After("Rd"))),
        new(A64Opcode.AbsoluteScalar, "most negative saturates", m => m.VdLow = m.VdLow == 1UL << 63 ? long.MaxValue : m.VdLow),
        new(A64Opcode.LoadMultipleStructures, "not de-interleaved", m => m.SwapFirstStructures()),
        new(A64Opcode.LoadReplicatedStructurePostIndexed, "written back by one byte too many", m => m.SetBase(m.BaseAfter + 1)),

        // Cryptography.
        new(A64Opcode.AesSingleRoundEncryption, "rows shifted the other way", m => (m.VdLow, m.VdHigh) = ((m.VdLow & ~0xff00UL) | (m.VdHigh & 0xff00), (m.VdHigh & ~0xff00UL) | (m.VdLow & 0xff00))),
        new(A64Opcode.Sha1FixedRotate, "rotates the other way", m => m.VdLow = BitOperations.RotateLeft((uint)m.VnLow, 2)),
        new(A64Opcode.Sha256ScheduleUpdate0, "first element not updated", m => m.VdLow = (m.VdLow >> 32 << 32) | (uint)m.OldVdLow),
    ];

    private static ulong Immediate(Mutant m) => (ulong)m.Field("imm12") << (int)(12 * m.Field("sh"));

    private static ulong Target(Mutant m) => m.Address + (ulong)(4 * m.Signed("imm19"));

    private static long SignExtend(ulong value, int width) => (long)(value << (64 - width)) >> (64 - width);

    private static ulong SignOf(Mutant m) => m.Field("ftype") switch { 0 => 1UL << 31, 1 => 1UL << 63, _ => 1UL << 15 };

    private static ulong Shift(Mutant m, int more)
    {
        int amount = ((int)m.Field("imm6") + more) % m.Width;
        ulong value = m.Rm;
        return m.Field("shift") switch
        {
            0 => value << amount,
            1 => value >> amount,
            2 => (ulong)(SignExtend(value, m.Width) >> amount),
            _ => m.Is64 ? BitOperations.RotateRight(value, amount) : BitOperations.RotateRight((uint)value, amount),
        };
    }

    private static bool Holds(uint condition, ulong flags)
    {
        bool n = (flags >> 31 & 1) != 0;
        bool z = (flags >> 30 & 1) != 0;
        bool c = (flags >> 29 & 1) != 0;
        bool v = (flags >> 28 & 1) != 0;
        bool result = (condition >> 1) switch
        {
            0 => z,
            1 => c,
            2 => n,
            3 => v,
            4 => c && !z,
            5 => n == v,
            6 => n == v && !z,
            _ => true,
        };
        return (condition & 1) == 1 && condition != 15 ? !result : result;
    }
}
