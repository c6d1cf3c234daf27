using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator;
using Emulator.Debugging;
using Emulator.Firmware;
using Emulator.Memory;
using Emulator.Network;
using Microsoft.Extensions.Logging;

namespace Emulator;

/// <summary>Describes a machine step by step, then builds it. A builder can build any number of machines; they share nothing.</summary>
public sealed partial class MachineBuilder
{
    private const ulong LargestImage = 1UL << 31;

    // Offsets in it are signed 32-bit numbers.
    private const ulong SmallestCodeCache = 1UL << 20;
    private const ulong LargestCodeCache = 1UL << 30;

    /// <summary>The longest that an instruction may take, in nanoseconds of virtual time.</summary>
    public const int MaximumInstructionTime = 1000;

    private readonly Board _board;
    private BoardOptions _options = new();
    private string? _firmware;
    private string? _flash1;
    private string? _kernel;
    private string? _initrd;
    private string? _deviceTree;
    private string _commandLine = "";
    private CpuEngineFactory _engine = CpuEngineFactory.Find("auto");
    private CpuEngineFactory? _follower;
    private bool _fastForward = true;
    private bool _noReboot;
    private bool _hasPciTestDevice;
    private RamMode _ramMode;
    private MachineTime _time;
    private bool _hostLatency;
    private Func<ITraceSink>? _createTrace;
    private int _nanosecondsPerInstruction = 1;
    private TranslationOptions _translation = new();
    private TimeProvider _timeProvider = TimeProvider.System;
    private ILoggerFactory? _logging;

    /// <summary>Starts with a board and its defaults: one Cortex-A57, 256 MiB, out of reset at EL1.</summary>
    /// <param name="board">The board.</param>
    public MachineBuilder(Board board)
    {
        ArgumentNullException.ThrowIfNull(board);
        _board = board;
    }

    /// <summary>Sets all of the board's options at once.</summary>
    /// <param name="options">The options.</param>
    public MachineBuilder WithOptions(BoardOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        return this;
    }

    /// <summary>Sets the size of the RAM.</summary>
    /// <param name="bytes">Bytes, a multiple of 1 MiB.</param>
    /// <exception cref="BoardOptionException">Zero or no multiple of 1 MiB.</exception>
    public MachineBuilder WithMemory(ulong bytes) => WithOptions(_options with { MemorySize = bytes });

    /// <summary>Chooses the CPU.</summary>
    /// <param name="model">One of <see cref="BoardOptions.CpuModels"/>.</param>
    /// <exception cref="BoardOptionException">Another name.</exception>
    public MachineBuilder WithCpu(string model) => WithOptions(_options with { CpuModel = model });

    /// <summary>Sets the number of CPUs.</summary>
    /// <param name="count">From 1; the board says how many it takes.</param>
    /// <exception cref="BoardOptionException">Less than 1.</exception>
    public MachineBuilder WithCpus(int count) => WithOptions(_options with { Cpus = count });

    /// <summary>Chooses the interrupt controller.</summary>
    /// <param name="version">2 or 3.</param>
    /// <exception cref="BoardOptionException">Another number.</exception>
    public MachineBuilder WithGic(int version) => WithOptions(_options with { GicVersion = version });

    /// <summary>Chooses the exception level out of reset.</summary>
    /// <param name="level">1, 2 or 3; 3 also gives the secure state.</param>
    /// <exception cref="BoardOptionException">Another number.</exception>
    public MachineBuilder WithExceptionLevel(int level) => WithOptions(_options with { ExceptionLevel = level });

    /// <summary>Seeds everything random that a guest can see.</summary>
    /// <param name="seed">Any number.</param>
    public MachineBuilder WithSeed(ulong seed) => WithOptions(_options with { Seed = seed });

    /// <summary>Sets the date at start.</summary>
    /// <param name="time">What the real-time clock shows at virtual time zero.</param>
    /// <exception cref="BoardOptionException">Outside of what the clock can hold.</exception>
    public MachineBuilder WithRtc(DateTimeOffset time) => WithOptions(_options with { RtcEpoch = time });

    /// <summary>Gives firmware: a raw image for flash bank 0, or an ELF file.</summary>
    /// <param name="path">The file.</param>
    public MachineBuilder WithFirmware(string path)
    {
        _firmware = path;
        return this;
    }

    /// <summary>Keeps flash bank 1 in a file.</summary>
    /// <param name="path">The file; created if missing, written back.</param>
    public MachineBuilder WithFlash1(string path)
    {
        _flash1 = path;
        return this;
    }

