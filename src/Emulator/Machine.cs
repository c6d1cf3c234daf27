using System.Text;
using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Firmware;
using Emulator.Interrupts;
using Emulator.Lockstep;
using Emulator.Memory;
using Emulator.Serial;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator;

/// <summary>
/// A whole AArch64 machine. It runs on the thread of whoever calls <see cref="Run"/> and belongs to one thread at a time; <see cref="RequestStop"/> and
/// the sending side of the consoles may be called from any. Any number of machines can live in a process.
/// </summary>
public sealed unsafe class Machine : IConsoleHost, IMachineHost, IPowerController, IDisposable
{
    private readonly LoadPlan _plan;
    private readonly MachineSettings _settings;
    private readonly ICpuEngine _engine;
    private readonly LockstepEngine? _lockstep;
    private readonly LeaderLog? _log;
    private readonly CodeCache _code;
    private readonly Processor[] _processors;
    private readonly GenericTimer[] _timers;
    private readonly MachineScheduler _scheduler;
    private readonly BoardDevices _devices;
    private readonly HostPacer _pacer;
    private StopReason? _guestStop;
    private bool _resetRequested;
    private bool _isDisposed;

    internal Machine(BoardDescription board, LoadPlan plan, ICpuEngine engine, MachineSettings settings)
    {
        Board = board;
        _plan = plan;
        _settings = settings;
        if (settings.Follower is { } follower)
        {
            _log = new LeaderLog();
            _lockstep = new LockstepEngine(engine, follower, _log);
        }

        _engine = _lockstep ?? engine;
        Unimplemented = new UnimplementedAccesses(settings.Logger);
        Bus = new SystemBus();
        _pacer = new HostPacer(settings.TimeProvider);
        _code = new CodeCache(CpuModel.Find(board.Options.CpuModel)!.Features);
        _processors = new Processor[board.Options.Cpus];
        _timers = new GenericTimer[board.Options.Cpus];
        var group = new ProcessorGroup();
        var firmware = new PsciFirmware(board.PsciConduit, _log is null ? this : new RecordingPowerController(this, _log));
        for (int i = 0; i < _processors.Length; i++)
        {
            _processors[i] = CreateProcessor(i, Bus, _code, Unimplemented, firmware);
            group.Add(_processors[i]);
        }

        _scheduler = new MachineScheduler(_engine, _processors, this);
        Clock = new VirtualClock(_scheduler);
        _scheduler.Connect(Clock);
        _devices = new BoardDevices(board, plan, settings.Flash1, settings.RamMode, Bus, Clock, Unimplemented);
        _devices.PowerRequested += OnPowerRequested;
        if (FastForwards)
        {
            _scheduler.FastForwarder = new FastForwarder(Bus, Clock, new GenericTimerOptions().Frequency, this);
        }

        for (int i = 0; i < _processors.Length; i++)
        {
            Connect(i);
        }

        if (_lockstep is not null)
        {
            var followers = new ProcessorGroup();
            _lockstep.Connect(Bus, _processors, Symbols, (index, bus, code, power) =>
            {
                Processor processor = CreateProcessor(index, bus, code, new UnimplementedAccesses(), new PsciFirmware(board.PsciConduit, power));
                followers.Add(processor);
                return processor;
            });
        }

        Console = new MachineConsole(_devices.Consoles[0], this);
        foreach (ConsolePort port in _devices.Consoles)
        {
            port.InputSent += OnInputSent;
        }

        Bus.AnswerReady += Wake;
        Start(memoryIsZero: true);
    }

    /// <summary>The board, as data.</summary>
    public BoardDescription Board { get; }

    /// <summary>The terminal at the first UART.</summary>
    public MachineConsole Console { get; }

    /// <summary>The virtual clock.</summary>
    public VirtualClock Clock { get; }

    /// <summary>The physical address space.</summary>
    public SystemBus Bus { get; }

