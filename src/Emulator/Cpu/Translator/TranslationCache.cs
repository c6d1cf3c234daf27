using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// The generated code of a machine: memory of fixed size, filled from its start and emptied as a whole when it is full. The start holds the ways in and out.
/// </summary>
internal sealed unsafe class TranslationCache : ICodePageListener, IDisposable
{
    /// <summary>More than any block takes.</summary>
    private const int LargestBlock = 64 * 1024;

    /// <summary>More than there can be, some 600: they depend on instructions, sizes of elements and amounts of shifts, on nothing else that a guest can choose.</summary>
    private const int MaximumConstants = 1024;

    private readonly HostCodeMemory _memory;
    private readonly Dictionary<HostConstant, int> _constantOffsets = [];
    private readonly int _constants;
    private readonly List<PageTranslations> _pages = [];
    private readonly int _firstBlock;
    private TranslationLink[] _links = new TranslationLink[1024];
    private int _linkCount;
    private CodeCache? _code;

    public TranslationCache(HostCodeMemory memory, int threshold)
    {
        Threshold = threshold;
        _memory = memory;
        Assembler.Start(memory.Writable, 0);
        WriteStubs();
        Assembler.Align();
        _constants = Assembler.Offset;
        Assembler.Start(memory.Writable, _constants + (MaximumConstants * HostConstant.Length));
        _firstBlock = Assembler.Offset;
        MissTable = (void**)NativeMemory.Alloc((nuint)(CodePage.Words * sizeof(void*)));
        new Span<nint>(MissTable, CodePage.Words).Fill((nint)MissCode);
    }

    /// <summary>How often a word must be branched to before it is translated.</summary>
    public int Threshold { get; }

    /// <summary>Writes into the code memory.</summary>
    public HostAssembler Assembler { get; } = new();

    /// <summary>Changes whenever translations go away: an address in generated code is good no longer.</summary>
    public int Generation { get; private set; }

    /// <summary>Bytes of generated code made so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>How often the memory was full, and emptied.</summary>
    public long Flushes { get; private set; }

    /// <summary>How often translations have gone away.</summary>
    public long Invalidations => Generation;

    /// <summary>Blocks translated so far.</summary>
    public long Blocks { get; private set; }

    /// <summary>The table of a page without translations.</summary>
    public void** MissTable { get; }

    /// <summary>What stands in tables for a word that is not translated. It expects its byte offset in the page in EAX.</summary>
    public void* MissCode { get; private set; }

    /// <summary>Enters generated code at <see cref="CpuState.TranslatedResume"/> with <see cref="CpuState.TranslatedBudget"/>. Gives a <see cref="TranslationExit"/>.</summary>
    public delegate* unmanaged[SuppressGCTransition]<CpuState*, uint> Enter { get; private set; }

    /// <summary>Offset of the way out; the exit is in EAX.</summary>
    public int ExitOffset { get; private set; }

    /// <summary>Offset of the way out for the interpreter; where to go on is in RDX. No call: it would mislead the host's prediction of returns.</summary>
    public int InterpretOffset { get; private set; }

    /// <summary>Offset of the way out when the code at the address in RAX is not known.</summary>
    public int LookupOffset { get; private set; }

    /// <summary>Offset of the code that loads vector registers and goes on at the address in RAX.</summary>
    public int LoadVectorsOffset { get; private set; }

    /// <summary>How many constants there are.</summary>
    public int Constants => _constantOffsets.Count;

    /// <summary>Offset of a constant of 16 bytes, which stays where it is.</summary>
    public int ConstantOf(HostConstant value)
    {
        if (!_constantOffsets.TryGetValue(value, out int offset))
        {
            ArgumentOutOfRangeException.ThrowIfEqual(_constantOffsets.Count, MaximumConstants);
            offset = _constants + (_constantOffsets.Count * HostConstant.Length);
            _constantOffsets.Add(value, offset);
            Unsafe.WriteUnaligned(_memory.Writable + offset, value);
        }

        return offset;
    }

    /// <summary>Wants to hear of all pages of a machine.</summary>
    public void Attach(CodeCache code)
    {
        if (!ReferenceEquals(_code, code))
        {
            Detach();
            code.Listener = this;
            _code = code;
        }
    }

    /// <inheritdoc/>
    public void Detached()
    {
        foreach (PageTranslations page in _pages.ToArray())
        {
            page.PageDropped();
        }

        _code = null;
    }

    /// <inheritdoc/>
    public void PageAdded(CodePage page)
    {
        var translations = new PageTranslations(this, page);
        page.Observer = translations;
        _pages.Add(translations);
        for (int mode = 0; mode < CodePageHeader.TableCount; mode++)
        {
            page.Header->Tables[mode] = (ulong)MissTable;
        }
    }

    /// <summary>The page is gone.</summary>
    public void Forget(PageTranslations page)
    {
        _ = _pages.Remove(page);
        NoteDrop();
    }

    /// <summary>Translations have gone away.</summary>
    public void NoteDrop() => Generation++;

