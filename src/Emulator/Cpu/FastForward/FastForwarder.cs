using System.Runtime.InteropServices;
using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.Cpu.FastForward;

/// <summary>
/// Skips iterations of polling loops exactly as if they had been executed: the same registers, memory and counts afterwards.
/// </summary>
/// <remarks>
/// Where a <see cref="PollDetector"/> suspects a loop, instructions are executed one by one and recorded. When the CPU comes to the same place again after a whole
/// number of the counter's ticks, that iteration is analysed (<see cref="LoopAnalysis"/>): how many more are sure to take the same way, and what they add to
/// registers and memory. All of these but one are skipped. The last is executed, so that whatever iterations overwrite is left exactly as it would have been. Then
/// the trace goes on, the skipped loop being one of its steps, so that loops around it are recognised the same way.
/// </remarks>
internal sealed unsafe class FastForwarder
{
    // Steps without success after which a trace is given up. What lies between the loops within a loop must fit in.
    private const int Patience = 4096;

    // A trace costs so much more than plain execution.
    private const int CostOfStep = 8;

    // A long one must gain more for each of its steps, as it stands in the way of translated code: steps that gain less use up the patience.
    private const int GainOfStep = 32;

    // More instructions than any run has: a loop that would skip so many waits for something from outside.
    private const long Endless = 1L << 60;

    private const int LargestReluctance = 1 << 12;
    private const int LargestMemory = 256;

    private readonly Trace _trace = new();
    private readonly TraceRecorder _recorder;
    private readonly CounterTicks _ticks;
    private readonly VirtualClock _clock;
    private readonly SystemBus _bus;
    private readonly IMachineHost _host;
    private readonly List<BusRegion> _regions = [];
    private readonly List<long> _accessesBefore = [];
    private readonly Dictionary<(ulong Pc, ulong Stack, ulong Link), Reluctance> _reluctance = [];

    private Processor _processor = null!;
    private CpuState* _state;
    private long _limit;
    private long _settled;
    private long _patience;
    private CancellationToken _cancellation;
    private bool _wasAsked;

    /// <summary>Creates the fast-forwarder of a machine.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="frequency">Of the system counter, in Hz.</param>
    /// <param name="host">The machine.</param>
    public FastForwarder(SystemBus bus, VirtualClock clock, long frequency, IMachineHost host)
    {
        _bus = bus;
        _clock = clock;
        _host = host;
        _recorder = new TraceRecorder(bus);
        _ticks = new CounterTicks(frequency, clock.NanosecondsPerInstruction);
    }

    /// <summary>Instructions skipped so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Instructions executed so far to find out what can be skipped.</summary>
    public long Followed { get; private set; }

    /// <summary>Runs a CPU whose detector has found something. Returns at an instruction boundary, when nothing more is to be gained or the machine must look around.</summary>
    /// <param name="processor">The CPU.</param>
    /// <param name="limit">Count of retired instructions that must not be passed.</param>
    /// <param name="cancellation">Ends waiting in host time.</param>
    public void Run(Processor processor, long limit, CancellationToken cancellation)
    {
        PollDetector detector = processor.Polls!;
        _processor = processor;
        _state = processor.State;
        _limit = limit;
        _cancellation = cancellation;
        _settled = _state->Retired;
        _patience = Patience;
        long start = _state->Retired;
        long skipped = Skipped;
        detector.IsSuspended = true;
        _trace.Clear();
        _regions.Clear();
        _accessesBefore.Clear();
        AddAnchor();
        _wasAsked = false;
        Record();

        // Only when the trace was full: what was skipped is made whole in any case.
        while (_state->Retired < _settled)
        {
            TakeRequest();
            _recorder.RunTo(processor, _settled);
        }

        _state->ExitRequest |= _wasAsked ? 1 : 0;
        _trace.Trim();
        skipped = Skipped - skipped;
        long followed = _state->Retired - start - skipped;
        Followed += followed;
        detector.IsSuspended = false;
        detector.Conclude(skipped > followed * (_patience < 0 ? GainOfStep : CostOfStep));
    }

    // Executes and records until there is a reason to stop.
    private void Record()
    {
        while (true)
        {
            TakeRequest();
            bool isSettled = _state->Retired >= _settled;
            if (_trace.IsFull || (isSettled && (_wasAsked || _state->Retired >= _limit || _patience-- == 0)))
            {
                return;
            }

            if (!_recorder.TryStep(_processor, ref _trace.Next()))
            {
                return;
            }

            _trace.Add();
            if (_recorder.HasPolled)
            {
                if (_recorder.PolledRegion is { } region && !TryAddRegion(region))
                {
                    return;
                }

                TryFold();
                AddAnchor();
            }
        }
    }

    // Somebody wants the CPU to leave. It does so when what was skipped has been made whole; until then the request is remembered here.
    private void TakeRequest()
    {
        _wasAsked |= Interlocked.Exchange(ref _state->ExitRequest, 0) != 0;
    }

    private bool TryAddRegion(BusRegion region)
    {
        if (_regions.Contains(region))
        {
            return true;
        }

        _regions.Add(region);
        _accessesBefore.Add(region.Accesses - 1);
        return _regions.Count <= TraceAnchor.Regions;
    }

