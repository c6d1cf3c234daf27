using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: three registers of the same kind, integers (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteThreeSame()
    {
        int size = FieldSize;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.AndVector:
                return Combine(HostVector.And, FieldN, FieldM);
            case A64Opcode.BitClearVector:
                return Combine(HostVector.AndNot, FieldM, FieldN);
            case A64Opcode.OrVector:
                return FieldN == FieldM ? FinishMove() : Combine(HostVector.Or, FieldN, FieldM);
            case A64Opcode.OrNotVector:
                _assembler.Vector(HostVector.ExclusiveOr, 1, Ones(1), VectorOperand(FieldM));
                _assembler.Vector(HostVector.Or, Result, 1, VectorOperand(FieldN));
                return Finish(Result);
            case A64Opcode.ExclusiveOrVector:
                return Combine(HostVector.ExclusiveOr, FieldN, FieldM);
            case A64Opcode.BitwiseSelect:
                return Select(FieldD, FieldN, FieldM);
            case A64Opcode.BitwiseInsertIfTrue:
                return Select(FieldM, FieldN, FieldD);
            case A64Opcode.BitwiseInsertIfFalse:
                return Select(FieldM, FieldD, FieldN);
            case A64Opcode.AddVector or A64Opcode.AddScalar:
                return Combine(Add(size), FieldN, FieldM);
            case A64Opcode.SubtractVector or A64Opcode.SubtractScalar:
                return Combine(Subtract(size), FieldN, FieldM);
            case A64Opcode.MultiplyVector:
                return Accumulate(Multiply(size, ReadVector(FieldN, 0), FieldM), default);
            case A64Opcode.MultiplyAddVector:
                return Accumulate(Multiply(size, ReadVector(FieldN, 0), FieldM), Add(size));
            case A64Opcode.MultiplySubtractVector:
                return Accumulate(Multiply(size, ReadVector(FieldN, 0), FieldM), Subtract(size));
            case A64Opcode.SignedMaximumVector or A64Opcode.UnsignedMaximumVector:
                return Combine(Maximum(size, IsSigned), FieldN, FieldM);
            case A64Opcode.SignedMinimumVector or A64Opcode.UnsignedMinimumVector:
                return Combine(Minimum(size, IsSigned), FieldN, FieldM);
            case A64Opcode.SignedAbsoluteDifferenceVector or A64Opcode.UnsignedAbsoluteDifferenceVector:
                return Accumulate(Difference(size, ReadVector(FieldN, 0), VectorOperand(FieldM)), default);
            case A64Opcode.SignedAbsoluteDifferenceAccumulateVector or A64Opcode.UnsignedAbsoluteDifferenceAccumulateVector:
                return Accumulate(Difference(size, ReadVector(FieldN, 0), VectorOperand(FieldM)), Add(size));
            case A64Opcode.SignedHalvingAddVector or A64Opcode.UnsignedHalvingAddVector:
                return WriteHalving(size, HostVector.And, Add(size));
            case A64Opcode.SignedRoundingHalvingAddVector or A64Opcode.UnsignedRoundingHalvingAddVector:
                return WriteHalving(size, HostVector.Or, Subtract(size));
            case A64Opcode.SignedHalvingSubtractVector or A64Opcode.UnsignedHalvingSubtractVector:
                return WriteHalvingSubtraction(size);
            case A64Opcode.CompareEqualVector or A64Opcode.CompareEqualScalar:
                return Combine(Equal(size), FieldN, FieldM);
            case A64Opcode.CompareTestBitsVector or A64Opcode.CompareTestBitsScalar:
                _assembler.Vector(HostVector.And, 0, ReadVector(FieldN, 0), VectorOperand(FieldM));
                _assembler.Vector(Equal(size), 0, 0, Zero(1));
                return Finish(Invert(0));
            case A64Opcode.CompareSignedGreaterThanVector or A64Opcode.CompareSignedGreaterThanScalar:
                return Combine(Greater(size), FieldN, FieldM);
            case A64Opcode.CompareSignedGreaterOrEqualVector or A64Opcode.CompareSignedGreaterOrEqualScalar:
                _assembler.Vector(Greater(size), 0, ReadVector(FieldM, 0), VectorOperand(FieldN));
                return Finish(Invert(0));
            case A64Opcode.CompareUnsignedHigherVector or A64Opcode.CompareUnsignedHigherScalar:
                return Finish(UnsignedGreater(size, FieldN, FieldM));
            case A64Opcode.CompareUnsignedHigherOrSameVector or A64Opcode.CompareUnsignedHigherOrSameScalar:
                return Finish(Invert(UnsignedGreater(size, FieldM, FieldN)));
            case A64Opcode.UnsignedShiftLeftByRegisterVector or A64Opcode.UnsignedShiftLeftByRegisterScalar when size >= 2:
            case A64Opcode.SignedShiftLeftByRegisterVector or A64Opcode.SignedShiftLeftByRegisterScalar when size >= 2:
                return WriteShiftByRegister(size, isRounding: false);
            case A64Opcode.UnsignedRoundingShiftLeftByRegisterVector or A64Opcode.UnsignedRoundingShiftLeftByRegisterScalar when size >= 2:
            case A64Opcode.SignedRoundingShiftLeftByRegisterVector or A64Opcode.SignedRoundingShiftLeftByRegisterScalar when size >= 2:
                return WriteShiftByRegister(size, isRounding: true);
            case A64Opcode.SignedDotProductVector or A64Opcode.UnsignedDotProductVector:
                return WriteDotProduct(IsSigned, VectorOperand(FieldM));
            default:
                return TryWriteSaturating(size) || TryWritePairwise(size);
        }
    }

    // U is not set.
    private bool IsSigned => (_operation->Encoding & (1 << 29)) == 0;

    private bool FinishMove() => IsWhole ? FinishWhole(ReadVector(FieldN, 0)) : Finish(ReadVector(FieldN, 0));

    // One instruction of the host.
    private bool Combine(HostVector instruction, int left, int right)
    {
        _assembler.Vector(instruction, Result, ReadVector(left, 0), VectorOperand(right));
        return Finish(Result);
    }

    private bool Select(int mask, int ifSet, int ifClear)
    {
        int selector = ReadVector(mask, 0);
        _assembler.Vector(HostVector.And, 1, selector, VectorOperand(ifSet));
        _assembler.Vector(HostVector.AndNot, 2, selector, VectorOperand(ifClear));
        _assembler.Vector(HostVector.Or, Result, 1, 2);
        return Finish(Result);
    }

    // The destination with a value added or subtracted; or the value, where no instruction is named.
    private bool Accumulate(int value, HostVector instruction)
    {
        if (instruction == default)
        {
            return Finish(value);
        }

        _assembler.Vector(instruction, Result, ReadVector(FieldD, 3), value);
        return Finish(Result);
    }

    private int Invert(int register)
    {
        _assembler.Vector(HostVector.ExclusiveOr, register, register, Ones(3));
        return register;
    }

    // Uses XMM0 to XMM2. Gives XMM0.
    private int Multiply(int size, int left, int right)
    {
        if (size != 0)
        {
            _assembler.Vector(Pick(size, default, HostVector.MultiplyWords, HostVector.MultiplyDoublewords), 0, left, VectorOperand(right));
            return 0;
        }

        // Bytes with odd numbers, then those with even ones.
        int factor = ReadVector(right, 1);
        _assembler.VectorShift(HostShift.Shr, 2, 2, left, 8);
        _assembler.Vector(HostVector.MultiplyWords, 0, left, factor);
        _assembler.VectorShift(HostShift.Shr, 2, 1, factor, 8);
        _assembler.Vector(HostVector.MultiplyWords, 1, 1, 2);
        _assembler.VectorShift(HostShift.Shl, 2, 1, 1, 8);
        _assembler.Vector(HostVector.And, 0, 0, Splat(1, 0xff));
        _assembler.Vector(HostVector.Or, 0, 0, 1);
        return 0;
    }

    // Gives XMM0.
    private int Difference(int size, int left, in HostOperand right)
    {
        _assembler.Vector(Maximum(size, IsSigned), 1, left, right);
        _assembler.Vector(Minimum(size, IsSigned), 0, left, right);
        _assembler.Vector(Subtract(size), 0, 1, 0);
        return 0;
    }

    // Half a sum is what both have, and half of what one has; rounded up, what any has, less half of what one has.
    private bool WriteHalving(int size, HostVector common, HostVector rest)
    {
        int left = ReadVector(FieldN, 0);
        HostOperand right = VectorOperand(FieldM);
        _assembler.Vector(HostVector.ExclusiveOr, 1, left, right);
        _assembler.Vector(common, 0, left, right);
        ShiftRight(size, IsSigned, 1, 1, 1);
        _assembler.Vector(rest, Result, 0, 1);
        return Finish(Result);
    }

    // Half of what one has, less what only the second one has.
    private bool WriteHalvingSubtraction(int size)
    {
        int left = ReadVector(FieldN, 0);
        HostOperand right = VectorOperand(FieldM);
        _assembler.Vector(HostVector.ExclusiveOr, 1, left, right);
        _assembler.Vector(HostVector.AndNot, 0, left, right);
        ShiftRight(size, IsSigned, 1, 1, 1);
        _assembler.Vector(Subtract(size), Result, 1, 0);
        return Finish(Result);
    }

    // Gives XMM0.
    private int UnsignedGreater(int size, int left, int right)
    {
        if (size == 3)
        {
            HostOperand sign = Splat(3, 1UL << 63);
            _assembler.Vector(HostVector.ExclusiveOr, 0, ReadVector(left, 0), sign);
            _assembler.Vector(HostVector.ExclusiveOr, 1, ReadVector(right, 1), sign);
            _assembler.Vector(HostVector.GreaterQuadwords, 0, 0, 1);
            return 0;
        }

        int limit = ReadVector(right, 1);
        _assembler.Vector(Maximum(size, signed: false), 0, limit, VectorOperand(left));
        _assembler.Vector(Equal(size), 0, 0, limit);
        return Invert(0);
    }

    // Four products of bytes for each doubleword: those of even bytes, and those of odd ones, in pairs.
    private bool WriteDotProduct(bool signed, in HostOperand right)
    {
        int left = ReadVector(FieldN, 0);
        _assembler.Vector(HostVector.MoveUnaligned, 1, 0, right);
        _assembler.VectorShift(HostShift.Shl, 2, 2, left, 8);
        _assembler.VectorShift(HostShift.Shl, 2, 3, 1, 8);
        HostShift shift = signed ? HostShift.Sar : HostShift.Shr;
        _assembler.VectorShift(shift, 2, 2, 2, 8);
        _assembler.VectorShift(shift, 2, 3, 3, 8);
        _assembler.Vector(HostVector.MultiplyAddWords, 2, 2, 3);
        _assembler.VectorShift(shift, 2, 0, left, 8);
        _assembler.VectorShift(shift, 2, 1, 1, 8);
        _assembler.Vector(HostVector.MultiplyAddWords, 0, 0, 1);
        _assembler.Vector(HostVector.AddDoublewords, 0, 0, 2);
        return Accumulate(0, HostVector.AddDoublewords);
    }

    private bool TryWritePairwise(int size)
    {
        HostVector instruction;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.AddPairwiseVector:
                instruction = Add(size);
                break;
            case A64Opcode.SignedMaximumPairwiseVector or A64Opcode.UnsignedMaximumPairwiseVector:
                instruction = Maximum(size, IsSigned);
                break;
            case A64Opcode.SignedMinimumPairwiseVector or A64Opcode.UnsignedMinimumPairwiseVector:
                instruction = Minimum(size, IsSigned);
                break;
            default:
                return false;
        }

        LoadBoth(out int first, out int second);
        Unzip(size, first, second, isOdd: false, 2, 3);
        Unzip(size, first, second, isOdd: true, 3, 0);
        _assembler.Vector(instruction, Result, 2, 3);
        return Finish(Result);
    }

    // Both operands; halves of registers one behind the other, and twice.
    private void LoadBoth(out int first, out int second)
    {
        if (IsWhole)
        {
            first = ReadVector(FieldN, 0);
            second = ReadVector(FieldM, 1);
        }
        else
        {
            _assembler.Vector(HostVector.InterleaveLowQuadwords, 0, ReadVector(FieldN, 0), VectorOperand(FieldM));
            first = second = 0;
        }
    }
}