    /// <summary>Gives a kernel: Linux <c>Image</c> (also gzip), ELF or raw. With firmware it is offered to the firmware instead.</summary>
    /// <param name="path">The file.</param>
    public MachineBuilder WithKernel(string path)
    {
        _kernel = path;
        return this;
    }

    /// <summary>Gives the kernel's initial RAM disk.</summary>
    /// <param name="path">The file.</param>
    public MachineBuilder WithInitrd(string path)
    {
        _initrd = path;
        return this;
    }

    /// <summary>Sets the kernel's command line.</summary>
    /// <param name="commandLine">The text.</param>
    public MachineBuilder WithCommandLine(string commandLine)
    {
        _commandLine = commandLine;
        return this;
    }

    /// <summary>Hands over a device tree instead of the board's own.</summary>
    /// <param name="path">A flattened tree.</param>
    public MachineBuilder WithDeviceTree(string path)
    {
        _deviceTree = path;
        return this;
    }

    /// <summary>Chooses the CPU engine.</summary>
    /// <param name="engine"><c>interpreter</c>; <c>jit</c>, which translates to the host's machine code; or <c>auto</c>, which is <c>jit</c> where the host allows it.</param>
    /// <exception cref="EmulatorException">There is no such engine here.</exception>
    public MachineBuilder WithEngine(string engine) => WithEngine(CpuEngineFactory.Find(engine));

    /// <summary>Chooses the CPU engine.</summary>
    /// <param name="engine">Makes it.</param>
    public MachineBuilder WithEngine(CpuEngineFactory engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
        return this;
    }

    /// <summary>
    /// Runs a second engine beside the first and compares their states. The run ends at the first difference with <see cref="StopReason.Divergence"/>, and
    /// <see cref="Machine.Divergence"/> tells of it. Nothing is fast-forwarded.
    /// </summary>
    /// <param name="engine">Makes the second engine, or null for none.</param>
    public MachineBuilder WithLockstep(CpuEngineFactory? engine)
    {
        _follower = engine;
        return this;
    }

    /// <summary>True when nobody has chosen an engine, nor one to follow it.</summary>
    internal bool LeavesEnginesOpen => _engine.IsAutomatic && _follower is null;

    /// <summary>Skips polling loops, or executes them instruction by instruction. What the guest computes is the same.</summary>
    /// <param name="enabled">On unless said otherwise.</param>
    public MachineBuilder WithFastForward(bool enabled)
    {
        _fastForward = enabled;
        return this;
    }

    /// <summary>Ends a run when the guest resets itself.</summary>
    public MachineBuilder WithNoReboot()
    {
        _noReboot = true;
        return this;
    }

    /// <summary>Lets other processes map the RAM by a file descriptor.</summary>
    public MachineBuilder WithSharedMemory()
    {
        _ramMode = RamMode.Shared;
        return this;
    }

    /// <summary>Chooses the clock.</summary>
    /// <param name="time">Virtual unless said otherwise.</param>
    /// <param name="provider">The host's time, for tests.</param>
    public MachineBuilder WithTime(MachineTime time, TimeProvider? provider = null)
    {
        _time = time;
        _timeProvider = provider ?? TimeProvider.System;
        return this;
    }