    private void AddAnchor()
    {
        ref TraceAnchor anchor = ref _trace.AddAnchor();
        anchor.Pc = _state->Pc;
        anchor.Retired = _state->Retired;
        anchor.Flags = _state->GetFlags();
        new ReadOnlySpan<ulong>(_state->X, 32).CopyTo(anchor.X);
        for (int i = 0; i < TraceAnchor.Regions; i++)
        {
            anchor.Accesses[i] = i < _regions.Count ? _regions[i].Accesses : -1;
        }
    }

    // Looks for the beginning of an iteration that ends here.
    private void TryFold()
    {
        Span<TraceAnchor> anchors = _trace.Anchors;
        for (int i = anchors.Length - 1; i >= 0; i--)
        {
            ref TraceAnchor anchor = ref anchors[i];
            if (anchor.Pc == _state->Pc
                && anchor.X[CpuState.StackPointer] == _state->X[CpuState.StackPointer]
                && anchor.X[30] == _state->X[30]
                && _ticks.IsWhole(_state->Retired - anchor.Retired))
            {
                ref Reluctance reluctance = ref CollectionsMarshal.GetValueRefOrAddDefault(_reluctance, (anchor.Pc, anchor.X[CpuState.StackPointer], anchor.X[30]), out _);
                if (reluctance.Waiting > 0)
                {
                    reluctance.Waiting--;
                    return;
                }

                bool done = TryFold(anchor);
                reluctance.Next = done ? 0 : Math.Min((reluctance.Next * 2) + 1, LargestReluctance);
                reluctance.Waiting = reluctance.Next;
                if (_reluctance.Count > LargestMemory)
                {
                    _reluctance.Clear();
                }

                return;
            }
        }
    }

    private bool TryFold(in TraceAnchor anchor)
    {
        long length = _state->Retired - anchor.Retired;
        var loop = new FoldedLoop
        {
            Start = anchor.Step,
            End = _trace.Count,
            Ticks = _ticks.TicksIn(length),
            Inner = _trace.LoopsFrom(anchor.Step),
        };
        long iterations;
        ReadOnlySpan<ulong> registers = anchor.X;
        fixed (ulong* before = registers)
        {
            if (!new LoopAnalysis(_trace.Steps, loop, before, anchor.Flags, _state->X).TryRun(out iterations))
            {
                return false;
            }
        }

        // Of the iterations that are proven one has been executed, and one will be.
        long most = Math.Min(iterations - 2, ((_limit - _state->Retired) / length) - 1);
        long count = most > 0 ? Pace(most, length) : 0;
        if (count <= 0)
        {
            return false;
        }

        Skip(loop, anchor, count, length);
        return true;
    }

    // How many iterations may be skipped now: all, unless time must not run ahead of the host's. While an iteration is being made whole there is no waiting.
    private long Pace(long count, long length)
    {
        if (_state->Retired < _settled)
        {
            return count * length < Endless ? count : 0;
        }

        TakeRequest();
        if (_wasAsked)
        {
            return 0;
        }

        int nanoseconds = _clock.NanosecondsPerInstruction;
        VirtualTime now = _clock.Now;
        VirtualTime target = count * length < Endless / nanoseconds ? now.After(count * length * nanoseconds) : VirtualTime.Never;
        VirtualTime instant = _host.LetPass(target, _cancellation);
        return instant == target && target != VirtualTime.Never
            ? count
            : Math.Min(count, (instant.Nanoseconds - now.Nanoseconds) / (length * nanoseconds));
    }

    private void Skip(FoldedLoop loop, in TraceAnchor anchor, long count, long length)
    {
        for (int r = 0; r < 32; r++)
        {
            if (((loop.Inputs >> r) & 1) != 0)
            {
                _state->X[r] += loop.Growth[r] * (ulong)count;
            }
        }

        foreach (FoldedLoop.MemoryInput input in loop.MemoryInputs)
        {
            if (input.Growth != 0)
            {
                Add(input.Address, input.Size, input.Growth * (ulong)count);
            }
        }

        for (int i = 0; i < _regions.Count; i++)
        {
            long before = anchor.Accesses[i] >= 0 ? anchor.Accesses[i] : _accessesBefore[i];
            _bus.CountSkippedAccesses(_regions[i], (_regions[i].Accesses - before) * count);
        }

        _state->Retired += count * length;
        Skipped += count * length;
        _settled = Math.Max(_settled, _state->Retired + length);
        _patience = Math.Min(Patience, _patience + (count * length / GainOfStep));
        loop.Count = count + 1;
        _trace.Add(loop);
        if (_trace.Count > Trace.Capacity / 2)
        {
            _trace.Clear();
        }
    }

    private static void Add(nint address, int size, ulong increment)
    {
        ulong value = 0;
        var bytes = new Span<byte>((byte*)address, size);
        bytes.CopyTo(new Span<byte>(&value, size));
        value += increment;
        new ReadOnlySpan<byte>(&value, size).CopyTo(bytes);
    }

    // How often a place where loops begin is passed by until it is looked at again.
    private struct Reluctance
    {
        public int Waiting;
        public int Next;
    }
}
