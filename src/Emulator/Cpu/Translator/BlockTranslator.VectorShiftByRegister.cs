using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: shifts by an amount for each element, of words and doublewords (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    // The lowest byte of each element is a signed amount, negative to the right. One of both shifts gives zero, or for an amount of zero they give the same; but
    // that to the right gives the sign of signed numbers, so that one of them is chosen.
    private bool WriteShiftByRegister(int size, bool isRounding)
    {
        HostVector left = size == 2 ? HostVector.ShiftLeftDoublewordsBy : HostVector.ShiftLeftQuadwordsBy;
        HostOperand lowest = Splat(size, 0xff);
        _assembler.Vector(Subtract(size), 1, Zero(1), VectorOperand(FieldM));
        _assembler.Vector(HostVector.And, 1, 1, lowest);
        ShiftRightBy(size, isRounding);
        _assembler.Vector(HostVector.And, 1, ReadVector(FieldM, 1), lowest);
        _assembler.Vector(left, 1, ReadVector(FieldN, 2), 1);
        if (IsSigned)
        {
            _assembler.VectorShift(HostShift.Shl, 1 << size, 3, ReadVector(FieldM, 3), (8 << size) - 8);
            _assembler.VectorBy(size == 2 ? HostVector.BlendSinglesBy : HostVector.BlendDoublesBy, 0, 1, (HostRegister)0, 3);
        }
        else
        {
            _assembler.Vector(HostVector.Or, 0, 1, 0);
        }

        return Finish(0);
    }

    // XMM0 becomes register N by the amounts in XMM1. The bits of negative numbers are inverted while zeros are shifted in.
    private void ShiftRightBy(int size, bool isRounding)
    {
        HostVector right = size == 2 ? HostVector.ShiftRightDoublewordsBy : HostVector.ShiftRightQuadwordsBy;
        int value = ReadVector(FieldN, 2);
        if (IsSigned)
        {
            _assembler.Vector(Greater(size), 3, Zero(3), value);
            _assembler.Vector(HostVector.ExclusiveOr, 2, value, 3);
            value = 2;
        }

        _assembler.Vector(right, 0, value, 1);
        if (IsSigned)
        {
            _assembler.Vector(HostVector.ExclusiveOr, 0, 0, 3);
        }

        if (isRounding)
        {
            // The highest bit that is shifted out. By nothing, it is by more than all.
            _assembler.Vector(Subtract(size), 1, 1, Splat(size, 1));
            _assembler.Vector(right, 2, value, 1);
            if (IsSigned)
            {
                _assembler.Vector(HostVector.ExclusiveOr, 2, 2, 3);
            }

            _assembler.Vector(HostVector.And, 2, 2, Splat(size, 1));
            _assembler.Vector(Add(size), 0, 0, 2);
        }
    }
}
