using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: sums, differences, products and shifts to the left that saturate (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteSaturating(int size)
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.SignedSaturatingAddVector or A64Opcode.UnsignedSaturatingAddVector when size < 2:
                return WriteSaturating(Add(size), IsSigned
                    ? Pick(size, HostVector.AddSaturatedBytes, HostVector.AddSaturatedWords, default)
                    : Pick(size, HostVector.AddSaturatedUnsignedBytes, HostVector.AddSaturatedUnsignedWords, default));
            case A64Opcode.SignedSaturatingSubtractVector or A64Opcode.UnsignedSaturatingSubtractVector when size < 2:
                return WriteSaturating(Subtract(size), IsSigned
                    ? Pick(size, HostVector.SubtractSaturatedBytes, HostVector.SubtractSaturatedWords, default)
                    : Pick(size, HostVector.SubtractSaturatedUnsignedBytes, HostVector.SubtractSaturatedUnsignedWords, default));
            case A64Opcode.UnsignedSaturatingAddVector or A64Opcode.UnsignedSaturatingAddScalar when size >= 2:
                return WriteUnsignedSaturatingAdd(size);
            case A64Opcode.UnsignedSaturatingSubtractVector or A64Opcode.UnsignedSaturatingSubtractScalar when size >= 2:
                return WriteUnsignedSaturatingSubtract(size);
            case A64Opcode.SignedSaturatingAddVector or A64Opcode.SignedSaturatingAddScalar when size >= 2:
                return WriteSignedSaturating(size, ReadTrimmed(FieldN, 0), ReadTrimmed(FieldM, 1), isSum: true);
            case A64Opcode.SignedSaturatingSubtractVector or A64Opcode.SignedSaturatingSubtractScalar when size >= 2:
                return WriteSignedSaturating(size, ReadTrimmed(FieldN, 0), ReadTrimmed(FieldM, 1), isSum: false);
            case A64Opcode.SignedSaturatingDoublingMultiplyHighVector:
                return WriteDoublingMultiplyHigh(size, CopyVector(FieldM, 1), isRounding: false);
            case A64Opcode.SignedSaturatingRoundingDoublingMultiplyHighVector:
                return WriteDoublingMultiplyHigh(size, CopyVector(FieldM, 1), isRounding: true);
            case A64Opcode.SignedSaturatingDoublingMultiplyHighByElementVector:
                ReplicateElement(size, 1);
                return WriteDoublingMultiplyHigh(size, 1, isRounding: false);
            case A64Opcode.SignedSaturatingRoundingDoublingMultiplyHighByElementVector:
                ReplicateElement(size, 1);
                return WriteDoublingMultiplyHigh(size, 1, isRounding: true);
            case A64Opcode.SignedSaturatingDoublingMultiplyLongVector:
                MultiplyHalves(size);
                DoubleProduct(size + 1);
                return FinishWhole(0);
            case A64Opcode.SignedSaturatingDoublingMultiplyAddLongVector or A64Opcode.SignedSaturatingDoublingMultiplySubtractLongVector:
                MultiplyHalves(size);
                return WriteSaturatingAccumulation(size, (A64Opcode)_operation->Opcode == A64Opcode.SignedSaturatingDoublingMultiplyAddLongVector);
            case A64Opcode.SignedSaturatingDoublingMultiplyLongByElementVector:
                MultiplyHalfByElement(size);
                DoubleProduct(size + 1);
                return FinishWhole(0);
            case A64Opcode.SignedSaturatingDoublingMultiplyAddLongByElementVector or A64Opcode.SignedSaturatingDoublingMultiplySubtractLongByElementVector:
                MultiplyHalfByElement(size);
                return WriteSaturatingAccumulation(size, (A64Opcode)_operation->Opcode == A64Opcode.SignedSaturatingDoublingMultiplyAddLongByElementVector);
            case A64Opcode.SignedSaturatingShiftLeftVector or A64Opcode.UnsignedSaturatingShiftLeftVector:
                return WriteSaturatingShiftLeft(ShiftSize, LeftAmount);
            default:
                return false;
        }
    }

    // Saturated where it differs.
    private bool WriteSaturating(HostVector plain, HostVector saturating)
    {
        int left = ReadTrimmed(FieldN, 0);
        int right = ReadTrimmed(FieldM, 1);
        _assembler.Vector(plain, 2, left, right);
        _assembler.Vector(saturating, 0, left, right);
        _assembler.Vector(HostVector.ExclusiveOr, 2, 2, 0);
        SetSaturationIfAny(2);
        return FinishWhole(0);
    }

    private bool WriteUnsignedSaturatingAdd(int size)
    {
        int left = ReadTrimmed(FieldN, 0);
        _assembler.Vector(Add(size), 1, left, ReadTrimmed(FieldM, 1));
        UnsignedBelow(size, 1, left);
        _assembler.Vector(HostVector.Or, 0, 1, 2);
        SetSaturationIfAny(2);
        return FinishWhole(0);
    }

    private bool WriteUnsignedSaturatingSubtract(int size)
    {
        int left = ReadTrimmed(FieldN, 0);
        int right = ReadTrimmed(FieldM, 1);
        UnsignedBelow(size, left, right);
        _assembler.Vector(Subtract(size), 0, left, right);
        _assembler.Vector(HostVector.AndNot, 0, 2, 0);
        SetSaturationIfAny(2);
        return FinishWhole(0);
    }

    // XMM2 = left < right. Uses XMM3.
    private void UnsignedBelow(int size, int left, int right)
    {
        HostOperand sign = Splat(size, 1UL << ((8 << size) - 1));
        _assembler.Vector(HostVector.ExclusiveOr, 2, right, sign);
        _assembler.Vector(HostVector.ExclusiveOr, 3, left, sign);
        _assembler.Vector(Greater(size), 2, 2, 3);
    }

    // The right operand may be in XMM1 only, the left one in XMM0.
    private bool WriteSignedSaturating(int size, int left, int right, bool isSum)
    {
        // The signs that an overflow has: the operands' are the same, or different, and the result's is another.
        if (isSum)
        {
            _assembler.Vector(HostVector.ExclusiveOr, 3, left, right);
            _assembler.Vector(Add(size), 2, left, right);
            _assembler.Vector(HostVector.ExclusiveOr, 1, left, 2);
            _assembler.Vector(HostVector.AndNot, 1, 3, 1);
        }
        else
        {
            _assembler.Vector(HostVector.ExclusiveOr, 3, left, right);
            _assembler.Vector(Subtract(size), 2, left, right);
            _assembler.Vector(HostVector.ExclusiveOr, 1, left, 2);
            _assembler.Vector(HostVector.And, 1, 3, 1);
        }

        // What it becomes has the left operand's sign inverted in all bits but the first.
        _assembler.Vector(Greater(size), 0, Zero(3), left);
        _assembler.Vector(HostVector.ExclusiveOr, 0, 0, Splat(size, (1UL << ((8 << size) - 1)) - 1));
        _assembler.VectorBy(size == 2 ? HostVector.BlendSinglesBy : HostVector.BlendDoublesBy, 0, 2, (HostRegister)0, 1);
        _assembler.Vector(HostVector.And, 1, 1, Splat(size, 1UL << ((8 << size) - 1)));
        SetSaturationIfAny(1);
        return FinishWhole(0);
    }

    // The product is in XMM0.
    private bool WriteSaturatingAccumulation(int size, bool isSum)
    {
        DoubleProduct(size + 1);
        _assembler.Vector(HostVector.MoveUnaligned, 1, 0, 0);
        return WriteSignedSaturating(size + 1, ReadVector(FieldD, 0), 1, isSum);
    }

    // Twice XMM0. Only the square of the smallest number saturates.
    private void DoubleProduct(int size)
    {
        _assembler.Vector(Add(size), 0, 0, 0);
        SaturateSmallest(size);
    }

    // The smallest number in XMM0 becomes the largest one. Uses XMM2.
    private void SaturateSmallest(int size)
    {
        _assembler.Vector(Equal(size), 2, 0, Splat(size, 1UL << ((8 << size) - 1)));
        _assembler.Vector(HostVector.ExclusiveOr, 0, 0, 2);
        SetSaturationIfAny(2);
    }

    // The other factor is in XMM1.
    private bool WriteDoublingMultiplyHigh(int size, int right, bool isRounding)
    {
        int left = ReadTrimmed(FieldN, 0);
        if (size == 2)
        {
            MultiplyHighDoublewords(left, right, isRounding);
        }
        else if (isRounding)
        {
            _assembler.Vector(HostVector.MultiplyRoundedWords, 0, left, right);
        }
        else
        {
            _assembler.Vector(HostVector.MultiplyWords, 2, left, right);
            _assembler.Vector(HostVector.MultiplyHighWords, 0, left, right);
            _assembler.VectorShift(HostShift.Shr, 2, 2, 2, 15);
            _assembler.VectorShift(HostShift.Shl, 2, 0, 0, 1);
            _assembler.Vector(HostVector.Or, 0, 0, 2);
        }

        SaturateSmallest(size);
        return Finish(0);
    }

    // Products of elements with even and with odd numbers, of which bits 62 to 31 are taken. Gives XMM0, uses the others.
    private void MultiplyHighDoublewords(int left, int right, bool isRounding)
    {
        _assembler.Vector(HostVector.MultiplyEvenDoublewords, 2, left, right);
        _assembler.VectorShift(HostShift.Shr, 8, 0, left, 32);
        _assembler.VectorShift(HostShift.Shr, 8, 1, right, 32);
        _assembler.Vector(HostVector.MultiplyEvenDoublewords, 0, 0, 1);
        if (isRounding)
        {
            HostOperand half = Splat(3, 1UL << 30);
            _assembler.Vector(HostVector.AddQuadwords, 2, 2, half);
            _assembler.Vector(HostVector.AddQuadwords, 0, 0, half);
        }

        _assembler.VectorShift(HostShift.Shr, 8, 2, 2, 31);
        _assembler.VectorShift(HostShift.Shl, 8, 0, 0, 1);
        _assembler.Vector(HostVector.BlendDoublewords, 0, 2, 0, 0b1010);
    }

    // Saturated is what is another number when it is shifted back.
    private bool WriteSaturatingShiftLeft(int size, int amount)
    {
        LoadTrimmed(FieldN, 0, IsWhole ? Quadword : Doubleword);
        ShiftLeft(size, 1, 0, amount);
        ShiftRight(size, IsSigned, 2, 1, amount);
        _assembler.Vector(Equal(size), 2, 2, 0);
        if (IsSigned)
        {
            ShiftRight(size, true, 0, 0, (8 << size) - 1);
            _assembler.Vector(HostVector.ExclusiveOr, 0, 0, Splat(size, (1UL << ((8 << size) - 1)) - 1));
        }
        else
        {
            _ = Ones(0);
        }

        _assembler.VectorBy(HostVector.BlendBytesBy, 0, 0, (HostRegister)1, 2);
        _ = Invert(2);
        SetSaturationIfAny(2);
        return Finish(0);
    }
}
