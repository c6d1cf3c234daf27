namespace Emulator.Cpu.FastForward;

/// <summary>
/// Finds out how often a recorded iteration repeats itself. It goes through the steps with all values as functions of the iteration's number, and proves by induction: if
/// each input has grown by its growth times the number before an iteration, then that iteration takes the same way, and each input has grown once more after
/// it. Every decision on that way (a branch, an address) bounds the number of iterations for which the proof holds.
/// </summary>
internal sealed unsafe partial class LoopAnalysis
{
    private readonly TraceStep[] _steps;
    private readonly FoldedLoop _loop;
    private readonly IterationSpace _space = new();
    private readonly LoopState _state;
    private Slopes _ticks;
    private long _iterations = long.MaxValue;

    /// <summary>Prepares the analysis of an iteration that has just been executed.</summary>
    /// <param name="steps">The trace.</param>
    /// <param name="loop">The iteration's place in it; the rest is filled in.</param>
    /// <param name="before">X0 to X30 and SP before the iteration.</param>
    /// <param name="flagsBefore">NZCV before it.</param>
    /// <param name="after">X0 to X30 and SP after it.</param>
    public LoopAnalysis(TraceStep[] steps, FoldedLoop loop, ulong* before, uint flagsBefore, ulong* after)
    {
        _steps = steps;
        _loop = loop;
        _state = new LoopState(_space, before, flagsBefore, after);
        _ticks = new Slopes(loop.Ticks, 0, 0);
    }

    /// <summary>Analyses the iteration.</summary>
    /// <param name="iterations">How many take this way at least, the recorded one included.</param>
    /// <returns>False when that could not be proven of any.</returns>
    public bool TryRun(out long iterations)
    {
        bool proven = TryExecute(_loop.Start, _loop.End, _loop.Inner) && TryClose();
        iterations = proven ? _iterations : 0;
        return iterations > 0;
    }

    private bool TryExecute(int start, int end, FoldedLoop[] inner)
    {
        int next = 0;
        for (int i = start; i < end; i++)
        {
            if (next < inner.Length && inner[next].Start == i)
            {
                if (!TryExecute(inner[next]))
                {
                    return false;
                }

                i = inner[next++].End - 1;
            }
            else if (!TryExecute(_steps[i]))
            {
                return false;
            }
        }

        return true;
    }

    // All iterations of a loop within the one that is analysed: its proof once more, now with values that also depend on the outer iterations.
    private bool TryExecute(FoldedLoop loop)
    {
        if (!_space.TryEnter(loop.Count))
        {
            return false;
        }

        int dimension = _space.Innermost;
        _ticks = _ticks.Plus(dimension, loop.Ticks);
        uint flags = 0;
        if (loop.ReadsFlags)
        {
            LoopFlags now = _state.Flags;
            if (now.Kind != LoopFlags.Origin.Constant || !TryRestrict(now.Iterations))
            {
                return false;
            }

            flags = now.First;
        }

        // What a loop leaves as it is needs no proof, even if nothing is known of it.
        var registers = new LoopValue[32];
        for (int r = 0; r < 32; r++)
        {
            if (((loop.Inputs >> r) & 1) != 0)
            {
                registers[r] = _state[r];
                if (loop.Growth[r] != 0)
                {
                    _state[r] = Growing(registers[r], dimension, loop.Growth[r]);
                }
            }
        }

        var memory = new LoopValue[loop.MemoryInputs.Count];
        for (int m = 0; m < memory.Length; m++)
        {
            FoldedLoop.MemoryInput input = loop.MemoryInputs[m];
            memory[m] = _state.Load(input.Address, input.Size, input.Value);
            if (input.Growth != 0)
            {
                _state.Store(input.Address, input.Size, Growing(memory[m], dimension, input.Growth));
            }
        }

        if (!TryExecute(loop.Start, loop.End, loop.Inner) || (loop.ReadsFlags && loop.WritesFlags && !AreFlags(flags)))
        {
            return false;
        }

        for (int r = 0; r < 32; r++)
        {
            if (((loop.Inputs & loop.Outputs) >> r & 1) != 0
                && !HasGrown(Growing(registers[r], dimension, loop.Growth[r]), _state[r], loop.Growth[r], 64))
            {
                return false;
            }
        }

        for (int m = 0; m < memory.Length; m++)
        {
            FoldedLoop.MemoryInput input = loop.MemoryInputs[m];
            if (IsWritten(loop, input) && !HasGrown(Growing(memory[m], dimension, input.Growth), _state.Peek(input.Address, input.Size), input.Growth, 8 * input.Size))
            {
                return false;
            }
        }

        Leave(loop, registers, memory);
        _ticks = _ticks.Plus(dimension, -loop.Ticks);
        _space.Leave();
        return true;
    }

