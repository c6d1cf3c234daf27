using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Acquires and releases, exclusives, atomic instructions and DC ZVA, as <see cref="ExclusiveHandlers"/> and <see cref="AtomicHandlers"/> do them: CPUs take turns, so that
/// plain loads and stores are atomic, and memory is in order. They must be aligned whatever the mode says.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private enum AtomicOperation
    {
        Add,
        BitClear,
        ExclusiveOr,
        BitSet,
        Swap,
        SignedMaximum,
        SignedMinimum,
        UnsignedMaximum,
        UnsignedMinimum,
    }

    private bool TryWriteAtomic()
    {
        uint word = _operation->Encoding;
        int size = 1 << (int)(word >> 30);
        int pairSize = (word & (1 << 30)) != 0 ? 8 : 4;
        bool isWideResult = (word & (1 << 22)) == 0;
        return (A64Opcode)_operation->Opcode switch
        {
            A64Opcode.LoadAcquire or A64Opcode.LoadLimitedOrderingAcquire or A64Opcode.LoadAcquireRcpc or A64Opcode.LoadAcquireRcpcUnscaled =>
                TryWriteLoad(size, AddressMode.Offset, isOrdered: true),
            A64Opcode.LoadAcquireRcpcSignedUnscaled => TryWriteLoad(size, AddressMode.Offset, signed: true, isWideResult, isOrdered: true),
            A64Opcode.StoreRelease or A64Opcode.StoreLimitedOrderingRelease or A64Opcode.StoreReleaseUnscaled =>
                TryWriteStore(size, AddressMode.Offset, isOrdered: true),
            A64Opcode.LoadExclusive or A64Opcode.LoadAcquireExclusive => WriteLoadExclusive(size),
            A64Opcode.LoadExclusivePair or A64Opcode.LoadAcquireExclusivePair => WriteLoadExclusive(pairSize, isPair: true),
            A64Opcode.StoreExclusive or A64Opcode.StoreReleaseExclusive => WriteStoreExclusive(size),
            A64Opcode.StoreExclusivePair or A64Opcode.StoreReleaseExclusivePair => WriteStoreExclusive(pairSize, isPair: true),
            A64Opcode.AtomicAdd => TryWriteModify(AtomicOperation.Add, size),
            A64Opcode.AtomicBitClear => TryWriteModify(AtomicOperation.BitClear, size),
            A64Opcode.AtomicExclusiveOr => TryWriteModify(AtomicOperation.ExclusiveOr, size),
            A64Opcode.AtomicBitSet => TryWriteModify(AtomicOperation.BitSet, size),
            A64Opcode.AtomicSwap => TryWriteModify(AtomicOperation.Swap, size),
            A64Opcode.AtomicSignedMaximum => TryWriteModify(AtomicOperation.SignedMaximum, size),
            A64Opcode.AtomicSignedMinimum => TryWriteModify(AtomicOperation.SignedMinimum, size),
            A64Opcode.AtomicUnsignedMaximum => TryWriteModify(AtomicOperation.UnsignedMaximum, size),
            A64Opcode.AtomicUnsignedMinimum => TryWriteModify(AtomicOperation.UnsignedMinimum, size),
            A64Opcode.CompareAndSwap => WriteCompareAndSwap(size),
            A64Opcode.CompareAndSwapPair => WriteCompareAndSwapPair(pairSize),
            A64Opcode.SystemInstruction => WriteZeroBlock(),
            _ => false,
        };
    }

    private bool WriteLoadExclusive(int size, bool isPair = false)
    {
        HostRegister address = Read(_operation->Rn, Rax);
        int length = isPair ? size * 2 : size;
        int stackSite = WriteStackCheck();
        int site = WriteEntryProbe(address, length, length, ReadTagOffset, isOrdered: true);
        WriteExclusiveAddress(address);
        _assembler.Store(true, StateLayout.ExclusiveAddress, Rdx);
        _assembler.StoreConstant(false, StateLayout.ExclusiveSet, 1);
        _assembler.StoreConstant(false, StateLayout.ExclusiveSize, length);
        if (isPair)
        {
            _assembler.LoadSized(size, Rax, HostOperand.At(Rcx));
            _assembler.LoadSized(size, Rcx, HostOperand.At(Rcx, size));
            Write(_operation->Rd, Rax);
            Write(_operation->Ra, Rcx);
        }
        else
        {
            HostRegister target = Target(_operation->Rd, Rax);
            _assembler.LoadSized(size, target, HostOperand.At(Rcx));
            Write(_operation->Rd, target);
        }

        Defer(site, stackSite);
        return true;
    }

    private bool WriteStoreExclusive(int size, bool isPair = false)
    {
        HostRegister address = Read(_operation->Rn, Rax);
        int length = isPair ? size * 2 : size;
        int stackSite = WriteStackCheck();
        int site = WriteEntryProbe(address, length, length, WriteTagOffset, isOrdered: true);

        // Every difference from what the monitor wants is a bit that is set.
        WriteExclusiveAddress(address);
        _assembler.Arithmetic(HostArithmetic.Xor, true, Rdx, StateLayout.ExclusiveAddress);
        _assembler.Mov(false, Rax, StateLayout.ExclusiveSize);
        _assembler.Arithmetic(HostArithmetic.Xor, false, (HostOperand)Rax, length);
        _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, Rax);
        _assembler.Mov(false, Rax, StateLayout.ExclusiveSet);
        _assembler.Arithmetic(HostArithmetic.Xor, false, (HostOperand)Rax, 1);
        _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, Rax);
        _assembler.StoreConstant(false, StateLayout.ExclusiveSet, 0);
        _assembler.SetIf(HostCondition.NotEqual, Rdx);
        _assembler.LoadSized(1, Rdx, Rdx);
        int failed = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.StoreSized(size, HostOperand.At(Rcx), Read(_operation->Rd, Rax));
        if (isPair)
        {
            _assembler.StoreSized(size, HostOperand.At(Rcx, size), Read(_operation->Ra, Rax));
        }

        _assembler.PatchHere(failed);
        Write(_operation->Rm, Rdx);
        Defer(site, stackSite);
        return true;
    }

    // From the TLB's entry in RCX, which becomes the host's address: the physical address goes to RDX as the monitor wants it. RAX is lost.
    private void WriteExclusiveAddress(HostRegister address)
    {
        const int physicalPage = 24;
        const int inPage = 0xffe;
        _assembler.Mov(true, Rdx, StateLayout.Tlb(Rcx, physicalPage));
        WriteHostAddress(address);
        _assembler.Mov(false, Rax, address);
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rax, inPage);
        _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, Rax);
    }

    // The TLB's entry in RCX becomes the host's address.
    private void WriteHostAddress(HostRegister address)
    {
        _assembler.Mov(true, Rcx, StateLayout.Tlb(Rcx, AddendOffset));
        _assembler.Lea(true, Rcx, HostOperand.Indexed(Rcx, address));
    }

    // Both sides of the TLB must know the page. Then the host's address is in RCX.
    private void BeginModify(int length)
    {
        HostRegister address = Read(_operation->Rn, Rax);
        _modifyStackSite = WriteStackCheck();
        _modifySite = WriteEntryProbe(address, length, length, WriteTagOffset, isOrdered: true);
        _assembler.Arithmetic(HostArithmetic.Cmp, true, Rdx, StateLayout.Tlb(Rcx, ReadTagOffset));
        _modifyReadSite = _assembler.JumpForwardIf(HostCondition.NotEqual);
        WriteHostAddress(address);
    }

    private void EndModify()
    {
        Defer(_modifySite, _modifyStackSite);
        Defer(_modifyReadSite);
    }

    private bool TryWriteModify(AtomicOperation operation, int size)
    {
        bool isComparison = operation >= AtomicOperation.SignedMaximum;
        if (isComparison && size < sizeof(int))
        {
            return false;
        }

        bool wide = size == sizeof(ulong);
        BeginModify(size);
        _assembler.LoadSized(size, Rax, HostOperand.At(Rcx));
        switch (operation)
        {
            case AtomicOperation.BitClear:
                Copy(Rdx, _operation->Rm);
                _assembler.AndNot(true, Rdx, Rdx, Rax);
                break;
            case AtomicOperation.Swap:
                Copy(Rdx, _operation->Rm);
                break;
            case AtomicOperation.Add or AtomicOperation.ExclusiveOr or AtomicOperation.BitSet:
                Copy(Rdx, _operation->Rm);
                _assembler.Arithmetic(ArithmeticOf(operation), true, Rdx, Rax);
                break;
            default:
                Copy(Rdx, _operation->Rm);
                _assembler.Arithmetic(HostArithmetic.Cmp, wide, Rax, Rdx);
                _assembler.MoveIf(KeepsMemory(operation), wide, Rdx, Rax);
                break;
        }

        _assembler.StoreSized(size, HostOperand.At(Rcx), Rdx);
        Write(_operation->Rd, Rax);
        EndModify();
        return true;

        static HostArithmetic ArithmeticOf(AtomicOperation operation) => operation switch
        {
            AtomicOperation.Add => HostArithmetic.Add,
            AtomicOperation.ExclusiveOr => HostArithmetic.Xor,
            _ => HostArithmetic.Or,
        };

        static HostCondition KeepsMemory(AtomicOperation operation) => operation switch
        {
            AtomicOperation.SignedMaximum => HostCondition.Greater,
            AtomicOperation.SignedMinimum => HostCondition.Less,
            AtomicOperation.UnsignedMaximum => HostCondition.Above,
            _ => HostCondition.Below,
        };
    }

    private bool WriteCompareAndSwap(int size)
    {
        BeginModify(size);
        _assembler.LoadSized(size, Rax, HostOperand.At(Rcx));
        if (size < sizeof(int))
        {
            _assembler.LoadSized(size, Rdx, Operand(_operation->Rm));
            _assembler.Arithmetic(HostArithmetic.Cmp, false, Rax, Rdx);
        }
        else
        {
            _assembler.Arithmetic(HostArithmetic.Cmp, size == sizeof(ulong), Rax, Operand(_operation->Rm));
        }

        int differs = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.StoreSized(size, HostOperand.At(Rcx), Read(_operation->Rd, Rdx));
        _assembler.PatchHere(differs);
        Write(_operation->Ra, Rax);
        EndModify();
        return true;
    }

    // Index 30 is followed by the zero register.
    private bool WriteCompareAndSwapPair(int size)
    {
        bool wide = size == sizeof(ulong);
        uint first = _operation->A;
        uint stored = _operation->B;
        BeginModify(size * 2);
        _assembler.LoadSized(size, Rax, HostOperand.At(Rcx));
        _assembler.LoadSized(size, Rdx, HostOperand.At(Rcx, size));
        _assembler.Arithmetic(HostArithmetic.Cmp, wide, Rax, Operand((int)first));
        int differs = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.Arithmetic(HostArithmetic.Cmp, wide, Rdx, Operand(Registers.Source(first + 1)));
        _assembler.PatchHere(differs);

        // What is stored may be the same pair: then it is equal to what was loaded.
        Write((int)first, Rax);
        Write(Registers.Destination(first + 1), Rdx);
        int end = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.StoreSized(size, HostOperand.At(Rcx), Read((int)stored, Rax));
        _assembler.StoreSized(size, HostOperand.At(Rcx, size), Read(Registers.Source(stored + 1), Rax));
        _assembler.PatchHere(end);
        EndModify();
        return true;
    }

    // DC ZVA, where nothing traps it.
    private bool WriteZeroBlock()
    {
        const int length = 64;
        _assembler.Arithmetic(HostArithmetic.Cmp, false, StateLayout.ZeroBlockLength, length);
        int trapSite = _assembler.JumpForwardIf(HostCondition.NotEqual);
        Copy(Rax, _operation->Rn);
        _assembler.Arithmetic(HostArithmetic.And, true, (HostOperand)Rax, -length);
        int site = WriteProbe(Rax, length, length, isStore: true, isOrdered: true);
        _assembler.Vector(HostVector.ExclusiveOr, 0, 0, (HostOperand)(HostRegister)0);
        for (int offset = 0; offset < length; offset += Quadword)
        {
            _assembler.Vector(HostVector.StoreUnaligned, 0, 0, HostOperand.Indexed(Rax, Rcx, 0, offset));
        }

        Defer(site, trapSite);
        return true;
    }
}
