namespace Emulator.Cpu.Interpreter;

/// <summary>Binds the integer groups (Arm ARM C3.4, C3.5).</summary>
internal static unsafe partial class Binder
{
    private static bool PcRelativeAddress(DecodedOperation* operation, uint immlo, uint immhi, uint Rd)
    {
        operation->Rd = Registers.Destination(Rd);
        operation->Immediate = (ulong)((operation->PageIndex * 4) + SignExtend((immhi << 2) | immlo, 21));
        operation->Handler = &IntegerHandlers.PageRelative;
        return true;
    }

    private static bool PcRelativePageAddress(DecodedOperation* operation, uint immlo, uint immhi, uint Rd)
    {
        operation->Rd = Registers.Destination(Rd);
        operation->Immediate = (ulong)(SignExtend((immhi << 2) | immlo, 21) << 12);
        operation->Handler = &IntegerHandlers.PageRelative;
        return true;
    }

    private static bool AddImmediate(DecodedOperation* operation, uint sf, uint sh, uint imm12, uint Rn, uint Rd) =>
        BindImmediate<DataOperations.Add>(operation, sf, imm12 << (int)(12 * sh), Registers.OrStackPointer(Rn), Registers.OrStackPointer(Rd));

    private static bool AddImmediateSetFlags(DecodedOperation* operation, uint sf, uint sh, uint imm12, uint Rn, uint Rd) =>
        BindImmediate<DataOperations.AddFlags>(operation, sf, imm12 << (int)(12 * sh), Registers.OrStackPointer(Rn), Registers.Destination(Rd));

    private static bool SubtractImmediate(DecodedOperation* operation, uint sf, uint sh, uint imm12, uint Rn, uint Rd) =>
        BindImmediate<DataOperations.Subtract>(operation, sf, imm12 << (int)(12 * sh), Registers.OrStackPointer(Rn), Registers.OrStackPointer(Rd));

    private static bool SubtractImmediateSetFlags(DecodedOperation* operation, uint sf, uint sh, uint imm12, uint Rn, uint Rd) =>
        BindImmediate<DataOperations.SubtractFlags>(operation, sf, imm12 << (int)(12 * sh), Registers.OrStackPointer(Rn), Registers.Destination(Rd));

    private static bool AndImmediate(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd) =>
        BitMasks.TryDecode(sf, N, imms, immr, out ulong mask, out _)
        && BindImmediate<DataOperations.And>(operation, sf, mask, Registers.Source(Rn), Registers.OrStackPointer(Rd));

    private static bool OrImmediate(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd) =>
        BitMasks.TryDecode(sf, N, imms, immr, out ulong mask, out _)
        && (Rn == 31
            ? BindConstant(operation, mask, Registers.OrStackPointer(Rd))
            : BindImmediate<DataOperations.Or>(operation, sf, mask, Registers.Source(Rn), Registers.OrStackPointer(Rd)));

    private static bool ExclusiveOrImmediate(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd) =>
        BitMasks.TryDecode(sf, N, imms, immr, out ulong mask, out _)
        && BindImmediate<DataOperations.ExclusiveOr>(operation, sf, mask, Registers.Source(Rn), Registers.OrStackPointer(Rd));

    private static bool AndImmediateSetFlags(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd) =>
        BitMasks.TryDecode(sf, N, imms, immr, out ulong mask, out _)
        && BindImmediate<DataOperations.AndFlags>(operation, sf, mask, Registers.Source(Rn), Registers.Destination(Rd));

    private static bool MoveWideWithNot(DecodedOperation* operation, uint sf, uint hw, uint imm16, uint Rd)
    {
        ulong value = ~((ulong)imm16 << (int)(16 * hw));
        return (sf == 1 || hw < 2) && BindConstant(operation, sf == 1 ? value : (uint)value, Registers.Destination(Rd));
    }

