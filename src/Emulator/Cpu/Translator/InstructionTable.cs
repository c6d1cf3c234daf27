using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>The traits of each row of the instruction table.</summary>
internal static partial class InstructionTable
{
    // DC ZVA.
    private const uint ZeroBlock = 0xd50b_7420;

    private static readonly InstructionTraits[] Traits = MakeTraits();

    /// <summary>The traits of a row. Rows that nobody mentions here are the interpreter's.</summary>
    public static InstructionTraits Of(ushort opcode) => opcode < Traits.Length ? Traits[opcode] : InstructionTraits.MayLeave;

    /// <summary>The traits of an instruction: those of its row, but for a system instruction that is translated, an access to a system register, and what has more to do with NZCV as long as floating point is the host's.</summary>
    /// <param name="operation">The instruction.</param>
    /// <param name="mode">What code is to take for granted.</param>
    public static unsafe InstructionTraits Of(DecodedOperation* operation, TranslationMode mode)
    {
        const InstructionTraits floats = InstructionTraits.Translated | InstructionTraits.UsesVectors | InstructionTraits.KeepsHostFlags;
        InstructionTraits traits = Of(operation->Opcode);
        return (A64Opcode)operation->Opcode switch
        {
            A64Opcode.SystemInstruction when (operation->Encoding & ~31u) == ZeroBlock => traits | InstructionTraits.Translated,
            A64Opcode.MoveFromSystemRegister or A64Opcode.MoveToSystemRegister or A64Opcode.MoveImmediateToProcessState => OfRegister(operation, mode) ?? traits,
            A64Opcode.FloatCompare or A64Opcode.FloatCompareSignaling when HasFloats(operation, mode, TranslationMode.HostArithmetic) =>
                traits | InstructionTraits.WritesFlags,
            A64Opcode.FloatConditionalSelect when HasFloats(operation, mode) => floats | InstructionTraits.ReadsFlags,
            A64Opcode.FloatMoveRegister or A64Opcode.FloatMoveImmediateScalar or A64Opcode.FloatAbsoluteScalar or A64Opcode.FloatNegateScalar
                or A64Opcode.FloatMoveToGeneral or A64Opcode.FloatMoveFromGeneral when HasFloats(operation, mode) => floats,
            _ => traits,
        };
    }

    // Single or double precision, in a mode that lets nothing leave.
    private static unsafe bool HasFloats(DecodedOperation* operation, TranslationMode mode, TranslationMode more = TranslationMode.None) =>
        ((operation->Encoding >> 22) & 3) <= 1 && mode.HasFlag(TranslationMode.FloatingPoint | more);

    // Null for one that is the interpreter's.
    private static unsafe InstructionTraits? OfRegister(DecodedOperation* operation, TranslationMode mode)
    {
        const InstructionTraits translated = InstructionTraits.Translated | InstructionTraits.System;
        return PlainRegister.Of(operation, mode).Kind switch
        {
            PlainRegisterKind.None => null,
            PlainRegisterKind.PhysicalCount or PlainRegisterKind.VirtualCount or PlainRegisterKind.CounterFrequency => translated | InstructionTraits.MayLeave,
            _ when (A64Opcode)operation->Opcode == A64Opcode.MoveFromSystemRegister => translated | InstructionTraits.KeepsHostFlags,
            PlainRegisterKind.InterruptMask or PlainRegisterKind.InterruptMaskClear => translated | InstructionTraits.MayLeave,
            _ => translated,
        };
    }