    /// <summary>Makes room for one more block and lets the assembler write there.</summary>
    public void StartBlock()
    {
        Assembler.Align();
        if ((nuint)(Assembler.Offset + LargestBlock) > _memory.Length)
        {
            foreach (PageTranslations page in _pages)
            {
                page.Drop();
            }

            _linkCount = 0;
            Flushes++;
            NoteDrop();
            Assembler.Start(_memory.Writable, _firstBlock);
        }
    }

    /// <summary>A block is finished.</summary>
    /// <param name="start">Where it starts.</param>
    public void EndBlock(int start)
    {
        Blocks++;
        Bytes += Assembler.Offset - start;
    }

    /// <summary>Where an offset can be executed.</summary>
    public void* CodeAt(int offset) => _memory.Executable + offset;

    /// <summary>Offset of code that can be executed.</summary>
    public int OffsetOf(void* code) => (int)((byte*)code - _memory.Executable);

    /// <summary>Remembers a jump that can be linked.</summary>
    /// <returns>Its number.</returns>
    public int AddLink(TranslationLink link)
    {
        if (_linkCount == _links.Length)
        {
            Array.Resize(ref _links, _linkCount * 2);
        }

        _links[_linkCount] = link;
        return _linkCount++;
    }

    /// <summary>A jump that can be linked.</summary>
    public TranslationLink LinkOf(int number) => _links[number];

    /// <summary>Lets a jump go straight to its target from now on.</summary>
    public void Link(int number, void* code) => Assembler.Patch(_links[number].Site, OffsetOf(code));

    public void Dispose()
    {
        Detach();
        NativeMemory.Free(MissTable);
        _memory.Dispose();
    }

    private void Detach()
    {
        if (_code is not null)
        {
            _code.Listener = null;
        }
    }

    // System V calling convention: state in RDI. What is usual takes no branches.
    private void WriteStubs()
    {
        ReadOnlySpan<HostRegister> saved =
            [HostRegister.Rbx, HostRegister.Rbp, HostRegister.R12, HostRegister.R13, HostRegister.R14, HostRegister.R15];
        HostAssembler assembler = Assembler;

        Enter = (delegate* unmanaged[SuppressGCTransition]<CpuState*, uint>)CodeAt(assembler.Offset);
        foreach (HostRegister register in saved)
        {
            assembler.Push(register);
        }

        assembler.Lea(true, StateLayout.Base, HostOperand.At(HostRegister.Rdi, StateLayout.Bias));
        assembler.Mov(true, GuestRegisters.Budget, StateLayout.Budget);
        assembler.Mov(true, HostRegister.Rax, StateLayout.Resume);
        foreach (byte index in GuestRegisters.Kept)
        {
            _ = GuestRegisters.TryGet(index, out HostRegister register);
            assembler.Mov(true, register, StateLayout.X(index));
        }

        assembler.Arithmetic(HostArithmetic.Cmp, false, StateLayout.Vectors, 0);
        int vectors = assembler.JumpForwardIf(HostCondition.NotEqual);
        assembler.Jump(HostRegister.Rax);

        assembler.Align();
        LoadVectorsOffset = assembler.Offset;
        assembler.StoreConstant(false, StateLayout.Vectors, 1);
        assembler.PatchHere(vectors);
        assembler.LoadFloatControl(StateLayout.FloatControl);
        ForVectors(HostVector.MoveUnaligned);
        assembler.Jump(HostRegister.Rax);

        // The table's stub: the page is known already, the word's offset in it is in EAX.
        assembler.Align();
        MissCode = CodeAt(assembler.Offset);
        assembler.Arithmetic(HostArithmetic.Or, true, HostRegister.Rax, StateLayout.PageAddress);

        LookupOffset = assembler.Offset;
        assembler.Store(true, StateLayout.Pc, HostRegister.Rax);
        assembler.MovConstant(HostRegister.Rax, TranslationExit.At(ExitKind.Lookup, 0).Value);
        int lookup = assembler.JumpForward();

        assembler.Align();
        InterpretOffset = assembler.Offset;
        assembler.Store(true, StateLayout.Resume, HostRegister.Rdx);

        assembler.PatchHere(lookup);
        ExitOffset = assembler.Offset;
        foreach (byte index in GuestRegisters.Kept)
        {
            _ = GuestRegisters.TryGet(index, out HostRegister register);
            assembler.Store(true, StateLayout.X(index), register);
        }

        assembler.Arithmetic(HostArithmetic.Cmp, false, StateLayout.Vectors, 0);
        vectors = assembler.JumpForwardIf(HostCondition.NotEqual);
        int leave = assembler.Offset;
        assembler.Store(true, StateLayout.Budget, GuestRegisters.Budget);
        for (int i = saved.Length - 1; i >= 0; i--)
        {
            assembler.Pop(saved[i]);
        }

        assembler.Return();

        assembler.PatchHere(vectors);
        ForVectors(HostVector.StoreUnaligned);
        assembler.StoreFloatControl(StateLayout.FloatControl);
        assembler.JumpTo(leave);

        void ForVectors(HostVector move)
        {
            for (int index = 0; index < 32; index++)
            {
                if (GuestVectors.TryGet(index, out int register))
                {
                    assembler.Vector(move, register, 0, StateLayout.V(index));
                }
            }
        }
    }
}
