using Emulator.Cpu;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.System;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator;

/// <summary>
/// Lets the CPUs of a machine take turns on one thread. One count of retired instructions over all of them is the source of virtual time; turns
/// end at the end of a slice, at WFI, WFE and YIELD, so that the order is a function of the guest alone.
/// </summary>
internal sealed unsafe class MachineScheduler : IInstructionCounter, ISnapshotState
{
    /// <summary>Instructions in a slice, while there is more than one CPU that can run.</summary>
    private const long SliceLength = 10_000;

    /// <summary>Instructions between two looks at what other threads want. It is no part of the machine's state: nothing that a guest sees depends on it.</summary>
    private const long Quantum = 200_000;

    private readonly ICpuEngine _engine;
    private readonly IMachineHost _host;
    private readonly Processor[] _processors;
    private readonly bool[] _isOn;
    private readonly long[] _instructions;
    private VirtualClock _clock = null!;
    private int _current;
    private long _sliceEnd = SliceLength;
    private volatile bool _stopRequested;

    // Not zero: somebody wants the run loop to look around. Another thread may ask between that look and the run, so this, and not the engine's exit request, says whether it was heard.
    private int _interrupted;

    /// <summary>Creates a scheduler; the first CPU is on.</summary>
    /// <param name="engine">What executes instructions.</param>
    /// <param name="processors">The CPUs.</param>
    /// <param name="host">The machine.</param>
    public MachineScheduler(ICpuEngine engine, Processor[] processors, IMachineHost host)
    {
        _engine = engine;
        _processors = processors;
        _host = host;
        _isOn = new bool[processors.Length];
        _instructions = new long[processors.Length];
        _isOn[0] = true;
        if (processors.Length > 1)
        {
            foreach (Processor processor in processors)
            {
                processor.OthersCanRun = HasOthers;
            }
        }
    }

    /// <inheritdoc/>
    public long RetiredInstructions => Current.State->Retired;

    /// <summary>The CPU whose turn it is.</summary>
    public Processor Current => _processors[_current];