    private static bool MoveWideWithZero(DecodedOperation* operation, uint sf, uint hw, uint imm16, uint Rd) =>
        (sf == 1 || hw < 2) && BindConstant(operation, (ulong)imm16 << (int)(16 * hw), Registers.Destination(Rd));

    private static bool MoveWideWithKeep(DecodedOperation* operation, uint sf, uint hw, uint imm16, uint Rd)
    {
        operation->Rd = Registers.Destination(Rd);
        operation->A = (byte)(16 * hw);
        operation->C = (ushort)imm16;
        operation->Immediate = ~(0xffffUL << (int)(16 * hw)) & (sf == 1 ? ulong.MaxValue : uint.MaxValue);
        operation->Handler = &IntegerHandlers.MoveKeep;
        return sf == 1 || hw < 2;
    }

    private static bool SignedBitfieldMove(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd)
    {
        int width = sf == 1 ? 64 : 32;
        int up = width - 1 - (int)imms;
        operation->Rn = Registers.Source(Rn);
        operation->Rd = Registers.Destination(Rd);
        operation->A = (byte)up;
        operation->B = (byte)(imms >= immr ? up + (int)immr : up + (int)immr - width);
        operation->Handler = sf == 1 ? &IntegerHandlers.SignedBitfield<Word64> : &IntegerHandlers.SignedBitfield<Word32>;
        return IsBitfieldAllocated(sf, N, immr, imms);
    }

    private static bool UnsignedBitfieldMove(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd)
    {
        int width = sf == 1 ? 64 : 32;
        operation->Rn = Registers.Source(Rn);
        operation->Rd = Registers.Destination(Rd);
        if (imms >= immr)
        {
            operation->A = (byte)immr;
            operation->Immediate = BitMasks.Ones((int)(imms - immr) + 1);
            operation->Handler = sf == 1 ? &IntegerHandlers.UnsignedBitfieldExtract<Word64> : &IntegerHandlers.UnsignedBitfieldExtract<Word32>;
        }
        else
        {
            operation->A = (byte)(width - (int)immr);
            operation->Immediate = BitMasks.Ones((int)imms + 1);
            operation->Handler = sf == 1 ? &IntegerHandlers.UnsignedBitfieldInsert<Word64> : &IntegerHandlers.UnsignedBitfieldInsert<Word32>;
        }

        return IsBitfieldAllocated(sf, N, immr, imms);
    }

    private static bool BitfieldMove(DecodedOperation* operation, uint sf, uint N, uint immr, uint imms, uint Rn, uint Rd)
    {
        int width = sf == 1 ? 64 : 32;
        operation->Rn = Registers.Source(Rn);
        operation->Rm = Registers.Source(Rd);
        operation->Rd = Registers.Destination(Rd);
        operation->A = (byte)immr;
        operation->Immediate = imms >= immr
            ? BitMasks.Ones((int)(imms - immr) + 1)
            : BitMasks.Ones((int)imms + 1) << (width - (int)immr);
        operation->Handler = sf == 1 ? &IntegerHandlers.BitfieldMove<Word64> : &IntegerHandlers.BitfieldMove<Word32>;
        return IsBitfieldAllocated(sf, N, immr, imms);
    }

