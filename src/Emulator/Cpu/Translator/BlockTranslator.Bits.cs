using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Bit fields, shifts, counts, multiplications and divisions.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private void WriteBits()
    {
        bool wide = IsWide;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.MoveWideWithKeep:
                WriteMoveKeep();
                break;
            case A64Opcode.UnsignedBitfieldMove:
                WriteUnsignedBitfield();
                break;
            case A64Opcode.SignedBitfieldMove:
                WriteSignedBitfield();
                break;
            case A64Opcode.BitfieldMove:
                WriteBitfieldMove();
                break;
            case A64Opcode.ExtractRegister:
                WriteExtract();
                break;
            case A64Opcode.LogicalShiftLeftVariable:
                WriteShift(HostShift.Shl);
                break;
            case A64Opcode.LogicalShiftRightVariable:
                WriteShift(HostShift.Shr);
                break;
            case A64Opcode.ArithmeticShiftRightVariable:
                WriteShift(HostShift.Sar);
                break;
            case A64Opcode.RotateRightVariable:
                Copy(Rcx, _operation->Rm);
                Copy(Rax, _operation->Rn, wide);
                _assembler.RotateRightByCl(wide, Rax);
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.Crc32Checksum:
                WriteCrc32();
                break;
            case A64Opcode.Crc32CChecksum:
                _assembler.Mov(false, Rax, Operand(_operation->Rn));
                _assembler.Crc32C(1 << ((int)(_operation->Encoding >> 10) & 3), Rax, Operand(_operation->Rm));
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.ReverseBytesInWords:
                Copy(Rax, _operation->Rn);
                _assembler.ByteSwap(true, Rax);
                _assembler.Shift(HostShift.Ror, true, Rax, 32);
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.ReverseBytesOfWord or A64Opcode.ReverseBytesOfDoubleword:
                Copy(Rax, _operation->Rn, wide);
                _assembler.ByteSwap(wide, Rax);
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.ReverseBytesInHalfwords:
                Copy(Rax, _operation->Rn, wide);
                WriteSwapGroups(wide, 8, 0x00ff_00ff_00ff_00ff);
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.ReverseBits:
                Copy(Rax, _operation->Rn, wide);
                _assembler.ByteSwap(wide, Rax);
                WriteSwapGroups(wide, 4, 0x0f0f_0f0f_0f0f_0f0f);
                WriteSwapGroups(wide, 2, 0x3333_3333_3333_3333);
                WriteSwapGroups(wide, 1, 0x5555_5555_5555_5555);
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.CountLeadingZeros:
                _assembler.CountLeadingZeros(wide, Rax, Operand(_operation->Rn));
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.CountLeadingSignBits:
                Copy(Rax, _operation->Rn, wide);
                Copy(Rcx, _operation->Rn, wide);
                _assembler.Shift(HostShift.Sar, wide, Rcx, 1);
                _assembler.Arithmetic(HostArithmetic.Xor, wide, Rax, Rcx);
                _assembler.CountLeadingZeros(wide, Rax, Rax);
                _assembler.Lea(wide, Rax, HostOperand.At(Rax, -1));
                Write(_operation->Rd, Rax);
                break;
            case A64Opcode.UnsignedDivide or A64Opcode.SignedDivide:
                WriteDivide();
                break;
            case A64Opcode.MultiplyAdd or A64Opcode.MultiplySubtract or A64Opcode.SignedMultiplyAddLong or A64Opcode.SignedMultiplySubtractLong
                or A64Opcode.UnsignedMultiplyAddLong or A64Opcode.UnsignedMultiplySubtractLong:
                WriteMultiply();
                break;
            case A64Opcode.SignedMultiplyHigh or A64Opcode.UnsignedMultiplyHigh:
                Copy(Rax, _operation->Rn);
                _assembler.MultiplyWide((A64Opcode)_operation->Opcode == A64Opcode.SignedMultiplyHigh, Operand(_operation->Rm));
                Write(_operation->Rd, Rdx);
                break;
            case A64Opcode.ClearExclusive:
                _assembler.StoreConstant(false, StateLayout.ExclusiveSet, 0);
                break;
            default:
                // Hints, barriers and prefetches do nothing here, as in the interpreter; nor do constants to the zero register.
                break;
        }
    }

    // Swaps neighbouring groups of bits of RAX; the mask has the lower one of each two.
    private void WriteSwapGroups(bool wide, int bits, ulong mask)
    {
        _assembler.MovConstant(Rdx, wide ? mask : (uint)mask);
        _assembler.Mov(true, Rcx, Rax);
        _assembler.Shift(HostShift.Shr, wide, Rcx, bits);
        _assembler.Arithmetic(HostArithmetic.And, wide, Rcx, Rdx);
        _assembler.Arithmetic(HostArithmetic.And, wide, Rax, Rdx);
        _assembler.Shift(HostShift.Shl, wide, Rax, bits);
        _assembler.Arithmetic(HostArithmetic.Or, wide, Rax, Rcx);
    }

    // The host's flags stay: the halfword is turned to the bottom, written there, and turned back.
    private void WriteMoveKeep()
    {
        if (_operation->Rd == CpuState.Sink)
        {
            return;
        }

        bool wide = IsWide;
        int amount = _operation->A;
        HostRegister target = Target(_operation->Rd, Rax);
        if (amount == 0)
        {
            // In place too, since the upper half of a word's register is cleared.
            _assembler.Mov(wide, target, Operand(_operation->Rd));
        }
        else
        {
            _assembler.RotateRight(wide, target, Operand(_operation->Rd), amount);
        }

        _assembler.MovConstant(Rcx, _operation->C);
        _assembler.StoreSized(2, target, Rcx);
        if (amount != 0)
        {
            _assembler.RotateRight(wide, target, target, (wide ? 64 : 32) - amount);
        }

        Write(_operation->Rd, target);
    }

    private void WriteShift(HostShift shift)
    {
        bool wide = IsWide;
        HostRegister amount = Read(_operation->Rm, Rcx);
        HostRegister target = Target(_operation->Rd, Rax);
        _assembler.ShiftBy(shift, wide, target, Operand(_operation->Rn), amount);
        Write(_operation->Rd, target);
    }

    private void WriteUnsignedBitfield()
    {
        bool wide = IsWide;
        int width = wide ? 64 : 32;
        int immr = (int)(_operation->Encoding >> 16) & 63;
        int imms = (int)(_operation->Encoding >> 10) & 63;
        HostRegister target = Target(_operation->Rd, Rax);
        bool isExtract = imms >= immr;
        int length = isExtract ? imms - immr + 1 : imms + 1;
        if (isExtract && immr == 0 && length is 8 or 16 or 32)
        {
            _assembler.LoadSized(length / 8, target, Operand(_operation->Rn));
            Write(_operation->Rd, target);
            return;
        }

        Copy(target, _operation->Rn, wide);
        if (isExtract)
        {
            _assembler.Shift(HostShift.Shl, wide, target, length < 32 ? 0 : width - 1 - imms);
            _assembler.Shift(HostShift.Shr, wide, target, length < 32 ? immr : width - length);
            if (length < 32 && imms != width - 1)
            {
                _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)target, (1 << length) - 1);
            }
        }
        else
        {
            // The field goes to the top, what is above it is lost, and it comes down to its place.
            _assembler.Shift(HostShift.Shl, wide, target, width - length);
            _assembler.Shift(HostShift.Shr, wide, target, immr - length);
        }

        Write(_operation->Rd, target);
    }

    private void WriteSignedBitfield()
    {
        bool wide = IsWide;
        int width = wide ? 64 : 32;
        HostRegister target = Target(_operation->Rd, Rax);
        int length = width - _operation->A;
        if (_operation->A == _operation->B && length is 8 or 16 or 32 && length != width)
        {
            _assembler.LoadSigned(length / 8, wide, target, Operand(_operation->Rn));
        }
        else
        {
            Copy(target, _operation->Rn, wide);
            if (!wide && _operation->A == 0 && _operation->B == 0)
            {
                // A move, which clears the upper half.
                _assembler.Mov(false, target, target);
            }

            _assembler.Shift(HostShift.Shl, wide, target, _operation->A);
            _assembler.Shift(HostShift.Sar, wide, target, _operation->B);
        }

        Write(_operation->Rd, target);
    }

    // The source, rotated, differs from the old value in these bits; they are changed.
    private void WriteBitfieldMove()
    {
        if (_operation->Rd == CpuState.Sink)
        {
            return;
        }

        bool wide = IsWide;
        Copy(Rax, _operation->Rn, wide);
        _assembler.Shift(HostShift.Ror, wide, Rax, _operation->A);
        HostRegister old = Read(_operation->Rm, Rdx, wide);
        _assembler.Arithmetic(HostArithmetic.Xor, wide, Rax, old);
        ulong mask = _operation->Immediate;
        if (!wide || (long)mask == (int)mask)
        {
            _assembler.Arithmetic(HostArithmetic.And, wide, (HostOperand)Rax, (int)mask);
        }
        else
        {
            _assembler.MovConstant(Rcx, mask);
            _assembler.Arithmetic(HostArithmetic.And, true, Rax, Rcx);
        }

        _assembler.Arithmetic(HostArithmetic.Xor, wide, Rax, old);
        Write(_operation->Rd, Rax);
    }

    private void WriteExtract()
    {
        bool wide = IsWide;
        if (_operation->Rn == _operation->Rm)
        {
            HostRegister target = Target(_operation->Rd, Rax);
            _assembler.RotateRight(wide, target, Operand(_operation->Rm), _operation->A);
            Write(_operation->Rd, target);
            return;
        }

        Copy(Rax, _operation->Rm, wide);
        if (_operation->A != 0)
        {
            _assembler.ShiftRightDouble(wide, Rax, Read(_operation->Rn, Rcx, wide), _operation->A);
        }

        Write(_operation->Rd, Rax);
    }

    private void WriteDivide()
    {
        bool wide = IsWide;
        bool signed = (A64Opcode)_operation->Opcode == A64Opcode.SignedDivide;
        Copy(Rcx, _operation->Rm, wide);
        Copy(Rax, _operation->Rn, wide);
        _assembler.Test(wide, Rcx, Rcx);
        int isZero = _assembler.JumpForwardIf(HostCondition.Equal);
        int isMinusOne = 0;
        if (signed)
        {
            // The one overflow, minimum / -1, gives the minimum again; the host would fault.
            _assembler.Arithmetic(HostArithmetic.Cmp, wide, (HostOperand)Rcx, -1);
            isMinusOne = _assembler.JumpForwardIf(HostCondition.Equal);
            _assembler.SignToRdx(wide);
        }
        else
        {
            _assembler.MovConstant(Rdx, 0);
        }

        _assembler.Divide(signed, wide, Rcx);
        int done = _assembler.JumpForward();
        int negated = 0;
        if (signed)
        {
            _assembler.PatchHere(isMinusOne);
            _assembler.Negate(wide, Rax);
            negated = _assembler.JumpForward();
        }

        _assembler.PatchHere(isZero);
        _assembler.MovConstant(Rax, 0);
        _assembler.PatchHere(done);
        if (signed)
        {
            _assembler.PatchHere(negated);
        }

        Write(_operation->Rd, Rax);
    }

    private void WriteMultiply()
    {
        var opcode = (A64Opcode)_operation->Opcode;
        bool isLong = opcode is not (A64Opcode.MultiplyAdd or A64Opcode.MultiplySubtract);
        bool subtracts = opcode is A64Opcode.MultiplySubtract or A64Opcode.SignedMultiplySubtractLong or A64Opcode.UnsignedMultiplySubtractLong;
        bool signed = opcode is A64Opcode.SignedMultiplyAddLong or A64Opcode.SignedMultiplySubtractLong;
        bool wide = isLong || IsWide;
        if (isLong && signed)
        {
            _assembler.LoadSigned(4, true, Rax, Operand(_operation->Rn));
            _assembler.LoadSigned(4, true, Rcx, Operand(_operation->Rm));
            _assembler.Multiply(true, Rax, Rcx);
        }
        else if (isLong)
        {
            _assembler.Mov(false, Rax, Operand(_operation->Rn));
            _assembler.Mov(false, Rcx, Operand(_operation->Rm));
            _assembler.Multiply(true, Rax, Rcx);
        }
        else
        {
            Copy(Rax, _operation->Rn, wide);
            _assembler.Multiply(wide, Rax, Operand(_operation->Rm));
        }

        if (subtracts)
        {
            HostRegister target = Rcx;
            Copy(target, _operation->Ra, wide);
            _assembler.Arithmetic(HostArithmetic.Sub, wide, target, Rax);
            Write(_operation->Rd, target);
            return;
        }

        if (_operation->Ra != CpuState.Zero)
        {
            _assembler.Arithmetic(HostArithmetic.Add, wide, Rax, Operand(_operation->Ra));
        }

        Write(_operation->Rd, Rax);
    }
}
