using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Advanced SIMD: permutations, table lookup, and single elements (Arm ARM C4.1.94).</summary>
internal sealed unsafe partial class BlockTranslator
{
    // imm5: the lowest bit that is set tells the size, what is above it the index.
    private int ElementSize => int.TrailingZeroCount(FieldM);

    private int ElementIndex => FieldM >> (ElementSize + 1);

    private bool TryWritePermutation()
    {
        int size = FieldSize;
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.ZipVectorsPrimary:
                return Combine(InterleaveLow(size), FieldN, FieldM);
            case A64Opcode.ZipVectorsSecondary when IsWhole:
                return Combine(InterleaveHigh(size), FieldN, FieldM);
            case A64Opcode.ZipVectorsSecondary:
                _assembler.Vector(InterleaveLow(size), 0, ReadVector(FieldN, 0), VectorOperand(FieldM));
                _assembler.VectorShiftBytes(HostShift.Shr, 0, 0, Doubleword);
                return FinishWhole(0);
            case A64Opcode.UnzipVectorsPrimary or A64Opcode.UnzipVectorsSecondary:
                LoadBoth(out int first, out int second);
                Unzip(size, first, second, (A64Opcode)_operation->Opcode == A64Opcode.UnzipVectorsSecondary, 2, 3);
                return Finish(2);
            case A64Opcode.TransposeVectorsPrimary:
                return WriteTransposition(size, isOdd: false);
            case A64Opcode.TransposeVectorsSecondary:
                return WriteTransposition(size, isOdd: true);
            case A64Opcode.ExtractVector:
                return WriteExtraction((int)(_operation->Encoding >> 11) & 15);
            case A64Opcode.TableLookup or A64Opcode.TableLookupExtension:
                return WriteTableLookup();
            default:
                return false;
        }
    }

    // Elements with even or odd numbers of both. The last register is used, too: it may be an operand, but the first only if it is the second as well.
    private void Unzip(int size, int first, int second, bool isOdd, int destination, int other)
    {
        switch (size)
        {
            case 0 or 1:
                ulong kept = size == 0 ? 0x00ff_00ff_00ff_00ffUL : 0x0000_ffff_0000_ffffUL;
                int container = 2 << size;
                HostVector pack = size == 0 ? HostVector.PackWordsUnsigned : HostVector.PackDoublewordsUnsigned;
                if (isOdd)
                {
                    _assembler.VectorShift(HostShift.Shr, container, destination, first, container * 4);
                    _assembler.VectorShift(HostShift.Shr, container, other, second, container * 4);
                }
                else
                {
                    _assembler.Vector(HostVector.And, destination, first, Constant(kept, kept));
                    _assembler.Vector(HostVector.And, other, second, Constant(kept, kept));
                }

                _assembler.Vector(pack, destination, destination, other);
                break;
            case 2:
                _assembler.Vector(HostVector.ShuffleSingles, destination, first, second, isOdd ? 0xdd : 0x88);
                break;
            default:
                _assembler.Vector(isOdd ? HostVector.InterleaveHighQuadwords : HostVector.InterleaveLowQuadwords, destination, first, second);
                break;
        }
    }

    // Even or odd elements of the first operand, those of the second one between them.
    private bool WriteTransposition(int size, bool isOdd)
    {
        if (size == 3)
        {
            return Combine(isOdd ? HostVector.InterleaveHighQuadwords : HostVector.InterleaveLowQuadwords, FieldN, FieldM);
        }

        int even = ReadVector(FieldN, 0);
        int odd = ReadVector(FieldM, 1);
        int bits = 8 << size;
        if (isOdd)
        {
            _assembler.VectorShift(HostShift.Shr, 2 << size, 0, even, bits);
            even = 0;
        }
        else
        {
            _assembler.VectorShift(HostShift.Shl, 2 << size, 1, odd, bits);
            odd = 1;
        }

        if (size == 0)
        {
            _assembler.Vector(HostVector.MoveUnaligned, 2, 0, Splat(1, 0xff00));
            _assembler.VectorBy(HostVector.BlendBytesBy, 0, even, (HostRegister)odd, 2);
        }
        else
        {
            _assembler.Vector(HostVector.BlendWords, 0, even, odd, size == 1 ? 0xaa : 0xcc);
        }

        return Finish(0);
    }

    private bool WriteExtraction(int position)
    {
        if (IsWhole)
        {
            _assembler.Vector(HostVector.AlignBytes, Result, ReadVector(FieldM, 1), VectorOperand(FieldN), position);
            return FinishWhole(Result);
        }

        LoadBoth(out int both, out _);
        _assembler.VectorShiftBytes(HostShift.Shr, 0, both, position);
        return Finish(0);
    }

    // The host takes bit 7 of an index for "none", and the lowest four bits else.
    private bool WriteTableLookup()
    {
        const int notFound = 0x70;
        int count = ((int)(_operation->Encoding >> 13) & 3) + 1;
        bool isExtension = (A64Opcode)_operation->Opcode == A64Opcode.TableLookupExtension;
        for (int i = 0; i < count; i++)
        {
            int index = ReadVector(FieldM, 1);
            if (i > 0)
            {
                _assembler.Vector(HostVector.SubtractBytes, 1, index, Splat(0, (ulong)i * Quadword));
                index = 1;
            }

            _assembler.Vector(HostVector.AddSaturatedUnsignedBytes, 1, index, Splat(0, notFound));
            int table = ReadVector((FieldN + i) & 31, 2);
            _assembler.Vector(HostVector.ShuffleBytes, i == 0 ? 0 : 2, table, 1);
            if (i > 0)
            {
                _assembler.Vector(HostVector.Or, 0, 0, 2);
            }
        }

        if (isExtension)
        {
            int index = ReadVector(FieldM, 1);
            _assembler.Vector(HostVector.MinimumUnsignedBytes, 2, index, Splat(0, (ulong)(count * Quadword) - 1));
            _assembler.Vector(HostVector.EqualBytes, 1, index, 2);
            _assembler.VectorBy(HostVector.BlendBytesBy, 0, ReadVector(FieldD, 3), (HostRegister)0, 1);
        }

        return Finish(0);
    }

    private bool TryWriteElement()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.DuplicateElementVector:
                Replicate(ElementSize, 0, FieldN, ElementIndex);
                return Finish(0);
            case A64Opcode.DuplicateElementScalar:
                Replicate(ElementSize, 0, FieldN, ElementIndex);
                Trim(0, 0, 1 << ElementSize);
                return FinishWhole(0);
            case A64Opcode.DuplicateGeneral:
                Copy(Rax, GeneralSource, wide: true);
                _assembler.Vector(HostVector.MoveFromQuadword, 0, 0, Rax);
                _assembler.Vector(ReplicationOf(ElementSize), 0, 0, 0);
                return Finish(0);
            case A64Opcode.InsertGeneral:
                Copy(Rax, GeneralSource, wide: true);
                Insert(ElementSize, FieldD, ElementIndex);
                return true;
            case A64Opcode.InsertElement:
                ExtractElement(ElementSize, FieldN, ((int)(_operation->Encoding >> 11) & 15) >> ElementSize, Rax);
                Insert(ElementSize, FieldD, ElementIndex);
                return true;
            case A64Opcode.UnsignedMoveElementToGeneral:
                return WriteMoveElement(signed: false);
            case A64Opcode.SignedMoveElementToGeneral:
                return WriteMoveElement(signed: true);
            default:
                return false;
        }
    }

    private int GeneralSource => FieldN == 31 ? CpuState.Zero : FieldN;

    private static HostVector ReplicationOf(int size) =>
        Pick(size, HostVector.ReplicateByte, HostVector.ReplicateWord, HostVector.ReplicateDoubleword, HostVector.ReplicateQuadword);

    // All elements become one of a guest register.
    private void Replicate(int size, int destination, int vector, int element)
    {
        if (!_map.TryGetVector(vector, out int register))
        {
            _assembler.Vector(ReplicationOf(size), destination, 0, StateLayout.V(vector, element << size));
        }
        else if (element == 0)
        {
            _assembler.Vector(ReplicationOf(size), destination, 0, register);
        }
        else if (size >= 2)
        {
            _assembler.Vector(HostVector.ShuffleDoublewords, destination, 0, register, size == 2 ? element * 0x55 : 0xee);
        }
        else
        {
            ulong first = (ulong)element << size;
            _assembler.Vector(HostVector.ShuffleBytes, destination, register, size == 0 ? Splat(0, first) : Splat(1, first | ((first + 1) << 8)));
        }
    }

    // RAX becomes an element of a guest register.
    private void Insert(int size, int vector, int element)
    {
        int target = VectorTarget(vector, 0);
        HostVector insert = Pick(size, HostVector.InsertByte, HostVector.InsertWord, HostVector.InsertDoubleword, HostVector.InsertQuadword);
        _assembler.Vector(insert, target, ReadVector(vector, 0), Rax, element);
        WriteVector(vector, target);
    }

    // Zero-extended.
    private void ExtractElement(int size, int vector, int element, HostRegister destination)
    {
        if (!_map.TryGetVector(vector, out int register))
        {
            _assembler.LoadSized(1 << size, destination, StateLayout.V(vector, element << size));
        }
        else if (element == 0 && size >= 2)
        {
            _assembler.Vector(size == 2 ? HostVector.MoveToDoubleword : HostVector.MoveToQuadword, register, 0, destination);
        }
        else
        {
            HostVector extract = Pick(size, HostVector.ExtractByte, HostVector.ExtractWord, HostVector.ExtractDoubleword, HostVector.ExtractQuadword);
            _assembler.Vector(extract, register, 0, destination, element);
        }
    }

    private bool WriteMoveElement(bool signed)
    {
        int destination = FieldD == 31 ? CpuState.Sink : FieldD;
        HostRegister target = Target(destination, Rax);
        ExtractElement(ElementSize, FieldN, ElementIndex, target);
        if (signed)
        {
            _assembler.LoadSigned(1 << ElementSize, IsUpper, target, target);
        }

        Write(destination, target);
        return true;
    }
}
