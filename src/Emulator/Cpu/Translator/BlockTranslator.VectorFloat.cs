using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Advanced SIMD: floating point (Arm ARM C4.1.94), as <see cref="TryWriteFloat"/> does it for scalars: what the host gives is right unless an element is a NaN or,
/// where a result may be rounded up to it, the smallest normal number. Scalars are vectors with zeros above.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    // Predicates of the host's comparisons that raise nothing for quiet NaNs.
    private const int MatchEqual = 0;
    private const int MatchUnordered = 3;
    private const int MatchEqualOrUnordered = 8;
    private const int MatchLess = 17;
    private const int MatchLessOrEqual = 18;
    private const int MatchGreaterOrEqual = 29;
    private const int MatchGreater = 30;

    private bool IsDouble => (_operation->Encoding & (1 << 22)) != 0;

    private int FloatBytes => IsWhole ? Quadword : IsScalar && !IsDouble ? 4 : Doubleword;

    private ulong SignBit => IsDouble ? 1UL << 63 : 1UL << 31;

    private HostOperand FloatSign => Splat(IsDouble ? 3 : 2, SignBit);

    private HostOperand FloatMagnitude => Splat(IsDouble ? 3 : 2, SignBit - 1);

    private HostOperand SmallestNormal => Splat(IsDouble ? 3 : 2, IsDouble ? 1UL << 52 : 1UL << 23);

    private HostVector Match => IsDouble ? HostVector.MatchDoubles : HostVector.MatchSingles;

    private HostVector Either(HostVector doubles, HostVector singles) => IsDouble ? doubles : singles;

    private bool TryWriteFloatVector()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatAbsoluteVector:
                _assembler.Vector(HostVector.And, 0, ReadVector(FieldN, 0), FloatMagnitude);
                return Finish(0);
            case A64Opcode.FloatNegateVector:
                _assembler.Vector(HostVector.ExclusiveOr, 0, ReadVector(FieldN, 0), FloatSign);
                return Finish(0);
            default:
                return HasHostArithmetic && (TryWriteFloatLanes() || TryWriteFloatMatch() || TryWriteFloatPairs() || TryWriteFloatConversion());
        }
    }

    private bool TryWriteFloatLanes()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatAddVector:
                return WriteFloatLanes(Either(HostVector.AddDoubles, HostVector.AddSingles), isSum: true);
            case A64Opcode.FloatSubtractVector:
                return WriteFloatLanes(Either(HostVector.SubtractDoubles, HostVector.SubtractSingles), isSum: true);
            case A64Opcode.FloatMultiplyVector or A64Opcode.FloatMultiplyExtendedVector or A64Opcode.FloatMultiplyExtendedScalar:
                return WriteFloatLanes(Either(HostVector.MultiplyDoubles, HostVector.MultiplySingles), isSum: false);
            case A64Opcode.FloatDivideVector:
                return WriteFloatDivision();
            case A64Opcode.FloatAbsoluteDifferenceVector or A64Opcode.FloatAbsoluteDifferenceScalar:
                _assembler.Vector(Either(HostVector.SubtractDoubles, HostVector.SubtractSingles), 0, ReadFloat(FieldN, 0), ReadFloatOperand(FieldM, 1));
                int difference = CheckLanes(0, mayBeTiny: false);
                _assembler.Vector(HostVector.And, 0, 0, FloatMagnitude);
                return FinishFloat(0, difference);
            case A64Opcode.FloatMultiplyAddVector:
                return WriteFusedLanes(Either(HostVector.MultiplyAddDoubles, HostVector.MultiplyAddSingles), ReadFloatOperand(FieldM, 2));
            case A64Opcode.FloatMultiplySubtractVector:
                return WriteFusedLanes(Either(HostVector.NegatedMultiplyAddDoubles, HostVector.NegatedMultiplyAddSingles), ReadFloatOperand(FieldM, 2));
            case A64Opcode.FloatMultiplyAddByElementVector or A64Opcode.FloatMultiplyAddByElementScalar:
                ReplicateElement(IsDouble ? 3 : 2, 2);
                return WriteFusedLanes(Either(HostVector.MultiplyAddDoubles, HostVector.MultiplyAddSingles), (HostRegister)2);
            case A64Opcode.FloatMultiplySubtractByElementVector or A64Opcode.FloatMultiplySubtractByElementScalar:
                ReplicateElement(IsDouble ? 3 : 2, 2);
                return WriteFusedLanes(Either(HostVector.NegatedMultiplyAddDoubles, HostVector.NegatedMultiplyAddSingles), (HostRegister)2);
            case A64Opcode.FloatMultiplyByElementVector or A64Opcode.FloatMultiplyByElementScalar
                or A64Opcode.FloatMultiplyExtendedByElementVector or A64Opcode.FloatMultiplyExtendedByElementScalar:
                ReplicateElement(IsDouble ? 3 : 2, 2);
                TrimFloat(2);
                _assembler.Vector(Either(HostVector.MultiplyDoubles, HostVector.MultiplySingles), 0, ReadFloat(FieldN, 0), 2);
                return FinishFloat(0, CheckLanes(0, mayBeTiny: true));
            case A64Opcode.FloatReciprocalStepVector or A64Opcode.FloatReciprocalStepScalar:
                LoadImmediate(0, IsDouble ? 2UL << 61 : 0x4000_0000_4000_0000);
                _assembler.Vector(
                    Either(HostVector.NegatedMultiplyAddDoubles, HostVector.NegatedMultiplyAddSingles), 0, ReadFloat(FieldN, 1), ReadFloatOperand(FieldM, 2));
                return FinishFloat(0, CheckLanes(0, mayBeTiny: false));
            case A64Opcode.FloatMaximumVector or A64Opcode.FloatMaximumNumberVector:
                return WriteFloatExtreme(ReadFloat(FieldN, 0), ReadFloat(FieldM, 1), isMaximum: true);
            case A64Opcode.FloatMinimumVector or A64Opcode.FloatMinimumNumberVector:
                return WriteFloatExtreme(ReadFloat(FieldN, 0), ReadFloat(FieldM, 1), isMaximum: false);
            case A64Opcode.FloatSquareRootVector:
                _assembler.Vector(Either(HostVector.SquareRootDoubles, HostVector.SquareRootSingles), 0, 0, ReadFloatOperand(FieldN, 0));
                return FinishFloat(0, CheckLanes(0, mayBeTiny: false));
            default:
                return false;
        }
    }

    // What the instruction reads of a register; what is above is zero.
    private int ReadFloat(int index, int temporary)
    {
        if (FloatBytes == Quadword)
        {
            return ReadVector(index, temporary);
        }

        LoadTrimmed(index, temporary, FloatBytes);
        return temporary;
    }

    private HostOperand ReadFloatOperand(int index, int temporary) =>
        FloatBytes == Quadword ? VectorOperand(index) : (HostRegister)ReadFloat(index, temporary);

    private void TrimFloat(int register)
    {
        if (FloatBytes != Quadword)
        {
            Trim(register, register, FloatBytes);
        }
    }

    // The jump for results that the host may not be trusted with. Uses XMM3.
    private int CheckLanes(int value, bool mayBeTiny)
    {
        if (!mayBeTiny)
        {
            return CheckOrdered(value, value);
        }

        _assembler.Vector(HostVector.And, 3, value, FloatMagnitude);
        _assembler.Vector(Match, 3, 3, SmallestNormal, MatchEqualOrUnordered);
        return JumpIfAny(3);
    }

    private int CheckOrdered(int left, int right)
    {
        _assembler.Vector(Match, 3, left, right, MatchUnordered);
        return JumpIfAny(3);
    }

    private int JumpIfAny(int register)
    {
        _assembler.Vector(HostVector.TestBits, register, 0, register);
        return _assembler.JumpForwardIf(HostCondition.NotEqual);
    }

    private bool FinishFloat(int value, int site)
    {
        TrimFloat(value);
        WriteVector(FieldD, value);
        Defer(site);
        return true;
    }

    private bool WriteFloatLanes(HostVector instruction, bool isSum)
    {
        _assembler.Vector(instruction, 0, ReadFloat(FieldN, 0), ReadFloatOperand(FieldM, 1));
        return FinishFloat(0, CheckLanes(0, mayBeTiny: !isSum));
    }

    private bool WriteFloatDivision()
    {
        HostOperand divisor = ReadFloatOperand(FieldM, 1);
        if (!IsWhole)
        {
            // Zero is not divided by zero.
            const ulong ones = 0x3f80_0000_3f80_0000;
            _assembler.Vector(HostVector.Or, 1, 1, Constant(0, ones));
        }

        _assembler.Vector(Either(HostVector.DivideDoubles, HostVector.DivideSingles), 0, ReadFloat(FieldN, 0), divisor);
        return FinishFloat(0, CheckLanes(0, mayBeTiny: true));
    }

    // Not with XMM0 or XMM1 as the factor.
    private bool WriteFusedLanes(HostVector instruction, in HostOperand factor)
    {
        LoadTrimmed(FieldD, 0, FloatBytes);
        _assembler.Vector(instruction, 0, ReadFloat(FieldN, 1), factor);
        return FinishFloat(0, CheckLanes(0, mayBeTiny: true));
    }

    private bool WriteFloatExtreme(int left, int right, bool isMaximum)
    {
        int site = CheckOrdered(left, right);
        FloatExtreme(left, right, isMaximum);
        return FinishFloat(0, site);
    }

    // The host gives the second of two zeros: so it is asked twice. Gives XMM0.
    private void FloatExtreme(int left, int right, bool isMaximum)
    {
        HostVector instruction = isMaximum
            ? Either(HostVector.MaximumDoubles, HostVector.MaximumSingles)
            : Either(HostVector.MinimumDoubles, HostVector.MinimumSingles);
        _assembler.Vector(instruction, 3, right, left);
        _assembler.Vector(instruction, 0, left, right);
        _assembler.Vector(isMaximum ? HostVector.And : HostVector.Or, 0, 0, 3);
    }

    private bool TryWriteFloatMatch()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatCompareEqualVector or A64Opcode.FloatCompareEqualScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), ReadFloat(FieldM, 1), MatchEqual);
            case A64Opcode.FloatCompareGreaterOrEqualVector or A64Opcode.FloatCompareGreaterOrEqualScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), ReadFloat(FieldM, 1), MatchGreaterOrEqual);
            case A64Opcode.FloatCompareGreaterThanVector or A64Opcode.FloatCompareGreaterThanScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), ReadFloat(FieldM, 1), MatchGreater);
            case A64Opcode.FloatAbsoluteCompareGreaterOrEqualVector or A64Opcode.FloatAbsoluteCompareGreaterOrEqualScalar:
                return WriteFloatMatch(Magnitude(FieldN, 0), Magnitude(FieldM, 1), MatchGreaterOrEqual);
            case A64Opcode.FloatAbsoluteCompareGreaterThanVector or A64Opcode.FloatAbsoluteCompareGreaterThanScalar:
                return WriteFloatMatch(Magnitude(FieldN, 0), Magnitude(FieldM, 1), MatchGreater);
            case A64Opcode.FloatCompareEqualZeroVector or A64Opcode.FloatCompareEqualZeroScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), Zero(1), MatchEqual);
            case A64Opcode.FloatCompareGreaterOrEqualZeroVector or A64Opcode.FloatCompareGreaterOrEqualZeroScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), Zero(1), MatchGreaterOrEqual);
            case A64Opcode.FloatCompareGreaterThanZeroVector or A64Opcode.FloatCompareGreaterThanZeroScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), Zero(1), MatchGreater);
            case A64Opcode.FloatCompareLessOrEqualZeroVector or A64Opcode.FloatCompareLessOrEqualZeroScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), Zero(1), MatchLessOrEqual);
            case A64Opcode.FloatCompareLessThanZeroVector or A64Opcode.FloatCompareLessThanZeroScalar:
                return WriteFloatMatch(ReadFloat(FieldN, 0), Zero(1), MatchLess);
            default:
                return false;
        }
    }

    private int Magnitude(int vector, int temporary)
    {
        _assembler.Vector(HostVector.And, temporary, ReadFloat(vector, temporary), FloatMagnitude);
        return temporary;
    }

    private bool WriteFloatMatch(int left, int right, int predicate)
    {
        int site = CheckOrdered(left, right);
        _assembler.Vector(Match, 0, left, right, predicate);
        return FinishFloat(0, site);
    }

    private bool TryWriteFloatPairs()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.FloatAddPairwiseVector:
                LoadPairs();
                return WriteFloatSum();
            case A64Opcode.FloatAddPairwiseScalar:
                LoadPair();
                return WriteFloatSum();
            case A64Opcode.FloatMaximumPairwiseVector or A64Opcode.FloatMaximumNumberPairwiseVector:
                LoadPairs();
                return WriteFloatExtreme(2, 1, isMaximum: true);
            case A64Opcode.FloatMinimumPairwiseVector or A64Opcode.FloatMinimumNumberPairwiseVector:
                LoadPairs();
                return WriteFloatExtreme(2, 1, isMaximum: false);
            case A64Opcode.FloatMaximumPairwiseScalar or A64Opcode.FloatMaximumNumberPairwiseScalar:
                LoadPair();
                return WriteFloatExtreme(2, 1, isMaximum: true);
            case A64Opcode.FloatMinimumPairwiseScalar or A64Opcode.FloatMinimumNumberPairwiseScalar:
                LoadPair();
                return WriteFloatExtreme(2, 1, isMaximum: false);
            case A64Opcode.FloatMaximumAcross or A64Opcode.FloatMaximumNumberAcross:
                return WriteFloatExtremeAcross(isMaximum: true);
            case A64Opcode.FloatMinimumAcross or A64Opcode.FloatMinimumNumberAcross:
                return WriteFloatExtremeAcross(isMaximum: false);
            default:
                return false;
        }
    }

    private bool WriteFloatSum()
    {
        _assembler.Vector(Either(HostVector.AddDoubles, HostVector.AddSingles), 0, 2, 1);
        return FinishFloat(0, CheckLanes(0, mayBeTiny: false));
    }

    // XMM2 and XMM1: elements with even and with odd numbers of both operands.
    private void LoadPairs()
    {
        int size = IsDouble ? 3 : 2;
        LoadBoth(out int first, out int second);
        Unzip(size, first, second, isOdd: false, 2, 3);
        Unzip(size, first, second, isOdd: true, 1, 3);
    }

    // XMM2 and XMM1: the first two elements.
    private void LoadPair()
    {
        LoadTrimmed(FieldN, 2, FloatBytes);
        int bytes = FloatBytes;
        _assembler.VectorShiftBytes(HostShift.Shr, 1, ReadVector(FieldN, 1), bytes);
        Trim(1, 1, bytes);
    }

    // Four elements, in single precision.
    private bool WriteFloatExtremeAcross(bool isMaximum)
    {
        const int swapHalves = 0x4e;
        const int swapNeighbours = 0xb1;
        int value = ReadVector(FieldN, 0);
        int site = CheckOrdered(value, value);
        _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, value, swapHalves);
        FloatExtreme(value, 1, isMaximum);
        _assembler.Vector(HostVector.ShuffleDoublewords, 1, 0, 0, swapNeighbours);
        FloatExtreme(0, 1, isMaximum);
        Trim(0, 0, 4);
        WriteVector(FieldD, 0);
        Defer(site);
        return true;
    }
}
