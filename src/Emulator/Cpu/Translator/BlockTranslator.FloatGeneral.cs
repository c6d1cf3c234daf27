using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Floating-point instructions with a general-purpose register on one side (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private int GeneralDestination => FieldD == 31 ? CpuState.Sink : FieldD;

    private bool TryWriteFromGeneral(bool isDouble)
    {
        bool wide = IsWide;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.SignedConvertToFloatGeneral:
                FromSignedGeneral(isDouble, wide);
                return FinishWhole(0);
            case A64Opcode.UnsignedConvertToFloatGeneral when isDouble || !wide:
                FromUnsignedGeneral(isDouble, wide);
                return FinishWhole(0);
            case A64Opcode.SignedFixedConvertToFloatGeneral:
                FromSignedGeneral(isDouble, wide);
                return FinishFixed(isDouble);
            case A64Opcode.UnsignedFixedConvertToFloatGeneral when isDouble || !wide:
                FromUnsignedGeneral(isDouble, wide);
                return FinishFixed(isDouble);
            default:
                return false;
        }
    }

    private bool FinishFixed(bool isDouble)
    {
        int bits = 64 - ((int)(_operation->Encoding >> 10) & 63);
        _assembler.Vector(isDouble ? HostVector.MultiplyDouble : HostVector.MultiplySingle, 0, 0, FractionOf(bits, isDouble));
        return FinishWhole(0);
    }

    private void FromSignedGeneral(bool isDouble, bool wide)
    {
        HostVector instruction = (isDouble, wide) switch
        {
            (true, true) => HostVector.DoubleFromQuadword,
            (true, false) => HostVector.DoubleFromDoubleword,
            (false, true) => HostVector.SingleFromQuadword,
            _ => HostVector.SingleFromDoubleword,
        };
        _assembler.Vector(instruction, 0, Zero(0), Operand(GeneralSource));
    }

    private void FromUnsignedGeneral(bool isDouble, bool wide)
    {
        if (wide)
        {
            Copy(Rax, GeneralSource);
            _assembler.Vector(HostVector.MoveFromQuadword, 0, 0, Rax);
            QuadwordsToDoubles(0);
            Trim(0, 0, Doubleword);
        }
        else
        {
            _assembler.Mov(false, Rax, Operand(GeneralSource));
            _assembler.Vector(isDouble ? HostVector.DoubleFromQuadword : HostVector.SingleFromQuadword, 0, Zero(0), Rax);
        }
    }

    private bool TryWriteToGeneral(bool isDouble)
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatConvertToSignedZeroGeneral:
                Truncate(isDouble, IsWide, Rax, VectorOperand(FieldN));
                return FinishSigned();
            case A64Opcode.FloatConvertToSignedNearestGeneral:
                _assembler.Vector(
                    (isDouble, IsWide) switch
                    {
                        (true, true) => HostVector.ConvertDoubleToQuadword,
                        (true, false) => HostVector.ConvertDoubleToDoubleword,
                        (false, true) => HostVector.ConvertSingleToQuadword,
                        _ => HostVector.ConvertSingleToDoubleword,
                    },
                    (int)Rax,
                    0,
                    VectorOperand(FieldN));
                return FinishSigned();
            case A64Opcode.FloatConvertToSignedAwayGeneral:
                return WriteSigned(isDouble, HostRounding.Away);
            case A64Opcode.FloatConvertToSignedUpGeneral:
                return WriteSigned(isDouble, HostRounding.Up);
            case A64Opcode.FloatConvertToSignedDownGeneral:
                return WriteSigned(isDouble, HostRounding.Down);
            case A64Opcode.FloatConvertToUnsignedZeroGeneral:
                return WriteUnsigned(isDouble, HostRounding.Zero);
            case A64Opcode.FloatConvertToUnsignedNearestGeneral:
                return WriteUnsigned(isDouble, HostRounding.Nearest);
            case A64Opcode.FloatConvertToUnsignedAwayGeneral:
                return WriteUnsigned(isDouble, HostRounding.Away);
            case A64Opcode.FloatConvertToUnsignedUpGeneral:
                return WriteUnsigned(isDouble, HostRounding.Up);
            case A64Opcode.FloatConvertToUnsignedDownGeneral:
                return WriteUnsigned(isDouble, HostRounding.Down);
            default:
                return false;
        }
    }

    private void Truncate(bool isDouble, bool wide, HostRegister destination, in HostOperand source) => _assembler.Vector(
        (isDouble, wide) switch
        {
            (true, true) => HostVector.TruncateDoubleToQuadword,
            (true, false) => HostVector.TruncateDoubleToDoubleword,
            (false, true) => HostVector.TruncateSingleToQuadword,
            _ => HostVector.TruncateSingleToDoubleword,
        },
        (int)destination,
        0,
        source);

    // RAX, unless it is what the host gives for what does not fit.
    private bool FinishSigned()
    {
        _assembler.MovConstant(Rcx, IsWide ? 1UL << 63 : 1UL << 31);
        _assembler.Arithmetic(HostArithmetic.Cmp, IsWide, Rax, Rcx);
        int site = _assembler.JumpForwardIf(HostCondition.Equal);
        Write(GeneralDestination, Rax);
        Defer(site);
        return true;
    }

    // Rounded without flags, then converted, and converted once more for Inexact alone.
    private bool WriteSigned(bool isDouble, HostRounding rounding)
    {
        RoundScalar(isDouble, rounding);
        Truncate(isDouble, IsWide, Rax, (HostRegister)1);
        _assembler.MovConstant(Rcx, IsWide ? 1UL << 63 : 1UL << 31);
        _assembler.Arithmetic(HostArithmetic.Cmp, IsWide, Rax, Rcx);
        int site = _assembler.JumpForwardIf(HostCondition.Equal);
        Truncate(isDouble, IsWide, Rcx, (HostRegister)0);
        Write(GeneralDestination, Rax);
        Defer(site);
        return true;
    }

    // While it fits a signed quadword, too.
    private bool WriteUnsigned(bool isDouble, HostRounding rounding)
    {
        RoundScalar(isDouble, rounding);
        Truncate(isDouble, wide: true, Rax, (HostRegister)1);
        int site;
        if (IsWide)
        {
            _assembler.Test(true, Rax, Rax);
            site = _assembler.JumpForwardIf(HostCondition.Sign);
        }
        else
        {
            _assembler.Mov(true, Rcx, Rax);
            _assembler.Shift(HostShift.Shr, true, Rcx, 32);
            site = _assembler.JumpForwardIf(HostCondition.NotEqual);
        }

        Truncate(isDouble, wide: true, Rcx, (HostRegister)0);
        Write(GeneralDestination, Rax);
        Defer(site);
        return true;
    }
}
