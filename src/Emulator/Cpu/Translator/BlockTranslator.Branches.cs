using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Branches. Inside a page, code goes straight to code. To another page, the instruction TLB says where the page is now, and its table where the code.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private const int LinkRegister = 30;

    private void WriteBranch(in BlockInstruction instruction)
    {
        DecodedOperation* operation = _operation;
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.Branch:
                if (instruction.Has(InstructionTraits.EndsBlock))
                {
                    WriteGoTo(Block.TargetOf(operation), HostFlags.None);
                }

                break;
            case A64Opcode.BranchWithLink:
                WriteLinkRegister();
                WriteGoTo(Block.TargetOf(operation), HostFlags.None);
                break;
            case A64Opcode.BranchToRegister when (_mode & TranslationMode.TypedBranches) != 0 && operation->A == BranchTypes.Jump:
                // Its type depends on whether this page is guarded.
                WriteInterpret(operation->PageIndex, 1);
                WriteGoTo(operation->PageIndex + 1, HostFlags.None);
                break;
            case A64Opcode.BranchToRegister when (_mode & TranslationMode.TypedBranches) != 0:
                Copy(Rax, operation->Rn);
                WriteIndirect(operation->A);
                break;
            case A64Opcode.BranchToRegister or A64Opcode.ReturnFromSubroutine:
                Copy(Rax, operation->Rn);
                WriteIndirect(isNear: true);
                break;
            case A64Opcode.BranchWithLinkToRegister when (_mode & TranslationMode.TypedBranches) != 0:
                Copy(Rax, operation->Rn);
                WriteLinkRegister();
                WriteIndirect(BranchTypes.Call);
                break;
            case A64Opcode.BranchWithLinkToRegister:
                Copy(Rax, operation->Rn);
                WriteLinkRegister();
                WriteIndirect(isNear: true);
                break;
            default:
                WriteConditional();
                break;
        }
    }

    private void WriteLinkRegister()
    {
        _assembler.Mov(true, Rcx, StateLayout.PageAddress);
        _assembler.Lea(true, Rcx, HostOperand.At(Rcx, (_operation->PageIndex * 4) + 4));
        Write(LinkRegister, Rcx);
    }

    private void WriteConditional()
    {
        int target = Block.TargetOf(_operation);
        bool isLast = _position == _block.Length - 1;
        if ((A64Opcode)_operation->Opcode == A64Opcode.BranchConditional && _operation->Encoding % 16 >= 14)
        {
            // Always; what follows in the block is not reached.
            WriteGoTo(target, _flags, _block.Length - _position - 1);
            return;
        }

        HostCondition holds = WriteTest();
        if (isLast)
        {
            // Most likely a loop: the way back is straight, the way out is not.
            DeferBranch(_assembler.JumpForwardIf((HostCondition)((int)holds ^ 1)), _operation->PageIndex + 1);
            WriteGoTo(target, _flags);
        }
        else
        {
            DeferBranch(_assembler.JumpForwardIf(holds), target);
        }
    }

    private HostCondition WriteTest()
    {
        DecodedOperation* operation = _operation;
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.BranchConditional:
                return WriteCondition((int)(operation->Encoding & 15));
            case A64Opcode.CompareAndBranchZero or A64Opcode.CompareAndBranchNonzero:
                if (_map.TryGet(operation->Rn, out HostRegister register))
                {
                    _assembler.Test(IsWide, register, register);
                }
                else
                {
                    _assembler.Arithmetic(HostArithmetic.Cmp, IsWide, StateLayout.X(operation->Rn), 0);
                }

                _flags = HostFlags.None;
                return (A64Opcode)operation->Opcode == A64Opcode.CompareAndBranchZero ? HostCondition.Equal : HostCondition.NotEqual;
            default:
                bool isZero = (A64Opcode)operation->Opcode == A64Opcode.TestBitAndBranchZero;
                _flags = HostFlags.None;
                if (operation->A < 31)
                {
                    _assembler.Test(false, Operand(operation->Rn), 1 << operation->A);
                    return isZero ? HostCondition.Equal : HostCondition.NotEqual;
                }

                _assembler.BitTest(true, Operand(operation->Rn), operation->A);
                return isZero ? HostCondition.AboveOrEqual : HostCondition.Below;
        }
    }

    // Behind the block, the branch goes where it leads.
    private void DeferBranch(int site, int target) => _exits[_exitCount++] = new DeferredExit
    {
        Site = site,
        Index = target,
        Refund = _block.Length - _position - 1,
        Flags = _flags,
        Result = _result,
        ResultIsWide = _resultIsWide,
    };

    // Goes on at a word of this page or of another one.
    private void WriteGoTo(int index, HostFlags flags, int refund = 0)
    {
        if (flags != HostFlags.None)
        {
            StoreFlags(flags);
        }

        if (refund != 0)
        {
            _assembler.Lea(true, GuestRegisters.Budget, HostOperand.At(GuestRegisters.Budget, refund));
        }

        if (TryGoWithin(index))
        {
            return;
        }

        if (index is < 0 or >= CodePage.Words)
        {
            _assembler.Mov(true, Rax, StateLayout.PageAddress);
            _assembler.Lea(true, Rax, HostOperand.At(Rax, index * 4));
            WriteIndirect();
            return;
        }

        WriteLeaveMap();
        void* code = ((void**)_page.Page.Header->Tables[(int)_mode])[index];
        if (code != _cache.MissCode)
        {
            _assembler.JumpTo(_cache.OffsetOf(code));
            return;
        }

        // Until it is linked, it goes to the way out behind it.
        int site = _assembler.JumpForward();
        _assembler.PatchHere(site);
        WriteLeave(TranslationExit.ForLink(_cache.AddLink(new TranslationLink(site, index))));
    }

    // Goes on at the address in RAX, by a branch of this type if it has one; near means that it may well be in this page.
    private void WriteIndirect(int branchType = 0, bool isNear = false)
    {
        const int entrySizeShift = 4;
        const int pageShift = 12;
        WriteLeaveMap();
        if (branchType != 0)
        {
            // At the limit, it is not known yet that the target is executed.
            _assembler.StoreConstant(false, StateLayout.BranchType, branchType);
            _assembler.Test(true, GuestRegisters.Budget, GuestRegisters.Budget);
            _assembler.JumpIf(HostCondition.Equal, _cache.LookupOffset);
        }

        // With the bits that make an address misaligned, so that the tag differs.
        _assembler.Mov(true, Rdx, Rax);
        _assembler.Arithmetic(HostArithmetic.And, true, (HostOperand)Rdx, ~0xffc);
        if (isNear)
        {
            WriteNear();
        }

        _assembler.RotateRight(false, Rcx, Rax, pageShift - entrySizeShift);
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rcx, (Tlb.CodeEntries - 1) << entrySizeShift);
        _assembler.Store(true, StateLayout.PageAddress, Rdx);
        _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, StateLayout.CodeTlbContext);
        _assembler.Arithmetic(HostArithmetic.Cmp, true, Rdx, StateLayout.CodeTlb(Rcx, 0));
        _assembler.JumpIf(HostCondition.NotEqual, _cache.LookupOffset);
        if (branchType != 0)
        {
            WriteAcceptBranch(branchType, entrySizeShift);
        }

        _assembler.Mov(true, Rcx, StateLayout.CodeTlb(Rcx, sizeof(ulong)));
        _assembler.Store(true, StateLayout.PageOperations, Rcx);
        _assembler.Mov(true, Rcx, HostOperand.At(Rcx, StateLayout.TableOffset(_mode)));
        WriteJumpByTable();
    }

    // Goes on at the address in RAX if it is in the page in RDX and that is this one, whose table stays where it is as long as this code does.
    private void WriteNear()
    {
        _assembler.Arithmetic(HostArithmetic.Cmp, true, Rdx, StateLayout.PageAddress);
        int elsewhere = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.MovConstant(Rcx, _page.Page.Header->Tables[(int)_mode]);
        WriteJumpByTable();
        _assembler.PatchHere(elsewhere);
    }

    // With the page's table in RCX and the address in RAX.
    private void WriteJumpByTable()
    {
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rax, 0xffc);
        _assembler.Jump(HostOperand.Indexed(Rcx, Rax, 1));
    }

    // BranchTypes.Accept, unless the target's page is guarded: then FindOperation looks at the target.
    private void WriteAcceptBranch(int branchType, int entrySizeShift)
    {
        _assembler.Mov(false, Rdx, Rcx);
        _assembler.Shift(HostShift.Shr, false, Rdx, entrySizeShift);
        _assembler.Arithmetic(HostArithmetic.Add, true, Rdx, StateLayout.CodeGuards);
        _assembler.LoadSized(1, Rdx, HostOperand.At(Rdx));
        _assembler.Test(false, Rdx, Rdx);
        _assembler.JumpIf(HostCondition.NotEqual, _cache.LookupOffset);
        _assembler.StoreConstant(false, StateLayout.BranchTypeOfTarget, branchType);
        _assembler.StoreConstant(false, StateLayout.BranchType, 0);
        _assembler.Mov(true, Rdx, StateLayout.Limit);
        _assembler.Arithmetic(HostArithmetic.Sub, true, Rdx, GuestRegisters.Budget);
        _assembler.Store(true, StateLayout.BranchRetired, Rdx);
    }
}
