using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Timing;

namespace Emulator.Cpu.FastForward;

/// <summary>What instructions make of values that depend on the iteration. What is not understood gives an opaque value, unless all that it reads is constant.</summary>
internal sealed unsafe partial class LoopAnalysis
{
    private const int StackPointer = CpuState.StackPointer;
    private const int LinkRegister = 30;

    // False when the way, or an address, could be another one in another iteration, as far as can be told.
    private bool TryExecute(in TraceStep step)
    {
        uint word = step.Word;
        int d = (int)word & 31;
        switch (step.Opcode)
        {
            case A64Opcode.PcRelativeAddress or A64Opcode.PcRelativePageAddress or A64Opcode.MoveWideWithNot or A64Opcode.MoveWideWithZero:
                SetRegister(d, LoopValue.Constant(step.First));
                return true;
            case A64Opcode.AddImmediate or A64Opcode.AddImmediateSetFlags or A64Opcode.SubtractImmediate or A64Opcode.SubtractImmediateSetFlags:
                AddImmediate(step);
                return true;
            case A64Opcode.AddShiftedRegister or A64Opcode.AddShiftedRegisterSetFlags
                or A64Opcode.SubtractShiftedRegister or A64Opcode.SubtractShiftedRegisterSetFlags:
                Add(step, Source(word >> 5), Shifted(step));
                return true;
            case A64Opcode.AddExtendedRegister or A64Opcode.AddExtendedRegisterSetFlags
                or A64Opcode.SubtractExtendedRegister or A64Opcode.SubtractExtendedRegisterSetFlags:
                Add(step, _state[(int)(word >> 5) & 31], Extended(step));
                return true;
            case A64Opcode.AndImmediate or A64Opcode.OrImmediate or A64Opcode.ExclusiveOrImmediate or A64Opcode.AndImmediateSetFlags:
                _ = BitMasks.TryDecode(word >> 31, (word >> 22) & 1, (word >> 10) & 63, (word >> 16) & 63, out ulong mask, out _);
                Combine(step, Source(word >> 5), LoopValue.Constant(mask), toStackPointer: step.Opcode != A64Opcode.AndImmediateSetFlags);
                return true;
            case A64Opcode.AndShiftedRegister or A64Opcode.BitClearShiftedRegister or A64Opcode.OrShiftedRegister or A64Opcode.OrNotShiftedRegister
                or A64Opcode.ExclusiveOrShiftedRegister or A64Opcode.ExclusiveOrNotShiftedRegister
                or A64Opcode.AndShiftedRegisterSetFlags or A64Opcode.BitClearShiftedRegisterSetFlags:
                LoopValue operand = Shifted(step);
                bool inverts = (word & (1 << 21)) != 0;
                Combine(step, Source(word >> 5), inverts ? Inverted(operand) : operand, toStackPointer: false);
                return true;
            case A64Opcode.SignedBitfieldMove or A64Opcode.UnsignedBitfieldMove:
                SetResult(step, MoveBitfield(step));
                return true;
            case A64Opcode.MoveWideWithKeep:
                SetResult(step, Recorded(step, Source(word)));
                return true;
            case A64Opcode.BitfieldMove:
                SetResult(step, Recorded(step, Source(word), Source(word >> 5)));
                return true;
            case A64Opcode.ReverseBits or A64Opcode.ReverseBytesInHalfwords or A64Opcode.ReverseBytesInWords or A64Opcode.ReverseBytesOfWord
                or A64Opcode.ReverseBytesOfDoubleword or A64Opcode.CountLeadingZeros or A64Opcode.CountLeadingSignBits:
                SetResult(step, Recorded(step, Source(word >> 5)));
                return true;
            case A64Opcode.ExtractRegister or A64Opcode.RotateRightVariable or A64Opcode.Crc32Checksum or A64Opcode.Crc32CChecksum or A64Opcode.SignedMultiplyHigh:
                SetResult(step, Recorded(step, Source(word >> 5), Source(word >> 16)));
                return true;
            case A64Opcode.UnsignedDivide or A64Opcode.SignedDivide:
                SetResult(step, Divide(step));
                return true;
            case A64Opcode.LogicalShiftLeftVariable or A64Opcode.LogicalShiftRightVariable or A64Opcode.ArithmeticShiftRightVariable:
                SetResult(step, ShiftByRegister(step));
                return true;
            case A64Opcode.AddWithCarry or A64Opcode.SubtractWithCarry or A64Opcode.AddWithCarrySetFlags or A64Opcode.SubtractWithCarrySetFlags:
                AddWithCarry(step);
                return true;
            case A64Opcode.MultiplyAdd or A64Opcode.MultiplySubtract or A64Opcode.SignedMultiplyAddLong or A64Opcode.SignedMultiplySubtractLong
                or A64Opcode.UnsignedMultiplyAddLong or A64Opcode.UnsignedMultiplySubtractLong:
                SetResult(step, MultiplyAdd(step));
                return true;
            case A64Opcode.UnsignedMultiplyHigh:
                SetResult(step, MultiplyHigh(step));
                return true;
            case A64Opcode.ConditionalSelect or A64Opcode.ConditionalSelectIncrement or A64Opcode.ConditionalSelectInvert or A64Opcode.ConditionalSelectNegate:
                return TrySelect(step);
            case A64Opcode.ConditionalCompareRegister or A64Opcode.ConditionalCompareImmediate
                or A64Opcode.ConditionalCompareNegativeRegister or A64Opcode.ConditionalCompareNegativeImmediate:
                return TryCompareConditionally(step);
            case A64Opcode.Branch:
                return true;
            case A64Opcode.BranchWithLink:
                _state[LinkRegister] = LoopValue.Constant(step.First);
                return true;
            case A64Opcode.BranchConditional:
                return TryDecide((int)word & 15, out _);
            case A64Opcode.CompareAndBranchZero or A64Opcode.CompareAndBranchNonzero:
                return TryFixEqual(Source(word), LoopValue.Constant(0), BitsOf(word));
            case A64Opcode.TestBitAndBranchZero or A64Opcode.TestBitAndBranchNonzero:
                return TryFixBit(Source(word), (int)(((word >> 26) & 32) | ((word >> 19) & 31)));
            case A64Opcode.BranchToRegister or A64Opcode.ReturnFromSubroutine:
                return IsFixed(Source(word >> 5));
            case A64Opcode.BranchWithLinkToRegister:
                bool isFixed = IsFixed(Source(word >> 5));
                _state[LinkRegister] = LoopValue.Constant(step.First);
                return isFixed;
            case A64Opcode.MoveFromSystemRegister:
                ReadSystemRegister(step);
                return true;
            case A64Opcode.NoOperation or A64Opcode.Yield or A64Opcode.Hint or A64Opcode.DataSynchronizationBarrier
                or A64Opcode.DataMemoryBarrier or A64Opcode.InstructionSynchronizationBarrier:
                return true;
            default:
                return MemoryOperand.TryDecode(step.Opcode, word, out MemoryOperand access) && TryAccess(step, access);
        }
    }

