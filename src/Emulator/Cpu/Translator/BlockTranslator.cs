using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Makes machine code of a block, in one pass over its decoded operations. RAX, RCX and RDX are free at each instruction; the guest's registers are where
/// <see cref="GuestRegisters"/> has them, or in <see cref="CpuState"/>.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private const HostRegister Rax = HostRegister.Rax;
    private const HostRegister Rcx = HostRegister.Rcx;
    private const HostRegister Rdx = HostRegister.Rdx;

    private readonly TranslationCache _cache;
    private readonly HostAssembler _assembler;
    private readonly Block _single;
    private readonly Region _region;
    private readonly RegisterMap _usual = new();
    private readonly KnownValues _known = new();
    private readonly DeferredExit[] _exits = new DeferredExit[(2 * Region.MaximumLength) + 1];
    private int _exitCount;
    private PageTranslations _page = null!;
    private TranslationMode _mode;
    private int _entry;

    // The block at hand, and where guest registers are in it.
    private Block _block;
    private RegisterMap _map;

    // The instruction at hand, and how many of the block stand before it.
    private DecodedOperation* _operation;
    private int _position;
    private bool _storesFlags;

    // How the host's flags hold NZCV; and the register with the result they tell of, RSP when there is none.
    private HostFlags _flags;
    private HostRegister _result;
    private bool _resultIsWide;

    // What has set NZCV, where they are in no place at present; or null.
    private DecodedOperation* _repeated;

    // Jumps of a read-modify-write instruction to its way out.
    private int _modifySite;
    private int _modifyReadSite;
    private int _modifyStackSite;

    /// <summary>Makes a translator.</summary>
    /// <param name="cache">Where code goes.</param>
    /// <param name="options">How blocks are made.</param>
    public BlockTranslator(TranslationCache cache, TranslationOptions options)
    {
        _cache = cache;
        _single = new Block(options);
        _region = new Region(options);
        _block = _single;
        _map = _usual;
        _assembler = cache.Assembler;
    }

    /// <summary>Instructions translated so far.</summary>
    public long Instructions { get; private set; }

    /// <summary>How many of them were left to the interpreter.</summary>
    public long Untranslated { get; private set; }

    private bool IsWide => (_operation->Encoding >> 31) != 0;

    /// <summary>Translates what starts at a word that has been executed.</summary>
    /// <param name="page">The page.</param>
    /// <param name="index">Index of the word.</param>
    /// <param name="mode">What to take for granted.</param>
    /// <returns>The code; null when the word was never executed, or code for it is not worth being entered.</returns>
    public void* Translate(PageTranslations page, int index, TranslationMode mode)
    {
        _block = _single;
        _block.Collect(page.Page, index, mode);
        if (_block.Length == 0 || _block.IsOnlyWayOut)
        {
            return null;
        }

        void* code = Start(page, index, mode, _block.Length);

        // Takes all of the block from the budget, or leaves.
        int outOfBudget = WriteBudget();
        WriteVectorEntry(_block.UsesVectors);
        WriteBlock();
        WriteExits();
        _assembler.PatchHere(outOfBudget);
        WriteLeave(TranslationExit.At(ExitKind.Budget, index, _block.Length));
        _cache.EndBlock(_entry);
        return code;
    }

    // Known before its body is written, so that it can branch to itself.
    private void* Start(PageTranslations page, int index, TranslationMode mode, int length)
    {
        _page = page;
        _mode = mode;
        _exitCount = 0;
        _cache.StartBlock(length);
        _entry = _assembler.Offset;
        void* code = _cache.CodeAt(_entry);
        page.Add(mode, index, code);
        return code;
    }

    private int WriteBudget()
    {
        _assembler.Arithmetic(HostArithmetic.Sub, true, (HostOperand)GuestRegisters.Budget, _block.Length);
        return _assembler.JumpForwardIf(HostCondition.Less);
    }

    private void WriteBlock()
    {
        _flags = HostFlags.None;
        _result = HostRegister.Rsp;
        _repeated = null;
        _known.Clear();
        ForgetScalars();
        _position = 0;
        for (int i = 0; i < _block.Length; i++)
        {
            _page.Cover(_block.Instructions[i].Index);
        }

        while (_position < _block.Length)
        {
            WriteInstruction(_block.Instructions[_position]);
        }

        BlockInstruction last = _block.Instructions[^1];
        if (!last.Has(InstructionTraits.EndsBlock) || !last.Has(InstructionTraits.Translated))
        {
            WriteGoTo(_block.NextIndex, _flags);
        }

        _known.Clear();
        Instructions += _block.Length;
    }

    private void WriteInstruction(in BlockInstruction instruction)
    {
        _operation = instruction.Operation;
        _storesFlags = instruction.StoresFlags;
        int count = 1;
        if (!instruction.Has(InstructionTraits.Translated) || !TryWrite(instruction))
        {
            count = CountUntranslated(instruction.Index);
            WriteInterpret(instruction.Index, count);
            Untranslated += count;
        }

        _position += count;
        if (instruction.Has(InstructionTraits.WritesFlags))
        {
            _repeated = instruction.DefersFlags ? instruction.Operation : null;
        }

        if (!instruction.Has(InstructionTraits.KeepsHostFlags | InstructionTraits.WritesFlags))
        {
            _flags = HostFlags.None;
        }

        bool keepsResult = instruction.Has(InstructionTraits.WritesFlags)
            || (instruction.Has(InstructionTraits.Conditional) && instruction.Has(InstructionTraits.KeepsHostFlags));
        if (!keepsResult)
        {
            _result = HostRegister.Rsp;
        }
    }

    private void WriteLeave(TranslationExit exit)
    {
        _assembler.MovConstant(Rax, exit.Value);
        _assembler.JumpTo(_cache.ExitOffset);
    }

    // The instruction at hand, and those right behind it that nobody translates either.
    private int CountUntranslated(int index)
    {
        int count = 1;
        while (_position + count < _block.Length && count < TranslationExit.LargestCount
            && _block.Instructions[_position + count].Index == index + count
            && !_block.Instructions[_position + count].Has(InstructionTraits.Translated))
        {
            count++;
        }

        return count;
    }

    // The interpreter executes instructions, then the code goes on behind the jump.
    private void WriteInterpret(int index, int count)
    {
        ForgetScalars();
        RepeatFlags(_repeated);
        _repeated = null;
        WriteLeaveMap();
        _known.Clear();
        _assembler.MovConstant(Rax, TranslationExit.At(ExitKind.Interpret, index, _block.Length - _position, count).Value);
        int resume = _assembler.LeaForward(Rdx);
        _assembler.JumpTo(_cache.InterpretOffset);
        _assembler.PatchHere(resume);
        WriteReturnToMap();
    }

    // Out of line, the interpreter executes the instruction.
    private void Defer(int site, int secondSite = 0, HostRegister address = HostRegister.Rsp) => _exits[_exitCount++] = new DeferredExit
    {
        Site = site,
        SecondSite = secondSite,
        IsAccess = true,
        Address = secondSite == 0 ? address : HostRegister.Rsp,
        Index = _operation->PageIndex,
        Refund = _block.Length - _position,
        Resume = _assembler.Offset,
        Repeated = _repeated,
    };

    private void WriteExits()
    {
        for (int i = 0; i < _exitCount; i++)
        {
            ref DeferredExit exit = ref _exits[i];
            _assembler.PatchHere(exit.Site);
            if (exit.SecondSite != 0)
            {
                _assembler.PatchHere(exit.SecondSite);
            }

            if (exit.IsAccess)
            {
                if (exit.Address != HostRegister.Rsp)
                {
                    _assembler.Store(true, StateLayout.AccessAddress, exit.Address);
                }

                RepeatFlags(exit.Repeated);
                WriteLeaveMap();
                ExitKind kind = exit.Address != HostRegister.Rsp ? ExitKind.Access : ExitKind.Interpret;
                _assembler.MovConstant(Rax, TranslationExit.At(kind, exit.Index, exit.Refund).Value);
                if (exit.IsUnordered || !_map.IsUsual)
                {
                    int resume = _assembler.LeaForward(Rdx);
                    _assembler.JumpTo(_cache.InterpretOffset);
                    _assembler.PatchHere(resume);
                    WriteReturnToMap();
                    if (exit.IsUnordered)
                    {
                        LoadUnorderedFlags();
                    }

                    _assembler.JumpTo(exit.Resume);
                }
                else
                {
                    _assembler.LeaOf(Rdx, exit.Resume);
                    _assembler.JumpTo(_cache.InterpretOffset);
                }
            }
            else
            {
                _result = exit.Result;
                _resultIsWide = exit.ResultIsWide;
                WriteGoTo(exit.Index, exit.Flags, exit.Refund);
            }
        }
    }

    // A guest register as a source: its own register, or loaded into the one given. The host's flags stay.
    private HostRegister Read(int index, HostRegister temporary, bool wide = true)
    {
        if (_map.TryGet(index, out HostRegister register))
        {
            return register;
        }

        if (_known.TryGet(index, out ulong known))
        {
            _assembler.MovConstant(temporary, wide ? known : (uint)known);
        }
        else
        {
            _assembler.Mov(wide, temporary, StateLayout.X(index));
        }

        return temporary;
    }

    // A guest register copied to one that will be changed, in that width. It may be the same.
    private void Copy(HostRegister destination, int index, bool wide = true)
    {
        HostOperand source = Operand(index);
        if (source.Is(destination))
        {
            return;
        }

        if (_known.TryGet(index, out ulong known))
        {
            _assembler.MovConstant(destination, wide ? known : (uint)known);
        }
        else
        {
            _assembler.Mov(wide, destination, source);
        }
    }

    // A guest register as the operand of an instruction.
    private HostOperand Operand(int index) =>
        _map.TryGet(index, out HostRegister register) ? register : StateLayout.X(index);

    // Where to compute a guest register: its own register, or the one given.
    private HostRegister Target(int index, HostRegister temporary) =>
        _map.TryGet(index, out HostRegister register) ? register : temporary;

    // A result goes to its guest register, if it is not there already.
    private void Write(int index, HostRegister value)
    {
        _known.Forget(index);
        if (_map.TryGet(index, out HostRegister register))
        {
            _assembler.Mov(true, register, value);
        }
        else if (index != CpuState.Sink)
        {
            _assembler.Store(true, StateLayout.X(index), value);
        }
    }

    private bool TryWrite(in BlockInstruction instruction)
    {
        if (instruction.Has(InstructionTraits.System))
        {
            return TryWriteSystem();
        }

        if (instruction.Has(InstructionTraits.MayLeave | InstructionTraits.UsesVectors))
        {
            return TryWriteLoadStore();
        }

        if (instruction.Has(InstructionTraits.Conditional | InstructionTraits.EndsBlock))
        {
            WriteBranch(instruction);
        }
        else
        {
            WriteFolded();
        }

        return true;
    }
}
