using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Loads and stores: the data TLB is asked as the interpreter does (<see cref="GuestMemoryAccess"/>); when it does not know, the interpreter executes the
/// instruction. Nothing of the guest's state changes before that is decided.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    // Of TlbEntry.
    private const int ReadTagOffset = 0;
    private const int WriteTagOffset = 8;
    private const int AddendOffset = 16;

    private enum AddressMode
    {
        Offset,
        PreIndexed,
        PostIndexed,
    }

    private bool TryWriteLoadStore()
    {
        DecodedOperation* operation = _operation;
        int size = 1 << (int)(operation->Encoding >> 30);
        bool isWideResult = (operation->Encoding & (1 << 22)) == 0;
        int pairSize = (operation->Encoding >> 31) != 0 ? 8 : 4;
        return (A64Opcode)operation->Opcode switch
        {
            A64Opcode.LoadRegisterUnsignedOffset or A64Opcode.LoadRegisterUnscaled => TryWriteLoad(size, AddressMode.Offset),
            A64Opcode.LoadRegisterPostIndexed => TryWriteLoad(size, AddressMode.PostIndexed),
            A64Opcode.LoadRegisterPreIndexed => TryWriteLoad(size, AddressMode.PreIndexed),
            A64Opcode.LoadSignedRegisterUnsignedOffset or A64Opcode.LoadSignedRegisterUnscaled =>
                TryWriteLoad(size, AddressMode.Offset, signed: true, isWideResult),
            A64Opcode.LoadSignedRegisterPostIndexed => TryWriteLoad(size, AddressMode.PostIndexed, signed: true, isWideResult),
            A64Opcode.LoadSignedRegisterPreIndexed => TryWriteLoad(size, AddressMode.PreIndexed, signed: true, isWideResult),
            A64Opcode.LoadRegisterRegisterOffset => TryWriteLoad(size, AddressMode.Offset, isIndexed: true),
            A64Opcode.LoadSignedRegisterRegisterOffset => TryWriteLoad(size, AddressMode.Offset, signed: true, isWideResult, isIndexed: true),
            A64Opcode.LoadRegisterLiteral => TryWriteLoad((operation->Encoding & (1 << 30)) != 0 ? 8 : 4, AddressMode.Offset, isLiteral: true),
            A64Opcode.LoadSignedWordLiteral => TryWriteLoad(4, AddressMode.Offset, signed: true, isLiteral: true),
            A64Opcode.StoreRegisterUnsignedOffset or A64Opcode.StoreRegisterUnscaled => TryWriteStore(size, AddressMode.Offset),
            A64Opcode.StoreRegisterPostIndexed => TryWriteStore(size, AddressMode.PostIndexed),
            A64Opcode.StoreRegisterPreIndexed => TryWriteStore(size, AddressMode.PreIndexed),
            A64Opcode.StoreRegisterRegisterOffset => TryWriteStore(size, AddressMode.Offset, isIndexed: true),
            A64Opcode.LoadRegisterUnprivileged => TryWriteLoad(size, AddressMode.Offset, isUnprivileged: true),
            A64Opcode.LoadSignedRegisterUnprivileged => TryWriteLoad(size, AddressMode.Offset, signed: true, isWideResult, isUnprivileged: true),
            A64Opcode.StoreRegisterUnprivileged => TryWriteStore(size, AddressMode.Offset, isUnprivileged: true),
            A64Opcode.LoadPairSignedOffset or A64Opcode.LoadNonTemporalPair => TryWriteLoadPair(pairSize, AddressMode.Offset),
            A64Opcode.LoadPairPostIndexed => TryWriteLoadPair(pairSize, AddressMode.PostIndexed),
            A64Opcode.LoadPairPreIndexed => TryWriteLoadPair(pairSize, AddressMode.PreIndexed),
            A64Opcode.LoadPairSignedWordSignedOffset => TryWriteLoadPair(4, AddressMode.Offset, signed: true),
            A64Opcode.LoadPairSignedWordPostIndexed => TryWriteLoadPair(4, AddressMode.PostIndexed, signed: true),
            A64Opcode.LoadPairSignedWordPreIndexed => TryWriteLoadPair(4, AddressMode.PreIndexed, signed: true),
            A64Opcode.StorePairSignedOffset or A64Opcode.StoreNonTemporalPair => TryWriteStorePair(pairSize, AddressMode.Offset),
            A64Opcode.StorePairPostIndexed => TryWriteStorePair(pairSize, AddressMode.PostIndexed),
            A64Opcode.StorePairPreIndexed => TryWriteStorePair(pairSize, AddressMode.PreIndexed),
            _ => TryWriteAtomic() || TryWritePointerAuthentication() || ((_mode & TranslationMode.FloatingPoint) != 0 && (TryWriteVectorLoadStore() || TryWriteFloat() || TryWriteSimd())),
        };
    }

    private bool TryWriteLoad(int size, AddressMode mode, bool signed = false, bool wide = true, bool isIndexed = false, bool isLiteral = false, bool isOrdered = false, bool isUnprivileged = false)
    {
        int rd = _operation->Rd;
        if (mode != AddressMode.Offset && rd == _operation->Rn)
        {
            return false;
        }

        HostRegister address = WriteAddress(mode, isIndexed, isLiteral);
        int stackSite = isLiteral ? 0 : WriteStackCheck();
        int site = WriteProbe(address, size, size, isStore: false, isOrdered, isUnprivileged);
        HostRegister target = Target(rd, Rdx);
        HostOperand memory = HostOperand.Indexed(address, Rcx);
        if (signed)
        {
            _assembler.LoadSigned(size, wide, target, memory);
        }
        else
        {
            _assembler.LoadSized(size, target, memory);
        }

        Write(rd, target);
        WriteBack(mode, address);
        Defer(site, stackSite, mode == AddressMode.Offset && !isLiteral && !isUnprivileged ? address : HostRegister.Rsp);
        return true;
    }

    private bool TryWriteStore(int size, AddressMode mode, bool isIndexed = false, bool isOrdered = false, bool isUnprivileged = false)
    {
        HostRegister address = WriteAddress(mode, isIndexed, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size, size, isStore: true, isOrdered, isUnprivileged);
        HostOperand memory = HostOperand.Indexed(address, Rcx);
        if (size >= 4 && _known.TryGet(_operation->Rd, out ulong known) && (size == 4 || (long)known == (int)known))
        {
            _assembler.StoreConstant(size == 8, memory, (int)known);
        }
        else
        {
            _assembler.StoreSized(size, memory, Read(_operation->Rd, Rdx));
        }

        WriteBack(mode, address);
        Defer(site, stackSite, mode == AddressMode.Offset && !isUnprivileged ? address : HostRegister.Rsp);
        return true;
    }

    private bool TryWriteLoadPair(int size, AddressMode mode, bool signed = false)
    {
        int first = _operation->Rd;
        int second = _operation->Ra;
        if ((first == second && first != CpuState.Sink) || (mode != AddressMode.Offset && (first == _operation->Rn || second == _operation->Rn)))
        {
            return false;
        }

        HostRegister address = WriteAddress(mode, isIndexed: false, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size * 2, size, isStore: false);
        Load(Rdx, 0);
        if (_map.TryGet(second, out HostRegister target))
        {
            // Possibly the base.
            Load(target, size);
            Write(second, target);
        }
        else
        {
            Load(Rcx, size);
            Write(second, Rcx);
        }

        Write(first, Rdx);
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;

        void Load(HostRegister destination, int offset)
        {
            HostOperand memory = HostOperand.Indexed(address, Rcx, 0, offset);
            if (signed)
            {
                _assembler.LoadSigned(size, true, destination, memory);
            }
            else
            {
                _assembler.LoadSized(size, destination, memory);
            }
        }
    }

    private bool TryWriteStorePair(int size, AddressMode mode)
    {
        HostRegister address = WriteAddress(mode, isIndexed: false, isLiteral: false);
        int stackSite = WriteStackCheck();
        int site = WriteProbe(address, size * 2, size, isStore: true);
        _assembler.StoreSized(size, HostOperand.Indexed(address, Rcx), Read(_operation->Rd, Rdx));
        _assembler.StoreSized(size, HostOperand.Indexed(address, Rcx, 0, size), Read(_operation->Ra, Rdx));
        WriteBack(mode, address);
        Defer(site, stackSite);
        return true;
    }

    // The register with the address: that of the base, or RAX.
    private HostRegister WriteAddress(AddressMode mode, bool isIndexed, bool isLiteral)
    {
        int offset = (int)_operation->Immediate;
        if (isLiteral)
        {
            _assembler.Mov(true, Rax, StateLayout.PageAddress);
            _assembler.Arithmetic(HostArithmetic.Add, true, (HostOperand)Rax, offset);
            return Rax;
        }

        if (isIndexed)
        {
            WriteIndexedAddress();
            return Rax;
        }

        HostRegister rn = Read(_operation->Rn, Rax);
        if (mode == AddressMode.PostIndexed || offset == 0)
        {
            return rn;
        }

        _assembler.Lea(true, Rax, HostOperand.At(rn, offset));
        return Rax;
    }

    private void WriteIndexedAddress()
    {
        int shift = _operation->A;
        if (_operation->B == 3 && _map.TryGet(_operation->Rm, out HostRegister index))
        {
            _assembler.Lea(true, Rax, HostOperand.Indexed(Read(_operation->Rn, Rax), index, shift));
            return;
        }

        WriteExtended(Rcx, _operation->Rm, _operation->B);
        _assembler.Lea(true, Rax, HostOperand.Indexed(Read(_operation->Rn, Rax), Rcx, shift));
    }

    // The jump for a misaligned SP as the base, or 0.
    private int WriteStackCheck()
    {
        if (_operation->Rn != CpuState.StackPointer || (_mode & TranslationMode.StackAligned) == 0)
        {
            return 0;
        }

        const int mask = 15;
        _assembler.Test(false, Operand(CpuState.StackPointer), mask);
        return _assembler.JumpForwardIf(HostCondition.NotEqual);
    }

    // Afterwards RCX is what leads from the virtual to the host's address; RDX is free. Gives the jump for when the TLB does not know.
    private int WriteProbe(HostRegister address, int size, int alignment, bool isStore, bool isOrdered = false, bool isUnprivileged = false)
    {
        HostOperand context = isUnprivileged ? StateLayout.UnprivilegedTlbContext : StateLayout.TlbContext;
        int site = WriteEntryProbe(address, size, alignment, isStore ? WriteTagOffset : ReadTagOffset, isOrdered, context);
        _assembler.Mov(true, Rcx, StateLayout.Tlb(Rcx, AddendOffset));
        return site;
    }

    // Afterwards RCX is the offset of the TLB's entry, and RDX the tag that it has. Ordered accesses must be aligned.
    private int WriteEntryProbe(HostRegister address, int size, int alignment, int tagOffset, bool isOrdered) =>
        WriteEntryProbe(address, size, alignment, tagOffset, isOrdered, StateLayout.TlbContext);

    private int WriteEntryProbe(HostRegister address, int size, int alignment, int tagOffset, bool isOrdered, in HostOperand context)
    {
        const int entrySizeShift = 5;
        const int pageShift = 12;
        _assembler.RotateRight(false, Rcx, address, pageShift - entrySizeShift);
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rcx, (Tlb.Entries - 1) << entrySizeShift);

        // The page of the last byte, so that an access across pages has another tag. Aligned ones are never across, but the second of a pair may be.
        bool isAligned = isOrdered || (_mode & TranslationMode.Aligned) != 0;
        int last = isAligned ? size - alignment : size - 1;
        if (last != 0)
        {
            _assembler.Lea(true, Rdx, HostOperand.At(address, last));
        }
        else
        {
            _assembler.Mov(true, Rdx, address);
        }

        _assembler.Arithmetic(HostArithmetic.And, true, (HostOperand)Rdx, ~0xfff | (isAligned ? alignment - 1 : 0));
        _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, context);
        _assembler.Arithmetic(HostArithmetic.Cmp, true, Rdx, StateLayout.Tlb(Rcx, tagOffset));
        return _assembler.JumpForwardIf(HostCondition.NotEqual);
    }

    private void WriteBack(AddressMode mode, HostRegister address)
    {
        switch (mode)
        {
            case AddressMode.PreIndexed:
                Write(_operation->Rn, address);
                break;
            case AddressMode.PostIndexed:
                HostRegister target = Target(_operation->Rn, Rax);
                _assembler.Lea(true, target, HostOperand.At(address, (int)_operation->Immediate));
                Write(_operation->Rn, target);
                break;
        }
    }
}