    private static int BitsOf(uint word) => (word >> 31) != 0 ? 64 : 32;

    private static LoopFlags ConstantFlags(in TraceStep step, in LoopValue left, in LoopValue right) =>
        LoopFlags.Constant(step.Flags, Math.Min(left.Iterations, right.Iterations));

    // What an instruction makes of constants is what it made of them in the first iteration; of anything else nothing is known.
    private static LoopValue Recorded(in TraceStep step, in LoopValue operand) => Recorded(step, operand, operand);

    private static LoopValue Recorded(in TraceStep step, in LoopValue left, in LoopValue right) => left.IsConstant && right.IsConstant
        ? LoopValue.Constant(step.First) with { Iterations = Math.Min(left.Iterations, right.Iterations) }
        : LoopValue.Opaque;

    // A register where 31 reads as zero; the number is in the low five bits.
    private LoopValue Source(uint number)
    {
        int register = (int)number & 31;
        return register == 31 ? LoopValue.Constant(0) : _state[register];
    }

    private void SetRegister(int register, in LoopValue value)
    {
        if (register != 31)
        {
            _state[register] = value;
        }
    }

    private void SetResult(in TraceStep step, in LoopValue value, bool toStackPointer = false)
    {
        int d = (int)step.Word & 31;
        if (d != 31 || toStackPointer)
        {
            // In the first iteration the result is known: what disagrees with it is not believed.
            LoopValue result = _space.Truncate(value, BitsOf(step.Word));
            _state[d] = result.IsOpaque || result.First == step.First ? result : LoopValue.Opaque;
        }
    }

