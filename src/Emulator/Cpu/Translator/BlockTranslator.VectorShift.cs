using System.Numerics;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: shifts by an immediate, and immediates (Arm ARM C4.1.94). The host has no shifts of bytes, and no signed ones of quadwords.</summary>
internal sealed unsafe partial class BlockTranslator
{
    // immh:immb: the highest bit that is set tells the size, the rest the amount.
    private int ShiftField => (int)(_operation->Encoding >> 16) & 0x7f;

    private int ShiftSize => BitOperations.Log2((uint)ShiftField >> 3);

    private int LeftAmount => ShiftField - (8 << ShiftSize);

    private int RightAmount => (16 << ShiftSize) - ShiftField;

    private bool TryWriteShift()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.SignedShiftRightVector or A64Opcode.SignedShiftRightScalar
                or A64Opcode.UnsignedShiftRightVector or A64Opcode.UnsignedShiftRightScalar:
                ShiftRight(ShiftSize, IsSigned, 0, ReadVector(FieldN, 0), RightAmount);
                return FinishShift(0);
            case A64Opcode.SignedShiftRightAccumulateVector or A64Opcode.SignedShiftRightAccumulateScalar
                or A64Opcode.UnsignedShiftRightAccumulateVector or A64Opcode.UnsignedShiftRightAccumulateScalar:
                ShiftRight(ShiftSize, IsSigned, 0, ReadVector(FieldN, 0), RightAmount);
                _assembler.Vector(Add(ShiftSize), 0, 0, VectorOperand(FieldD));
                return FinishShift(0);
            case A64Opcode.SignedRoundingShiftRightVector or A64Opcode.SignedRoundingShiftRightScalar
                or A64Opcode.UnsignedRoundingShiftRightVector or A64Opcode.UnsignedRoundingShiftRightScalar:
                return FinishShift(ShiftRightRounding(ShiftSize, IsSigned, ReadVector(FieldN, 1), RightAmount));
            case A64Opcode.SignedRoundingShiftRightAccumulateVector or A64Opcode.SignedRoundingShiftRightAccumulateScalar
                or A64Opcode.UnsignedRoundingShiftRightAccumulateVector or A64Opcode.UnsignedRoundingShiftRightAccumulateScalar:
                int rounded = ShiftRightRounding(ShiftSize, IsSigned, ReadVector(FieldN, 1), RightAmount);
                _assembler.Vector(Add(ShiftSize), 0, rounded, VectorOperand(FieldD));
                return FinishShift(0);
            case A64Opcode.ShiftLeftVector or A64Opcode.ShiftLeftScalar:
                ShiftLeft(ShiftSize, 0, ReadVector(FieldN, 0), LeftAmount);
                return FinishShift(0);
            case A64Opcode.ShiftLeftInsertVector or A64Opcode.ShiftLeftInsertScalar:
                ShiftLeft(ShiftSize, 0, ReadVector(FieldN, 0), LeftAmount);
                return FinishInsert(ShiftSize, (1UL << LeftAmount) - 1);
            case A64Opcode.ShiftRightInsertVector or A64Opcode.ShiftRightInsertScalar:
                ShiftRight(ShiftSize, false, 0, ReadVector(FieldN, 0), RightAmount);
                return FinishInsert(ShiftSize, RightAmount == 64 ? ulong.MaxValue : ~(ulong.MaxValue >> (64 - (8 << ShiftSize)) >> RightAmount));
            case A64Opcode.SignedShiftLeftLong or A64Opcode.UnsignedShiftLeftLong:
                WidenHalf(ShiftSize, IsSigned, 0, FieldN);
                if (LeftAmount != 0)
                {
                    _assembler.VectorShift(HostShift.Shl, 2 << ShiftSize, 0, 0, LeftAmount);
                }

