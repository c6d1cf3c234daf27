using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Memory;

namespace Emulator.InteropTests.Oracle;

/// <summary>The managed CPU, driven by an engine of the core library.</summary>
internal sealed unsafe class CoreSubject : IOracleSubject
{
    // Where the map does not lead, so that no case hits them.
    private const ulong Tables = 0x4300_0000;
    private const ulong CodeBlock = 0x4000_0000;

    /// <summary>TCR_EL1: addresses of 39 bits, from TTBR0_EL1 alone.</summary>
    public const ulong TranslationControl = 25 | (25UL << 16) | (1UL << 23) | (2UL << 32);

    private static readonly uint[] SetUpWords =
    [
        0xd518_a200, // msr mair_el1, x0
        0xd518_2041, // msr tcr_el1, x1
        0xd518_2002, // msr ttbr0_el1, x2
        0xd518_1043, // msr cpacr_el1, x3
        0xd518_1004, // msr sctlr_el1, x4
    ];

    private readonly GuestRam _memory = new("oracle", OracleLayout.CodeLength + OracleLayout.DataLength);
    private readonly GuestRam _tables = new("tables", 3 * GuestRam.PageSize);
    private readonly CodeCache _code;
    private readonly Processor _processor;
    private readonly ICpuEngine _engine;

    private readonly bool _ignoresTopByte;
    private readonly bool _hasKeys;

    /// <summary>Creates a CPU.</summary>
    /// <param name="model">What it implements.</param>
    /// <param name="ignoresTopByte">TCR_EL1.TBI0, which Linux sets for its programs.</param>
    /// <param name="hasKeys">Pointer authentication is on.</param>
    /// <param name="engine">What executes the instructions; the interpreter when not given.</param>
    public CoreSubject(CpuModel model, bool ignoresTopByte = false, bool hasKeys = false, ICpuEngine? engine = null)
    {
        _ignoresTopByte = ignoresTopByte;
        _hasKeys = hasKeys;
        _code = new CodeCache(model.Features);
        var bus = new SystemBus();
        bus.MapRam(OracleLayout.Code, _memory);
        bus.MapRam(Tables, _tables);
        _processor = new Processor(0, model, bus, _code, new UnimplementedAccesses());
        _engine = engine ?? new InterpreterEngine();
        SetUp();
    }

    /// <inheritdoc/>
    public string Name => _engine.Name;

    /// <inheritdoc/>
    public void Execute(OracleCase testCase, OracleResult result)
    {
        Span<byte> slot = stackalloc byte[OracleLayout.SlotLength];
        slot.Clear();
        MemoryMarshal.AsBytes(testCase.Words.AsSpan()).CopyTo(slot);
        _memory.Write(testCase.Address - OracleLayout.Code, slot);
        byte* data = _memory.Pointer + OracleLayout.CodeLength;
        testCase.Data.CopyTo(new Span<byte>(data, OracleLayout.DataLength));
        Load(testCase.Registers);
        DecodeBefore(testCase);

        result.Outcome = OracleOutcome.Completed;
        _processor.State->Pc = testCase.Address;
        foreach (uint _ in testCase.Words)
        {
            ulong pc = _processor.State->Pc;
            long exceptions = ExceptionCount();
            _engine.Run(_processor, _processor.State->Retired + 1);
            if (ExceptionCount() != exceptions)
            {
                result.Outcome = Outcome(_processor.LastException!.Value.Kind);
                _processor.State->Pc = pc;

                // Many cases that end in an exception are no vector that faults on its first instruction: let one look retired.
                _processor.State->Retired++;
                break;
            }
        }

        Store(ref result.Registers);
        if (_processor.ExceptionLevel != 1)
        {
            Start();
        }

        new ReadOnlySpan<byte>(data, OracleLayout.DataLength).CopyTo(result.Data);
    }

    public void Dispose()
    {
        (_engine as IDisposable)?.Dispose();
        _processor.Dispose();
        _code.Dispose();
        _memory.Dispose();
        _tables.Dispose();
    }

    // A translator takes what was decoded before.
    private void DecodeBefore(OracleCase testCase)
    {
        for (int i = 0; i < testCase.Words.Length && _engine is TranslationEngine; i++)
        {
            ulong offset = testCase.Address - OracleLayout.Code + (4 * (ulong)i);
            CodePage page = _code.PageAt(_memory, offset & ~(GuestRam.PageSize - 1UL));
            _code.Decode(page, page.Operations + (int)(offset % GuestRam.PageSize / 4));
        }
    }