    private bool IsFixed(in LoopValue value) => value.IsConstant && TryRestrict(value.Iterations);

    private bool TrySelect(in TraceStep step)
    {
        if (!TryDecide((int)(step.Word >> 12) & 15, out bool holds))
        {
            return false;
        }

        LoopValue first = Source(step.Word >> 5);
        LoopValue second = Source(step.Word >> 16);
        SetResult(step, holds ? first : step.Opcode switch
        {
            A64Opcode.ConditionalSelectIncrement => IterationSpace.Add(second, LoopValue.Constant(1)),
            A64Opcode.ConditionalSelectInvert => Inverted(second),
            A64Opcode.ConditionalSelectNegate => IterationSpace.Negate(second),
            _ => second,
        });
        return true;
    }

    private bool TryCompareConditionally(in TraceStep step)
    {
        if (!TryDecide((int)(step.Word >> 12) & 15, out bool holds))
        {
            return false;
        }

        bool isImmediate = (step.Word & (1 << 11)) != 0;
        LoopValue left = Source(step.Word >> 5);
        LoopValue right = isImmediate ? LoopValue.Constant((step.Word >> 16) & 31) : Source(step.Word >> 16);
        if (holds)
        {
            SetFlags(step, left, right, (step.Word & (1 << 30)) != 0);
        }
        else
        {
            _state.Flags = LoopFlags.Constant(step.Word << 28);
        }

        return true;
    }

    private void ReadSystemRegister(in TraceStep step)
    {
        LoopValue value = (ushort)(step.Word >> 5) switch
        {
            TimerSystemRegister.PhysicalCount or TimerSystemRegister.VirtualCount => LoopValue.Affine(step.First, _ticks),
            _ => LoopValue.Constant(step.First),
        };
        SetRegister((int)step.Word & 31, value);
    }

    private bool TryAccess(in TraceStep step, in MemoryOperand access)
    {
        if (access.HasBase && !IsFixed(_state[access.Base]))
        {
            return false;
        }

        if (access.HasIndex && !IsFixed(Source((uint)access.Index)))
        {
            return false;
        }

        if (access.Kind == MemoryOperandKind.Store)
        {
            Store(step.Address, access, access.First);
            if (access.IsPair)
            {
                Store(step.Address + access.Size, access, access.Second);
            }
        }

        LoopValue first = default;
        LoopValue second = default;
        if (access.Kind == MemoryOperandKind.Load)
        {
            first = Load(step.Address, access, step.First);
            second = access.IsPair ? Load(step.Address + access.Size, access, step.Second) : default;
        }

        if (access.WritesBack)
        {
            _state[access.Base] = IterationSpace.Add(_state[access.Base], LoopValue.Constant((ulong)access.Offset));
        }

        if (access.Kind == MemoryOperandKind.Load)
        {
            SetRegister(access.First, first);
            if (access.IsPair)
            {
                SetRegister(access.Second, second);
            }
        }

        return true;
    }

    private void Store(nint address, in MemoryOperand access, int register) => _state.Store(address, access.Size, Source((uint)register));

    // A device that may be polled gives the same in all iterations.
    private LoopValue Load(nint address, in MemoryOperand access, ulong first)
    {
        LoopValue value = address == 0 ? LoopValue.Constant(first) : _state.Load(address, access.Size, first);
        return access.SignedBits == 0 ? value : _space.Truncate(_space.SignExtend(value, access.Size * 8), access.SignedBits);
    }
}
