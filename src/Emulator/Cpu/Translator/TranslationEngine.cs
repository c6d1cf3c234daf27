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

    private readonly TranslationOptions _options;
    private readonly TranslationCache _cache;
    private readonly BlockTranslator _translator;
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
        new(_cache.Blocks, _translator.Instructions, _cache.Bytes, Stopwatch.GetElapsedTime(0, _ticks).TotalSeconds);

    /// <summary>Instructions in translated blocks that were left to the interpreter.</summary>
    public long Untranslated => _translator.Untranslated;

    /// <summary>True when the host has the instructions that generated code is made of.</summary>
    public static bool IsSupported => Bmi1.X64.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported && Sse42.X64.IsSupported && Avx2.IsSupported && Fma.IsSupported
        && RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Makes an engine, or gives null when the host has no emitter or lets no memory be executed.</summary>
    /// <param name="options">How it translates; as usual when not given.</param>
    public static TranslationEngine? TryCreate(TranslationOptions? options = null)
    {
        options ??= new TranslationOptions();
        return IsSupported && HostCodeMemory.TryAllocate((nuint)options.CacheSize) is { } memory ? new TranslationEngine(memory, options) : null;
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

    private static TranslationMode ModeOf(CpuState* state) =>
        (state->AlignmentMask != 0 ? TranslationMode.Aligned : 0)
        | (state->StackAlignmentMask != 0 ? TranslationMode.StackAligned : 0)
        | (state->FloatingPointTrap == 0 ? TranslationMode.FloatingPoint : 0)
        | ((state->FloatingPointControl & (FpContext.FlushToZeroBit | FpContext.RoundingMask)) == 0 ? TranslationMode.HostArithmetic : 0)
        | (state->CodeGuards != null ? TranslationMode.TypedBranches : 0)
        | (state->HasPlainRegisters != 0 ? TranslationMode.PlainRegisters : 0);

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
        return code;
    }

    // To the next taken branch; or to the limit, when that is near.
    private static DecodedOperation* Interpret(CpuState* state, DecodedOperation* operation, long limit)
    {
        DecodedOperation* next;
        if (limit - state->Retired > CodePage.Words)
        {
            while ((next = operation->Handler(state, operation)) == operation + 1)
            {
                operation = next;
            }

            return next;
        }

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

            state->TranslatedFloatControl = HostFloatControl;
            var exit = new TranslationExit(_cache.Enter(state, code, budget));
            state->FloatingPointStatus |= (state->TranslatedFloatControl >> 1) & HostExceptions;

            state->Retired = limit - state->TranslatedBudget;
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
                    if (!AccessDevice(processor, exit, out operation))
                    {
                        return operation;
                    }

                    code = state->TranslatedResume;
                    budget = state->TranslatedBudget;
                    break;

                default:
                    if (!InterpretWithin(state, exit, out operation))
                    {
                        return operation;
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

    // A load or store of a device; anything else is the interpreter's. False when the block cannot go on behind it.
    private bool AccessDevice(Processor processor, TranslationExit exit, out DecodedOperation* next)
    {
        CpuState* state = processor.State;
        DecodedOperation* operation = state->PageOperations + exit.Index;
        var access = new RegisterAccess(operation->Encoding);
        ref DeviceTlbEntry device = ref processor.FindDevice(state->AccessAddress, access.Size, access.IsStore, out ulong offset);
        if (Unsafe.IsNullRef(ref device))
        {
            return InterpretWithin(state, exit, out next);
        }

        _ = Arrive(state, exit.Index, exit.Refund);
        state->Pc = CpuState.AddressOf(state, operation);
        int generation = _cache.Generation;
        if (access.IsStore)
        {
            if (!processor.StoreToDevice(device, state->AccessAddress, offset, state->X[operation->Rd], access.Size))
            {
                next = Flow.Continue(state);
                return false;
            }
        }
        else if (processor.LoadFromDevice(device, state->AccessAddress, offset, access.Size, out ulong value))
        {
            state->X[operation->Rd] = access.Extend(value);
        }
        else
        {
            next = Flow.Continue(state);
            return false;
        }

        if (state->ExitRequest == 0 && generation == _cache.Generation)
        {
            next = operation + 1;
            return true;
        }

        next = Flow.Next(state, operation);
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
