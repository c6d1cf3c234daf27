using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: two registers, integers, and operations across all elements of one (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteTwoRegisters()
    {
        int size = FieldSize;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.NotVector:
                _assembler.Vector(HostVector.ExclusiveOr, Result, Ones(0), VectorOperand(FieldN));
                return Finish(Result);
            case A64Opcode.NegateVector or A64Opcode.NegateScalar:
                _assembler.Vector(Subtract(size), Result, Zero(1), VectorOperand(FieldN));
                return Finish(Result);
            case A64Opcode.AbsoluteVector or A64Opcode.AbsoluteScalar:
                return WriteAbsolute(size);
            case A64Opcode.SignedSaturatingAbsoluteVector or A64Opcode.SignedSaturatingAbsoluteScalar when size < 3:
                _assembler.Vector(
                    Pick(size, HostVector.AbsoluteBytes, HostVector.AbsoluteWords, HostVector.AbsoluteDoublewords), 0, 0, (HostRegister)ReadTrimmed(FieldN, 0));
                SaturateSmallest(size);
                return Finish(0);
            case A64Opcode.SignedSaturatingNegateVector or A64Opcode.SignedSaturatingNegateScalar when size < 3:
                _assembler.Vector(Subtract(size), 0, Zero(1), ReadTrimmed(FieldN, 0));
                SaturateSmallest(size);
                return Finish(0);
            case A64Opcode.CompareEqualZeroVector or A64Opcode.CompareEqualZeroScalar:
                _assembler.Vector(Equal(size), Result, Zero(1), VectorOperand(FieldN));
                return Finish(Result);
            case A64Opcode.CompareSignedGreaterThanZeroVector or A64Opcode.CompareSignedGreaterThanZeroScalar:
                _assembler.Vector(Greater(size), Result, ReadVector(FieldN, 0), Zero(1));
                return Finish(Result);
            case A64Opcode.CompareSignedLessThanZeroVector or A64Opcode.CompareSignedLessThanZeroScalar:
                _assembler.Vector(Greater(size), Result, Zero(1), VectorOperand(FieldN));
                return Finish(Result);
            case A64Opcode.CompareSignedGreaterOrEqualZeroVector or A64Opcode.CompareSignedGreaterOrEqualZeroScalar:
                _assembler.Vector(Greater(size), 0, Zero(1), VectorOperand(FieldN));
                return Finish(Invert(0));
            case A64Opcode.CompareSignedLessOrEqualZeroVector or A64Opcode.CompareSignedLessOrEqualZeroScalar:
                _assembler.Vector(Greater(size), 0, ReadVector(FieldN, 0), Zero(1));
                return Finish(Invert(0));
            case A64Opcode.ReverseIn64BitElements:
                return WriteReversal(8);
            case A64Opcode.ReverseIn32BitElements:
                return WriteReversal(4);
            case A64Opcode.ReverseIn16BitElements:
                return WriteReversal(2);
            case A64Opcode.PopulationCountVector:
                return WriteNibbles(0x03020201_02010100, 0x04030302_03020201, HostVector.AddBytes, isSwapped: false);
            case A64Opcode.CountLeadingZerosVector:
                _ = CopyVector(FieldN, 0);
                return Finish(LeadingZeros(size));
            case A64Opcode.CountLeadingSignBitsVector:
                return WriteLeadingSigns(size);
            case A64Opcode.ReverseBitsVector:
                return WriteNibbles(0x0e060a02_0c040800, 0x0f070b03_0d050901, HostVector.Or, isSwapped: true);
            case A64Opcode.SignedAddLongPairwise or A64Opcode.UnsignedAddLongPairwise:
                return Accumulate(AddPairs(size, ReadVector(FieldN, 0)), default);
            case A64Opcode.SignedAddAccumulateLongPairwise or A64Opcode.UnsignedAddAccumulateLongPairwise:
                return Accumulate(AddPairs(size, ReadVector(FieldN, 0)), Add(size + 1));
            case A64Opcode.AddPairwiseScalar:
                _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, VectorOperand(FieldN), 0b1110);
                _assembler.Vector(HostVector.AddQuadwords, 0, 0, VectorOperand(FieldN));
                return Finish(0);
            case A64Opcode.AddAcross:
                return WriteAddAcross(size);
            case A64Opcode.SignedAddLongAcross or A64Opcode.UnsignedAddLongAcross:
                _ = AddPairs(size, ReadTrimmed(FieldN, 0));
                return FinishAcross(size + 1, 0, Add(size + 1));
            case A64Opcode.SignedMaximumAcross or A64Opcode.UnsignedMaximumAcross:
                return WriteExtremeAcross(size, Maximum(size, IsSigned));
            case A64Opcode.SignedMinimumAcross or A64Opcode.UnsignedMinimumAcross:
                return WriteExtremeAcross(size, Minimum(size, IsSigned));
            default:
                return false;
        }
    }

    private bool WriteAbsolute(int size)
    {
        if (size < 3)
        {
            _assembler.Vector(
                Pick(size, HostVector.AbsoluteBytes, HostVector.AbsoluteWords, HostVector.AbsoluteDoublewords), Result, 0, VectorOperand(FieldN));
            return Finish(Result);
        }

        int value = ReadVector(FieldN, 0);
        _assembler.Vector(HostVector.GreaterQuadwords, 1, Zero(1), value);
        _assembler.Vector(HostVector.ExclusiveOr, 0, value, 1);
        _assembler.Vector(HostVector.SubtractQuadwords, 0, 0, 1);
        return Finish(0);
    }

    // How many nibbles, then bytes, then halves are zero, from the top. Gives XMM0, from XMM0.
    private int LeadingZeros(int size)
    {
        HostOperand nibble = Splat(0, 15);
        _assembler.VectorShift(HostShift.Shr, 2, 1, 0, 4);
        _assembler.Vector(HostVector.And, 1, 1, nibble);
        _assembler.Vector(HostVector.And, 0, 0, nibble);
        _assembler.Vector(HostVector.MoveUnaligned, 2, 0, Constant(0x01010101_02020304, 0));
        _assembler.Vector(HostVector.ShuffleBytes, 0, 2, 0);
        _assembler.Vector(HostVector.ShuffleBytes, 2, 2, 1);
        _assembler.Vector(HostVector.EqualBytes, 1, 1, Zero(3));
        _assembler.Vector(HostVector.And, 0, 0, 1);
        _assembler.Vector(HostVector.AddBytes, 0, 0, 2);
        for (int half = 0; half < size; half++)
        {
            int bits = 8 << half;
            _assembler.VectorShift(HostShift.Shr, 2 << half, 1, 0, bits);
            _assembler.Vector(HostVector.And, 0, 0, Splat(half + 1, (1UL << bits) - 1));
            _assembler.Vector(Equal(half + 1), 2, 1, Splat(half + 1, (ulong)bits));
            _assembler.Vector(HostVector.And, 0, 0, 2);
            _assembler.Vector(Add(half + 1), 0, 0, 1);
        }

        return 0;
    }

    // Bits that differ from those above them are the ones to be found. The first one is not counted.
    private bool WriteLeadingSigns(int size)
    {
        int value = ReadVector(FieldN, 1);
        ShiftRight(size, true, 0, value, 1);
        _assembler.Vector(HostVector.ExclusiveOr, 0, 0, value);
        _ = LeadingZeros(size);
        _assembler.Vector(Subtract(size), 0, 0, Splat(size, 1));
        return Finish(0);
    }

    // Elements change places within containers.
    private bool WriteReversal(int container)
    {
        int size = 1 << FieldSize;
        HostConstant sources = default;
        for (int i = 0; i < Quadword; i++)
        {
            int source = (i & -container) | (container - size - (i & (container - 1) & -size)) | (i & (size - 1));
            sources = sources.With(i, (byte)source);
        }

        _assembler.Vector(HostVector.ShuffleBytes, Result, ReadVector(FieldN, 0), Constant(sources));
        return Finish(Result);
    }

    // What the low and high nibbles of each byte stand for.
    private bool WriteNibbles(ulong low, ulong high, HostVector combination, bool isSwapped)
    {
        int value = ReadVector(FieldN, 0);
        HostOperand nibble = Splat(0, 15);
        HostOperand table = Constant(low, high);
        _assembler.Vector(HostVector.And, 1, value, nibble);
        _assembler.VectorShift(HostShift.Shr, 2, 2, value, 4);
        _assembler.Vector(HostVector.And, 2, 2, nibble);
        _assembler.Vector(HostVector.MoveUnaligned, 3, 0, table);
        _assembler.Vector(HostVector.ShuffleBytes, 1, 3, 1);
        _assembler.Vector(HostVector.ShuffleBytes, 2, 3, 2);
        if (isSwapped)
        {
            _assembler.VectorShift(HostShift.Shl, 2, 1, 1, 4);
        }

        _assembler.Vector(combination, 0, 1, 2);
        return Finish(0);
    }

    // Sums of neighbours, twice as wide. Gives XMM0. Uses XMM1.
    private int AddPairs(int size, int value)
    {
        switch (size)
        {
            case 0 when IsSigned:
                // The first factor is unsigned.
                _assembler.Vector(HostVector.MoveUnaligned, 1, 0, Splat(0, 1));
                _assembler.Vector(HostVector.MultiplyAddBytes, 0, 1, value);
                break;
            case 0:
                _assembler.Vector(HostVector.MultiplyAddBytes, 0, value, Splat(0, 1));
                break;
            case 1 when IsSigned:
                _assembler.Vector(HostVector.MultiplyAddWords, 0, value, Splat(1, 1));
                break;
            case 1:
                _assembler.VectorShift(HostShift.Shr, 4, 1, value, 16);
                _assembler.Vector(HostVector.And, 0, value, Splat(2, 0xffff));
                _assembler.Vector(HostVector.AddDoublewords, 0, 0, 1);
                break;
            case 2 when IsSigned:
                _assembler.VectorShift(HostShift.Shr, 8, 1, value, 32);
                _assembler.Vector(HostVector.MultiplyEvenDoublewords, 1, 1, Splat(3, 1));
                _assembler.Vector(HostVector.MultiplyEvenDoublewords, 0, value, Splat(3, 1));
                _assembler.Vector(HostVector.AddQuadwords, 0, 0, 1);
                break;
            default:
                _assembler.VectorShift(HostShift.Shr, 8, 1, value, 32);
                _assembler.Vector(HostVector.And, 0, value, Splat(3, 0xffff_ffff));
                _assembler.Vector(HostVector.AddQuadwords, 0, 0, 1);
                break;
        }

        return 0;
    }

    private bool WriteAddAcross(int size)
    {
        if (size == 0)
        {
            _assembler.Vector(HostVector.SumOfDifferences, 0, ReadTrimmed(FieldN, 0), Zero(1));
            _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, 0, 0b1110);
            _assembler.Vector(HostVector.AddDoublewords, 0, 0, 1);
            Trim(0, 0, 1);
            return FinishWhole(0);
        }

        return FinishAcross(size, ReadTrimmed(FieldN, 0), Add(size));
    }

    // The lower half stands for both.
    private bool WriteExtremeAcross(int size, HostVector instruction)
    {
        int value = ReadVector(FieldN, 0);
        if (!IsWhole)
        {
            _assembler.Vector(HostVector.InterleaveLowQuadwords, 0, value, value);
            value = 0;
        }

        return FinishAcross(size, value, instruction);
    }

    // Halves a vector until one element is left.
    private bool FinishAcross(int size, int value, HostVector instruction)
    {
        for (int bytes = Doubleword; bytes >= 1 << size; bytes /= 2)
        {
            _assembler.VectorShiftBytes(HostShift.Shr, 1, value, bytes);
            _assembler.Vector(instruction, 0, value, 1);
            value = 0;
        }

        Trim(0, 0, 1 << size);
        return FinishWhole(0);
    }
}
