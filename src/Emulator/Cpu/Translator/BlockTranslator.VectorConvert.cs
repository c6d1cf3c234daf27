using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Conversions and rounding to integers. An integer that does not fit, and a NaN, are the interpreter's.</summary>
internal sealed unsafe partial class BlockTranslator
{
    // How the host rounds; by MXCSR is to nearest, too, and only that raises Inexact.
    private enum HostRounding
    {
        Nearest = 8,
        Down = 9,
        Up = 10,
        Zero = 11,
        ByControl = 4,

        // To nearest with ties away from zero, which the host does not have.
        Away = 16,
    }

    private bool TryWriteFloatConversion()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatRoundToNearestVector or A64Opcode.FloatRoundByModeVector:
                return WriteRounding(HostRounding.Nearest);
            case A64Opcode.FloatRoundExactVector:
                return WriteRounding(HostRounding.ByControl);
            case A64Opcode.FloatRoundUpVector:
                return WriteRounding(HostRounding.Up);
            case A64Opcode.FloatRoundDownVector:
                return WriteRounding(HostRounding.Down);
            case A64Opcode.FloatRoundToZeroVector:
                return WriteRounding(HostRounding.Zero);
            case A64Opcode.FloatRoundAwayVector:
                return WriteRounding(HostRounding.Away);
            case A64Opcode.FloatConvertToSignedNearestVector or A64Opcode.FloatConvertToSignedNearestScalar:
                return WriteToIntegers(HostRounding.Nearest, signed: true);
            case A64Opcode.FloatConvertToUnsignedNearestVector or A64Opcode.FloatConvertToUnsignedNearestScalar:
                return WriteToIntegers(HostRounding.Nearest, signed: false);
            case A64Opcode.FloatConvertToSignedAwayVector or A64Opcode.FloatConvertToSignedAwayScalar:
                return WriteToIntegers(HostRounding.Away, signed: true);
            case A64Opcode.FloatConvertToUnsignedAwayVector or A64Opcode.FloatConvertToUnsignedAwayScalar:
                return WriteToIntegers(HostRounding.Away, signed: false);
            case A64Opcode.FloatConvertToSignedUpVector or A64Opcode.FloatConvertToSignedUpScalar:
                return WriteToIntegers(HostRounding.Up, signed: true);
            case A64Opcode.FloatConvertToUnsignedUpVector or A64Opcode.FloatConvertToUnsignedUpScalar:
                return WriteToIntegers(HostRounding.Up, signed: false);
            case A64Opcode.FloatConvertToSignedDownVector or A64Opcode.FloatConvertToSignedDownScalar:
                return WriteToIntegers(HostRounding.Down, signed: true);
            case A64Opcode.FloatConvertToUnsignedDownVector or A64Opcode.FloatConvertToUnsignedDownScalar:
                return WriteToIntegers(HostRounding.Down, signed: false);
            case A64Opcode.FloatConvertToSignedZeroVector or A64Opcode.FloatConvertToSignedZeroScalar:
                return WriteToIntegers(HostRounding.Zero, signed: true);
            case A64Opcode.FloatConvertToUnsignedZeroVector or A64Opcode.FloatConvertToUnsignedZeroScalar:
                return WriteToIntegers(HostRounding.Zero, signed: false);
            case A64Opcode.SignedConvertToFloatVector or A64Opcode.SignedConvertToFloatScalar:
                FromSigned();
                return FinishWhole(0);
            case A64Opcode.UnsignedConvertToFloatVector or A64Opcode.UnsignedConvertToFloatScalar:
                FromUnsigned();
                return FinishWhole(0);
            case A64Opcode.SignedFixedConvertToFloatVector or A64Opcode.SignedFixedConvertToFloatScalar when ShiftSize >= 2:
                return WriteFromFixed(signed: true);
            case A64Opcode.UnsignedFixedConvertToFloatVector or A64Opcode.UnsignedFixedConvertToFloatScalar when ShiftSize >= 2:
                return WriteFromFixed(signed: false);
            case A64Opcode.FloatConvertLong:
                return WritePrecisionLong(IsDouble ? HostVector.SinglesToDoubles : HostVector.HalvesToSingles);
            case A64Opcode.FloatConvertNarrow when IsDouble:
                _assembler.Vector(HostVector.DoublesToSingles, 0, 0, VectorOperand(FieldN));
                int narrowed = CheckNarrowed();
                _ = FinishHalf(0);
                Defer(narrowed);
                return true;
            case A64Opcode.FloatConvertNarrow:
                int halves = SinglesToHalves(ReadVector(FieldN, 1));
                _ = FinishHalf(0);
                Defer(halves);
                return true;
            default:
                return false;
        }
    }

    private bool WriteRounding(HostRounding rounding)
    {
        RoundLanes(ReadFloat(FieldN, 0), rounding);
        return FinishFloat(1, CheckLanes(1, mayBeTiny: false));
    }

    // Gives XMM1. Uses XMM2 and XMM3.
    private void RoundLanes(int value, HostRounding rounding)
    {
        HostVector round = Either(HostVector.RoundDoubles, HostVector.RoundSingles);
        if (rounding != HostRounding.Away)
        {
            _assembler.Vector(round, 1, 0, value, (int)rounding);
            return;
        }

        // Toward zero; where half or more was cut off, which is exact, one more. The sign of a zero is the operand's.
        HostVector subtract = Either(HostVector.SubtractDoubles, HostVector.SubtractSingles);
        _assembler.Vector(round, 1, 0, value, (int)HostRounding.Zero);
        _assembler.Vector(subtract, 2, value, 1);
        _assembler.Vector(HostVector.And, 2, 2, FloatMagnitude);
        _assembler.Vector(Match, 2, 2, Splat(IsDouble ? 3 : 2, IsDouble ? 0x3fe0_0000_0000_0000UL : 0x3f00_0000), MatchGreaterOrEqual);
        _assembler.Vector(HostVector.And, 2, 2, Splat(IsDouble ? 3 : 2, IsDouble ? 0x3ff0_0000_0000_0000UL : 0x3f80_0000));
        _assembler.Vector(HostVector.And, 3, value, FloatSign);
        _assembler.Vector(HostVector.Or, 2, 2, 3);
        _assembler.Vector(Either(HostVector.AddDoubles, HostVector.AddSingles), 1, 1, 2);
        _assembler.Vector(HostVector.Or, 1, 1, 3);
    }

    // Four or two singles, two doubles, one of either. Unsigned integers while they fit signed ones, too. What is rounded here has raised nothing, so that the
    // operand is converted as well then, for Inexact alone.
    private bool WriteToIntegers(HostRounding rounding, bool signed)
    {
        int value = ReadFloat(FieldN, 0);
        int rounded = value;
        if (rounding != HostRounding.Zero || !signed)
        {
            RoundLanes(value, rounding);
            rounded = 1;
        }

        return IsDouble ? WriteToQuadwords(value, rounded, signed) : WriteToDoublewords(value, rounded, signed);
    }

    private bool WriteToDoublewords(int value, int rounded, bool signed)
    {
        _assembler.Vector(HostVector.TruncateSinglesToDoublewords, 1, 0, rounded);
        if (signed)
        {
            _assembler.Vector(HostVector.EqualDoublewords, 3, 1, Splat(2, 1UL << 31));
        }
        else
        {
            _assembler.VectorShift(HostShift.Sar, 4, 3, 1, 31);
        }

        int site = JumpIfAny(3);
        if (rounded != value)
        {
            _assembler.Vector(HostVector.TruncateSinglesToDoublewords, 2, 0, value);
        }

        return FinishFloat(1, site);
    }

    private bool WriteToQuadwords(int value, int rounded, bool signed)
    {
        int first = WriteToQuadword(rounded, Rax, signed);
        int second = 0;
        if (IsWhole)
        {
            _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, rounded, 0b1110);
            second = WriteToQuadword(1, Rdx, signed);
        }

        if (rounded != value)
        {
            _assembler.Vector(HostVector.TruncateDoubleToQuadword, (int)Rcx, 0, value);
            _assembler.Vector(HostVector.ShuffleDoublewords, 2, 0, value, 0b1110);
            _assembler.Vector(HostVector.TruncateDoubleToQuadword, (int)Rcx, 0, 2);
        }

        _assembler.Vector(HostVector.MoveFromQuadword, 1, 0, Rax);
        if (IsWhole)
        {
            _assembler.Vector(HostVector.InsertQuadword, 1, 1, Rdx, 1);
        }

        WriteVector(FieldD, 1);
        Defer(first, second);
        return true;
    }

    // Uses RCX. Gives the jump for what does not fit.
    private int WriteToQuadword(int value, HostRegister destination, bool signed)
    {
        _assembler.Vector(HostVector.TruncateDoubleToQuadword, (int)destination, 0, value);
        if (!signed)
        {
            _assembler.Test(true, destination, destination);
            return _assembler.JumpForwardIf(HostCondition.Sign);
        }

        _assembler.MovConstant(Rcx, 1UL << 63);
        _assembler.Arithmetic(HostArithmetic.Cmp, true, destination, Rcx);
        return _assembler.JumpForwardIf(HostCondition.Equal);
    }

    // Gives XMM0, trimmed.
    private void FromSigned()
    {
        if (!IsDouble)
        {
            _assembler.Vector(HostVector.SinglesFromDoublewords, 0, 0, ReadFloatOperand(FieldN, 0));
            return;
        }

        ExtractElement(3, FieldN, 0, Rax);
        _assembler.Vector(HostVector.DoubleFromQuadword, 0, Zero(0), Rax);
        if (IsWhole)
        {
            ExtractElement(3, FieldN, 1, Rax);
            _assembler.Vector(HostVector.DoubleFromQuadword, 1, Zero(1), Rax);
            _assembler.Vector(HostVector.InterleaveLowQuadwords, 0, 0, 1);
        }
    }

    // Both halves are exact, so that only their sum is rounded. Gives XMM0, trimmed.
    private void FromUnsigned()
    {
        int value = ReadFloat(FieldN, 0);
        if (!IsDouble)
        {
            _assembler.VectorShift(HostShift.Shr, 4, 1, value, 16);
            _assembler.Vector(HostVector.And, 2, value, Splat(2, 0xffff));
            _assembler.Vector(HostVector.SinglesFromDoublewords, 1, 0, 1);
            _assembler.Vector(HostVector.SinglesFromDoublewords, 2, 0, 2);
            _assembler.Vector(HostVector.MultiplySingles, 1, 1, Splat(2, 0x4780_0000));
            _assembler.Vector(HostVector.AddSingles, 0, 1, 2);
            return;
        }

        QuadwordsToDoubles(value);
        TrimFloat(0);
    }

    // The low half as the fraction of 2^52, the upper one as that of 2^84. Gives XMM0. Uses XMM1 and XMM2.
    private void QuadwordsToDoubles(int value)
    {
        _assembler.VectorShift(HostShift.Shr, 8, 1, value, 32);
        _assembler.Vector(HostVector.Or, 1, 1, Splat(3, 0x4530_0000_0000_0000));
        _assembler.Vector(HostVector.BlendDoublewords, 2, value, Splat(3, 0x4330_0000_0000_0000), 0b1010);
        _assembler.Vector(HostVector.SubtractDoubles, 1, 1, Splat(3, 0x4530_0000_0010_0000));
        _assembler.Vector(HostVector.AddDoubles, 0, 1, 2);
    }

    private bool WriteFromFixed(bool signed)
    {
        if (signed)
        {
            FromSigned();
        }
        else
        {
            FromUnsigned();
        }

        _assembler.Vector(Either(HostVector.MultiplyDoubles, HostVector.MultiplySingles), 0, 0, FractionOf(RightAmount, IsDouble));
        return FinishWhole(0);
    }

    // A fraction of two, by which what was an integer is multiplied exactly.
    private HostOperand FractionOf(int bits, bool isDouble) =>
        isDouble ? Splat(3, (ulong)(1023 - bits) << 52) : Splat(2, (ulong)(127 - bits) << 23);
}
