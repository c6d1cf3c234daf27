using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Scalar floating-point instructions, while FPCR wants what the host does. The host's arithmetic is the architecture's, flags included, which MXCSR collects, but
/// for NaNs, and for results that are rounded up to the smallest normal number: for these the architecture has an underflow, as it looks before rounding. Then the
/// interpreter executes the instruction instead; MXCSR has no flag then that would not be set by that, too.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteFloat()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatMoveTopHalfToGeneral:
                ExtractElement(3, FieldN, 1, Rax);
                Write(FieldD == 31 ? CpuState.Sink : FieldD, Rax);
                return true;
            case A64Opcode.FloatMoveTopHalfFromGeneral:
                Copy(Rax, GeneralSource);
                Insert(3, FieldD, 1);
                return true;
            case A64Opcode.FloatConvertPrecision:
                return HasHostArithmetic && TryWritePrecision();
        }

        uint type = (_operation->Encoding >> 22) & 3;
        bool isDouble = type == 1;
        return type <= 1 && (TryWriteFloatMove(isDouble)
            || (HasHostArithmetic && (TryWriteArithmetic(isDouble) || TryWriteFromGeneral(isDouble) || TryWriteToGeneral(isDouble))));
    }

    private bool HasHostArithmetic => (_mode & TranslationMode.HostArithmetic) != 0;

    // What FPCR has no say in.
    private bool TryWriteFloatMove(bool isDouble)
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatMoveRegister:
                WriteScalar(FieldD, ReadLow(FieldN, 0, isDouble ? 8 : 4), isDouble ? 8 : 4);
                return true;
            case A64Opcode.FloatAbsoluteScalar:
                _assembler.Vector(HostVector.And, 0, ReadScalar(FieldN, 0, isDouble), Constant((isDouble ? 1UL << 63 : 1UL << 31) - 1, 0));
                return FinishWhole(0);
            case A64Opcode.FloatNegateScalar:
                LoadTrimmed(FieldN, 0, isDouble ? 8 : 4);
                _assembler.Vector(HostVector.ExclusiveOr, 0, 0, Constant(isDouble ? 1UL << 63 : 1UL << 31, 0));
                return FinishWhole(0);
            case A64Opcode.FloatMoveImmediateScalar:
                _assembler.MovConstant(Rax, ExpandImmediate((_operation->Encoding >> 13) & 0xff, isDouble));
                return FinishFromRax(isDouble);
            case A64Opcode.FloatConditionalSelect:
                WriteFloatSelect(isDouble);
                return true;
            case A64Opcode.FloatMoveToGeneral when IsWide == isDouble:
                HostRegister target = Target(GeneralDestination, Rax);
                ExtractElement(isDouble ? 3 : 2, FieldN, 0, target);
                Write(GeneralDestination, target);
                return true;
            case A64Opcode.FloatMoveFromGeneral when IsWide == isDouble:
                Copy(Rax, GeneralSource, isDouble);
                return FinishFromRax(isDouble);
            default:
                return false;
        }
    }

    private bool TryWriteArithmetic(bool isDouble)
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatAddScalar:
                WriteFloatBinary(isDouble ? HostVector.AddDouble : HostVector.AddSingle, isDouble, isSum: true);
                return true;
            case A64Opcode.FloatSubtractScalar:
                WriteFloatBinary(isDouble ? HostVector.SubtractDouble : HostVector.SubtractSingle, isDouble, isSum: true);
                return true;
            case A64Opcode.FloatMultiplyScalar or A64Opcode.FloatMultiplyNegateScalar:
                WriteFloatBinary(isDouble ? HostVector.MultiplyDouble : HostVector.MultiplySingle, isDouble);
                return true;
            case A64Opcode.FloatDivideScalar:
                WriteFloatBinary(isDouble ? HostVector.DivideDouble : HostVector.DivideSingle, isDouble);
                return true;
            case A64Opcode.FloatMaximumScalar or A64Opcode.FloatMaximumNumberScalar:
                WriteFloatExtreme(isDouble, isMaximum: true);
                return true;
            case A64Opcode.FloatMinimumScalar or A64Opcode.FloatMinimumNumberScalar:
                WriteFloatExtreme(isDouble, isMaximum: false);
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
                _assembler.Vector(isDouble ? HostVector.SquareRootDouble : HostVector.SquareRootSingle, 0, Zero(0), VectorOperand(FieldN));
                FinishScalar(isDouble, mayBeTiny: false);
                return true;
            case A64Opcode.FloatRoundToNearestScalar or A64Opcode.FloatRoundByModeScalar:
                return WriteScalarRounding(isDouble, HostRounding.Nearest);
            case A64Opcode.FloatRoundExactScalar:
                return WriteScalarRounding(isDouble, HostRounding.ByControl);
            case A64Opcode.FloatRoundUpScalar:
                return WriteScalarRounding(isDouble, HostRounding.Up);
            case A64Opcode.FloatRoundDownScalar:
                return WriteScalarRounding(isDouble, HostRounding.Down);
            case A64Opcode.FloatRoundToZeroScalar:
                return WriteScalarRounding(isDouble, HostRounding.Zero);
            case A64Opcode.FloatRoundAwayScalar:
                return WriteScalarRounding(isDouble, HostRounding.Away);
            case A64Opcode.FloatCompare or A64Opcode.FloatCompareSignaling:
                WriteFloatCompare(isDouble);
                return true;
            case A64Opcode.FloatConditionalCompare or A64Opcode.FloatConditionalCompareSignaling:
                WriteConditionalFloatCompare(isDouble);
                return true;
            default:
                return false;
        }
    }

    private void WriteFloatBinary(HostVector instruction, bool isDouble, bool isSum = false)
    {
        _assembler.Vector(instruction, 0, ReadLow(FieldN, 0, isDouble ? 8 : 4), VectorOperand(FieldM));
        int site = CheckScalar(isDouble, mayBeTiny: !isSum);
        if ((A64Opcode)_operation->Opcode == A64Opcode.FloatMultiplyNegateScalar)
        {
            _assembler.Vector(HostVector.ExclusiveOr, 0, 0, Constant(isDouble ? 1UL << 63 : 1UL << 31, 0));
        }

        WriteScalar(FieldD, 0, isDouble ? 8 : 4);
        Defer(site);
    }

    private void WriteFused(HostVector instruction, bool isDouble)
    {
        LoadTrimmed(FieldA, 0, isDouble ? 8 : 4);
        _assembler.Vector(instruction, 0, ReadScalar(FieldN, 1, isDouble), VectorOperand(FieldM));
        FinishScalar(isDouble, mayBeTiny: true);
    }

    // The host gives the second of two zeros: so it is asked twice.
    private void WriteFloatExtreme(bool isDouble, bool isMaximum)
    {
        HostVector instruction = (isDouble, isMaximum) switch
        {
            (true, true) => HostVector.MaximumDouble,
            (true, false) => HostVector.MinimumDouble,
            (false, true) => HostVector.MaximumSingle,
            _ => HostVector.MinimumSingle,
        };
        LoadTrimmed(FieldN, 0, isDouble ? 8 : 4);
        LoadTrimmed(FieldM, 1, isDouble ? 8 : 4);
        _assembler.Vector(isDouble ? HostVector.CompareDouble : HostVector.CompareSingle, 0, 0, 1);
        int unordered = _assembler.JumpForwardIf(HostCondition.Parity);
        _assembler.Vector(instruction, 2, 0, 1);
        _assembler.Vector(instruction, 1, 1, 0);
        _assembler.Vector(isMaximum ? HostVector.And : HostVector.Or, 0, 1, 2);
        WriteScalar(FieldD, 0, isDouble ? 8 : 4);
        Defer(unordered);
    }

    private bool WriteScalarRounding(bool isDouble, HostRounding rounding)
    {
        RoundScalar(isDouble, rounding);
        _assembler.Vector(HostVector.MoveUnaligned, 0, 0, 1);
        FinishScalar(isDouble, mayBeTiny: false);
        return true;
    }

    // From register N to XMM1, with the operand in XMM0. Uses XMM2 and XMM3.
    private void RoundScalar(bool isDouble, HostRounding rounding)
    {
        LoadTrimmed(FieldN, 0, isDouble ? 8 : 4);
        RoundLanes(0, rounding);
    }

    // Less: N. Equal: Z and C. Greater: C. So does a subtraction leave the host's flags: of whether it is less from whether it is greater.
    private void WriteFloatCompare(bool isDouble)
    {
        const uint withZero = 1 << 3;
        int unordered = CompareFloats(isDouble, (_operation->Encoding & withZero) != 0);
        _assembler.SetIf(HostCondition.Above, Rax);
        _assembler.LoadSized(1, Rax, Rax);
        _assembler.Arithmetic(HostArithmetic.Sbb, false, (HostOperand)Rax, 0);
        SetFlags(HostFlags.Subtract, Rax, wide: false);
        Defer(unordered);
        _exits[_exitCount - 1].IsUnordered = true;
    }

    // Gives the jump for NaNs.
    private int CompareFloats(bool isDouble, bool withZero)
    {
        HostVector compare = isDouble ? HostVector.CompareDouble : HostVector.CompareSingle;
        int left = ReadScalar(FieldN, 0, isDouble);
        _assembler.Vector(compare, left, 0, withZero ? (HostRegister)Zero(1) : VectorOperand(FieldM));
        return _assembler.JumpForwardIf(HostCondition.Parity);
    }

    // C and V, by a subtraction whose result is neither zero nor negative.
    private void LoadUnorderedFlags()
    {
        _assembler.MovConstant(Rax, 1UL << 31);
        _assembler.Arithmetic(HostArithmetic.Sub, false, (HostOperand)Rax, 1);
    }

    private void WriteConditionalFloatCompare(bool isDouble)
    {
        int condition = (int)(_operation->Encoding >> 12) & 15;
        int fails = 0;
        if (condition < 14)
        {
            HostCondition holds = WriteCondition(condition);
            fails = _assembler.JumpForwardIf((HostCondition)((int)holds ^ 1));
        }

        int unordered = CompareFloats(isDouble, withZero: false);
        _assembler.SetIf(HostCondition.AboveOrEqual, StateLayout.CarryFlag);
        _assembler.SetIf(HostCondition.NotEqual, Rax);
        _assembler.LoadSized(1, Rax, Rax);
        _assembler.Store(true, StateLayout.ZeroFlag, Rax);
        _assembler.Arithmetic(HostArithmetic.Sbb, true, Rcx, Rcx);
        _assembler.Store(true, StateLayout.NegativeFlag, Rcx);
        _assembler.StoreConstant(true, StateLayout.OverflowFlag, 0);
        if (condition < 14)
        {
            int end = _assembler.JumpForward();
            _assembler.PatchHere(fails);
            StoreConstantFlags((int)_operation->Encoding & 15);
            _assembler.PatchHere(end);
        }

        Defer(unordered);
    }

    private void WriteFloatSelect(bool isDouble)
    {
        int condition = (int)(_operation->Encoding >> 12) & 15;
        int size = isDouble ? 3 : 2;
        if (condition >= 14)
        {
            ExtractElement(size, FieldN, 0, Rax);
        }
        else
        {
            HostCondition holds = WriteCondition(condition);
            ExtractElement(size, FieldM, 0, Rax);
            ExtractElement(size, FieldN, 0, Rcx);
            _assembler.MoveIf(holds, isDouble, Rax, Rcx);
        }

        _ = FinishFromRax(isDouble);
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

    // A register of which only the scalar is looked at.
    private int ReadScalar(int index, int temporary, bool isDouble)
    {
        if (_map.TryGetVector(index, out int register))
        {
            return register;
        }

        LoadTrimmed(index, temporary, isDouble ? 8 : 4);
        return temporary;
    }

    private bool FinishFromRax(bool isDouble)
    {
        int target = VectorTarget(FieldD, 0);
        _assembler.Vector(isDouble ? HostVector.MoveFromQuadword : HostVector.MoveFromDoubleword, target, 0, Rax);
        WriteScalar(FieldD, target, isDouble ? 8 : 4);
        return true;
    }

    // The jump for a result in XMM0 that the host may not be trusted with. Uses XMM1.
    private int CheckScalar(bool isDouble, bool mayBeTiny)
    {
        HostVector compare = isDouble ? HostVector.CompareDouble : HostVector.CompareSingle;
        if (!mayBeTiny)
        {
            _assembler.Vector(compare, 0, 0, 0);
            return _assembler.JumpForwardIf(HostCondition.Parity);
        }

        // Equal, or not to be compared.
        _assembler.Vector(HostVector.And, 1, 0, FloatMagnitude);
        _assembler.Vector(compare, 1, 0, SmallestNormal);
        return _assembler.JumpForwardIf(HostCondition.Equal);
    }

    private void FinishScalar(bool isDouble, bool mayBeTiny)
    {
        int site = CheckScalar(isDouble, mayBeTiny);
        WriteScalar(FieldD, 0, isDouble ? 8 : 4);
        Defer(site);
    }
}
