using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Cpu.Translator;
using Emulator.Debugging;
using Emulator.Firmware;
using Emulator.Interrupts;
using Emulator.Lockstep;
using Emulator.Memory;
using Emulator.Serial;
using Emulator.Timing;

namespace Emulator;

/// <summary>
/// A whole AArch64 machine. It runs on the thread of whoever calls <see cref="Run"/> and belongs to one thread at a time; <see cref="RequestStop"/> and
/// the sending side of the consoles may be called from any. Any number of machines can live in a process.
/// </summary>
public sealed unsafe partial class Machine : IConsoleHost, IMachineHost, IPowerController, IDisposable
{
    private readonly LoadPlan _plan;
    private readonly MachineSettings _settings;
    private readonly ICpuEngine _engine;
    private readonly LockstepEngine? _lockstep;
    private readonly LeaderLog? _log;
    private readonly CodeCache _code;
    private readonly Processor[] _processors;
    private readonly GenericTimer[] _timers;
    private readonly EventStreams _eventStreams;
    private readonly MachineScheduler _scheduler;
    private readonly BoardDevices _devices;
    private readonly HostPacer _pacer;
    private MachineDomainMember? _domainMember;
    private StopReason? _guestStop;
    private ITraceSink? _trace;
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
        Clock = new VirtualClock(_scheduler, settings.NanosecondsPerInstruction);
        _scheduler.Connect(Clock);
        _devices = new BoardDevices(board, plan, settings, Bus, Clock, Unimplemented);
        _devices.PowerRequested += OnPowerRequested;
        if (FastForwards)
        {
            _scheduler.FastForwarder = new FastForwarder(Bus, Clock, new GenericTimerOptions().Frequency, this);
        }

        for (int i = 0; i < _processors.Length; i++)
        {
            Connect(i);
        }

        _eventStreams = new EventStreams(_processors, _timers, Clock);
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
        VirtioConsoles = [.. _devices.VirtioPorts.Select(port => new MachineConsole(port, this))];
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

    /// <summary>The host's ends of the virtio consoles' ports: of each console the terminal first, then its serial ports in the order of their names' list.</summary>
    public IReadOnlyList<MachineConsole> VirtioConsoles { get; }

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
        Translation = ((_lockstep?.Leader ?? _engine) as TranslationEngine)?.Statistics ?? TranslationStatistics.None,
        MmioAccesses = Bus.DeviceAccesses,
        Interrupts = _processors.Sum(p => p.ExceptionCounts[(int)ExceptionKind.Irq] + p.ExceptionCounts[(int)ExceptionKind.Fiq]),
        Undefined = new SortedDictionary<string, long>(Unimplemented.Counts.ToDictionary(), StringComparer.Ordinal),
        Cpus = [.. _processors.Select(p => new CpuStatistics(_scheduler.InstructionsOf(p.Index), ExceptionsOf(p)))],
        Devices = DeviceCounters(),
        Latencies = RequestLatencies(),
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

    /// <summary>What lets the CPUs take turns.</summary>
    internal MachineScheduler Scheduler => _scheduler;

    /// <summary>The devices.</summary>
    internal BoardDevices Devices => _devices;

    /// <summary>
    /// Runs on the caller's thread until the guest ends, a limit is reached, or somebody asks to stop. A machine on a <see cref="Network.NetworkHub"/> runs together with all others there;
    /// when one of those ends, the rest goes on.
    /// </summary>
    /// <param name="limits">How far it may go.</param>
    /// <param name="cancellation">Ends the run within about a millisecond.</param>
    /// <returns>Why it ended. The machine can be run on, except after a power-off.</returns>
    /// <exception cref="ObjectDisposedException">The machine is disposed.</exception>
    public StopReason Run(RunLimits limits = default, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        StopReason reason = _domainMember is null ? RunAlone(limits, cancellation) : _domainMember.RunWithOthers(limits, cancellation);
        return _lockstep is null || _lockstep.CompareMemory(_scheduler.Current) ? reason : StopReason.Divergence;
    }

    /// <summary>Runs whatever the others of its clock domain do.</summary>
    internal StopReason RunAlone(in RunLimits limits, CancellationToken cancellation)
    {
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

    /// <summary>Sets a mark in the machine's trace, at the present instant; without one, nothing happens. Only the thread that the machine belongs to may call it.</summary>
    /// <param name="text">What to read there.</param>
    public void Mark(string text) =>
        _trace?.Record(new TraceEvent { Kind = TraceEventKind.Mark, Time = Clock.Now, Source = TraceEvent.MachineSource, Text = text });

    /// <summary>Tells somebody of what happens from now on. The machine disposes it.</summary>
    internal void StartTrace(ITraceSink sink)
    {
        _trace = sink;
        _devices.StartTrace(sink);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _domainMember?.Leave();
        (_engine as IDisposable)?.Dispose();
        _devices.Dispose();
        foreach (Processor processor in _processors)
        {
            processor.Dispose();
        }

        _code.Dispose();
        _pacer.Dispose();
        _trace?.Dispose();
    }

    /// <summary>Makes the machine a member of a clock domain; it then runs with the others there.</summary>
    /// <exception cref="EmulatorException">It is a member of another one.</exception>
    internal MachineDomainMember Join(ClockDomain domain)
    {
        _domainMember ??= new MachineDomainMember(this, domain);
        return _domainMember.IsIn(domain)
            ? _domainMember
            : throw new EmulatorException("a machine cannot be on two network hubs, each of which has a time of its own; use ports of one hub");
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

        // A lockstep's follower wants to hear of each reading.
        processor.Counter = _log is null ? CounterClock.TryCreate(Clock, new GenericTimerOptions().Frequency) : null;
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

        if (Board.HasSecureState && !_plan.Start.IsSecure)
        {
            _devices.Gic.GiveToNonSecure();
        }

        _lockstep?.ForgetState();
        for (int i = 0; i < _processors.Length; i++)
        {
            _processors[i].Start(_plan.Start.ProgramCounter, _plan.Start.ExceptionLevel, _plan.Start.X0);
            _scheduler.SetPower(i, i == 0 || _plan.SecondaryCpus == SecondaryCpus.Running);
        }
    }

    private void OnInputSent() => Wake();

    private void Wake()
    {
        _scheduler.Interrupt();
        _pacer.Wake();
        _devices.Remotes.Wake();
    }
}
