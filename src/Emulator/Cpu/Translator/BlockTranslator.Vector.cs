using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// What the vector instructions share. XMM0 to XMM3 are free at each of them; the guest's registers are where <see cref="GuestVectors"/> has them, or in
/// <see cref="CpuState"/>. Nothing is written to a guest register before it is certain that the interpreter does not have to execute the instruction.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private const int Quadword = 16;
    private const int Doubleword = 8;

    // Vector registers whose upper half is known to be zero, and those of which only the lowest quarter may not be.
    private uint _isQuadword;
    private uint _isDoubleword;

    private int FieldD => (int)(_operation->Encoding & 31);

    private int FieldN => (int)(_operation->Encoding >> 5) & 31;

    private int FieldM => (int)(_operation->Encoding >> 16) & 31;

    private int FieldA => (int)(_operation->Encoding >> 10) & 31;

    // log2 of an element's bytes, where it is in the usual place.
    private int FieldSize => (int)(_operation->Encoding >> 22) & 3;

    // Q, in those that have it.
    private bool IsUpper => (_operation->Encoding & (1 << 30)) != 0;

    // Encodings of scalar instructions have both bits.
    private bool IsScalar => (_operation->Encoding & (1 << 28)) != 0;

    // All of a register counts.
    private bool IsWhole => IsUpper && !IsScalar;

    private int Bytes => IsWhole ? Quadword : IsScalar ? 1 << FieldSize : Doubleword;

    // Where to compute all of the destination's bits, when all that is left is one instruction.
    private int Result => IsWhole ? VectorTarget(FieldD, 0) : 0;

    private bool TryWriteSimd() =>
        TryWriteThreeSame() || TryWriteFloatVector() || TryWriteShift() || TryWriteTwoRegisters() || TryWritePermutation() || TryWriteElement() || TryWriteLong()
        || TryWriteNarrow() || TryWriteCryptography() || TryWriteStructures();

    // Before the first vector instruction the registers must be loaded.
    private void WriteVectorEntry(bool usesVectors)
    {
        if (usesVectors && (_mode & TranslationMode.FloatingPoint) != 0)
        {
            _assembler.LeaOf(Rax, _assembler.Offset);
            int site = _assembler.Offset - sizeof(int);
            _assembler.Arithmetic(HostArithmetic.Cmp, false, StateLayout.Vectors, 0);
            _assembler.JumpIf(HostCondition.Equal, _cache.LoadVectorsOffset);
            _assembler.PatchHere(site);
        }
    }

    // A vector register as the last operand of an instruction.
    private HostOperand VectorOperand(int index) =>
        _map.TryGetVector(index, out int register) ? (HostRegister)register : StateLayout.V(index);

    // A vector register as another operand: its own register, or loaded into the one given.
    private int ReadVector(int index, int temporary)
    {
        if (_map.TryGetVector(index, out int register))
        {
            return register;
        }

        _assembler.Vector(HostVector.MoveUnaligned, temporary, 0, StateLayout.V(index));
        return temporary;
    }

    // A copy that may be changed.
    private int CopyVector(int index, int temporary)
    {
        _assembler.Vector(HostVector.MoveUnaligned, temporary, 0, VectorOperand(index));
        return temporary;
    }

    // What the instruction reads of a register: above that it is zero.
    private int ReadTrimmed(int index, int temporary)
    {
        if (IsWhole)
        {
            return ReadVector(index, temporary);
        }

        LoadTrimmed(index, temporary, Bytes);
        return temporary;
    }

    // The lowest bytes of a register. What is above them becomes zero.
    private void LoadTrimmed(int index, int temporary, int bytes)
    {
        bool isKept = _map.TryGetVector(index, out int register);
        if (bytes == Quadword || (isKept && IsScalarKnown(index, bytes)))
        {
            _ = CopyVector(index, temporary);
        }
        else if (bytes == Doubleword)
        {
            _assembler.Vector(HostVector.MoveLowQuadword, temporary, 0, VectorOperand(index));
        }
        else if (!isKept && bytes == 4)
        {
            _assembler.Vector(HostVector.LoadSingle, temporary, 0, StateLayout.V(index));
        }
        else
        {
            Trim(temporary, isKept ? register : CopyVector(index, temporary), bytes);
        }
    }

    // A register with zeros above a scalar: its own one if it is known to have them.
    private int ReadLow(int index, int temporary, int bytes)
    {
        if (IsScalarKnown(index, bytes) && _map.TryGetVector(index, out int register))
        {
            return register;
        }

        LoadTrimmed(index, temporary, bytes);
        return temporary;
    }

    private bool IsScalarKnown(int index, int bytes) => (((bytes == Doubleword ? _isQuadword : bytes == 4 ? _isDoubleword : 0) >> index) & 1) != 0;

    // A value with zeros above a scalar.
    private void WriteScalar(int index, int value, int bytes)
    {
        WriteVector(index, value);
        _isQuadword |= 1u << index;
        _isDoubleword |= bytes == 4 ? 1u << index : 0;
    }

    private void ForgetScalars() => _isQuadword = _isDoubleword = 0;

    private void Trim(int destination, int source, int bytes)
    {
        switch (bytes)
        {
            case Doubleword:
                _assembler.Vector(HostVector.MoveLowQuadword, destination, 0, source);
                break;
            case 4:
                const int clearUpperThree = 0b1110;
                _assembler.Vector(HostVector.InsertSingle, destination, source, source, clearUpperThree);
                break;
            default:
                _assembler.Vector(HostVector.And, destination, source, Constant((1UL << (bytes * 8)) - 1, 0));
                break;
        }
    }

    private int VectorTarget(int index, int temporary) => _map.TryGetVector(index, out int register) ? register : temporary;

    private void WriteVector(int index, int value)
    {
        _isQuadword &= ~(1u << index);
        _isDoubleword &= ~(1u << index);
        if (!_map.TryGetVector(index, out int register))
        {
            _assembler.Vector(HostVector.StoreUnaligned, value, 0, StateLayout.V(index));
        }
        else if (register != value)
        {
            _assembler.Vector(HostVector.MoveUnaligned, register, 0, value);
        }
    }

    // The result of the instruction, of which all is taken or the lowest bytes.
    private bool Finish(int value)
    {
        if (IsWhole)
        {
            WriteVector(FieldD, value);
        }
        else
        {
            int target = VectorTarget(FieldD, 0);
            Trim(target, value, Bytes);
            WriteVector(FieldD, target);
        }

        return true;
    }

    // A result that has zeros where they belong.
    private bool FinishWhole(int value)
    {
        WriteVector(FieldD, value);
        return true;
    }

    // A result that is its lower half goes to one half of the destination by Q; the upper half of the result is zero.
    private bool FinishHalf(int value)
    {
        if (IsUpper)
        {
            int target = VectorTarget(FieldD, 3);
            _assembler.Vector(HostVector.InterleaveLowQuadwords, target, ReadVector(FieldD, 3), value);
            WriteVector(FieldD, target);
        }
        else
        {
            WriteVector(FieldD, value);
        }

        return true;
    }

    private int Zero(int register)
    {
        _assembler.Vector(HostVector.ExclusiveOr, register, register, register);
        return register;
    }

    private int Ones(int register)
    {
        _assembler.Vector(HostVector.EqualDoublewords, register, register, register);
        return register;
    }

    private HostOperand Constant(HostConstant value) => HostOperand.Constant(_cache.ConstantOf(value));

    private HostOperand Constant(ulong low, ulong high) => Constant(new HostConstant(low, high));

    // All elements are the same.
    private HostOperand Splat(int size, ulong element)
    {
        ulong value = size switch
        {
            0 => (element & 0xff) * 0x0101_0101_0101_0101,
            1 => (element & 0xffff) * 0x0001_0001_0001_0001,
            2 => (element & 0xffff_ffff) * 0x0000_0001_0000_0001,
            _ => element,
        };
        return Constant(value, value);
    }

    private static HostVector Pick(int size, HostVector bytes, HostVector words, HostVector doublewords, HostVector quadwords = default) =>
        size switch
        {
            0 => bytes,
            1 => words,
            2 => doublewords,
            _ => quadwords,
        };

    private static HostVector Add(int size) => Pick(size, HostVector.AddBytes, HostVector.AddWords, HostVector.AddDoublewords, HostVector.AddQuadwords);

    private static HostVector Subtract(int size) =>
        Pick(size, HostVector.SubtractBytes, HostVector.SubtractWords, HostVector.SubtractDoublewords, HostVector.SubtractQuadwords);

    private static HostVector Equal(int size) => Pick(size, HostVector.EqualBytes, HostVector.EqualWords, HostVector.EqualDoublewords, HostVector.EqualQuadwords);

    private static HostVector Greater(int size) =>
        Pick(size, HostVector.GreaterBytes, HostVector.GreaterWords, HostVector.GreaterDoublewords, HostVector.GreaterQuadwords);

    private static HostVector Maximum(int size, bool signed) => signed
        ? Pick(size, HostVector.MaximumBytes, HostVector.MaximumWords, HostVector.MaximumDoublewords)
        : Pick(size, HostVector.MaximumUnsignedBytes, HostVector.MaximumUnsignedWords, HostVector.MaximumUnsignedDoublewords);

    private static HostVector Minimum(int size, bool signed) => signed
        ? Pick(size, HostVector.MinimumBytes, HostVector.MinimumWords, HostVector.MinimumDoublewords)
        : Pick(size, HostVector.MinimumUnsignedBytes, HostVector.MinimumUnsignedWords, HostVector.MinimumUnsignedDoublewords);

    private static HostVector InterleaveLow(int size) => Pick(
        size, HostVector.InterleaveLowBytes, HostVector.InterleaveLowWords, HostVector.InterleaveLowDoublewords, HostVector.InterleaveLowQuadwords);

    private static HostVector InterleaveHigh(int size) => Pick(
        size, HostVector.InterleaveHighBytes, HostVector.InterleaveHighWords, HostVector.InterleaveHighDoublewords, HostVector.InterleaveHighQuadwords);

    // FPSR.QC is set when any bit of a register is.
    private void SetSaturationIfAny(int register)
    {
        const int saturated = 1 << 27;
        _assembler.Vector(HostVector.TestBits, register, 0, register);
        int none = _assembler.JumpForwardIf(HostCondition.Equal);
        _assembler.Arithmetic(HostArithmetic.Or, false, StateLayout.FloatStatus, saturated);
        _assembler.PatchHere(none);
    }
}
