using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;

namespace Emulator.Unicorn;

/// <summary>One processor's instructions on an engine of libunicorn. This part is the run loop.</summary>
internal sealed unsafe partial class UnicornProcessor : IDisposable
{
    private readonly UnicornEngine _engine;
    private readonly Processor _processor;
    private readonly UnicornMemory _memory;
    private readonly InterpreterEngine _interpreter = new();
    private readonly InstructionFilter _filter;
    private readonly UnicornHandle _handle;
    private GCHandle _self;

    // What one run of libunicorn was told, and what it did.
    private UnicornInterrupt _interrupt;
    private long _budget;
    private long _executed;
    private ulong _block;
    private uint _blockLength;
    private int _interpretable;

    /// <summary>Creates an engine for a processor.</summary>
    /// <param name="engine">Who runs all processors of the machine.</param>
    /// <param name="processor">The processor.</param>
    /// <param name="memory">Where the machine's memories stand.</param>
    public UnicornProcessor(UnicornEngine engine, Processor processor, UnicornMemory memory)
    {
        _engine = engine;
        _processor = processor;
        _memory = memory;
        _filter = new InstructionFilter(processor.Model);
        _handle = UnicornLibrary.Open(UnicornCpuModel.CortexA57);
        _self = GCHandle.Alloc(this);
        _tables = new MirrorTables(memory.End);
        _tables.Dropped += ForgetMappings;
        ListRegisters();
        MapMemory();
        AddHooks();
        SetUp();
        processor.Tlb.Mirror = this;
    }

    /// <summary>Instructions that libunicorn has executed; the others were the interpreter's.</summary>
    public long Executed { get; private set; }

    private bool IsStepping => _processor.StoreJournal is not null;

    /// <summary>Executes up to a count of retired instructions, or a request to leave.</summary>
    public void Run(long limit)
    {
        CpuState* state = _processor.State;
        while (state->ExitRequest == 0 && state->Retired < limit)
        {
            if ((state->DebugEvents | state->IllegalState | state->BranchType) != 0)
            {
                Interpret(1, limit);
            }
            else if (IsStepping)
            {
                Step(limit);
            }
            else
            {
                RunBlocks(limit);
            }
        }
    }

    public void Dispose()
    {
        _processor.Tlb.Mirror = null;
        foreach (UnicornContext? context in _contexts)
        {
            context?.Dispose();
        }

        _handle.Dispose();
        _tables.Dispose();
        FreeRegisters();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    // Whole blocks, as long as they fit and hold nothing that libunicorn must not see.
    private void RunBlocks(long limit)
    {
        CpuState* state = _processor.State;
        _budget = limit - state->Retired;
        _executed = 0;
        _blockLength = 0;
        _interpretable = 0;
        UnicornError error = Start(count: 0);
        state->Retired += _executed;
        Executed += _executed;
        if (error == UnicornError.None && _interrupt == UnicornInterrupt.None)
        {
            // Stopped before a block: it has an instruction that is ours, or is longer than what is left.
            if (state->ExitRequest == 0)
            {
                Interpret(Math.Max(1, _interpretable), limit);
            }

            return;
        }

        long ofBlock = ExecutedOfBlock(state->Pc);
        state->Retired += ofBlock;
        Executed += ofBlock;
        if (state->Retired >= limit)
        {
            return;
        }

        Resolve(limit);
    }

    // One instruction, for lockstep: libunicorn must execute as many as it can, whatever it costs.
    private void Step(long limit)
    {
        CpuState* state = _processor.State;
        DecodedOperation* operation = _processor.FindOperation();
        if (operation is null)
        {
            return;
        }

        if (NeedsInterpreter(CodePage.Of(state->PageOperations).WordAt((int)((state->Pc & 0xfff) >> 2))))
        {
            Interpret(1, limit);
            return;
        }

        AllowExecution();
        UnicornError error = Start(count: 1);

        // The fetch behind a branch may abort; the branch itself is done.
        if (error == UnicornError.None && _interrupt is UnicornInterrupt.None or UnicornInterrupt.InstructionAbort)
        {
            state->Retired++;
            Executed++;
            return;
        }

        Interpret(1, limit);
    }

    // Why libunicorn has come back in the middle of a block: a page that it does not know, or something that is ours to execute.
    private void Resolve(long limit)
    {
        if (_interrupt != UnicornInterrupt.InstructionAbort)
        {
            Interpret(1, limit);
        }
        else if (_processor.FindOperation() is not null)
        {
            AllowExecution();
        }
    }

    private void Interpret(int count, long limit) => _interpreter.Run(_processor, Math.Min(limit, _processor.State->Retired + count));

    private UnicornError Start(nuint count)
    {
        CpuState* state = _processor.State;
        _interrupt = UnicornInterrupt.None;
        EnterContext();
        WriteRegisters();
        UnicornError error = UnicornLibrary.Start(_handle, state->Pc, 0, 0, count);
        ReadRegisters();
        if (_interrupt == UnicornInterrupt.SupervisorCall)
        {
            // libunicorn's PC is where it would return to; ours stays on the instruction that the interpreter executes.
            state->Pc -= 4;
        }

        return error;
    }

    // Instructions of the last block that were executed before it was left at an address.
    private long ExecutedOfBlock(ulong address)
    {
        if (_interrupt == UnicornInterrupt.InstructionAbort)
        {
            return _blockLength / 4;
        }

        ulong done = address - _block;
        return done < _blockLength ? (long)done / 4 : 0;
    }

    private void EnterBlock(ulong address, uint length)
    {
        _executed += _blockLength / 4;
        _block = address;
        _blockLength = 0;
        int count = (int)length / 4;
        int first = FindOurs(address, count);
        if (_processor.State->ExitRequest != 0)
        {
            _interpretable = 0;
        }
        else if (first < count)
        {
            _interpretable = first + 1;
        }
        else if (_executed + count > _budget)
        {
            _interpretable = count;
        }
        else
        {
            _blockLength = length;
            return;
        }

        _ = UnicornLibrary.Stop(_handle.DangerousGetHandle());
    }

    [UnmanagedCallersOnly]
    private static void OnBlock(nint engine, ulong address, uint length, nint argument) =>
        Of(argument).EnterBlock(address, length);

    [UnmanagedCallersOnly]
    private static void OnInterrupt(nint engine, uint number, nint argument)
    {
        Of(argument)._interrupt = (UnicornInterrupt)number;
        _ = UnicornLibrary.Stop(engine);
    }

    private static UnicornProcessor Of(nint argument) => (UnicornProcessor)GCHandle.FromIntPtr(argument).Target!;
}
