using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Loads and stores of structures, LD1 to LD4 and ST1 to ST4 (Arm ARM C3.2.10).</summary>
internal sealed unsafe partial class BlockTranslator
{
    private int StructureBytes => IsUpper ? Quadword : Doubleword;

    // log2 of an element's bytes, of a whole structure.
    private int StructureSize => (int)(_operation->Encoding >> 10) & 3;

    // The same of a single one: doublewords are a special case of words.
    private int SingleSize
    {
        get
        {
            int scale = (int)(_operation->Encoding >> 14) & 3;
            return scale == 2 && (StructureSize & 1) != 0 ? 3 : scale;
        }
    }

    private bool TryWriteStructures()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.LoadMultipleStructures or A64Opcode.LoadMultipleStructuresPostIndexed:
                return WriteStructures(_operation->A * StructureBytes, StructureSize, isStore: false);
            case A64Opcode.StoreMultipleStructures or A64Opcode.StoreMultipleStructuresPostIndexed:
                return WriteStructures(_operation->A * StructureBytes, StructureSize, isStore: true);
            case A64Opcode.LoadSingleStructure or A64Opcode.LoadSingleStructurePostIndexed:
                return WriteStructures(_operation->A << SingleSize, SingleSize, isStore: false);
            case A64Opcode.StoreSingleStructure or A64Opcode.StoreSingleStructurePostIndexed:
                return WriteStructures(_operation->A << SingleSize, SingleSize, isStore: true);
            case A64Opcode.LoadReplicatedStructure or A64Opcode.LoadReplicatedStructurePostIndexed:
                return WriteStructures(_operation->A << StructureSize, StructureSize, isStore: false);
            default:
                return false;
        }
    }

    private bool WriteStructures(int bytes, int size, bool isStore)
    {
        HostRegister address = Read(_operation->Rn, Rax);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, bytes, 1 << size, isStore);
        TransferStructures(address);
        if (_operation->Immediate != 0)
        {
            WriteBack(AddressMode.PostIndexed, address);
        }
        else if (_operation->Rm != CpuState.Zero)
        {
            HostRegister target = Target(_operation->Rn, Rax);
            _assembler.Lea(true, target, HostOperand.Indexed(address, Read(_operation->Rm, Rdx)));
            Write(_operation->Rn, target);
        }

        Defer(site, stackSite);
        return true;
    }

    private void TransferStructures(HostRegister address)
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.LoadMultipleStructures or A64Opcode.LoadMultipleStructuresPostIndexed:
                LoadMultiple(address);
                break;
            case A64Opcode.StoreMultipleStructures or A64Opcode.StoreMultipleStructuresPostIndexed:
                StoreMultiple(address);
                break;
            case A64Opcode.LoadSingleStructure or A64Opcode.LoadSingleStructurePostIndexed:
                LoadSingle(address);
                break;
            case A64Opcode.StoreSingleStructure or A64Opcode.StoreSingleStructurePostIndexed:
                StoreSingle(address);
                break;
            default:
                LoadReplicated(address);
                break;
        }
    }

    private int StructureRegister(int number) => (_operation->Rd + number) & 31;

    private static HostOperand At(HostRegister address, int offset) => HostOperand.Indexed(address, Rcx, 0, offset);

    private void LoadBytes(int register, int bytes, in HostOperand memory) =>
        _assembler.Vector(bytes == Quadword ? HostVector.MoveUnaligned : HostVector.LoadDouble, register, 0, memory);

    private void StoreBytes(int register, int bytes, in HostOperand memory) =>
        _assembler.Vector(bytes == Quadword ? HostVector.StoreUnaligned : HostVector.StoreDouble, register, 0, memory);

    private void LoadMultiple(HostRegister address)
    {
        switch (_operation->B)
        {
            case 1:
                LoadArrays(address);
                break;
            case 2:
                LoadPairsOfElements(address);
                break;
            case 3:
                LoadTriples(address);
                break;
            default:
                LoadQuadruples(address);
                break;
        }
    }

    private void StoreMultiple(HostRegister address)
    {
        switch (_operation->B)
        {
            case 1:
                StoreArrays(address);
                break;
            case 2:
                StorePairsOfElements(address);
                break;
            case 3:
                StoreTriples(address);
                break;
            default:
                StoreQuadruples(address);
                break;
        }
    }

    private void LoadSingle(HostRegister address)
    {
        int size = SingleSize;
        HostVector insert = Pick(size, HostVector.InsertByte, HostVector.InsertWord, HostVector.InsertDoubleword, HostVector.InsertQuadword);
        for (int i = 0; i < _operation->A; i++)
        {
            int vector = StructureRegister(i);
            int target = VectorTarget(vector, 0);
            _assembler.Vector(insert, target, ReadVector(vector, 0), At(address, i << size), _operation->B);
            WriteVector(vector, target);
        }
    }

    private void StoreSingle(HostRegister address)
    {
        int size = SingleSize;
        HostVector extract = Pick(size, HostVector.ExtractByte, HostVector.ExtractWord, HostVector.ExtractDoubleword, HostVector.ExtractQuadword);
        for (int i = 0; i < _operation->A; i++)
        {
            _assembler.Vector(
                extract, ReadVector(StructureRegister(i), 0), 0, At(address, i << size), _operation->B);
        }
    }

    private void LoadReplicated(HostRegister address)
    {
        int size = StructureSize;
        for (int i = 0; i < _operation->A; i++)
        {
            _assembler.Vector(ReplicationOf(size), 0, 0, At(address, i << size));
            WriteStructure(i, 0);
        }
    }

    private void WriteStructure(int number, int value)
    {
        if (!IsUpper)
        {
            Trim(value, value, Doubleword);
        }

        WriteVector(StructureRegister(number), value);
    }

    private void LoadArrays(HostRegister address)
    {
        for (int i = 0; i < _operation->A; i++)
        {
            int target = VectorTarget(StructureRegister(i), 0);
            LoadBytes(target, StructureBytes, At(address, i * StructureBytes));
            WriteVector(StructureRegister(i), target);
        }
    }

    private void StoreArrays(HostRegister address)
    {
        for (int i = 0; i < _operation->A; i++)
        {
            StoreBytes(ReadVector(StructureRegister(i), 0), StructureBytes, At(address, i * StructureBytes));
        }
    }

    private void LoadPairsOfElements(HostRegister address)
    {
        _assembler.Vector(HostVector.MoveUnaligned, 0, 0, At(address, 0));
        int second = 0;
        if (IsUpper)
        {
            _assembler.Vector(HostVector.MoveUnaligned, 1, 0, At(address, Quadword));
            second = 1;
        }

        Unzip(StructureSize, 0, second, isOdd: false, 2, 3);
        WriteStructure(0, 2);
        Unzip(StructureSize, 0, second, isOdd: true, 2, 3);
        WriteStructure(1, 2);
    }

    private void StorePairsOfElements(HostRegister address)
    {
        int first = ReadVector(StructureRegister(0), 0);
        int second = ReadVector(StructureRegister(1), 1);
        _assembler.Vector(InterleaveLow(StructureSize), 2, first, second);
        _assembler.Vector(HostVector.StoreUnaligned, 2, 0, At(address, 0));
        if (IsUpper)
        {
            _assembler.Vector(InterleaveHigh(StructureSize), 2, first, second);
            _assembler.Vector(HostVector.StoreUnaligned, 2, 0, At(address, Quadword));
        }
    }

    // Elements with even numbers are those of the first and third register, one after the other.
    private void LoadQuadruples(HostRegister address)
    {
        for (int odd = 0; odd < 2; odd++)
        {
            UnzipMemory(address, 0, odd != 0, 2, 3);
            int second = 2;
            if (IsUpper)
            {
                UnzipMemory(address, 2 * Quadword, odd != 0, 3, 0);
                second = 3;
            }

            Unzip(StructureSize, 2, second, isOdd: false, 0, 1);
            WriteStructure(odd, 0);
            Unzip(StructureSize, 2, second, isOdd: true, 0, 1);
            WriteStructure(odd + 2, 0);
        }
    }

    private void UnzipMemory(HostRegister address, int offset, bool isOdd, int destination, int other)
    {
        _assembler.Vector(HostVector.MoveUnaligned, 0, 0, At(address, offset));
        _assembler.Vector(HostVector.MoveUnaligned, 1, 0, At(address, offset + Quadword));
        Unzip(StructureSize, 0, 1, isOdd, destination, other);
    }

    private void StoreQuadruples(HostRegister address)
    {
        for (int upper = 0; upper < StructureBytes / Doubleword; upper++)
        {
            HostVector interleave = upper == 0 ? InterleaveLow(StructureSize) : InterleaveHigh(StructureSize);
            _assembler.Vector(interleave, 2, ReadVector(StructureRegister(0), 0), VectorOperand(StructureRegister(2)));
            _assembler.Vector(interleave, 3, ReadVector(StructureRegister(1), 0), VectorOperand(StructureRegister(3)));
            int offset = upper * 2 * Quadword;
            _assembler.Vector(InterleaveLow(StructureSize), 0, 2, 3);
            _assembler.Vector(HostVector.StoreUnaligned, 0, 0, At(address, offset));
            _assembler.Vector(InterleaveHigh(StructureSize), 0, 2, 3);
            _assembler.Vector(HostVector.StoreUnaligned, 0, 0, At(address, offset + Quadword));
        }
    }

    private void LoadTriples(HostRegister address)
    {
        int size = 1 << StructureSize;
        for (int register = 0; register < 3; register++)
        {
            for (int offset = 0; offset < 3 * StructureBytes; offset += Quadword)
            {
                HostConstant sources = default;
                for (int i = 0; i < Quadword; i++)
                {
                    int source = (((i / size) * 3) + register) * size + (i % size) - offset;
                    sources = sources.With(i, (byte)(source is >= 0 and < Quadword && i < StructureBytes ? source : 0x80));
                }

                LoadBytes(1, Math.Min(Quadword, (3 * StructureBytes) - offset), At(address, offset));
                ShuffleInto(0, 1, sources, isFirst: offset == 0);
            }

            WriteVector(StructureRegister(register), 0);
        }
    }

    private void StoreTriples(HostRegister address)
    {
        int size = 1 << StructureSize;
        for (int offset = 0; offset < 3 * StructureBytes; offset += Quadword)
        {
            for (int register = 0; register < 3; register++)
            {
                HostConstant sources = default;
                for (int i = 0; i < Quadword; i++)
                {
                    int element = (offset + i) / size;
                    int source = ((element / 3) * size) + ((offset + i) % size);
                    sources = sources.With(i, (byte)(element % 3 == register && source < Quadword ? source : 0x80));
                }

                ShuffleInto(0, ReadVector(StructureRegister(register), 1), sources, isFirst: register == 0);
            }

            StoreBytes(0, Math.Min(Quadword, (3 * StructureBytes) - offset), At(address, offset));
        }
    }

    private void ShuffleInto(int destination, int value, HostConstant sources, bool isFirst)
    {
        _assembler.Vector(HostVector.ShuffleBytes, isFirst ? destination : 2, value, Constant(sources));
        if (!isFirst)
        {
            _assembler.Vector(HostVector.Or, destination, destination, 2);
        }
    }
}
