using System.Diagnostics;
using System.Numerics;
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
internal sealed unsafe partial class TranslationEngine : IBlockEngine, IDisposable
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
    private long _accesses;
    private long _ticks;
    private TranslationEntry _entry;

    private TranslationEngine(HostCodeMemory memory, TranslationOptions options)
    {
        _options = options;
        FormsRegions = options.RegionThreshold > 0;
        _cache = new TranslationCache(memory, options.Threshold);
        _translator = new BlockTranslator(_cache, options);
    }

    /// <inheritdoc/>
    public string Name => "jit";

    /// <inheritdoc/>
    public IBlockObserver? Observer { get; set; }

    /// <inheritdoc/>
    public bool FormsRegions { get; set; }

    /// <summary>What was translated so far.</summary>
    public TranslationStatistics Statistics =>
        new(_cache.Blocks, _translator.Instructions, _cache.Bytes, Stopwatch.GetElapsedTime(0, _ticks).TotalSeconds)
        {
            Regions = _translator.Regions,
            Flushes = _cache.Flushes,
            Invalidations = _cache.Invalidations,
            Exits = Enum.GetValues<ExitKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), kind => _exits[(int)kind] + (kind == ExitKind.Access ? _accesses : 0)),
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
        TryCreate(_options with { Threshold = 1, LongestBlock = 1, RegionThreshold = 0 }) ?? throw new EmulatorException(CpuEngineFactory.NoTranslator);

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

        // Without code it is not looked at again for a while; with it, samples are counted from now on.
        CodePage.HeaderOf(state->PageOperations)->Counters[index] = 0;
        NameCode(state, index, code);
        return code;
    }

    // A limit has fallen before a block, which happens most to those that are executed most. A loop that was none worth translating is looked at again when there are twice as many samples.
    private void NoteSample(CpuState* state, int index)
    {
        ref byte count = ref CodePage.HeaderOf(state->PageOperations)->Counters[index];
        if (count == byte.MaxValue || !FormsRegions)
        {
            return;
        }

        count++;
        if (count < _options.RegionThreshold || !BitOperations.IsPow2(count))
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        void* code = _translator.TranslateRegion((PageTranslations)CodePage.Of(state->PageOperations).Observer!, index, ModeOf(state));
        _ticks += Stopwatch.GetTimestamp() - start;
        NameCode(state, index, code);
    }

    private void NameCode(CpuState* state, int index, void* code)
    {
        if (code is not null)
        {
            PerfMap?.Add(code, _cache.Assembler.Offset - _cache.OffsetOf(code), CpuState.AddressOf(state, state->PageOperations + index));
        }
    }
}
