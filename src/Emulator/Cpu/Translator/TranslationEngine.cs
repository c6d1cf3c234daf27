using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Emulator.Cpu.FloatingPoint;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Interpreter.Simd;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Interprets what is executed seldom and translates the rest. Whatever generated code does not do itself it leaves to the interpreter, instruction by
/// instruction, so that what a guest can see is the same with both engines, at each instruction.
/// </summary>
internal sealed unsafe class TranslationEngine : IBlockEngine, IDisposable
{
    // MXCSR: all exceptions masked, to nearest. Its bits for division by zero, overflow, underflow and an inexact result are one above those of FPSR (Arm ARM C5.2).
    private const uint HostFloatControl = 0x1f80;
    private const uint HostExceptions = 0x1e;

    // FPCR: what must be zero for the host to do the same.
    private const uint HostArithmeticControl = FpContext.FlushToZeroBit | FpContext.RoundingMask | FpContext.AlternativeHalfBit;

    private readonly TranslationOptions _options;
    private readonly TranslationCache _cache;
    private readonly BlockTranslator _translator;
    private readonly long[] _exits = new long[Enum.GetValues<ExitKind>().Length];
    private long _ticks;
    private TranslationEntry _entry;

    private TranslationEngine(HostCodeMemory memory, TranslationOptions options)
    {
        _options = options;
        _cache = new TranslationCache(memory, options.Threshold);
        _translator = new BlockTranslator(_cache, new Block(options));
    }

    /// <inheritdoc/>
    public string Name => "jit";

    /// <inheritdoc/>
    public IBlockObserver? Observer { get; set; }