    // After the last iteration. What it has left besides its inputs is not known, but the iteration that follows in the trace leaves it anew.
    private void Leave(FoldedLoop loop, LoopValue[] registers, LoopValue[] memory)
    {
        for (int r = 0; r < 32; r++)
        {
            if (((loop.Outputs >> r) & 1) != 0)
            {
                _state[r] = ((loop.Inputs >> r) & 1) == 0 ? LoopValue.Opaque : After(registers[r], loop.Growth[r], loop.Count);
            }
        }

        if (loop.WritesFlags && !loop.ReadsFlags)
        {
            _state.Flags = default;
        }

        foreach ((nint address, int size) in loop.MemoryOutputs)
        {
            _state.Store(address, size, LoopValue.Opaque);
        }

        for (int m = 0; m < memory.Length; m++)
        {
            FoldedLoop.MemoryInput input = loop.MemoryInputs[m];
            if (IsWritten(loop, input))
            {
                _state.Store(input.Address, input.Size, After(memory[m], input.Growth, loop.Count));
            }
        }
    }

    // The end of the iteration that is analysed: the inputs have grown as was assumed.
    private bool TryClose()
    {
        _loop.Inputs = _state.Inputs;
        _loop.Outputs = _state.Outputs;
        _loop.ReadsFlags = _state.ReadsFlags;
        _loop.WritesFlags = _state.WritesFlags;
        for (int r = 0; r < 32; r++)
        {
            if (((_loop.Inputs >> r) & 1) == 0)
            {
                continue;
            }

            LoopValue input = _state.InputOf(r);
            _loop.Growth[r] = (ulong)input.Slopes.Outer;
            bool isWritten = ((_loop.Outputs >> r) & 1) != 0;
            if (isWritten ? !HasGrown(input, _state[r], _loop.Growth[r], 64) : _loop.Growth[r] != 0)
            {
                return false;
            }
        }

        for (int index = 0; index < _state.MemoryInputs.Count; index++)
        {
            LoopState.Cell input = _state.MemoryInputs[index];
            ulong growth = (ulong)input.Value.Slopes.Outer;
            bool isWritten = _state.IsWritten(input.Address, input.Size);
            if (isWritten ? !HasGrown(input.Value, _state.Peek(input.Address, input.Size), growth, 8 * input.Size) : growth != 0)
            {
                return false;
            }

            _loop.MemoryInputs.Add(new FoldedLoop.MemoryInput(input.Address, input.Size, input.Value.First, growth));
        }

        for (int index = 0; index < _state.Cells.Count; index++)
        {
            LoopState.Cell output = _state.Cells[index];
            if (output.IsInput)
            {
                continue;
            }

            _loop.MemoryOutputs.Add((output.Address, output.Size));
        }

        return !_loop.ReadsFlags || !_loop.WritesFlags || AreFlags(_state.FirstFlags);
    }

    private bool AreFlags(uint flags) => _state.Flags is { Kind: LoopFlags.Origin.Constant } now && now.First == flags && TryRestrict(now.Iterations);

    private static LoopValue Growing(in LoopValue value, int dimension, ulong growth) =>
        value.IsOpaque || growth == 0 ? value : value with { Slopes = value.Slopes.Plus(dimension, value.Divisor * (long)growth) };

    private static LoopValue After(in LoopValue value, ulong growth, long count) =>
        growth == 0 ? value : IterationSpace.Add(value, LoopValue.Constant(growth * (ulong)count));

    private static bool IsWritten(FoldedLoop loop, in FoldedLoop.MemoryInput input)
    {
        foreach ((nint address, int size) in loop.MemoryOutputs)
        {
            if (address < input.Address + input.Size && input.Address < address + size)
            {
                return true;
            }
        }

        return false;
    }

    // True when a value is in all iterations what the input was, and its growth.
    private bool HasGrown(in LoopValue input, in LoopValue now, ulong growth, int bits)
    {
        if (input.IsOpaque || now.IsOpaque)
        {
            return false;
        }

        Restrict(Math.Min(now.Iterations, input.Iterations));
        LoopValue grown = IterationSpace.Add(input, LoopValue.Constant(growth));
        if (now.Divisor != 1 || grown.Divisor != 1)
        {
            return now with { Iterations = 0 } == grown with { Iterations = 0 };
        }

        // Memory narrower than a register keeps the low bits alone.
        LoopValue difference = IterationSpace.Subtract(now, grown);
        int shift = 64 - bits;
        return (difference.First << shift) == 0 && difference.Slopes.Select(s => (WideInteger)((ulong)s << shift)).AreZero;
    }

    private void Restrict(long iterations) => _iterations = Math.Min(_iterations, iterations);
}