    private static InstructionTraits[] MakeTraits()
    {
        var traits = new InstructionTraits[(int)Enum.GetValues<A64Opcode>()[^1] + 1];
        Array.Fill(traits, InstructionTraits.MayLeave);
        const InstructionTraits plain = InstructionTraits.Translated;
        Set(plain, [
            A64Opcode.AndImmediate, A64Opcode.OrImmediate, A64Opcode.ExclusiveOrImmediate,
            A64Opcode.SignedBitfieldMove, A64Opcode.BitfieldMove, A64Opcode.UnsignedBitfieldMove, A64Opcode.ExtractRegister,
            A64Opcode.UnsignedDivide, A64Opcode.SignedDivide, A64Opcode.LogicalShiftLeftVariable, A64Opcode.LogicalShiftRightVariable,
            A64Opcode.ArithmeticShiftRightVariable, A64Opcode.RotateRightVariable, A64Opcode.Crc32CChecksum,
            A64Opcode.ReverseBits, A64Opcode.ReverseBytesInHalfwords, A64Opcode.ReverseBytesInWords, A64Opcode.ReverseBytesOfWord, A64Opcode.ReverseBytesOfDoubleword,
            A64Opcode.CountLeadingZeros, A64Opcode.CountLeadingSignBits,
            A64Opcode.AndShiftedRegister, A64Opcode.BitClearShiftedRegister, A64Opcode.OrShiftedRegister, A64Opcode.OrNotShiftedRegister,
            A64Opcode.ExclusiveOrShiftedRegister, A64Opcode.ExclusiveOrNotShiftedRegister,
            A64Opcode.AddShiftedRegister, A64Opcode.SubtractShiftedRegister, A64Opcode.AddExtendedRegister, A64Opcode.SubtractExtendedRegister,
            A64Opcode.MultiplyAdd, A64Opcode.MultiplySubtract, A64Opcode.SignedMultiplyAddLong, A64Opcode.SignedMultiplySubtractLong,
            A64Opcode.SignedMultiplyHigh, A64Opcode.UnsignedMultiplyAddLong, A64Opcode.UnsignedMultiplySubtractLong, A64Opcode.UnsignedMultiplyHigh,
        ]);
        Set(plain | InstructionTraits.KeepsHostFlags, [
            A64Opcode.PcRelativeAddress, A64Opcode.PcRelativePageAddress, A64Opcode.MoveWideWithNot, A64Opcode.MoveWideWithZero, A64Opcode.MoveWideWithKeep,
            A64Opcode.AddImmediate, A64Opcode.SubtractImmediate,
            A64Opcode.PrefetchUnsignedOffset, A64Opcode.PrefetchUnscaled, A64Opcode.PrefetchRegisterOffset, A64Opcode.PrefetchLiteral,
            A64Opcode.Hint, A64Opcode.NoOperation, A64Opcode.DataSynchronizationBarrier, A64Opcode.DataMemoryBarrier, A64Opcode.ClearExclusive,
            A64Opcode.BranchTargetIdentification, A64Opcode.InstructionSynchronizationBarrier, A64Opcode.SpeculationBarrier,
        ]);
        Set(plain | InstructionTraits.WritesFlags, [
            A64Opcode.AddImmediateSetFlags, A64Opcode.SubtractImmediateSetFlags, A64Opcode.AndImmediateSetFlags,
            A64Opcode.AndShiftedRegisterSetFlags, A64Opcode.BitClearShiftedRegisterSetFlags,
            A64Opcode.AddShiftedRegisterSetFlags, A64Opcode.SubtractShiftedRegisterSetFlags,
            A64Opcode.AddExtendedRegisterSetFlags, A64Opcode.SubtractExtendedRegisterSetFlags,
        ]);
        Set(plain | InstructionTraits.ReadsFlags, [A64Opcode.AddWithCarry, A64Opcode.SubtractWithCarry]);
        Set(plain | InstructionTraits.ReadsFlags | InstructionTraits.KeepsHostFlags, [
            A64Opcode.ConditionalSelect, A64Opcode.ConditionalSelectIncrement, A64Opcode.ConditionalSelectInvert, A64Opcode.ConditionalSelectNegate,
        ]);
        Set(plain | InstructionTraits.ReadsFlags | InstructionTraits.WritesFlags, [
            A64Opcode.AddWithCarrySetFlags, A64Opcode.SubtractWithCarrySetFlags,
            A64Opcode.ConditionalCompareNegativeRegister, A64Opcode.ConditionalCompareNegativeImmediate,
            A64Opcode.ConditionalCompareRegister, A64Opcode.ConditionalCompareImmediate,
        ]);
        Set(plain | InstructionTraits.MayLeave | InstructionTraits.PlainAccess, [
            A64Opcode.StoreRegisterUnsignedOffset, A64Opcode.LoadRegisterUnsignedOffset, A64Opcode.LoadSignedRegisterUnsignedOffset,
            A64Opcode.StoreRegisterUnscaled, A64Opcode.LoadRegisterUnscaled, A64Opcode.LoadSignedRegisterUnscaled,
            A64Opcode.StoreRegisterPostIndexed, A64Opcode.LoadRegisterPostIndexed, A64Opcode.LoadSignedRegisterPostIndexed,
            A64Opcode.StoreRegisterPreIndexed, A64Opcode.LoadRegisterPreIndexed, A64Opcode.LoadSignedRegisterPreIndexed,
            A64Opcode.StoreRegisterRegisterOffset, A64Opcode.LoadRegisterRegisterOffset, A64Opcode.LoadSignedRegisterRegisterOffset,
            A64Opcode.LoadRegisterLiteral, A64Opcode.LoadSignedWordLiteral,
            A64Opcode.StoreRegisterUnprivileged, A64Opcode.LoadRegisterUnprivileged, A64Opcode.LoadSignedRegisterUnprivileged,
            A64Opcode.StoreNonTemporalPair, A64Opcode.LoadNonTemporalPair,
            A64Opcode.StorePairPostIndexed, A64Opcode.StorePairSignedOffset, A64Opcode.StorePairPreIndexed,
            A64Opcode.LoadPairPostIndexed, A64Opcode.LoadPairSignedOffset, A64Opcode.LoadPairPreIndexed,
            A64Opcode.LoadPairSignedWordPostIndexed, A64Opcode.LoadPairSignedWordSignedOffset, A64Opcode.LoadPairSignedWordPreIndexed,
        ]);
        Set(plain | InstructionTraits.MayLeave, [
            A64Opcode.LoadAcquire, A64Opcode.LoadLimitedOrderingAcquire, A64Opcode.LoadAcquireRcpc, A64Opcode.LoadAcquireRcpcUnscaled,
            A64Opcode.LoadAcquireRcpcSignedUnscaled, A64Opcode.StoreRelease, A64Opcode.StoreLimitedOrderingRelease, A64Opcode.StoreReleaseUnscaled,
            A64Opcode.LoadExclusive, A64Opcode.LoadAcquireExclusive, A64Opcode.LoadExclusivePair, A64Opcode.LoadAcquireExclusivePair,
            A64Opcode.StoreExclusive, A64Opcode.StoreReleaseExclusive, A64Opcode.StoreExclusivePair, A64Opcode.StoreReleaseExclusivePair,
            A64Opcode.AtomicAdd, A64Opcode.AtomicBitClear, A64Opcode.AtomicExclusiveOr, A64Opcode.AtomicBitSet, A64Opcode.AtomicSwap,
            A64Opcode.AtomicSignedMaximum, A64Opcode.AtomicSignedMinimum, A64Opcode.AtomicUnsignedMaximum, A64Opcode.AtomicUnsignedMinimum,
            A64Opcode.CompareAndSwap, A64Opcode.CompareAndSwapPair,
        ]);
        Set(plain | InstructionTraits.MayLeave, [
            A64Opcode.PacInstructionAddress, A64Opcode.PacInstructionAddressZero, A64Opcode.PacDataAddress, A64Opcode.PacDataAddressZero,
            A64Opcode.PacX17ByX16, A64Opcode.PacLinkRegisterByZero, A64Opcode.PacLinkRegisterByStackPointer,
            A64Opcode.AuthenticateInstructionAddress, A64Opcode.AuthenticateInstructionAddressZero, A64Opcode.AuthenticateDataAddress,
            A64Opcode.AuthenticateDataAddressZero, A64Opcode.AuthenticateX17ByX16, A64Opcode.AuthenticateLinkRegisterByZero,
            A64Opcode.AuthenticateLinkRegisterByStackPointer,
        ]);
        Set(plain | InstructionTraits.MayLeave | InstructionTraits.UsesVectors, VectorOpcodes);
        if (HostFeatures.HasCarrylessMultiply)
        {
            Set(plain, [A64Opcode.Crc32Checksum]);
        }

        Set(plain | InstructionTraits.Conditional | InstructionTraits.ReadsFlags | InstructionTraits.KeepsHostFlags, [A64Opcode.BranchConditional]);
        Set(plain | InstructionTraits.Conditional, [
            A64Opcode.CompareAndBranchZero, A64Opcode.CompareAndBranchNonzero, A64Opcode.TestBitAndBranchZero, A64Opcode.TestBitAndBranchNonzero,
        ]);
        Set(plain | InstructionTraits.EndsBlock, [
            A64Opcode.Branch, A64Opcode.BranchWithLink, A64Opcode.BranchToRegister, A64Opcode.BranchWithLinkToRegister, A64Opcode.ReturnFromSubroutine,
        ]);
        Set(InstructionTraits.MayLeave | InstructionTraits.EndsBlock, [
            A64Opcode.Undefined, A64Opcode.ExceptionReturn, A64Opcode.SupervisorCall, A64Opcode.HypervisorCall, A64Opcode.SecureMonitorCall,
            A64Opcode.BreakpointInstruction, A64Opcode.HaltInstruction, A64Opcode.WaitForEvent, A64Opcode.WaitForInterrupt,
        ]);
        return traits;

        void Set(InstructionTraits value, ReadOnlySpan<A64Opcode> opcodes)
        {
            foreach (A64Opcode opcode in opcodes)
            {
                traits[(int)opcode] = value;
            }
        }
    }
}