    private static bool ExtractRegister(DecodedOperation* operation, uint sf, uint N, uint Rm, uint imms, uint Rn, uint Rd)
    {
        SetRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)imms;
        operation->Handler = sf == 1 ? &IntegerHandlers.Extract<Word64> : &IntegerHandlers.Extract<Word32>;
        return IsBitfieldAllocated(sf, N, 0, imms);
    }

    private static bool UnsignedDivide(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.UnsignedDivide>(operation, sf, Rm, Rn, Rd);

    private static bool SignedDivide(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.SignedDivide>(operation, sf, Rm, Rn, Rd);

    private static bool LogicalShiftLeftVariable(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.VariableShift<Shifts.LogicalLeft>>(operation, sf, Rm, Rn, Rd);

    private static bool LogicalShiftRightVariable(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.VariableShift<Shifts.LogicalRight>>(operation, sf, Rm, Rn, Rd);

    private static bool ArithmeticShiftRightVariable(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.VariableShift<Shifts.ArithmeticRight>>(operation, sf, Rm, Rn, Rd);

    private static bool RotateRightVariable(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.VariableShift<Shifts.RotateRight>>(operation, sf, Rm, Rn, Rd);

    private static bool Crc32Checksum(DecodedOperation* operation, uint sf, uint Rm, uint sz, uint Rn, uint Rd) =>
        BindCrc32<Interpreter.Crc32Checksum.Ieee>(operation, sf, Rm, sz, Rn, Rd);

    private static bool Crc32CChecksum(DecodedOperation* operation, uint sf, uint Rm, uint sz, uint Rn, uint Rd) =>
        BindCrc32<Interpreter.Crc32Checksum.Castagnoli>(operation, sf, Rm, sz, Rn, Rd);

    private static bool ReverseBits(DecodedOperation* operation, uint sf, uint Rn, uint Rd) =>
        BindOneSource(operation, sf, Rn, Rd, &IntegerHandlers.ReverseBits<Word32>, &IntegerHandlers.ReverseBits<Word64>);

    private static bool ReverseBytesInHalfwords(DecodedOperation* operation, uint sf, uint Rn, uint Rd) =>
        BindOneSource(operation, sf, Rn, Rd, &IntegerHandlers.ReverseBytesInHalfwords<Word32>, &IntegerHandlers.ReverseBytesInHalfwords<Word64>);

    private static bool ReverseBytesInWords(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindOneSource(operation, 1, Rn, Rd, &IntegerHandlers.ReverseBytesInWords, &IntegerHandlers.ReverseBytesInWords);

    private static bool ReverseBytesOfWord(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindOneSource(operation, 0, Rn, Rd, &IntegerHandlers.ReverseBytes<Word32>, &IntegerHandlers.ReverseBytes<Word64>);

    private static bool ReverseBytesOfDoubleword(DecodedOperation* operation, uint Rn, uint Rd) =>
        BindOneSource(operation, 1, Rn, Rd, &IntegerHandlers.ReverseBytes<Word32>, &IntegerHandlers.ReverseBytes<Word64>);

    private static bool CountLeadingZeros(DecodedOperation* operation, uint sf, uint Rn, uint Rd) =>
        BindOneSource(operation, sf, Rn, Rd, &IntegerHandlers.CountLeadingZeros<Word32>, &IntegerHandlers.CountLeadingZeros<Word64>);

    private static bool CountLeadingSignBits(DecodedOperation* operation, uint sf, uint Rn, uint Rd) =>
        BindOneSource(operation, sf, Rn, Rd, &IntegerHandlers.CountLeadingSignBits<Word32>, &IntegerHandlers.CountLeadingSignBits<Word64>);

    private static bool AndShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.And>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool BitClearShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.BitClear>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool OrShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd)
    {
        if (Rn == 31 && shift == 0 && imm6 == 0)
        {
            SetRegisters(operation, Rm, Rn, Rd);
            operation->Handler = sf == 1 ? &IntegerHandlers.Move<Word64> : &IntegerHandlers.Move<Word32>;
            return true;
        }

        return BindShifted<DataOperations.Or>(operation, sf, shift, Rm, imm6, Rn, Rd);
    }

    private static bool OrNotShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.OrNot>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool ExclusiveOrShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.ExclusiveOr>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool ExclusiveOrNotShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.ExclusiveOrNot>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool AndShiftedRegisterSetFlags(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.AndFlags>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool BitClearShiftedRegisterSetFlags(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        BindShifted<DataOperations.BitClearFlags>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool AddShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        shift != 3 && BindShifted<DataOperations.Add>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool AddShiftedRegisterSetFlags(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        shift != 3 && BindShifted<DataOperations.AddFlags>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool SubtractShiftedRegister(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        shift != 3 && BindShifted<DataOperations.Subtract>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool SubtractShiftedRegisterSetFlags(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd) =>
        shift != 3 && BindShifted<DataOperations.SubtractFlags>(operation, sf, shift, Rm, imm6, Rn, Rd);

    private static bool AddExtendedRegister(DecodedOperation* operation, uint sf, uint Rm, uint option, uint imm3, uint Rn, uint Rd) =>
        BindExtended<DataOperations.Add>(operation, sf, Rm, option, imm3, Rn, Registers.OrStackPointer(Rd));

    private static bool AddExtendedRegisterSetFlags(DecodedOperation* operation, uint sf, uint Rm, uint option, uint imm3, uint Rn, uint Rd) =>
        BindExtended<DataOperations.AddFlags>(operation, sf, Rm, option, imm3, Rn, Registers.Destination(Rd));

    private static bool SubtractExtendedRegister(DecodedOperation* operation, uint sf, uint Rm, uint option, uint imm3, uint Rn, uint Rd) =>
        BindExtended<DataOperations.Subtract>(operation, sf, Rm, option, imm3, Rn, Registers.OrStackPointer(Rd));

    private static bool SubtractExtendedRegisterSetFlags(DecodedOperation* operation, uint sf, uint Rm, uint option, uint imm3, uint Rn, uint Rd) =>
        BindExtended<DataOperations.SubtractFlags>(operation, sf, Rm, option, imm3, Rn, Registers.Destination(Rd));

    private static bool AddWithCarry(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.AddCarry>(operation, sf, Rm, Rn, Rd);

    private static bool AddWithCarrySetFlags(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.AddCarryFlags>(operation, sf, Rm, Rn, Rd);

    private static bool SubtractWithCarry(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.SubtractCarry>(operation, sf, Rm, Rn, Rd);

    private static bool SubtractWithCarrySetFlags(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd) =>
        BindRegister<DataOperations.SubtractCarryFlags>(operation, sf, Rm, Rn, Rd);

    private static bool ConditionalCompareNegativeRegister(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint nzcv) =>
        BindConditionalCompare<DataOperations.AddFlags>(operation, sf, Registers.Source(Rm), 0, cond, Rn, nzcv);

    private static bool ConditionalCompareNegativeImmediate(DecodedOperation* operation, uint sf, uint imm5, uint cond, uint Rn, uint nzcv) =>
        BindConditionalCompare<DataOperations.AddFlags>(operation, sf, CpuState.Zero, imm5, cond, Rn, nzcv);

    private static bool ConditionalCompareRegister(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint nzcv) =>
        BindConditionalCompare<DataOperations.SubtractFlags>(operation, sf, Registers.Source(Rm), 0, cond, Rn, nzcv);

    private static bool ConditionalCompareImmediate(DecodedOperation* operation, uint sf, uint imm5, uint cond, uint Rn, uint nzcv) =>
        BindConditionalCompare<DataOperations.SubtractFlags>(operation, sf, CpuState.Zero, imm5, cond, Rn, nzcv);

    private static bool ConditionalSelect(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint Rd)
    {
        SetConditional(operation, Rm, cond, Rn, Rd);
        operation->Handler = sf == 1 ? &IntegerHandlers.ConditionalSelect<Word64> : &IntegerHandlers.ConditionalSelect<Word32>;
        return true;
    }

    private static bool ConditionalSelectIncrement(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint Rd)
    {
        SetConditional(operation, Rm, cond, Rn, Rd);
        operation->Handler = sf == 1 ? &IntegerHandlers.ConditionalSelectIncrement<Word64> : &IntegerHandlers.ConditionalSelectIncrement<Word32>;
        return true;
    }

    private static bool ConditionalSelectInvert(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint Rd)
    {
        SetConditional(operation, Rm, cond, Rn, Rd);
        operation->Handler = sf == 1 ? &IntegerHandlers.ConditionalSelectInvert<Word64> : &IntegerHandlers.ConditionalSelectInvert<Word32>;
        return true;
    }

    private static bool ConditionalSelectNegate(DecodedOperation* operation, uint sf, uint Rm, uint cond, uint Rn, uint Rd)
    {
        SetConditional(operation, Rm, cond, Rn, Rd);
        operation->Handler = sf == 1 ? &IntegerHandlers.ConditionalSelectNegate<Word64> : &IntegerHandlers.ConditionalSelectNegate<Word32>;
        return true;
    }

    private static bool MultiplyAdd(DecodedOperation* operation, uint sf, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, sf == 1 ? &IntegerHandlers.MultiplyAdd<Word64> : &IntegerHandlers.MultiplyAdd<Word32>);

    private static bool MultiplySubtract(DecodedOperation* operation, uint sf, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, sf == 1 ? &IntegerHandlers.MultiplySubtract<Word64> : &IntegerHandlers.MultiplySubtract<Word32>);

    private static bool SignedMultiplyAddLong(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, &IntegerHandlers.SignedMultiplyAddLong);

    private static bool SignedMultiplySubtractLong(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, &IntegerHandlers.SignedMultiplySubtractLong);

    private static bool SignedMultiplyHigh(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, 31, Rn, Rd, &IntegerHandlers.SignedMultiplyHigh);

    private static bool UnsignedMultiplyAddLong(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, &IntegerHandlers.UnsignedMultiplyAddLong);

    private static bool UnsignedMultiplySubtractLong(DecodedOperation* operation, uint Rm, uint Ra, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, Ra, Rn, Rd, &IntegerHandlers.UnsignedMultiplySubtractLong);

    private static bool UnsignedMultiplyHigh(DecodedOperation* operation, uint Rm, uint Rn, uint Rd) =>
        BindThreeSource(operation, Rm, 31, Rn, Rd, &IntegerHandlers.UnsignedMultiplyHigh);

    private static bool BindConstant(DecodedOperation* operation, ulong value, byte Rd)
    {
        operation->Rn = CpuState.Zero;
        operation->Rd = Rd;
        operation->Immediate = value;
        operation->Handler = &IntegerHandlers.LoadConstant;
        return true;
    }

    private static bool BindImmediate<TOperation>(DecodedOperation* operation, uint sf, ulong immediate, byte Rn, byte Rd)
        where TOperation : struct, IDataOperation
    {
        operation->Rn = Rn;
        operation->Rd = Rd;
        operation->Immediate = immediate;
        operation->Handler = sf == 1 ? &IntegerHandlers.Immediate<TOperation, Word64> : &IntegerHandlers.Immediate<TOperation, Word32>;
        return true;
    }

    private static bool BindRegister<TOperation>(DecodedOperation* operation, uint sf, uint Rm, uint Rn, uint Rd)
        where TOperation : struct, IDataOperation
    {
        SetRegisters(operation, Rm, Rn, Rd);
        operation->Handler = sf == 1 ? &IntegerHandlers.Register<TOperation, Word64> : &IntegerHandlers.Register<TOperation, Word32>;
        return true;
    }

    private static bool BindShifted<TOperation>(DecodedOperation* operation, uint sf, uint shift, uint Rm, uint imm6, uint Rn, uint Rd)
        where TOperation : struct, IDataOperation
    {
        if (imm6 == 0)
        {
            return BindRegister<TOperation>(operation, sf, Rm, Rn, Rd);
        }

        SetRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)imm6;
        operation->Handler = (sf, shift) switch
        {
            (0, 0) => &IntegerHandlers.Shifted<TOperation, Shifts.LogicalLeft, Word32>,
            (0, 1) => &IntegerHandlers.Shifted<TOperation, Shifts.LogicalRight, Word32>,
            (0, 2) => &IntegerHandlers.Shifted<TOperation, Shifts.ArithmeticRight, Word32>,
            (0, _) => &IntegerHandlers.Shifted<TOperation, Shifts.RotateRight, Word32>,
            (_, 0) => &IntegerHandlers.Shifted<TOperation, Shifts.LogicalLeft, Word64>,
            (_, 1) => &IntegerHandlers.Shifted<TOperation, Shifts.LogicalRight, Word64>,
            (_, 2) => &IntegerHandlers.Shifted<TOperation, Shifts.ArithmeticRight, Word64>,
            _ => &IntegerHandlers.Shifted<TOperation, Shifts.RotateRight, Word64>,
        };
        return sf == 1 || imm6 < 32;
    }

    private static bool BindExtended<TOperation>(DecodedOperation* operation, uint sf, uint Rm, uint option, uint imm3, uint Rn, byte Rd)
        where TOperation : struct, IDataOperation
    {
        operation->Rn = Registers.OrStackPointer(Rn);
        operation->Rm = Registers.Source(Rm);
        operation->Rd = Rd;
        operation->A = (byte)imm3;
        operation->B = (byte)option;
        operation->Handler = sf == 1 ? &IntegerHandlers.Extended<TOperation, Word64> : &IntegerHandlers.Extended<TOperation, Word32>;
        return imm3 <= 4;
    }

    private static bool BindConditionalCompare<TOperation>(DecodedOperation* operation, uint sf, byte Rm, uint immediate, uint cond, uint Rn, uint nzcv)
        where TOperation : struct, IDataOperation
    {
        operation->Rn = Registers.Source(Rn);
        operation->Rm = Rm;
        operation->Immediate = immediate;
        operation->A = (byte)cond;
        operation->B = (byte)nzcv;
        operation->Handler = sf == 1 ? &IntegerHandlers.ConditionalCompare<TOperation, Word64> : &IntegerHandlers.ConditionalCompare<TOperation, Word32>;
        return true;
    }

    private static bool BindCrc32<TPolynomial>(DecodedOperation* operation, uint sf, uint Rm, uint sz, uint Rn, uint Rd)
        where TPolynomial : struct, Interpreter.Crc32Checksum.IPolynomial
    {
        SetRegisters(operation, Rm, Rn, Rd);
        operation->Handler = sz switch
        {
            0 => &IntegerHandlers.Crc32<TPolynomial, byte>,
            1 => &IntegerHandlers.Crc32<TPolynomial, ushort>,
            2 => &IntegerHandlers.Crc32<TPolynomial, uint>,
            _ => &IntegerHandlers.Crc32<TPolynomial, ulong>,
        };
        return sf == (sz == 3 ? 1u : 0u);
    }

    private static bool BindOneSource(
        DecodedOperation* operation,
        uint sf,
        uint Rn,
        uint Rd,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> word,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> doubleword)
    {
        operation->Rn = Registers.Source(Rn);
        operation->Rd = Registers.Destination(Rd);
        operation->Handler = sf == 1 ? doubleword : word;
        return true;
    }

    private static bool BindThreeSource(
        DecodedOperation* operation,
        uint Rm,
        uint Ra,
        uint Rn,
        uint Rd,
        delegate*<CpuState*, DecodedOperation*, DecodedOperation*> handler)
    {
        SetRegisters(operation, Rm, Rn, Rd);
        operation->Ra = Registers.Source(Ra);
        operation->Handler = handler;
        return true;
    }

    private static void SetRegisters(DecodedOperation* operation, uint Rm, uint Rn, uint Rd)
    {
        operation->Rm = Registers.Source(Rm);
        operation->Rn = Registers.Source(Rn);
        operation->Rd = Registers.Destination(Rd);
    }

    private static void SetConditional(DecodedOperation* operation, uint Rm, uint cond, uint Rn, uint Rd)
    {
        SetRegisters(operation, Rm, Rn, Rd);
        operation->A = (byte)cond;
    }

    private static bool IsBitfieldAllocated(uint sf, uint N, uint immr, uint imms) =>
        N == sf && (sf == 1 || (immr < 32 && imms < 32));
}