    /// <summary>Sets the virtual time that an instruction takes: a guest sees a CPU that is that much slower.</summary>
    /// <param name="nanoseconds">1 to 1000; 1 unless said otherwise.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public MachineBuilder WithInstructionTime(int nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nanoseconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nanoseconds, MaximumInstructionTime);
        _nanosecondsPerInstruction = nanoseconds;
        return this;
    }

    /// <summary>Sets how much host code a machine holds that translates. When it is full, all of it goes and is made anew as needed.</summary>
    /// <param name="bytes">1 MiB to 1 GiB, in whole MiB; 64 MiB unless said otherwise. Only what is used takes memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public MachineBuilder WithCodeCache(ulong bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, SmallestCodeCache);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, LargestCodeCache);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes % SmallestCodeCache, 0UL, nameof(bytes));
        _translation = _translation with { CacheSize = (int)bytes };
        return this;
    }

    /// <summary>
    /// Lets Linux's <c>perf</c> tell which guest code the host executes: <c>/tmp/perf-PID.map</c> names each translated block by the guest's symbol and offset. The file stays.
    /// An engine that does not translate writes nothing.
    /// </summary>
    public MachineBuilder WithPerfMap()
    {
        _translation = _translation with { WritesPerfMap = true };
        return this;
    }

    /// <summary>Adds a function to the PCI bus by which guests test their accesses: QEMU's pci-testdev. It stands behind the virtio devices.</summary>
    public MachineBuilder WithPciTestDevice()
    {
        _hasPciTestDevice = true;
        return this;
    }

    /// <summary>
    /// Measures by the host's time, too, how long requests to devices take, see <see cref="MachineStatistics.Latencies"/>. It costs some fifty nanoseconds a request; a guest sees nothing of it.
    /// </summary>
    public MachineBuilder WithHostLatency()
    {
        _hostLatency = true;
        return this;
    }

    /// <summary>Writes a timeline of requests to virtio devices, see <see cref="ChromeTrace"/>. It holds virtual time only, so two runs that are alike have files that are.</summary>
    /// <param name="path">The file; of several machines that are built, the last one's trace stays.</param>
    public MachineBuilder WithTrace(string path) => WithTrace(() => ChromeTrace.Create(path));

    /// <summary>Lets somebody hear of what happens in the machine: requests to virtio devices, interrupts, resets.</summary>
    /// <param name="createTrace">Makes the listener, once for each machine that is built; the machine disposes it.</param>
    public MachineBuilder WithTrace(Func<ITraceSink> createTrace)
    {
        ArgumentNullException.ThrowIfNull(createTrace);
        _createTrace = createTrace;
        return this;
    }

    /// <summary>Gives a place for diagnostics.</summary>
    /// <param name="logging">Makes the loggers.</param>
    public MachineBuilder WithLogging(ILoggerFactory logging)
    {
        _logging = logging;
        return this;
    }

    /// <summary>Makes the device tree that the machine would hand over, without building it.</summary>
    /// <exception cref="BoardOptionException">The board does not take one of the options.</exception>
    /// <exception cref="EmulatorException">An image is missing or broken.</exception>
    public byte[] BuildDeviceTree() => HandOver.Plan(_board.Describe(_options), ReadSources()).DeviceTree.ToArray();

    /// <summary>Builds the machine, ready for its first instruction.</summary>
    /// <exception cref="BoardOptionException">The board does not take one of the options.</exception>
    /// <exception cref="EmulatorException">An image is missing, broken, for another machine, or does not fit; or the host has no memory.</exception>
    public Machine Build()
    {
        BoardDescription board = _board.Describe(_options);
        ICpuEngine engine = _engine.Create(_translation);
        if (_engine.IsAutomatic && engine is InterpreterEngine && _logging?.CreateLogger("Emulator") is { } logger)
        {
            LogInterpreting(logger, CpuEngineFactory.NoTranslator);
        }

        CheckVirtio(board);
        LoadPlan plan = HandOver.Plan(board, ReadSources());
        if (_translation.WritesPerfMap && engine is TranslationEngine translator)
        {
            translator.PerfMap = new PerfMap(plan.Symbols);
        }

        BoardRegion? bank1 = board.Find("flash1");
        FlashFile? flash1 = _flash1 is null || bank1 is null ? null : FlashFile.Open(_flash1, bank1.Length);
        _attachments.Clear();
        var machine = new Machine(board, plan, engine, new MachineSettings
        {
            Flash1 = flash1,
            RamMode = _ramMode,
            FastForward = _fastForward,
            NoReboot = _noReboot,
            Time = _time,
            NanosecondsPerInstruction = _nanosecondsPerInstruction,
            TimeProvider = _timeProvider,
            MeasuresHostLatency = _hostLatency,
            Follower = _follower?.Create(_translation),
            VirtioDevices = [.. _virtio],
            Virtio = _virtioOptions,
            HasPciTestDevice = _hasPciTestDevice,
            Logger = _logging?.CreateLogger("Emulator"),
        });
        try
        {
            foreach (IMachineAttachment attachment in _attachments)
            {
                attachment.Attach(machine);
            }

            StartTrace(machine);
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "guest code is interpreted: {Reason}")]
    private static partial void LogInterpreting(ILogger logger, string reason);

    private void StartTrace(Machine machine)
    {
        if (_createTrace is null)
        {
            return;
        }

        try
        {
            machine.StartTrace(_createTrace());
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    private BootSources ReadSources() => new()
    {
        Firmware = Read(_firmware),
        Kernel = Read(_kernel),
        Initrd = Read(_initrd),
        DeviceTree = Read(_deviceTree),
        CommandLine = _commandLine,
    };

    private static ImageFile? Read(string? path) => path is null ? null : ImageFile.Read(path, LargestImage);
}