    /// <summary>Encodings and registers met that nothing implements.</summary>
    public UnimplementedAccesses Unimplemented { get; }

    /// <summary>Symbols of the image that was loaded; empty when it has none.</summary>
    public SymbolTable Symbols => _plan.Symbols;

    /// <summary>The flattened device tree that the guest was handed.</summary>
    public ReadOnlyMemory<byte> DeviceTree => _plan.DeviceTree;

    /// <summary>Instructions retired over all CPUs.</summary>
    public long RetiredInstructions => _scheduler.RetiredInstructions;

    /// <summary>Name of the CPU engine.</summary>
    public string Engine => _engine.Name;

    /// <summary>The first difference that a run in lockstep has found, in lines: the instruction and both states; null while there is none.</summary>
    public string? Divergence => _lockstep?.Divergence?.Report;

    /// <summary>
    /// True while input can come from outside at any time: a terminal, a network. Idle time is then paced by the host's clock, and waiting for ever is no lock-up.
    /// </summary>
    public bool InputIsLive { get; set; }

    /// <summary>What the machine has done so far.</summary>
    public MachineStatistics Statistics => new()
    {
        Instructions = RetiredInstructions,
        Skipped = SkippedInstructions,
        VirtualSeconds = Clock.Now.Seconds,
        Engine = _engine.Name,
        Translation = (_engine as TranslationEngine)?.Statistics ?? TranslationStatistics.None,
        MmioAccesses = Bus.DeviceAccesses,
        Interrupts = _processors.Sum(p => p.ExceptionCounts[(int)ExceptionKind.Irq] + p.ExceptionCounts[(int)ExceptionKind.Fiq]),
        Undefined = new SortedDictionary<string, long>(Unimplemented.Counts.ToDictionary(), StringComparer.Ordinal),
        Cpus = [.. _processors.Select(p => new CpuStatistics(_scheduler.InstructionsOf(p.Index), ExceptionsOf(p)))],
        Devices = DeviceAccesses(),
    };

    /// <inheritdoc/>
    VirtualTime IConsoleHost.Now => Clock.Now;

    /// <summary>The engines that run in lockstep, or null.</summary>
    internal LockstepEngine? Lockstep => _lockstep;

    /// <summary>Instructions that fast-forward has skipped.</summary>
    internal long SkippedInstructions => _scheduler.FastForwarder?.Skipped ?? 0;

    /// <summary>The CPUs.</summary>
    internal IReadOnlyList<Processor> Processors => _processors;

    /// <summary>The main memory.</summary>
    internal GuestRam Ram => _devices.Ram;

    /// <summary>True in a clock domain: another machine may yet send something, so that a bounded wait for ever is no lock-up.</summary>
    internal bool WaitsForOthers { get; set; }

    /// <summary>What lets the CPUs take turns.</summary>
    internal MachineScheduler Scheduler => _scheduler;

    /// <summary>The devices.</summary>
    internal BoardDevices Devices => _devices;

