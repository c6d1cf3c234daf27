using System.Numerics;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.FastForward;

/// <summary>Integer arithmetic on values that depend on the iteration.</summary>
internal sealed unsafe partial class LoopAnalysis
{
    private static LoopValue Inverted(in LoopValue value) => IterationSpace.Subtract(LoopValue.Constant(ulong.MaxValue), value);

    private void AddImmediate(in TraceStep step)
    {
        uint word = step.Word;
        ulong immediate = (ulong)((word >> 10) & 0xfff) << ((word & (1 << 22)) != 0 ? 12 : 0);
        Add(step, _state[(int)(word >> 5) & 31], LoopValue.Constant(immediate));
    }

    // Bit 30 says subtract, bit 29 says set flags; without flags an immediate or extended operand makes 31 the stack pointer.
    private void Add(in TraceStep step, in LoopValue left, in LoopValue right)
    {
        bool subtracts = (step.Word & (1 << 30)) != 0;
        bool setsFlags = (step.Word & (1 << 29)) != 0;
        bool isShifted = step.Opcode is A64Opcode.AddShiftedRegister or A64Opcode.SubtractShiftedRegister;
        LoopValue result = subtracts ? IterationSpace.Subtract(left, right) : IterationSpace.Add(left, right);
        SetResult(step, result, toStackPointer: !setsFlags && !isShifted);
        if (setsFlags)
        {
            SetFlags(step, left, right, subtracts);
        }
    }

    private void SetFlags(in TraceStep step, in LoopValue left, in LoopValue right, bool isDifference)
    {
        if (left.IsConstant && right.IsConstant)
        {
            _state.Flags = ConstantFlags(step, left, right);
            return;
        }

        _state.Flags = new LoopFlags
        {
            Kind = isDifference ? LoopFlags.Origin.Comparison : LoopFlags.Origin.Sum,
            Left = isDifference ? left : IterationSpace.Add(left, right),
            Right = right,
            Bits = BitsOf(step.Word),
            First = step.Flags,
        };
    }

    private void AddWithCarry(in TraceStep step)
    {
        LoopValue left = Source(step.Word >> 5);
        LoopValue right = Source(step.Word >> 16);
        LoopFlags flags = _state.Flags;
        bool isConstant = left.IsConstant && right.IsConstant && flags.Kind == LoopFlags.Origin.Constant;
        long iterations = Math.Min(flags.Iterations, Math.Min(left.Iterations, right.Iterations));
        SetResult(step, isConstant ? LoopValue.Constant(step.First) with { Iterations = iterations } : LoopValue.Opaque);
        if ((step.Word & (1 << 29)) != 0)
        {
            _state.Flags = isConstant ? LoopFlags.Constant(step.Flags, iterations) : default;
        }
    }

    // The second operand of a shifted-register form.
    private LoopValue Shifted(in TraceStep step)
    {
        LoopValue value = Source(step.Word >> 16);
        int amount = (int)(step.Word >> 10) & 63;
        return amount == 0 ? value : Shift(value, (int)(step.Word >> 22) & 3, amount, BitsOf(step.Word));
    }

    // LSL, LSR, ASR, ROR are 0 to 3.
    private LoopValue Shift(in LoopValue value, int kind, int amount, int bits)
    {
        switch (kind)
        {
            case 0:
                return IterationSpace.Multiply(value, LoopValue.Constant(1UL << amount));
            case 1:
                return IterationSpace.Divide(_space.AsUnsigned(value, bits), WideInteger.One << amount);
            case 2:
                return IterationSpace.Divide(_space.AsSigned(value, bits), WideInteger.One << amount);
            default:
                ulong rotated = bits == 64 ? BitOperations.RotateRight(value.IsOpaque ? 0 : value.First, amount) : BitOperations.RotateRight((uint)(value.IsOpaque ? 0 : value.First), amount);
                return value.IsConstant ? LoopValue.Constant(rotated) with { Iterations = value.Iterations } : LoopValue.Opaque;
        }
    }

    private LoopValue ShiftByRegister(in TraceStep step)
    {
        LoopValue value = Source(step.Word >> 5);
        LoopValue amount = Source(step.Word >> 16);
        if (value.IsConstant || !amount.IsConstant)
        {
            return Recorded(step, value, amount);
        }

        int bits = BitsOf(step.Word);
        LoopValue result = Shift(value, (int)(step.Word >> 10) & 3, (int)amount.First & (bits - 1), bits);
        return result with { Iterations = Math.Min(result.Iterations, amount.Iterations) };
    }

    // The second operand of an extended-register form.
    private LoopValue Extended(in TraceStep step)
    {
        LoopValue value = Source(step.Word >> 16);
        int option = (int)(step.Word >> 13) & 7;
        int bits = 8 << (option & 3);
        value = option < 4 ? _space.Truncate(value, bits) : _space.SignExtend(value, bits);
        return IterationSpace.Multiply(value, LoopValue.Constant(1UL << ((int)(step.Word >> 10) & 7)));
    }

