using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Arithmetic and logic of the integer groups.</summary>
internal sealed unsafe partial class BlockTranslator
{
    // A constant is written as such, whatever instruction makes it; by each instruction, since a block may be left before the next one. The host's flags stay then.
    private void WriteFolded()
    {
        int rd = _operation->Rd;
        if (!_known.TryEvaluate(_operation, out ulong value))
        {
            WriteInteger();
            return;
        }

        if (!_map.TryGet(rd, out HostRegister target) && (long)value == (int)value)
        {
            _assembler.StoreConstant(true, StateLayout.X(rd), (int)value);
        }
        else
        {
            target = Target(rd, Rax);
            _assembler.MovConstant(target, value);
            Write(rd, target);
        }

        _known.Set(rd, value);
    }

    private void WriteInteger()
    {
        DecodedOperation* operation = _operation;
        bool wide = IsWide;
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.PcRelativeAddress or A64Opcode.PcRelativePageAddress:
                WritePageRelative((long)operation->Immediate);
                break;
            case A64Opcode.AddImmediate:
                WriteAddConstant((int)operation->Immediate);
                break;
            case A64Opcode.SubtractImmediate:
                WriteAddConstant(-(int)operation->Immediate);
                break;
            case A64Opcode.AddImmediateSetFlags or A64Opcode.SubtractImmediateSetFlags:
                WriteConstantWithFlags();
                break;
            case A64Opcode.AndImmediate:
                WriteLogicalConstant(HostArithmetic.And);
                break;
            case A64Opcode.AndImmediateSetFlags:
                WriteLogicalConstant(HostArithmetic.And, setsFlags: true);
                break;
            case A64Opcode.OrImmediate:
                WriteLogicalConstant(HostArithmetic.Or);
                break;
            case A64Opcode.ExclusiveOrImmediate:
                WriteLogicalConstant(HostArithmetic.Xor);
                break;
            case A64Opcode.AndShiftedRegister:
                WriteBinary(HostArithmetic.And, ShiftedOperand(), HostFlags.None);
                break;
            case A64Opcode.AndShiftedRegisterSetFlags:
                WriteBinary(HostArithmetic.And, ShiftedOperand(), HostFlags.Add);
                break;
            case A64Opcode.OrShiftedRegister when FieldRn == 31 && IsUnshifted:
                WriteMove(operation->Rm);
                break;
            case A64Opcode.OrShiftedRegister:
                WriteBinary(HostArithmetic.Or, ShiftedOperand(), HostFlags.None);
                break;
            case A64Opcode.ExclusiveOrShiftedRegister:
                WriteBinary(HostArithmetic.Xor, ShiftedOperand(), HostFlags.None);
                break;
            case A64Opcode.OrNotShiftedRegister:
                WriteBinary(HostArithmetic.Or, InvertedOperand(), HostFlags.None);
                break;
            case A64Opcode.ExclusiveOrNotShiftedRegister:
                WriteBinary(HostArithmetic.Xor, InvertedOperand(), HostFlags.None);
                break;
            case A64Opcode.BitClearShiftedRegister:
                WriteBinary(HostArithmetic.And, InvertedOperand(), HostFlags.None);
                break;
            case A64Opcode.BitClearShiftedRegisterSetFlags:
                WriteBinary(HostArithmetic.And, InvertedOperand(), HostFlags.Add);
                break;
            case A64Opcode.AddShiftedRegister:
                WriteBinary(HostArithmetic.Add, ShiftedOperand(), HostFlags.None);
                break;
            case A64Opcode.AddShiftedRegisterSetFlags:
                WriteBinary(HostArithmetic.Add, ShiftedOperand(), HostFlags.Add);
                break;
            case A64Opcode.SubtractShiftedRegister:
                WriteBinary(HostArithmetic.Sub, ShiftedOperand(), HostFlags.None);
                break;
            case A64Opcode.SubtractShiftedRegisterSetFlags:
                WriteBinary(HostArithmetic.Sub, ShiftedOperand(), HostFlags.Subtract);
                break;
            case A64Opcode.AddExtendedRegister:
                WriteBinary(HostArithmetic.Add, ExtendedOperand(wide), HostFlags.None);
                break;
            case A64Opcode.AddExtendedRegisterSetFlags:
                WriteBinary(HostArithmetic.Add, ExtendedOperand(wide), HostFlags.Add);
                break;
            case A64Opcode.SubtractExtendedRegister:
                WriteBinary(HostArithmetic.Sub, ExtendedOperand(wide), HostFlags.None);
                break;
            case A64Opcode.SubtractExtendedRegisterSetFlags:
                WriteBinary(HostArithmetic.Sub, ExtendedOperand(wide), HostFlags.Subtract);
                break;
            case A64Opcode.AddWithCarry:
                WriteWithCarry(HostArithmetic.Adc, HostFlags.None);
                break;
            case A64Opcode.AddWithCarrySetFlags:
                WriteWithCarry(HostArithmetic.Adc, HostFlags.Add);
                break;
            case A64Opcode.SubtractWithCarry:
                WriteWithCarry(HostArithmetic.Sbb, HostFlags.None);
                break;
            case A64Opcode.SubtractWithCarrySetFlags:
                WriteWithCarry(HostArithmetic.Sbb, HostFlags.Subtract);
                break;
            case A64Opcode.ConditionalCompareRegister or A64Opcode.ConditionalCompareImmediate:
                WriteConditionalCompare(HostArithmetic.Sub, HostFlags.Subtract);
                break;
            case A64Opcode.ConditionalCompareNegativeRegister or A64Opcode.ConditionalCompareNegativeImmediate:
                WriteConditionalCompare(HostArithmetic.Add, HostFlags.Add);
                break;
            case A64Opcode.ConditionalSelect or A64Opcode.ConditionalSelectIncrement or A64Opcode.ConditionalSelectInvert
                or A64Opcode.ConditionalSelectNegate:
                WriteConditionalSelect();
                break;
            default:
                WriteBits();
                break;
        }
    }

    private uint FieldRn => (_operation->Encoding >> 5) & 31;

    private bool IsUnshifted => (_operation->Encoding & 0x00c0_fc00) == 0;

    private void WritePageRelative(long offset)
    {
        HostRegister target = Target(_operation->Rd, Rax);
        _assembler.Mov(true, target, StateLayout.PageAddress);
        if (offset == (int)offset)
        {
            _assembler.Lea(true, target, HostOperand.At(target, (int)offset));
        }
        else
        {
            _assembler.MovConstant(Rcx, (ulong)offset);
            _assembler.Lea(true, target, HostOperand.Indexed(target, Rcx));
        }

        Write(_operation->Rd, target);
    }

    private void WriteMove(int source)
    {
        HostRegister target = Target(_operation->Rd, Rax);
        _assembler.Mov(IsWide, target, Operand(source));
        Write(_operation->Rd, target);
    }

    // The host's flags stay.
    private void WriteAddConstant(int value)
    {
        bool wide = IsWide;
        HostRegister target = Target(_operation->Rd, Rax);
        _assembler.Lea(wide, target, HostOperand.At(Read(_operation->Rn, Rax, wide), value));
        Write(_operation->Rd, target);
    }

    private void WriteConstantWithFlags()
    {
        bool wide = IsWide;
        bool isAddition = (A64Opcode)_operation->Opcode == A64Opcode.AddImmediateSetFlags;
        HostRegister target = Target(_operation->Rd, Rax);
        Copy(target, _operation->Rn, wide);
        _assembler.Arithmetic(isAddition ? HostArithmetic.Add : HostArithmetic.Sub, wide, (HostOperand)target, (int)_operation->Immediate);
        SetFlags(isAddition ? HostFlags.Add : HostFlags.Subtract, target, wide);
        Write(_operation->Rd, target);
    }

    private void WriteLogicalConstant(HostArithmetic operation, bool setsFlags = false)
    {
        bool wide = IsWide;
        ulong value = wide ? _operation->Immediate : (ulong)(int)_operation->Immediate;
        HostRegister target = Target(_operation->Rd, Rax);
        Copy(target, _operation->Rn, wide);
        if ((long)value == (int)value)
        {
            _assembler.Arithmetic(operation, wide, (HostOperand)target, (int)value);
        }
        else
        {
            _assembler.MovConstant(Rcx, value);
            _assembler.Arithmetic(operation, wide, target, Rcx);
        }

        if (setsFlags)
        {
            SetFlags(HostFlags.Add, target, wide);
        }

        Write(_operation->Rd, target);
    }

    // The second operand, shifted into RCX if need be.
    private HostOperand ShiftedOperand()
    {
        int amount = (int)(_operation->Encoding >> 10) & 63;
        if (amount == 0)
        {
            return Operand(_operation->Rm);
        }

        bool wide = IsWide;
        HostShift shift = ((_operation->Encoding >> 22) & 3) switch
        {
            0 => HostShift.Shl,
            1 => HostShift.Shr,
            2 => HostShift.Sar,
            _ => HostShift.Ror,
        };
        if (shift == HostShift.Ror)
        {
            _assembler.RotateRight(wide, Rcx, Operand(_operation->Rm), amount);
            return Rcx;
        }

        Copy(Rcx, _operation->Rm, wide);
        _assembler.Shift(shift, wide, Rcx, amount);
        return Rcx;
    }

    private HostOperand InvertedOperand()
    {
        HostOperand operand = ShiftedOperand();
        if (!operand.Is(Rcx))
        {
            _assembler.Mov(IsWide, Rcx, operand);
        }

        _assembler.Not(IsWide, Rcx);
        return Rcx;
    }

    private HostOperand ExtendedOperand(bool wide)
    {
        WriteExtended(Rcx, _operation->Rm, _operation->B);
        _assembler.Shift(HostShift.Shl, wide, Rcx, _operation->A);
        return Rcx;
    }

    // ExtendReg (Arm ARM, shared pseudocode) without its shift.
    private void WriteExtended(HostRegister destination, int source, int option)
    {
        HostOperand operand = Operand(source);
        int size = 1 << (option & 3);
        if (size == 8)
        {
            Copy(destination, source);
        }
        else if (option < 4)
        {
            _assembler.LoadSized(size, destination, operand);
        }
        else
        {
            _assembler.LoadSigned(size, true, destination, operand);
        }
    }

    private void WriteBinary(HostArithmetic operation, in HostOperand right, HostFlags flags)
    {
        bool wide = IsWide;
        int rd = _operation->Rd;
        HostRegister target = Target(rd, Rax);
        if (right.Is(target))
        {
            // The destination is the second operand: it must not be overwritten first.
            if (operation != HostArithmetic.Sub)
            {
                _assembler.Arithmetic(operation, wide, target, Operand(_operation->Rn));
                FinishBinary(target);
                return;
            }

            target = Rax;
        }

        Copy(target, _operation->Rn, wide);
        _assembler.Arithmetic(operation, wide, target, right);
        FinishBinary(target);

        void FinishBinary(HostRegister result)
        {
            if (flags != HostFlags.None)
            {
                SetFlags(flags, result, wide);
            }

            Write(rd, result);
        }
    }

    private void WriteWithCarry(HostArithmetic operation, HostFlags flags)
    {
        bool wide = IsWide;
        Copy(Rax, _operation->Rn, wide);
        LoadCarry(inverted: operation == HostArithmetic.Sbb);
        _assembler.Arithmetic(operation, wide, Rax, Operand(_operation->Rm));
        if (flags != HostFlags.None)
        {
            SetFlags(flags, Rax, wide);
        }

        Write(_operation->Rd, Rax);
    }

    private void WriteConditionalCompare(HostArithmetic operation, HostFlags flags)
    {
        int condition = _operation->A;
        bool isAlways = condition >> 1 == 7;
        HostCondition holds = isAlways ? default : WriteCondition(condition);
        int otherwise = isAlways ? 0 : _assembler.JumpForwardIf((HostCondition)((int)holds ^ 1));
        bool wide = IsWide;
        Copy(Rax, _operation->Rn, wide);
        if (_operation->Rm == CpuState.Zero)
        {
            _assembler.Arithmetic(operation, wide, (HostOperand)Rax, (int)_operation->Immediate);
        }
        else
        {
            _assembler.Arithmetic(operation, wide, Rax, Operand(_operation->Rm));
        }

        SetFlags(flags, Rax, wide);
        if (isAlways)
        {
            return;
        }

        int end = _assembler.JumpForward();
        _assembler.PatchHere(otherwise);
        if (_storesFlags)
        {
            StoreConstantFlags(_operation->B);
        }

        LoadConstantFlags(_operation->B, flags);
        _assembler.PatchHere(end);
    }

    // The host's flags stay, when they hold NZCV.
    private void WriteConditionalSelect()
    {
        bool wide = IsWide;
        int rd = _operation->Rd;
        var opcode = (A64Opcode)_operation->Opcode;
        bool isAlways = _operation->A >> 1 == 7;
        HostCondition holds = isAlways ? default : WriteCondition(_operation->A);
        if (opcode == A64Opcode.ConditionalSelectIncrement && !isAlways && _operation->Rn == CpuState.Zero && _operation->Rm == CpuState.Zero)
        {
            // CSET.
            _assembler.SetIf((HostCondition)((int)holds ^ 1), Rax);
            _assembler.LoadSized(1, Rax, Rax);
            Write(rd, Rax);
            return;
        }

        Copy(Rax, _operation->Rm, wide);
        if (opcode == A64Opcode.ConditionalSelectIncrement)
        {
            _assembler.Lea(wide, Rax, HostOperand.At(Rax, 1));
        }
        else if (opcode != A64Opcode.ConditionalSelect)
        {
            _assembler.Not(wide, Rax);
            if (opcode == A64Opcode.ConditionalSelectNegate)
            {
                _assembler.Lea(wide, Rax, HostOperand.At(Rax, 1));
            }
        }

        if (isAlways)
        {
            Copy(Rax, _operation->Rn, wide);
        }
        else
        {
            _assembler.MoveIf(holds, wide, Rax, Operand(_operation->Rn));
        }

        Write(rd, Rax);
    }
}