    private static OracleOutcome Outcome(ExceptionKind kind) => kind switch
    {
        ExceptionKind.Undefined => OracleOutcome.Undefined,
        ExceptionKind.DataAbort => OracleOutcome.DataAbort,
        ExceptionKind.Svc => OracleOutcome.SupervisorCall,
        ExceptionKind.Hvc => OracleOutcome.HypervisorCall,
        ExceptionKind.Smc => OracleOutcome.SecureMonitorCall,
        ExceptionKind.Debug => OracleOutcome.Breakpoint,
        _ => OracleOutcome.Other,
    };

    private long ExceptionCount()
    {
        long sum = 0;
        foreach (long count in _processor.ExceptionCounts)
        {
            sum += count;
        }

        return sum;
    }

    // EL1 with the MMU on: with it off, all memory is Device memory, where nothing may be misaligned. The code is EL1's alone, as nothing that EL0 can write
    // is executable at EL1; the data is EL0's too, for LDTR and STTR.
    private void SetUp()
    {
        const ulong table = 3;
        const ulong page = 3 | (1UL << 10) | (3UL << 8);
        const ulong block = page & ~2UL;
        const ulong userAccess = 1UL << 6;
        const ulong executeNever = 3UL << 53;
        const int entriesInTable = GuestRam.PageSize / sizeof(ulong);
        var first = new Span<ulong>(_tables.Pointer, entriesInTable);
        var second = new Span<ulong>(_tables.Pointer + GuestRam.PageSize, entriesInTable);
        var third = new Span<ulong>(_tables.Pointer + (2 * GuestRam.PageSize), entriesInTable);
        first[1] = (Tables + GuestRam.PageSize) | table;
        second[0] = CodeBlock | block;
        second[1] = (Tables + (2 * GuestRam.PageSize)) | table;
        for (int i = 0; i < OracleLayout.DataLength / GuestRam.PageSize; i++)
        {
            third[i] = (OracleLayout.Data + ((ulong)i * GuestRam.PageSize)) | page | userAccess | executeNever;
        }

        _memory.Write(0, MemoryMarshal.AsBytes(SetUpWords.AsSpan()));
        Start();
        Assert.That(ExceptionCount(), Is.Zero, "the interpreter is set up");
    }

    private void Start()
    {
        _processor.Start(OracleLayout.Code, 1);
        ulong* x = _processor.State->X;
        x[0] = 0xff;
        x[1] = TranslationControl | (_ignoresTopByte ? 1UL << 37 : 0);
        x[2] = Tables;
        x[3] = 3UL << 20;
        x[4] = SystemControl.ResetValue | SystemControl.MmuEnable | SystemControl.DataCacheEnable | SystemControl.InstructionCacheEnable;
        x[4] &= ~SystemControl.StackAlignmentCheck;
        if (_hasKeys)
        {
            x[4] |= SystemControl.EnableKeys;
            for (int i = 0; i < PointerKeys.Halves; i++)
            {
                _processor.Register(SystemRegisterSlot.ApiaKeyLoEl1 + i) = PointerKeys.Half(i);
            }
        }

        _engine.Run(_processor, _processor.State->Retired + SetUpWords.Length);
    }

    private void Load(in RegisterFile registers)
    {
        CpuState* state = _processor.State;
        for (int i = 0; i < 31; i++)
        {
            state->X[i] = registers.X[i];
        }

        state->X[CpuState.StackPointer] = registers.Sp;
        for (int i = 0; i < 64; i++)
        {
            state->V[i] = registers.V[i];
        }

        state->SetFlags((uint)registers.Flags);
        state->FloatingPointControl = (uint)registers.Fpcr;
        state->FloatingPointStatus = (uint)registers.Fpsr;
        state->ExclusiveSet = 0;
    }

    private void Store(ref RegisterFile registers)
    {
        CpuState* state = _processor.State;
        for (int i = 0; i < 31; i++)
        {
            registers.X[i] = state->X[i];
        }

        registers.Sp = state->ExceptionLevel == 1 ? state->X[CpuState.StackPointer] : state->StackPointers[1];
        registers.Pc = state->Pc;
        for (int i = 0; i < 64; i++)
        {
            registers.V[i] = state->V[i];
        }

        registers.Flags = state->GetFlags();
        registers.Fpcr = state->FloatingPointControl;
        registers.Fpsr = state->FloatingPointStatus;
    }
}
