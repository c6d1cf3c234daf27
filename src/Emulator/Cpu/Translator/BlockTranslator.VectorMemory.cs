using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Loads and stores of vector registers.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWriteVectorLoadStore()
    {
        uint word = _operation->Encoding;
        int size = 1 << (int)((word >> 30) + ((word >> 23) & 1) * 4);
        int pairSize = 4 << (int)(word >> 30);
        return (A64Opcode)_operation->Opcode switch
        {
            A64Opcode.LoadSimdRegisterLiteral => WriteVectorLoad(pairSize, AddressMode.Offset, isLiteral: true),
            A64Opcode.LoadSimdRegisterUnsignedOffset or A64Opcode.LoadSimdRegisterUnscaled => WriteVectorLoad(size, AddressMode.Offset),
            A64Opcode.LoadSimdRegisterPostIndexed => WriteVectorLoad(size, AddressMode.PostIndexed),
            A64Opcode.LoadSimdRegisterPreIndexed => WriteVectorLoad(size, AddressMode.PreIndexed),
            A64Opcode.LoadSimdRegisterRegisterOffset => TryWriteVectorIndexed(size, isStore: false),
            A64Opcode.StoreSimdRegisterUnsignedOffset or A64Opcode.StoreSimdRegisterUnscaled => WriteVectorStore(size, AddressMode.Offset),
            A64Opcode.StoreSimdRegisterPostIndexed => WriteVectorStore(size, AddressMode.PostIndexed),
            A64Opcode.StoreSimdRegisterPreIndexed => WriteVectorStore(size, AddressMode.PreIndexed),
            A64Opcode.StoreSimdRegisterRegisterOffset => TryWriteVectorIndexed(size, isStore: true),
            A64Opcode.LoadSimdPairSignedOffset or A64Opcode.LoadSimdNonTemporalPair => WriteVectorLoadPair(pairSize, AddressMode.Offset),
            A64Opcode.LoadSimdPairPostIndexed => WriteVectorLoadPair(pairSize, AddressMode.PostIndexed),
            A64Opcode.LoadSimdPairPreIndexed => WriteVectorLoadPair(pairSize, AddressMode.PreIndexed),
            A64Opcode.StoreSimdPairSignedOffset or A64Opcode.StoreSimdNonTemporalPair => WriteVectorStorePair(pairSize, AddressMode.Offset),
            A64Opcode.StoreSimdPairPostIndexed => WriteVectorStorePair(pairSize, AddressMode.PostIndexed),
            A64Opcode.StoreSimdPairPreIndexed => WriteVectorStorePair(pairSize, AddressMode.PreIndexed),
            _ => false,
        };
    }

    // A scale of 16 is more than an address of the host can have.
    private bool TryWriteVectorIndexed(int size, bool isStore) =>
        _operation->A <= 3 && (isStore ? WriteVectorStore(size, AddressMode.Offset, true) : WriteVectorLoad(size, AddressMode.Offset, true));

    private bool WriteVectorLoad(int size, AddressMode mode, bool isIndexed = false, bool isLiteral = false)
    {
        HostRegister address = WriteAddress(mode, isIndexed, isLiteral);
        int stackSite = isLiteral ? 0 : WriteStackCheck();
        int site = WriteProbe(address, size, size, isStore: false);
        WriteVectorElement(_operation->Rd, size, HostOperand.Indexed(address, Rcx));
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;
    }

    private bool WriteVectorStore(int size, AddressMode mode, bool isIndexed = false)
    {
        HostRegister address = WriteAddress(mode, isIndexed, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size, size, isStore: true);
        WriteElementStore(_operation->Rd, size, HostOperand.Indexed(address, Rcx));
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;
    }

    private bool WriteVectorLoadPair(int size, AddressMode mode)
    {
        HostRegister address = WriteAddress(mode, isIndexed: false, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size * 2, size, isStore: false);
        WriteVectorElement(_operation->Rd, size, HostOperand.Indexed(address, Rcx));
        WriteVectorElement(_operation->Ra, size, HostOperand.Indexed(address, Rcx, 0, size));
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;
    }

    private bool WriteVectorStorePair(int size, AddressMode mode)
    {
        HostRegister address = WriteAddress(mode, isIndexed: false, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size * 2, size, isStore: true);
        WriteElementStore(_operation->Rd, size, HostOperand.Indexed(address, Rcx));
        WriteElementStore(_operation->Ra, size, HostOperand.Indexed(address, Rcx, 0, size));
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;
    }

    private void WriteVectorElement(int register, int size, in HostOperand memory)
    {
        int target = VectorTarget(register, 0);
        switch (size)
        {
            case Quadword:
                _assembler.Vector(HostVector.MoveUnaligned, target, 0, memory);
                break;
            case Doubleword:
                _assembler.Vector(HostVector.LoadDouble, target, 0, memory);
                break;
            case 4:
                _assembler.Vector(HostVector.LoadSingle, target, 0, memory);
                break;
            default:
                _assembler.LoadSized(size, Rdx, memory);
                _assembler.Vector(HostVector.MoveFromDoubleword, target, 0, Rdx);
                break;
        }

        if (size is Doubleword or 4)
        {
            WriteScalar(register, target, size);
        }
        else
        {
            WriteVector(register, target);
        }
    }

    private void WriteElementStore(int register, int size, in HostOperand memory)
    {
        if (size != Quadword && !_map.TryGetVector(register, out _))
        {
            _assembler.Mov(true, Rdx, StateLayout.V(register));
            _assembler.StoreSized(size, memory, Rdx);
            return;
        }

        int value = ReadVector(register, 0);
        switch (size)
        {
            case Quadword:
                _assembler.Vector(HostVector.StoreUnaligned, value, 0, memory);
                break;
            case Doubleword:
                _assembler.Vector(HostVector.StoreDouble, value, 0, memory);
                break;
            case 4:
                _assembler.Vector(HostVector.StoreSingle, value, 0, memory);
                break;
            default:
                _assembler.Vector(size == 2 ? HostVector.ExtractWord : HostVector.ExtractByte, value, 0, memory, 0);
                break;
        }
    }
}