                return FinishWhole(0);
            case A64Opcode.ModifiedImmediate:
                return TryWriteImmediate();
            default:
                return false;
        }
    }

    private bool FinishShift(int value)
    {
        if (IsWhole)
        {
            return FinishWhole(value);
        }

        Trim(0, value, Doubleword);
        return FinishWhole(0);
    }

    // Bits that a shift did not fill stay the destination's.
    private bool FinishInsert(int size, ulong kept)
    {
        _assembler.Vector(HostVector.And, 1, ReadVector(FieldD, 1), Splat(size, kept));
        _assembler.Vector(HostVector.Or, 0, 0, 1);
        return FinishShift(0);
    }

    private void ShiftLeft(int size, int destination, int source, int amount)
    {
        if (size != 0)
        {
            _assembler.VectorShift(HostShift.Shl, 1 << size, destination, source, amount);
            return;
        }

        _assembler.VectorShift(HostShift.Shl, 2, destination, source, amount);
        _assembler.Vector(HostVector.And, destination, destination, Splat(0, 0xffUL << amount));
    }

    // Uses XMM3. As many as an element has bits are allowed.
    private void ShiftRight(int size, bool signed, int destination, int source, int amount)
    {
        if (signed)
        {
            amount = Math.Min(amount, (8 << size) - 1);
        }

        switch (size)
        {
            case 0:
                _assembler.VectorShift(HostShift.Shr, 2, destination, source, amount);
                _assembler.Vector(HostVector.And, destination, destination, Splat(0, 0xffUL >> amount));
                if (signed)
                {
                    HostOperand sign = Splat(0, 0x80UL >> amount);
                    _assembler.Vector(HostVector.ExclusiveOr, destination, destination, sign);
                    _assembler.Vector(HostVector.SubtractBytes, destination, destination, sign);
                }

                break;
            case 3 when signed:
                // The bits of negative numbers are inverted while zeros are shifted in.
                _assembler.Vector(HostVector.GreaterQuadwords, 3, Zero(3), source);
                _assembler.Vector(HostVector.ExclusiveOr, destination, source, 3);
                _assembler.VectorShift(HostShift.Shr, 8, destination, destination, amount);
                _assembler.Vector(HostVector.ExclusiveOr, destination, destination, 3);
                break;
            default:
                _assembler.VectorShift(signed ? HostShift.Sar : HostShift.Shr, 1 << size, destination, source, amount);
                break;
        }
    }

    // The highest bit that is shifted out is added. Not from XMM0, which it gives. Uses XMM2 and XMM3.
    private int ShiftRightRounding(int size, bool signed, int source, int amount)
    {
        ShiftRight(size, signed, 0, source, amount);
        ShiftRight(size, false, 2, source, amount - 1);
        _assembler.Vector(HostVector.And, 2, 2, Splat(size, 1));
        _assembler.Vector(Add(size), 0, 0, 2);
        return 0;
    }

    // AdvSIMDExpandImm (Arm ARM, shared pseudocode); MOVI, MVNI, FMOV, ORR and BIC.
    private bool TryWriteImmediate()
    {
        uint word = _operation->Encoding;
        int mode = (int)(word >> 12) & 15;
        bool isInverted = !IsSigned;
        ulong value = ((word >> 11) & 0xe0) | ((word >> 5) & 31);
        bool isHalf = ((word >> 11) & 1) != 0;
        if (isHalf)
        {
            return false;
        }

        if (mode == 14 && isInverted)
        {
            // Each bit becomes a byte.
            value = (value * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
            value = (((value + 0x7f7f_7f7f_7f7f_7f7f) | value) >> 7 & 0x0101_0101_0101_0101) * 0xff;
            isInverted = false;
        }
        else
        {
            value = mode switch
            {
                < 8 => (value << (mode >> 1) * 8) * 0x0000_0001_0000_0001,
                < 12 => (value << ((mode >> 1) & 1) * 8) * 0x0001_0001_0001_0001,
                12 => ((value << 8) | 0xff) * 0x0000_0001_0000_0001,
                13 => ((value << 16) | 0xffff) * 0x0000_0001_0000_0001,
                14 => value * 0x0101_0101_0101_0101,
                _ when isInverted => ExpandImmediate((uint)value, isDouble: true),
                _ => ExpandImmediate((uint)value, isDouble: false) * 0x0000_0001_0000_0001,
            };
            isInverted &= mode != 15;
        }

        bool isLogic = mode < 12 && (mode & 1) != 0;
        LoadImmediate(0, isInverted ? ~value : value);
        if (isLogic)
        {
            _assembler.Vector(isInverted ? HostVector.And : HostVector.Or, 0, 0, VectorOperand(FieldD));
        }

        return Finish(0);
    }

    // Both halves are the same.
    private void LoadImmediate(int register, ulong half)
    {
        switch (half)
        {
            case 0:
                _ = Zero(register);
                break;
            case ulong.MaxValue:
                _ = Ones(register);
                break;
            default:
                _assembler.MovConstant(Rax, half);
                _assembler.Vector(HostVector.MoveFromQuadword, register, 0, Rax);
                _assembler.Vector(HostVector.InterleaveLowQuadwords, register, register, register);
                break;
        }
    }
}