    /// <summary>What was translated so far.</summary>
    public TranslationStatistics Statistics =>
        new(_cache.Blocks, _translator.Instructions, _cache.Bytes, Stopwatch.GetElapsedTime(0, _ticks).TotalSeconds)
        {
            Flushes = _cache.Flushes,
            Invalidations = _cache.Invalidations,
            Exits = Enum.GetValues<ExitKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), kind => _exits[(int)kind]),
        };

    /// <summary>Told what is translated, when somebody wants to know.</summary>
    public PerfMap? PerfMap { get; set; }

    /// <summary>Instructions in translated blocks.</summary>
    public long Translated => _translator.Instructions;

    /// <summary>Instructions in translated blocks that were left to the interpreter.</summary>
    public long Untranslated => _translator.Untranslated;

    /// <summary>Constants that the code uses.</summary>
    public int Constants => _cache.Constants;

    /// <summary>True when the host has the instructions that generated code is made of.</summary>
    public static bool IsSupported => Bmi1.X64.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported && Sse42.X64.IsSupported && Avx2.IsSupported && Fma.IsSupported
        && RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Makes an engine, or gives null when the host has no emitter or lets no memory be executed.</summary>
    /// <param name="options">How it translates; as usual when not given.</param>
    public static TranslationEngine? TryCreate(TranslationOptions? options = null)
    {
        options ??= new TranslationOptions();
        return IsSupported && HostCodeMemory.TryAllocate((nuint)options.CacheSize, options.WritesPerfMap) is { } memory ? new TranslationEngine(memory, options) : null;
    }

    /// <inheritdoc/>
    public void Repeat(Processor processor)
    {
        DecodedOperation* operation = processor.FindOperation();
        if (operation is not null && _entry.Generation == _cache.Generation)
        {
            _ = Execute(processor, operation, (void*)_entry.Code, _entry.Budget, _entry.Limit);
        }
    }

    /// <inheritdoc/>
    public ICpuEngine CreateStepper() =>
        TryCreate(_options with { Threshold = 1, LongestBlock = 1 }) ?? throw new EmulatorException(CpuEngineFactory.NoTranslator);

    /// <inheritdoc/>
    public void Run(Processor processor, long limit)
    {
        _cache.Attach(processor.Code);
        CpuState* state = processor.State;
        state->SoftLimit = limit;
        processor.PrepareCounters(limit);
        while (state->ExitRequest == 0 && state->Retired < limit)
        {
            if (state->DebugEvents != 0)
            {
                processor.ExecuteDebugged();
                continue;
            }

            DecodedOperation* operation = processor.FindOperation();
            while (operation is not null)
            {
                void* code = FindCode(state, operation);
                operation = code is null ? Interpret(state, operation, limit) : Execute(processor, operation, code, limit);
            }
        }
    }

    public void Dispose() => _cache.Dispose();

    // Masks have all of their bits or none: this is asked often.
    private static TranslationMode ModeOf(CpuState* state) =>
        (TranslationMode)((state->AlignmentMask & (ulong)TranslationMode.Aligned) | (state->StackAlignmentMask & (ulong)TranslationMode.StackAligned))
        | (TranslationMode)(state->HasPlainRegisters * (int)TranslationMode.PlainRegisters)
        | (state->FloatingPointTrap == 0 ? TranslationMode.FloatingPoint : 0)
        | ((state->FloatingPointControl & HostArithmeticControl) == 0 ? TranslationMode.HostArithmetic : 0)
        | (state->CodeGuards != null ? TranslationMode.TypedBranches : 0);

    // True for instructions that take exceptions or return from them.
    private static bool IsWayOut(ushort opcode) =>
        (InstructionTable.Of(opcode) & (InstructionTraits.EndsBlock | InstructionTraits.Translated)) == InstructionTraits.EndsBlock;

    // Counts that an operation was branched to. Null while it is not worth translating.
    private void* FindCode(CpuState* state, DecodedOperation* operation)
    {
        CodePageHeader* header = CodePage.HeaderOf(state->PageOperations);
        TranslationMode mode = ModeOf(state);
        long index = operation - state->PageOperations;
        if (index == CodePage.Words)
        {
            return null;
        }

        void* code = ((void**)header->Tables[(int)mode])[index];
        if (code != _cache.MissCode)
        {
            return code;
        }

        ref byte count = ref header->Counters[index];
        count += count < byte.MaxValue ? (byte)1 : (byte)0;
        return count < _options.Threshold ? null : Translate(state, (int)index, mode, count);
    }

    private void* Translate(CpuState* state, int index, TranslationMode mode, int count)
    {
        var page = (PageTranslations)CodePage.Of(state->PageOperations).Observer!;
        if (count < page.Threshold)
        {
            return null;
        }

        long start = Stopwatch.GetTimestamp();
        void* code = _translator.Translate(page, index, mode);
        _ticks += Stopwatch.GetTimestamp() - start;
        if (code is null)
        {
            // It is not looked at again for a while.
            CodePage.HeaderOf(state->PageOperations)->Counters[index] = 0;
            return null;
        }

        PerfMap?.Add(code, _cache.Assembler.Offset - _cache.OffsetOf(code), CpuState.AddressOf(state, state->PageOperations + index));
        return code;
    }

    // To the next taken branch; or to the limit, when that is near. Exceptions and returns from them are none: often the next one comes before any loop does.
    private static DecodedOperation* Interpret(CpuState* state, DecodedOperation* operation, long limit)
    {
        DecodedOperation* next = operation;
        while (limit - state->Retired > CodePage.Words)
        {
            ushort opcode;
            do
            {
                operation = next;
                opcode = operation->Opcode;
                next = operation->Handler(state, operation);
            }
            while (next == operation + 1);

            if (next is null || !IsWayOut(opcode))
            {
                return next;
            }
        }

        operation = next;
        while (state->Retired + (operation - state->Entry) < limit)
        {
            next = Fusion.Single(operation)(state, operation);
            if (next != operation + 1)
            {
                return next;
            }

            operation = next;
        }

        return Flow.LeaveBefore(state, operation);
    }

    private DecodedOperation* Execute(Processor processor, DecodedOperation* operation, void* code, long limit)
    {
        processor.State->TranslatedVectors = 0;
        processor.State->TranslatedFloatControl = HostFloatControl;
        return Execute(processor, operation, code, limit - processor.State->Retired, limit);
    }

    private DecodedOperation* Execute(Processor processor, DecodedOperation* operation, void* code, long budget, long limit)
    {
        CpuState* state = processor.State;
        while (true)
        {
            if (Observer is not null && !ShowEntry(processor, operation, new TranslationEntry((nint)code, budget, limit, _cache.Generation)))
            {
                return null;
            }

            var exit = new TranslationExit(_cache.Enter(state, code, budget));
            if (state->TranslatedVectors != 0)
            {
                state->FloatingPointStatus |= (state->TranslatedFloatControl >> 1) & HostExceptions;
                state->TranslatedFloatControl = HostFloatControl;
            }

            state->Retired = limit - state->TranslatedBudget;
            _exits[(int)exit.Kind]++;
            if (Observer is not null && !ShowExit(processor, exit))
            {
                return null;
            }

            switch (exit.Kind)
            {
                case ExitKind.Budget:
                    return Interpret(state, Arrive(state, exit.Index, exit.Refund), limit);

                case ExitKind.Lookup:
                    // What is behind the limit is not looked at yet: fetching it may fault.
                    return state->TranslatedBudget > 0 ? processor.FindOperation() : null;

                case ExitKind.Link:
                    operation = Arrive(state, _cache.LinkOf(exit.Link).Index, 0);
                    int before = _cache.Generation;
                    code = FindCode(state, operation);
                    if (code is null)
                    {
                        return Interpret(state, operation, limit);
                    }

                    if (before == _cache.Generation)
                    {
                        _cache.Link(exit.Link, code);
                    }

                    budget = state->TranslatedBudget;
                    break;

                case ExitKind.Access:
                    if (!AccessDevice(processor, state, exit, out operation))
                    {
                        return operation;
                    }

                    code = state->TranslatedResume;
                    budget = state->TranslatedBudget;
                    break;

                default:
                    bool isWayOut = IsWayOut(state->PageOperations[exit.Index].Opcode);
                    if (!InterpretWithin(state, exit, out operation))
                    {
                        return operation is null || !isWayOut ? operation : Interpret(state, operation, limit);
                    }

                    code = state->TranslatedResume;
                    budget = state->TranslatedBudget;
                    break;
            }
        }
    }

    private bool ShowEntry(Processor processor, DecodedOperation* operation, TranslationEntry entry)
    {
        _entry = entry;
        _ = Flow.Synchronize(processor.State, operation);
        return Observer!.Entering(processor);
    }

    private bool ShowExit(Processor processor, TranslationExit exit)
    {
        if (exit.Kind == ExitKind.Lookup)
        {
            return Observer!.Left(processor);
        }

        CpuState* state = processor.State;
        bool isLink = exit.Kind == ExitKind.Link;
        int refund = isLink ? 0 : exit.Refund;
        DecodedOperation* operation = Arrive(state, isLink ? _cache.LinkOf(exit.Link).Index : exit.Index, refund);
        state->Pc = CpuState.AddressOf(state, operation);
        bool goesOn = Observer!.Left(processor);
        state->Retired += goesOn ? refund : 0;
        return goesOn;
    }

    // A load or store of a device; anything else is the interpreter's. False when the block cannot go on behind it. By itself, so that it has the host's registers for itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private bool AccessDevice(Processor processor, CpuState* state, TranslationExit exit, out DecodedOperation* next)
    {
        DecodedOperation* operation = state->PageOperations + exit.Index;
        var access = new LoadStoreWord(operation->Encoding);
        ulong address = state->AccessAddress;
        ref DeviceTlbEntry device = ref processor.Tlb.DeviceEntryFor(address);
        if ((access.IsStore ? device.WriteTag : device.ReadTag) != state->TagOf(address, access.Size) || !device.TryGetOffset(address, access.Size, out ulong offset))
        {
            return InterpretAccess(state, exit, out next);
        }

        state->Retired -= exit.Refund;
        state->Entry = operation;
        state->Pc = state->PageAddress + ((ulong)exit.Index * sizeof(uint));
        int generation = _cache.Generation;
        bool isDone;
        if (access.IsStore)
        {
            isDone = processor.StoreToDevice(device, address, offset, state->X[operation->Rd], access.Size);
        }
        else
        {
            isDone = processor.LoadFromDevice(device, address, offset, access.Size, out ulong value);
            state->X[isDone ? operation->Rd : CpuState.Sink] = access.Extend(value);
        }

        next = operation + 1;
        return (isDone && state->ExitRequest == 0 && generation == _cache.Generation) || LeaveBehind(state, operation, isDone, out next);
    }

    // Always false: an exception was taken, somebody wants to look, or translations are gone.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool LeaveBehind(CpuState* state, DecodedOperation* operation, bool isDone, out DecodedOperation* next)
    {
        next = isDone ? Flow.Next(state, operation) : Flow.Continue(state);
        if (isDone && next is not null)
        {
            CpuState.CountUpTo(state, next);
        }

        return false;
    }

    // As below, for an instruction that does not change the mode.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool InterpretAccess(CpuState* state, TranslationExit exit, out DecodedOperation* next)
    {
        DecodedOperation* operation = Arrive(state, exit.Index, exit.Refund);
        int generation = _cache.Generation;
        next = operation->Handler(state, operation);
        if (next == operation + 1 && generation == _cache.Generation)
        {
            return true;
        }

        if (next is not null)
        {
            CpuState.CountUpTo(state, next);
        }

        return false;
    }

    // What a block leaves to the interpreter. False when the block cannot go on behind it.
    private bool InterpretWithin(CpuState* state, TranslationExit exit, out DecodedOperation* next)
    {
        DecodedOperation* operation = Arrive(state, exit.Index, exit.Refund);
        int generation = _cache.Generation;
        TranslationMode mode = ModeOf(state);
        for (int count = exit.Count; count > 0; count--)
        {
            next = operation->Handler(state, operation);
            if (next != operation + 1 || generation != _cache.Generation || mode != ModeOf(state))
            {
                if (next is not null)
                {
                    CpuState.CountUpTo(state, next);
                }

                return false;
            }

            operation = next;
        }

        next = operation;
        return true;
    }

    // Counts and place are as the interpreter has them before an operation. Retired is already without what blocks have taken from the budget.
    private static DecodedOperation* Arrive(CpuState* state, int index, int refund)
    {
        DecodedOperation* operation = state->PageOperations + index;
        state->Retired -= refund;
        state->Entry = operation;
        return operation;
    }
}