    /// <summary>Runs on the caller's thread until the guest ends, a limit is reached, or somebody asks to stop.</summary>
    /// <param name="limits">How far it may go.</param>
    /// <param name="cancellation">Ends the run within about a millisecond.</param>
    /// <returns>Why it ended. The machine can be run on, except after a power-off.</returns>
    /// <exception cref="ObjectDisposedException">The machine is disposed.</exception>
    public StopReason Run(RunLimits limits = default, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static machine => ((Machine)machine!).Wake(), this);
        _pacer.Start(Clock.Now);
        return _scheduler.Run(limits, cancellation);
    }

    /// <summary>Ends the run at the next instruction boundary; without a run, the next one at once. Any thread may call it.</summary>
    public void RequestStop()
    {
        _scheduler.RequestStop();
        _pacer.Wake();
    }

    /// <summary>Resets the machine as its reset button does: devices and CPUs start anew, flash and time stay.</summary>
    public void Reset()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        PerformReset();
    }

    /// <summary>Presses the board's power button; the guest decides what to do. Nothing happens on a board without.</summary>
    public void PressPowerButton()
    {
        _devices.PowerButton?.Set(true);
        _devices.PowerButton?.Set(false);
    }

    /// <summary>Where the machine stands, for messages: a line per CPU, and the virtual time.</summary>
    public string DescribeState()
    {
        StringBuilder text = new();
        foreach (Processor processor in _processors)
        {
            ulong pc = processor.State->Pc;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"cpu{processor.Index}: PC 0x{pc:x16}");
            if (Symbols.Find(pc) is { } location)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" <{location}>");
            }

            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" EL{processor.State->ExceptionLevel}");
            if (!_scheduler.IsOn(processor.Index))
            {
                text.Append(", off");
            }
            else if (processor.Wait != WaitKind.None)
            {
                text.Append(processor.Wait == WaitKind.Interrupt ? ", waits for an interrupt" : ", waits for an event");
            }

            if (processor.LastException is { } exception)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $", last exception {NameOf(exception.Kind)} (ESR 0x{exception.Syndrome:x8} ELR 0x{exception.ReturnAddress:x16} FAR 0x{exception.FaultAddress:x16})");
            }

            text.Append('\n');
        }

        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"virtual time {Clock.Now}, {RetiredInstructions} instructions");
        return Divergence is { } divergence ? $"{text}\n{divergence}" : text.ToString();
    }

    /// <summary>Writes the whole state: what two machines of the same description need to go on alike.</summary>
    internal void Save(SnapshotWriter writer)
    {
        writer.Section("machine", 1);
        _scheduler.Save(writer);
        foreach (Processor processor in _processors)
        {
            processor.Save(writer);
        }

        Clock.Save(writer);
        foreach (GenericTimer timer in _timers)
        {
            timer.Save(writer);
        }

        _devices.Save(writer);
        foreach (GuestRam memory in _devices.Memories)
        {
            MemoryState.Save(writer, memory);
        }
    }

    /// <summary>Replaces the whole state by that of a machine of the same description.</summary>
    /// <exception cref="SnapshotException">It is of another machine.</exception>
    internal void Load(SnapshotReader reader)
    {
        _ = reader.Section("machine", 1);
        _scheduler.Load(reader);
        foreach (Processor processor in _processors)
        {
            processor.Load(reader);
        }

        Clock.Load(reader);
        foreach (GenericTimer timer in _timers)
        {
            timer.Load(reader);
        }

        _devices.Load(reader);
        foreach (GuestRam memory in _devices.Memories)
        {
            MemoryState.Load(reader, memory);
        }

        _lockstep?.ForgetState();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        (_engine as IDisposable)?.Dispose();
        _devices.Dispose();
        foreach (Processor processor in _processors)
        {
            processor.Dispose();
        }

        _code.Dispose();
        _pacer.Dispose();
    }

    /// <inheritdoc/>
    void IMachineHost.BeforeSlice()
    {
        // First, because waiting forgets who woke it: what came meanwhile is looked at now.
        if (_settings.Time == MachineTime.Host)
        {
            _ = _pacer.WaitUntil(Clock.Now, CancellationToken.None);
        }

        foreach (ConsolePort port in _devices.Consoles)
        {
            port.Pump();
        }
    }

    /// <inheritdoc/>
    void IMachineHost.AfterRun(Processor processor, long limit)
    {
        if (processor.IsLockedUp)
        {
            _guestStop = StopReason.LockUp;
        }

        if (_lockstep?.Divergence is not null)
        {
            _guestStop = StopReason.Divergence;
        }
    }

    /// <inheritdoc/>
    bool IMachineHost.Idle(VirtualTime until, CancellationToken cancellation)
    {
        bool isParked = Array.Exists(_processors, p => p.IsParked);
        if (isParked)
        {
            // The clock stands still while a device is asked: only the host waits.
            _pacer.WaitForWake(cancellation);
            foreach (Processor processor in _processors)
            {
                processor.IsParked = false;
            }

            return true;
        }

        VirtualTime next = Clock.NextDeadline;
        if (next == VirtualTime.Never && !InputIsLive && !(WaitsForOthers && until != VirtualTime.Never))
        {
            return false;
        }

        VirtualTime target = next < until ? next : until;
        if (InputIsLive || _settings.Time == MachineTime.Host)
        {
            target = _pacer.WaitUntil(target, cancellation);
        }

        Clock.SkipTo(target);
        return true;
    }

    /// <inheritdoc/>
    VirtualTime IMachineHost.LetPass(VirtualTime target, CancellationToken cancellation) =>
        target != VirtualTime.Never && !InputIsLive && _settings.Time != MachineTime.Host ? target : _pacer.WaitUntil(target, cancellation);

    /// <inheritdoc/>
    StopReason? IMachineHost.TakeGuestStop()
    {
        if (_resetRequested)
        {
            _resetRequested = false;
            if (_settings.NoReboot)
            {
                return StopReason.Reset;
            }

            PerformReset();
        }

        // A machine that is off, or locked up, stays so.
        return _guestStop;
    }

    /// <inheritdoc/>
    CpuPowerState? IPowerController.QueryCpu(ulong affinity)
    {
        int cpu = FindCpu(affinity);
        return cpu < 0 ? null : _scheduler.IsOn(cpu) ? CpuPowerState.On : CpuPowerState.Off;
    }

    /// <inheritdoc/>
    void IPowerController.TurnCpuOn(ulong affinity, ulong entry, ulong context)
    {
        int cpu = FindCpu(affinity);
        Processor processor = _processors[cpu];
        processor.Start(entry, Math.Min(processor.Model.HighestLevel, 2), context);
        _scheduler.SetPower(cpu, on: true);
    }

    /// <inheritdoc/>
    void IPowerController.TurnCpuOff(Processor processor) => _scheduler.SetPower(processor.Index, on: false);

    /// <inheritdoc/>
    void IPowerController.TurnSystemOff() => SystemOff();

    /// <inheritdoc/>
    void IPowerController.ResetSystem() => SystemReset();

    private static string NameOf(ExceptionKind kind)
    {
        StringBuilder text = new();
        foreach (char c in kind.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static SortedDictionary<string, long> ExceptionsOf(Processor processor)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (int kind = 0; kind < (int)ExceptionKind.Count; kind++)
        {
            if (processor.ExceptionCounts[kind] != 0)
            {
                counts[NameOf((ExceptionKind)kind)] = processor.ExceptionCounts[kind];
            }
        }

        return counts;
    }

    private SortedDictionary<string, long> DeviceAccesses()
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (BusRegion region in Bus.Regions)
        {
            if (region.Device is not null && region.Accesses != 0)
            {
                counts[region.Name] = region.Accesses;
            }
        }

        return counts;
    }

    private void Connect(int cpu)
    {
        Processor processor = _processors[cpu];
        IInterruptController gic = _devices.Gic;
        PrivateInterrupts ppi = Board.PrivateInterrupts;
        gic.Connect(cpu, new(processor, processor.Irq, processor.Fiq, processor.VirtualIrq, processor.VirtualFiq), ppi.GicMaintenance.IntId);
        processor.ExecutionStateChanged += gic.StateObserverOf(cpu);
        _timers[cpu] = new GenericTimer(
            new GenericTimerOptions
            {
                Cpu = cpu,
                HasEl2 = processor.Model.HasEl2,
                HasEl3 = processor.Model.HasEl3,
                HasHost = processor.Model.HasEl2 && processor.Model.Has(CpuFeature.Vhe),
            },
            Clock,
            new GenericTimerLines(
                gic.Ppi(cpu, ppi.SecurePhysicalTimer.IntId),
                gic.Ppi(cpu, ppi.PhysicalTimer.IntId),
                gic.Ppi(cpu, ppi.VirtualTimer.IntId),
                gic.Ppi(cpu, ppi.HypervisorTimer.IntId))
            {
                HypervisorVirtual = gic.Ppi(cpu, ppi.HypervisorVirtualTimer.IntId),
            });
        processor.PerformanceOverflow = gic.Ppi(cpu, ppi.PerformanceMonitors.IntId);
        if (gic.RegistersOf(cpu) is { } registers)
        {
            processor.AttachBank(Recorded(registers, cpu));
        }

        processor.AttachBank(Recorded(_timers[cpu], cpu));
        processor.Polls = FastForwards ? new PollDetector() : null;
    }

    // The follower executes every instruction, so that nothing may be skipped.
    private bool FastForwards => _settings.FastForward && _lockstep is null;

    private Processor CreateProcessor(int index, SystemBus bus, CodeCache code, UnimplementedAccesses unimplemented, PsciFirmware firmware)
    {
        CpuModel model = CpuModel.Find(Board.Options.CpuModel)!.WithHighestLevel(Board.Options.ExceptionLevel) with { HasGicRegisters = Board.Options.GicVersion >= 3 };
        return new Processor(index, model, bus, code, unimplemented)
        {
            Affinity = Board.AffinityOf(index),
            PeripheralBase = Board.Regions.First(r => r.Kind == BoardRegionKind.GicDistributor).Base,
            Firmware = firmware,
            Random = new MachineRandom(Board.Options.Seed, $"cpu{index}/random"),
            YieldsToOthers = Board.Options.Cpus > 1,
        };
    }

    private ISystemRegisterBank Recorded(ISystemRegisterBank bank, int cpu) => _log is null ? bank : new RecordingBank(bank, cpu, _log);

    // Everything that a start and a reset have in common. The memory of a new machine is zero, and pages that nobody touches cost the host nothing.
    private void Start(bool memoryIsZero)
    {
        foreach (LoadSegment segment in _plan.Segments)
        {
            if (segment.Region.Kind != BoardRegionKind.Flash)
            {
                GuestRam memory = _devices.Memories.First(m => m.Name == segment.Region.Name);
                ulong offset = segment.Address - segment.Region.Base;
                ReadOnlySpan<byte> data = segment.Data.Span[..(segment.Data.Span.LastIndexOfAnyExcept((byte)0) + 1)];
                memory.Write(offset, data);
                if (!memoryIsZero)
                {
                    memory.Clear(offset + (ulong)data.Length, segment.Length - (ulong)data.Length);
                }
            }
        }

        _lockstep?.ForgetState();
        for (int i = 0; i < _processors.Length; i++)
        {
            _processors[i].Start(_plan.Start.ProgramCounter, _plan.Start.ExceptionLevel, _plan.Start.X0);
            _scheduler.SetPower(i, i == 0 || _plan.SecondaryCpus == SecondaryCpus.Running);
        }
    }

    private void PerformReset()
    {
        _devices.Reset(ResetKind.Warm);
        foreach (GenericTimer timer in _timers)
        {
            timer.Reset();
        }

        _scheduler.Reset();
        Start(memoryIsZero: false);
    }

    private void OnPowerRequested(bool reset)
    {
        if (reset)
        {
            SystemReset();
        }
        else
        {
            SystemOff();
        }
    }

    private void SystemOff()
    {
        _guestStop = StopReason.PowerOff;
        _scheduler.Interrupt();
    }

    private void SystemReset()
    {
        _resetRequested = true;
        _scheduler.Interrupt();
    }

    private int FindCpu(ulong affinity) => Array.FindIndex(_processors, p => p.Affinity == affinity);

    private void OnInputSent() => Wake();

    private void Wake()
    {
        _scheduler.Interrupt();
        _pacer.Wake();
    }
}