    // AND, ORR, EOR and their kin, the second operand inverted already where the instruction does so.
    private void Combine(in TraceStep step, in LoopValue left, in LoopValue right, bool toStackPointer)
    {
        int operation = (int)(step.Word >> 29) & 3;
        LoopValue result = left.IsConstant && right.IsConstant ? CombineConstants(operation, left, right)
            : right.IsConstant ? Combine(operation, left, right, BitsOf(step.Word))
            : left.IsConstant ? Combine(operation, right, left, BitsOf(step.Word))
            : LoopValue.Opaque;
        SetResult(step, result, toStackPointer);
        if (operation == 3)
        {
            _state.Flags = result.IsConstant
                ? LoopFlags.Constant(step.Flags, result.Iterations)
                : new LoopFlags { Kind = LoopFlags.Origin.Logical, Left = result, Bits = BitsOf(step.Word), First = step.Flags };
        }
    }

    private static LoopValue CombineConstants(int operation, in LoopValue left, in LoopValue right)
    {
        ulong result = operation switch
        {
            1 => left.First | right.First,
            2 => left.First ^ right.First,
            _ => left.First & right.First,
        };
        return LoopValue.Constant(result) with { Iterations = Math.Min(left.Iterations, right.Iterations) };
    }

    private LoopValue Combine(int operation, in LoopValue value, in LoopValue constant, int bits)
    {
        ulong all = bits == 64 ? ulong.MaxValue : uint.MaxValue;
        ulong with = constant.First & all;
        LoopValue result = operation switch
        {
            0 or 3 when with == 0 => LoopValue.Constant(0),
            0 or 3 when (with & (with + 1)) == 0 => _space.Truncate(value, BitOperations.PopCount(with)),
            1 or 2 when with == 0 => value,
            2 when with == all => Inverted(value),
            _ => LoopValue.Opaque,
        };
        return result with { Iterations = Math.Min(result.Iterations, constant.Iterations) };
    }

    // SBFM and UBFM (Arm ARM C6.2): shifts, extensions and extracts.
    private LoopValue MoveBitfield(in TraceStep step)
    {
        LoopValue value = Source(step.Word >> 5);
        if (value.IsConstant)
        {
            return Recorded(step, value);
        }

        bool isSigned = step.Opcode == A64Opcode.SignedBitfieldMove;
        int bits = BitsOf(step.Word);
        int right = (int)(step.Word >> 16) & 63;
        int last = (int)(step.Word >> 10) & 63;
        if (last >= right)
        {
            if (last == bits - 1)
            {
                return right == 0 ? value : Shift(value, isSigned ? 2 : 1, right, bits);
            }

            int width = last - right + 1;
            value = right == 0 ? value : Shift(value, 1, right, bits);
            return isSigned ? _space.SignExtend(value, width) : _space.Truncate(value, width);
        }

        int left = bits - right;
        if (last + 1 + left < bits)
        {
            value = isSigned ? _space.SignExtend(value, last + 1) : _space.Truncate(value, last + 1);
        }

        return Shift(value, 0, left, bits);
    }

    private LoopValue MultiplyAdd(in TraceStep step)
    {
        LoopValue left = Source(step.Word >> 5);
        LoopValue right = Source(step.Word >> 16);
        if (step.Opcode is A64Opcode.SignedMultiplyAddLong or A64Opcode.SignedMultiplySubtractLong)
        {
            left = _space.SignExtend(left, 32);
            right = _space.SignExtend(right, 32);
        }
        else if (step.Opcode is A64Opcode.UnsignedMultiplyAddLong or A64Opcode.UnsignedMultiplySubtractLong)
        {
            left = _space.Truncate(left, 32);
            right = _space.Truncate(right, 32);
        }

        LoopValue product = IterationSpace.Multiply(left, right);
        LoopValue addend = Source(step.Word >> 10);
        return (step.Word & (1 << 15)) != 0 ? IterationSpace.Subtract(addend, product) : IterationSpace.Add(addend, product);
    }

    private LoopValue MultiplyHigh(in TraceStep step)
    {
        LoopValue left = Source(step.Word >> 5);
        LoopValue right = Source(step.Word >> 16);
        (LoopValue value, LoopValue factor) = left.IsConstant ? (right, left) : (left, right);
        if (value.IsConstant || !factor.IsConstant)
        {
            return Recorded(step, left, right);
        }

        LoopValue result = IterationSpace.MultiplyHigh(_space.AsUnsigned(value, 64), factor.First);
        return result with { Iterations = Math.Min(result.Iterations, factor.Iterations) };
    }

    private LoopValue Divide(in TraceStep step)
    {
        int bits = BitsOf(step.Word);
        LoopValue value = Source(step.Word >> 5);
        LoopValue divisor = Source(step.Word >> 16);
        if (value.IsConstant || !divisor.IsConstant)
        {
            return Recorded(step, value, divisor);
        }

        bool isSigned = step.Opcode == A64Opcode.SignedDivide;
        LoopValue by = isSigned ? _space.AsSigned(divisor, bits) : _space.AsUnsigned(divisor, bits);
        LoopValue number = isSigned ? _space.AsSigned(value, bits) : _space.AsUnsigned(value, bits);
        if (by.Numerator == 0)
        {
            return LoopValue.Constant(0) with { Iterations = by.Iterations };
        }

        // SDIV rounds towards zero: only what does not become negative is worked out.
        long iterations = number.IsOpaque ? 0 : _space.Bound(number.Numerator, number.Slopes, 0, IterationSpace.Infinity);
        if (by.Numerator < 0 || iterations <= 0)
        {
            return LoopValue.Opaque;
        }

        LoopValue result = IterationSpace.Divide(number, by.Numerator);
        return result with { Iterations = Math.Min(iterations, Math.Min(result.Iterations, by.Iterations)) };
    }
}
