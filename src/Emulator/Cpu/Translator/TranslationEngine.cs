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
internal sealed unsafe class TranslationEngine : ICpuEngine, IDisposable
{
    /// <summary>Bytes of generated code that a machine holds at most, unless it is told otherwise.</summary>
    public const int DefaultCacheSize = 64 << 20;

    /// <summary>How often a word must be branched to before it is translated, unless an engine is told otherwise.</summary>
    public const int DefaultThreshold = 32;

    // MXCSR: all exceptions masked, to nearest. Its bits for division by zero, overflow, underflow and an inexact result are one above those of FPSR (Arm ARM C5.2).
    private const uint HostFloatControl = 0x1f80;
    private const uint HostExceptions = 0x1e;

    private readonly int _threshold;
    private readonly TranslationCache _cache;
    private readonly BlockTranslator _translator;
    private long _ticks;

    private TranslationEngine(HostCodeMemory memory, int threshold)
    {
        _threshold = threshold;
        _cache = new TranslationCache(memory, threshold);
        _translator = new BlockTranslator(_cache);
    }

    /// <inheritdoc/>
    public string Name => "jit";

    /// <summary>What was translated so far.</summary>
    public TranslationStatistics Statistics =>
        new(_cache.Blocks, _translator.Instructions, _cache.Bytes, Stopwatch.GetElapsedTime(0, _ticks).TotalSeconds);

    /// <summary>Instructions in translated blocks that were left to the interpreter.</summary>
    public long Untranslated => _translator.Untranslated;

    /// <summary>True when the host has the instructions that generated code is made of.</summary>
    public static bool IsSupported => Bmi1.X64.IsSupported && Bmi2.X64.IsSupported && Lzcnt.X64.IsSupported && Sse42.X64.IsSupported && Avx2.IsSupported && Fma.IsSupported
        && RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>Makes an engine, or gives null when the host has no emitter or lets no memory be executed.</summary>
    /// <param name="cacheSize">Bytes of generated code to hold at most.</param>
    /// <param name="threshold">How often a word must be branched to before it is translated.</param>
    public static TranslationEngine? TryCreate(int cacheSize = DefaultCacheSize, int threshold = DefaultThreshold) =>
        IsSupported && HostCodeMemory.TryAllocate((nuint)cacheSize) is { } memory ? new TranslationEngine(memory, threshold) : null;

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
                operation = code is null ? Interpret(state, operation, limit) : Execute(processor, code, limit);
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
        return count < _threshold ? null : Translate(state, (int)index, mode, count);
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

    private DecodedOperation* Execute(Processor processor, void* code, long limit)
    {
        CpuState* state = processor.State;
        long budget = limit - state->Retired;
        state->TranslatedVectors = 0;
        state->TranslatedFloatControl = HostFloatControl;
        while (true)
        {
            var exit = new TranslationExit(_cache.Enter(state, code, budget));
            if (state->TranslatedVectors != 0)
            {
                state->FloatingPointStatus |= (state->TranslatedFloatControl >> 1) & HostExceptions;
                state->TranslatedFloatControl = HostFloatControl;
            }

            state->Retired = limit - state->TranslatedBudget;
            switch (exit.Kind)
            {
                case ExitKind.Budget:
                    return Interpret(state, Arrive(state, exit.Index, exit.Refund), limit);

                case ExitKind.Lookup:
                    return processor.FindOperation();

                case ExitKind.Link:
                    DecodedOperation* target = Arrive(state, _cache.LinkOf(exit.Link).Index, 0);
                    int before = _cache.Generation;
                    code = FindCode(state, target);
                    if (code is null)
                    {
                        return Interpret(state, target, limit);
                    }

                    if (before == _cache.Generation)
                    {
                        _cache.Link(exit.Link, code);
                    }

                    budget = state->TranslatedBudget;
                    break;

                case ExitKind.Access:
                    if (!AccessDevice(processor, exit, out DecodedOperation* behind))
                    {
                        return behind;
                    }

                    code = state->TranslatedResume;
                    budget = state->TranslatedBudget;
                    break;

                default:
                    if (!InterpretWithin(state, exit, out DecodedOperation* next))
                    {
                        return next;
                    }

                    code = state->TranslatedResume;
                    budget = state->TranslatedBudget;
                    break;
            }
        }
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
            return InterpretAccess(state, exit, out next);
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

    // As below, for an instruction that does not change the mode.
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
