using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: results of half the width of operands (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private enum Saturation
    {
        Signed,
        SignedToUnsigned,
        Unsigned,
    }

    private bool TryWriteNarrow()
    {
        int size = FieldSize;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.ExtractNarrow:
                return FinishNarrow(size, ReadVector(FieldN, 0), isHigh: false);
            case A64Opcode.AddHighNarrow or A64Opcode.RoundingAddHighNarrow:
                return WriteHighNarrow(size, Add(size + 1));
            case A64Opcode.SubtractHighNarrow or A64Opcode.RoundingSubtractHighNarrow:
                return WriteHighNarrow(size, Subtract(size + 1));
            case A64Opcode.ShiftRightNarrow:
                ShiftRight(ShiftSize + 1, false, 0, ReadVector(FieldN, 0), RightAmount);
                return FinishNarrow(ShiftSize, 0, isHigh: false);
            case A64Opcode.RoundingShiftRightNarrow:
                return FinishNarrow(ShiftSize, ShiftRightRounding(ShiftSize + 1, false, ReadVector(FieldN, 1), RightAmount), isHigh: false);
            case A64Opcode.SignedSaturatingExtractNarrowVector:
                return FinishSaturating(size, Saturation.Signed, ReadVector(FieldN, 0));
            case A64Opcode.SignedSaturatingExtractUnsignedNarrowVector:
                return FinishSaturating(size, Saturation.SignedToUnsigned, ReadVector(FieldN, 0));
            case A64Opcode.UnsignedSaturatingExtractNarrowVector:
                return FinishSaturating(size, Saturation.Unsigned, ReadVector(FieldN, 0));
            case A64Opcode.SignedSaturatingShiftRightNarrowVector:
                return WriteSaturatingShift(Saturation.Signed, isRounding: false);
            case A64Opcode.SignedSaturatingRoundingShiftRightNarrowVector:
                return WriteSaturatingShift(Saturation.Signed, isRounding: true);
            case A64Opcode.SignedSaturatingShiftRightUnsignedNarrowVector:
                return WriteSaturatingShift(Saturation.SignedToUnsigned, isRounding: false);
            case A64Opcode.SignedSaturatingRoundingShiftRightUnsignedNarrowVector:
                return WriteSaturatingShift(Saturation.SignedToUnsigned, isRounding: true);
            case A64Opcode.UnsignedSaturatingShiftRightNarrowVector:
                return WriteSaturatingShift(Saturation.Unsigned, isRounding: false);
            case A64Opcode.UnsignedSaturatingRoundingShiftRightNarrowVector:
                return WriteSaturatingShift(Saturation.Unsigned, isRounding: true);
            default:
                return false;
        }
    }

    // One half of each element goes on.
    private bool FinishNarrow(int size, int value, bool isHigh)
    {
        int bytes = 1 << size;
        HostConstant sources = new(0, 0x8080_8080_8080_8080);
        for (int i = 0; i < Doubleword; i++)
        {
            int source = ((i & -bytes) * 2) + (isHigh ? bytes : 0) + (i & (bytes - 1));
            sources = sources.With(i, (byte)source);
        }

        _assembler.Vector(HostVector.ShuffleBytes, 0, value, Constant(sources));
        return FinishHalf(0);
    }

    private bool WriteHighNarrow(int size, HostVector instruction)
    {
        _assembler.Vector(instruction, 0, ReadVector(FieldN, 0), VectorOperand(FieldM));
        if (!IsSigned)
        {
            // U is for rounding.
            _assembler.Vector(Add(size + 1), 0, 0, Splat(size + 1, 1UL << ((8 << size) - 1)));
        }

        return FinishNarrow(size, 0, isHigh: true);
    }

    private bool WriteSaturatingShift(Saturation saturation, bool isRounding)
    {
        bool signed = saturation != Saturation.Unsigned;
        if (isRounding)
        {
            _ = ShiftRightRounding(ShiftSize + 1, signed, ReadVector(FieldN, 1), RightAmount);
        }
        else
        {
            ShiftRight(ShiftSize + 1, signed, 0, ReadVector(FieldN, 0), RightAmount);
        }

        return FinishSaturating(ShiftSize, saturation, 0);
    }

    // Saturated is what differs when it is widened again.
    private bool FinishSaturating(int size, Saturation saturation, int value)
    {
        if (size == 2)
        {
            return FinishSaturatingQuadwords(saturation, value);
        }

        bool signed = saturation == Saturation.Signed;
        if (saturation == Saturation.Unsigned)
        {
            // The host packs signed numbers.
            _assembler.Vector(Minimum(size + 1, signed: false), 1, value, Splat(size + 1, (1UL << (8 << size)) - 1));
            _assembler.Vector(HostVector.ExclusiveOr, 2, 1, value);
            _assembler.Vector(Packing(size, signed), 1, 1, 1);
        }
        else
        {
            _assembler.Vector(Packing(size, signed), 1, value, value);
            _assembler.Vector(Widening(size, signed), 2, 0, 1);
            _assembler.Vector(HostVector.ExclusiveOr, 2, 2, value);
        }

        SetSaturationIfAny(2);
        Trim(0, 1, Doubleword);
        return FinishHalf(0);
    }

    // By the upper halves, which are zero, or all sign.
    private bool FinishSaturatingQuadwords(Saturation saturation, int value)
    {
        _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, value, 0b1101);
        _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, value, 0b1000);
        if (saturation == Saturation.Signed)
        {
            _assembler.VectorShift(HostShift.Sar, 4, 2, 0, 31);
            _assembler.Vector(HostVector.EqualDoublewords, 2, 2, 1);
            _assembler.VectorShift(HostShift.Sar, 4, 1, 1, 31);
            _assembler.Vector(HostVector.ExclusiveOr, 1, 1, Splat(2, int.MaxValue));
        }
        else
        {
            _assembler.Vector(HostVector.EqualDoublewords, 2, 1, Zero(2));
            if (saturation == Saturation.SignedToUnsigned)
            {
                _assembler.VectorShift(HostShift.Sar, 4, 1, 1, 31);
                _ = Invert(1);
            }
            else
            {
                _ = Ones(1);
            }
        }

        _assembler.VectorBy(HostVector.BlendSinglesBy, 0, 1, (HostRegister)0, 2);
        _ = Invert(2);
        Trim(2, 2, Doubleword);
        SetSaturationIfAny(2);
        Trim(0, 0, Doubleword);
        return FinishHalf(0);
    }

    private static HostVector Packing(int size, bool signed) => signed
        ? Pick(size, HostVector.PackWords, HostVector.PackDoublewords, default)
        : Pick(size, HostVector.PackWordsUnsigned, HostVector.PackDoublewordsUnsigned, default);
}