    /// <summary>True while a CPU can execute an instruction, or asks a device that has not answered yet.</summary>
    public bool HasWork
    {
        get
        {
            for (int i = 0; i < _processors.Length; i++)
            {
                if (CanRun(i) || (_isOn[i] && _processors[i].IsParked))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>What skips polling loops, or null to execute them.</summary>
    public FastForwarder? FastForwarder { get; set; }

    /// <summary>Connects the clock, which counts this scheduler's instructions.</summary>
    public void Connect(VirtualClock clock)
    {
        _clock = clock;
        clock.NextDeadlineChanged += () => Current.RequestExit();
    }

    /// <summary>Instructions that one CPU has retired.</summary>
    public long InstructionsOf(int cpu) => _instructions[cpu];

    /// <summary>True while a CPU is powered.</summary>
    public bool IsOn(int cpu) => _isOn[cpu];

    /// <summary>Powers a CPU on or off; it takes effect before its next instruction.</summary>
    public void SetPower(int cpu, bool on)
    {
        _isOn[cpu] = on;
        Current.RequestExit();
    }

    /// <summary>Ends the run at the next instruction boundary. Any thread may call it.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        Current.RequestExit();
    }

    /// <summary>Makes the engine leave at the next instruction boundary so that the run loop looks around. Any thread may call it.</summary>
    public void Interrupt()
    {
        Volatile.Write(ref _interrupted, 1);
        Current.RequestExit();
    }

    /// <summary>Back to the first CPU's first slice, after a reset. Time goes on.</summary>
    public void Reset()
    {
        Switch(0);
        Array.Clear(_isOn);
        _isOn[0] = true;
        _sliceEnd = RetiredInstructions + SliceLength;
    }

    /// <summary>Runs until something ends it.</summary>
    public StopReason Run(in RunLimits limits, CancellationToken cancellation)
    {
        while (true)
        {
            _ = Interlocked.Exchange(ref _interrupted, 0);
            if (FindStop(limits, cancellation) is { } reason)
            {
                _stopRequested = false;
                return reason;
            }

            _host.BeforeSlice();
            _clock.FireDueTimers();
            if (!_host.TryPassGate(cancellation))
            {
                continue;
            }

            if (!SelectCpu())
            {
                if (!_host.Idle(limits.Until, cancellation))
                {
                    return StopReason.LockUp;
                }

                continue;
            }

            RunCurrent(limits, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("scheduler", 1);
        writer.Write(_current);

        // A CPU that is alone in its machine has no slices.
        writer.Write(_processors.Length > 1 ? _sliceEnd : 0);
        writer.Write(_processors.Length);
        for (int i = 0; i < _processors.Length; i++)
        {
            writer.Write(_isOn[i]);
            writer.Write(_instructions[i]);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("scheduler", 1);
        _current = reader.ReadInt32();
        _sliceEnd = reader.ReadInt64();
        int count = reader.ReadInt32();
        if (count != _processors.Length || (uint)_current >= (uint)count)
        {
            throw new SnapshotException($"the snapshot has {count} CPUs, this machine {_processors.Length}; load it into a machine of the same description");
        }

        for (int i = 0; i < count; i++)
        {
            _isOn[i] = reader.ReadBoolean();
            _instructions[i] = reader.ReadInt64();
        }
    }

    private StopReason? FindStop(in RunLimits limits, CancellationToken cancellation)
    {
        // What the guest did comes before what the host wants, and limits before requests, so that the reason does not depend on the host's speed.
        if (_host.TakeGuestStop() is { } guest)
        {
            return guest;
        }

        if (RetiredInstructions >= limits.MaxInstructions)
        {
            return StopReason.MaxInstructions;
        }

        if (_clock.Now >= limits.Until)
        {
            return StopReason.MaxVirtualTime;
        }

        if (_stopRequested)
        {
            return StopReason.Requested;
        }

        return cancellation.IsCancellationRequested ? StopReason.Cancelled : null;
    }

    private void RunCurrent(in RunLimits limits, CancellationToken cancellation)
    {
        Processor processor = Current;
        CpuState* state = processor.State;
        long start = state->Retired;
        long limit = Math.Min(limits.MaxInstructions, Saturate(start, _clock.InstructionsUntil(_clock.NextDeadline)));
        limit = Math.Min(limit, Saturate(start, _clock.InstructionsUntil(limits.Until)));
        _ = Interlocked.Exchange(ref state->ExitRequest, 0);
        if (_stopRequested || Volatile.Read(ref _interrupted) != 0)
        {
            return;
        }

        processor.CountPerformance();
        limit = Math.Min(limit, processor.NextOverflow);
        processor.TakePendingInterrupt();
        if (processor.Polls is { HasFound: true } && FastForwarder is { } forwarder)
        {
            forwarder.Run(processor, HasOthers() ? Math.Min(limit, _sliceEnd) : limit, cancellation);

            // Slices of a CPU that is alone follow one another, however far it has come.
            _sliceEnd += Math.Max(0, (state->Retired - _sliceEnd + SliceLength - 1) / SliceLength * SliceLength);
        }
        else
        {
            limit = Math.Min(limit, start + Quantum);
            _engine.Run(processor, _processors.Length > 1 ? Math.Min(limit, _sliceEnd) : limit);
        }

        _instructions[_current] += state->Retired - start;
        _host.AfterRun(processor, limit);
    }

    private bool HasOthers()
    {
        for (int i = 0; i < _processors.Length; i++)
        {
            if (i != _current && CanRun(i))
            {
                return true;
            }
        }

        return false;
    }

    private static long Saturate(long start, long count) => count > long.MaxValue - start ? long.MaxValue : start + count;

    // Round robin: the present CPU goes on while its slice lasts; false when none can run.
    private bool SelectCpu()
    {
        bool isOver = RetiredInstructions >= _sliceEnd || Current.HasYielded;
        Current.HasYielded = false;
        if (!isOver && CanRun(_current))
        {
            return true;
        }

        for (int i = 1; i <= _processors.Length; i++)
        {
            int next = (_current + i) % _processors.Length;
            if (CanRun(next))
            {
                Switch(next);
                _sliceEnd = RetiredInstructions + SliceLength;
                return true;
            }
        }

        return false;
    }

    private bool CanRun(int cpu) => _isOn[cpu] && _processors[cpu].Wait == WaitKind.None && !_processors[cpu].IsParked;

    private void Switch(int cpu)
    {
        if (cpu == _current)
        {
            return;
        }

        Processor old = Current;
        old.CountPerformance();
        _current = cpu;
        Current.State->Retired = old.State->Retired;
        Current.ResumePerformance();
        if (old.State->ExclusiveSet != 0)
        {
            // Losing the monitor is an event (Arm ARM B2.9.3): who waits for another CPU's store by LDXR and WFE looks again.
            old.State->ExclusiveSet = 0;
            old.SetEvent();
        }
    }
}
