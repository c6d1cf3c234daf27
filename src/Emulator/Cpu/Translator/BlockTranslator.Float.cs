using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Scalar floating-point and common vector instructions, while FPCR has its reset value. The host's arithmetic is the architecture's as long as the result
/// is no NaN, infinity, denormal or just above: then the interpreter executes the instruction instead. What is left of FPSR is IXC, which the host collects
/// in MXCSR.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private int FieldD => (int)(_operation->Encoding & 31);

    private int FieldN => (int)(_operation->Encoding >> 5) & 31;

    private int FieldM => (int)(_operation->Encoding >> 16) & 31;

    private int FieldA => (int)(_operation->Encoding >> 10) & 31;

    private bool TryWriteFloat()
    {
        uint type = (_operation->Encoding >> 22) & 3;
        if (type > 1)
        {
            // Half precision.
            return false;
        }

        bool isDouble = type == 1;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatAddScalar:
                WriteFloatBinary(isDouble ? HostVector.AddDouble : HostVector.AddSingle, isDouble, isSum: true);
                return true;
            case A64Opcode.FloatSubtractScalar:
                WriteFloatBinary(isDouble ? HostVector.SubtractDouble : HostVector.SubtractSingle, isDouble, isSum: true);
                return true;
            case A64Opcode.FloatMultiplyScalar:
                WriteFloatBinary(isDouble ? HostVector.MultiplyDouble : HostVector.MultiplySingle, isDouble);
                return true;
            case A64Opcode.FloatDivideScalar:
                WriteFloatBinary(isDouble ? HostVector.DivideDouble : HostVector.DivideSingle, isDouble);
                return true;
            case A64Opcode.FloatMultiplyAddFused:
                WriteFused(isDouble ? HostVector.MultiplyAddDouble : HostVector.MultiplyAddSingle, isDouble);
                return true;
            case A64Opcode.FloatMultiplySubtractFused:
                WriteFused(isDouble ? HostVector.NegatedMultiplyAddDouble : HostVector.NegatedMultiplyAddSingle, isDouble);
                return true;
            case A64Opcode.FloatNegateMultiplyAddFused:
                WriteFused(isDouble ? HostVector.NegatedMultiplySubtractDouble : HostVector.NegatedMultiplySubtractSingle, isDouble);
                return true;
            case A64Opcode.FloatNegateMultiplySubtractFused:
                WriteFused(isDouble ? HostVector.MultiplySubtractDouble : HostVector.MultiplySubtractSingle, isDouble);
                return true;
            case A64Opcode.FloatSquareRootScalar:
                LoadFloat(0, FieldN, isDouble);
                _assembler.Vector(isDouble ? HostVector.SquareRootDouble : HostVector.SquareRootSingle, 0, 0, (HostRegister)0);
                FinishFloat(isDouble, isSum: false);
                return true;
            case A64Opcode.FloatConvertPrecision:
                return TryWritePrecision(isDouble);
            case A64Opcode.FloatMoveRegister:
                LoadFloat(0, FieldN, isDouble);
                StoreVector(0);
                return true;
            case A64Opcode.FloatAbsoluteScalar or A64Opcode.FloatNegateScalar:
                WriteSign(isDouble);
                return true;
            case A64Opcode.FloatMoveImmediateScalar:
                _assembler.MovConstant(Rax, ExpandImmediate((_operation->Encoding >> 13) & 0xff, isDouble));
                StoreFromRax(isDouble);
                return true;
            case A64Opcode.FloatCompare or A64Opcode.FloatCompareSignaling:
                WriteFloatCompare(isDouble);
                return true;
            case A64Opcode.FloatConditionalSelect:
                WriteFloatSelect(isDouble);
                return true;
            default:
                return TryWriteGeneral(isDouble);
        }
    }

    // Instructions with a general-purpose register on one side.
    private bool TryWriteGeneral(bool isDouble)
    {
        bool wide = IsWide;
        int source = FieldN == 31 ? CpuState.Zero : FieldN;
        int destination = FieldD == 31 ? CpuState.Sink : FieldD;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatMoveToGeneral when wide == isDouble:
                HostRegister target = Target(destination, Rax);
                _assembler.Mov(wide, target, StateLayout.V(FieldN));
                Write(destination, target);
                return true;
            case A64Opcode.FloatMoveFromGeneral when wide == isDouble:
                Copy(Rax, source, wide);
                StoreFromRax(isDouble);
                return true;
            case A64Opcode.SignedConvertToFloatGeneral:
                ClearVector();
                HostVector signed = (isDouble, wide) switch
                {
                    (true, true) => HostVector.DoubleFromQuadword,
                    (true, false) => HostVector.DoubleFromDoubleword,
                    (false, true) => HostVector.SingleFromQuadword,
                    _ => HostVector.SingleFromDoubleword,
                };
                _assembler.Vector(signed, 0, 0, Operand(source));
                StoreVector(0);
                return true;
            case A64Opcode.UnsignedConvertToFloatGeneral when !wide:
                ClearVector();
                _assembler.Mov(false, Rax, Operand(source));
                _assembler.Vector(isDouble ? HostVector.DoubleFromQuadword : HostVector.SingleFromQuadword, 0, 0, Rax);
                StoreVector(0);
                return true;
            case A64Opcode.FloatConvertToSignedZeroGeneral:
                WriteTruncation(isDouble, wide, destination);
                return true;
            default:
                return false;
        }
    }

    private void WriteTruncation(bool isDouble, bool wide, int destination)
    {
        HostVector instruction = (isDouble, wide) switch
        {
            (true, true) => HostVector.TruncateDoubleToQuadword,
            (true, false) => HostVector.TruncateDoubleToDoubleword,
            (false, true) => HostVector.TruncateSingleToQuadword,
            _ => HostVector.TruncateSingleToDoubleword,
        };
        _assembler.Vector(instruction, (int)Rax, 0, StateLayout.V(FieldN));

        // What the host gives for what does not fit.
        _assembler.MovConstant(Rcx, wide ? 1UL << 63 : 1UL << 31);
        _assembler.Arithmetic(HostArithmetic.Cmp, wide, Rax, Rcx);
        int site = _assembler.JumpForwardIf(HostCondition.Equal);
        Write(destination, Rax);
        Defer(site);
    }

    private void WriteFloatBinary(HostVector instruction, bool isDouble, bool isSum = false)
    {
        LoadFloat(0, FieldN, isDouble);
        _assembler.Vector(instruction, 0, 0, StateLayout.V(FieldM));
        FinishFloat(isDouble, isSum);
    }

    private void WriteFused(HostVector instruction, bool isDouble)
    {
        LoadFloat(0, FieldA, isDouble);
        LoadFloat(1, FieldN, isDouble);
        _assembler.Vector(instruction, 0, 1, StateLayout.V(FieldM));
        FinishFloat(isDouble, isSum: false);
    }

    private bool TryWritePrecision(bool isDouble)
    {
        bool toDouble = ((_operation->Encoding >> 15) & 3) == 1;
        if (isDouble == toDouble || ((_operation->Encoding >> 15) & 3) > 1)
        {
            return false;
        }

        ClearVector();
        _assembler.Vector(toDouble ? HostVector.SingleToDouble : HostVector.DoubleToSingle, 0, 0, StateLayout.V(FieldN));
        FinishFloat(toDouble, isSum: toDouble);
        return true;
    }

    private void WriteSign(bool isDouble)
    {
        bool isNegation = (A64Opcode)_operation->Opcode == A64Opcode.FloatNegateScalar;
        _assembler.Mov(isDouble, Rax, StateLayout.V(FieldN));
        _assembler.MovConstant(Rcx, (isDouble ? 1UL << 63 : 1UL << 31) - (isNegation ? 0UL : 1));
        _assembler.Arithmetic(isNegation ? HostArithmetic.Xor : HostArithmetic.And, isDouble, Rax, Rcx);
        StoreFromRax(isDouble);
    }

    private void WriteFloatCompare(bool isDouble)
    {
        const uint withZero = 1 << 3;
        LoadFloat(0, FieldN, isDouble);
        HostVector compare = isDouble ? HostVector.CompareDouble : HostVector.CompareSingle;
        if ((_operation->Encoding & withZero) != 0)
        {
            _assembler.Vector(HostVector.ExclusiveOr, 1, 1, (HostRegister)1);
            _assembler.Vector(compare, 0, 0, (HostRegister)1);
        }
        else
        {
            _assembler.Vector(compare, 0, 0, StateLayout.V(FieldM));
        }

        // Less: N. Equal: Z and C. Greater: C.
        int unordered = _assembler.JumpForwardIf(HostCondition.Parity);
        _assembler.SetIf(HostCondition.AboveOrEqual, StateLayout.CarryFlag);
        _assembler.SetIf(HostCondition.NotEqual, Rax);
        _assembler.LoadSized(1, Rax, Rax);
        _assembler.Store(true, StateLayout.ZeroFlag, Rax);
        _assembler.Arithmetic(HostArithmetic.Sbb, true, Rcx, Rcx);
        _assembler.Store(true, StateLayout.NegativeFlag, Rcx);
        _assembler.StoreConstant(true, StateLayout.OverflowFlag, 0);
        Defer(unordered);
    }

    private void WriteFloatSelect(bool isDouble)
    {
        int condition = (int)(_operation->Encoding >> 12) & 15;
        if (condition >= 14)
        {
            _assembler.Mov(isDouble, Rax, StateLayout.V(FieldN));
        }
        else
        {
            HostCondition holds = WriteCondition(condition);
            _assembler.Mov(isDouble, Rax, StateLayout.V(FieldM));
            _assembler.MoveIf(holds, isDouble, Rax, StateLayout.V(FieldN));
        }

        StoreFromRax(isDouble);
    }

    private bool TryWriteVector()
    {
        bool isWhole = (_operation->Encoding & (1 << 30)) != 0;
        int size = (int)(_operation->Encoding >> 22) & 3;
        bool isInverted = false;
        HostVector instruction;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.AndVector:
                instruction = HostVector.And;
                break;
            case A64Opcode.BitClearVector:
                instruction = HostVector.AndNot;
                isInverted = true;
                break;
            case A64Opcode.OrVector:
                instruction = HostVector.Or;
                break;
            case A64Opcode.ExclusiveOrVector:
                instruction = HostVector.ExclusiveOr;
                break;
            case A64Opcode.AddVector:
                instruction = size switch { 0 => HostVector.AddBytes, 1 => HostVector.AddWords, 2 => HostVector.AddDoublewords, _ => HostVector.AddQuadwords };
                break;
            case A64Opcode.SubtractVector:
                instruction = size switch
                {
                    0 => HostVector.SubtractBytes,
                    1 => HostVector.SubtractWords,
                    2 => HostVector.SubtractDoublewords,
                    _ => HostVector.SubtractQuadwords,
                };
                break;
            default:
                return false;
        }

        HostVector load = isWhole ? HostVector.MoveUnaligned : HostVector.LoadDouble;
        _assembler.Vector(load, 0, 0, StateLayout.V(isInverted ? FieldM : FieldN));
        _assembler.Vector(load, 1, 0, StateLayout.V(isInverted ? FieldN : FieldM));
        _assembler.Vector(instruction, 0, 0, (HostRegister)1);
        StoreVector(0);
        return true;
    }

    // VFPExpandImm (Arm ARM, shared pseudocode).
    private static ulong ExpandImmediate(uint value, bool isDouble)
    {
        ulong sign = value >> 7;
        ulong top = (value >> 6) & 1;
        ulong low = (value >> 4) & 3;
        ulong fraction = value & 15;
        return isDouble
            ? (sign << 63) | ((top ^ 1) << 62) | ((top * 0xff) << 54) | (low << 52) | (fraction << 48)
            : (sign << 31) | ((top ^ 1) << 30) | ((top * 0x1f) << 25) | (low << 23) | (fraction << 19);
    }

    // What is above the scalar becomes zero.
    private void LoadFloat(int register, int index, bool isDouble) =>
        _assembler.Vector(isDouble ? HostVector.LoadDouble : HostVector.LoadSingle, register, 0, StateLayout.V(index));

    private void ClearVector() => _assembler.Vector(HostVector.ExclusiveOr, 0, 0, (HostRegister)0);

    private void StoreVector(int register) => _assembler.Vector(HostVector.StoreUnaligned, register, 0, StateLayout.V(FieldD));

    private void StoreFromRax(bool isDouble)
    {
        _assembler.Vector(isDouble ? HostVector.MoveFromQuadword : HostVector.MoveFromDoubleword, 0, 0, Rax);
        StoreVector(0);
    }

    // Stores XMM0 if it is a result that the host is trusted with: by its exponent; a sum that is denormal is exact.
    private void FinishFloat(bool isDouble, bool isSum)
    {
        int largest = isDouble ? 0x7ff : 0xff;
        _assembler.Vector(isDouble ? HostVector.MoveToQuadword : HostVector.MoveToDoubleword, 0, 0, Rax);
        _assembler.Shift(HostShift.Shr, isDouble, Rax, isDouble ? 52 : 23);
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rax, largest);
        int site;
        if (isSum)
        {
            _assembler.Arithmetic(HostArithmetic.Cmp, false, (HostOperand)Rax, largest);
            site = _assembler.JumpForwardIf(HostCondition.Equal);
        }
        else
        {
            _assembler.Arithmetic(HostArithmetic.Sub, false, (HostOperand)Rax, 2);
            _assembler.Arithmetic(HostArithmetic.Cmp, false, (HostOperand)Rax, largest - 2);
            site = _assembler.JumpForwardIf(HostCondition.AboveOrEqual);
        }

        StoreVector(0);
        Defer(site);
    }
}
