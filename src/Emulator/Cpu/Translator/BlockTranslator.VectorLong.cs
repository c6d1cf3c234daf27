using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: results of twice the width of operands, and products by one element (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteLong()
    {
        int size = FieldSize;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.SignedAddLong or A64Opcode.UnsignedAddLong:
                return WriteLong(size, Add(size + 1));
            case A64Opcode.SignedSubtractLong or A64Opcode.UnsignedSubtractLong:
                return WriteLong(size, Subtract(size + 1));
            case A64Opcode.SignedAddWide or A64Opcode.UnsignedAddWide:
                return WriteWide(size, Add(size + 1));
            case A64Opcode.SignedSubtractWide or A64Opcode.UnsignedSubtractWide:
                return WriteWide(size, Subtract(size + 1));
            case A64Opcode.SignedAbsoluteDifferenceLong or A64Opcode.UnsignedAbsoluteDifferenceLong:
                WidenRegister(size, false, 0, Difference(size, ReadVector(FieldN, 0), VectorOperand(FieldM)));
                return FinishWhole(0);
            case A64Opcode.SignedAbsoluteDifferenceAccumulateLong or A64Opcode.UnsignedAbsoluteDifferenceAccumulateLong:
                WidenRegister(size, false, 0, Difference(size, ReadVector(FieldN, 0), VectorOperand(FieldM)));
                return FinishLong(Add(size + 1));
            case A64Opcode.SignedMultiplyLongVector or A64Opcode.UnsignedMultiplyLongVector:
                MultiplyHalves(size);
                return FinishWhole(0);
            case A64Opcode.SignedMultiplyAddLongVector or A64Opcode.UnsignedMultiplyAddLongVector:
                MultiplyHalves(size);
                return FinishLong(Add(size + 1));
            case A64Opcode.SignedMultiplySubtractLongVector or A64Opcode.UnsignedMultiplySubtractLongVector:
                MultiplyHalves(size);
                return FinishLong(Subtract(size + 1));
            case A64Opcode.SignedMultiplyLongByElement or A64Opcode.UnsignedMultiplyLongByElement:
                MultiplyHalfByElement(size);
                return FinishWhole(0);
            case A64Opcode.SignedMultiplyAddLongByElement or A64Opcode.UnsignedMultiplyAddLongByElement:
                MultiplyHalfByElement(size);
                return FinishLong(Add(size + 1));
            case A64Opcode.SignedMultiplySubtractLongByElement or A64Opcode.UnsignedMultiplySubtractLongByElement:
                MultiplyHalfByElement(size);
                return FinishLong(Subtract(size + 1));
            case A64Opcode.ShiftLeftLong:
                WidenHalf(size, false, 0, FieldN);
                _assembler.VectorShift(HostShift.Shl, 2 << size, 0, 0, 8 << size);
                return FinishWhole(0);
            case A64Opcode.PolynomialMultiplyLongDoubleword when HostFeatures.HasCarrylessMultiply:
                const int upperHalves = 0x11;
                _assembler.Vector(HostVector.CarrylessMultiply, 0, ReadVector(FieldN, 0), VectorOperand(FieldM), IsUpper ? upperHalves : 0);
                return FinishWhole(0);
            case A64Opcode.MultiplyByElement:
                return Accumulate(MultiplyByElement(size), default);
            case A64Opcode.MultiplyAddByElement:
                return Accumulate(MultiplyByElement(size), Add(size));
            case A64Opcode.MultiplySubtractByElement:
                return Accumulate(MultiplyByElement(size), Subtract(size));
            case A64Opcode.SignedDotProductByElement or A64Opcode.UnsignedDotProductByElement:
                ReplicateElement(2, 1);
                return WriteDotProduct(IsSigned, (HostRegister)1);
            default:
                return false;
        }
    }

    // The half of a register that Q selects, each element twice as wide.
    private void WidenHalf(int size, bool signed, int destination, int vector)
    {
        if (_map.TryGetVector(vector, out int register))
        {
            WidenRegister(size, signed, destination, register);
        }
        else
        {
            _assembler.Vector(Widening(size, signed), destination, 0, StateLayout.V(vector, IsUpper ? Doubleword : 0));
        }
    }

    private void WidenRegister(int size, bool signed, int destination, int register)
    {
        if (IsUpper)
        {
            _assembler.Vector(HostVector.ShuffleDoublewords, destination, 0, register, 0b1110);
            register = destination;
        }

        _assembler.Vector(Widening(size, signed), destination, 0, register);
    }

    private static HostVector Widening(int size, bool signed) => signed
        ? Pick(size, HostVector.WidenBytes, HostVector.WidenWords, HostVector.WidenDoublewords)
        : Pick(size, HostVector.WidenUnsignedBytes, HostVector.WidenUnsignedWords, HostVector.WidenUnsignedDoublewords);

    private bool WriteLong(int size, HostVector instruction)
    {
        WidenHalf(size, IsSigned, 0, FieldN);
        WidenHalf(size, IsSigned, 1, FieldM);
        _assembler.Vector(instruction, 0, 0, 1);
        return FinishWhole(0);
    }

    private bool WriteWide(int size, HostVector instruction)
    {
        WidenHalf(size, IsSigned, 1, FieldM);
        _assembler.Vector(instruction, 0, ReadVector(FieldN, 0), 1);
        return FinishWhole(0);
    }

    // The destination with XMM0.
    private bool FinishLong(HostVector instruction)
    {
        int target = VectorTarget(FieldD, 1);
        _assembler.Vector(instruction, target, ReadVector(FieldD, 1), 0);
        return FinishWhole(target);
    }

    // Gives XMM0. Signed products of words are those of pairs whose second elements are zero.
    private void MultiplyHalves(int size)
    {
        bool isExtended = IsSigned && size == 0;
        WidenHalf(size, isExtended, 0, FieldN);
        WidenHalf(size, isExtended, 1, FieldM);
        _assembler.Vector(LongMultiplication(size), 0, 0, 1);
    }

    private void MultiplyHalfByElement(int size)
    {
        WidenHalf(size, false, 0, FieldN);
        ReplicateElement(size, 1);
        if (size == 1)
        {
            _assembler.Vector(HostVector.And, 1, 1, Splat(2, 0xffff));
        }

        _assembler.Vector(LongMultiplication(size), 0, 0, 1);
    }

    private HostVector LongMultiplication(int size) => size switch
    {
        0 => HostVector.MultiplyWords,
        1 => IsSigned ? HostVector.MultiplyAddWords : HostVector.MultiplyDoublewords,
        _ => IsSigned ? HostVector.MultiplyEvenDoublewords : HostVector.MultiplyEvenDoublewordsUnsigned,
    };

    private int MultiplyByElement(int size)
    {
        ReplicateElement(size, 1);
        _assembler.Vector(Pick(size, default, HostVector.MultiplyWords, HostVector.MultiplyDoublewords), 0, ReadVector(FieldN, 0), 1);
        return 0;
    }

    // The element of register M that H, L and M select.
    private void ReplicateElement(int size, int destination)
    {
        int high = (int)(_operation->Encoding >> 11) & 1;
        int low = (int)(_operation->Encoding >> 21) & 1;
        (int vector, int element) = size switch
        {
            1 => (FieldM & 15, (high << 2) | (low << 1) | (FieldM >> 4)),
            2 => (FieldM, (high << 1) | low),
            _ => (FieldM, high),
        };
        Replicate(size, destination, vector, element);
    }
}
