using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Emulator.Testing;
using Emulator.Tool.Running;

namespace Emulator.Tool.CommandLine;

/// <summary>The options that <c>emu run</c> and <c>emu boot</c> share.</summary>
internal sealed class MachineOptions
{
    private const string TestDevice = "pci-testdev";
    private static readonly string[] s_virtioDevices = ["virtio-balloon", "virtio-keyboard", "virtio-rtc"];

    private readonly Option<string> _board = Text("--board", "virt|sbsa", "the machine (virt)");
    private readonly Option<string> _cpu = Text("--cpu", "NAME", "cortex-a53, cortex-a57, cortex-a72 or max (cortex-a57)");
    private readonly Option<string> _cpus = Text("--cpus", "N", "number of CPUs (1)");
    private readonly Option<string> _gic = Text("--gic", "2|3", "version of the interrupt controller (3)");
    private readonly Option<string> _memory = Text("--memory", "SIZE", "size of the RAM, for instance 1G (256M)");
    private readonly Option<string> _exceptionLevel = Text("--el", "1|2|3", "exception level out of reset; 3 adds the secure state (1)");
    private readonly Option<string> _firmware = Text("--firmware", "FILE", "raw image for flash bank 0, started at the reset vector, or an ELF");
    private readonly Option<string> _flash1 = Text("--flash1", "FILE", "contents of flash bank 1, made if missing, written back");
    private readonly Option<string> _kernel = Text("--kernel", "FILE", "Linux Image, ELF or raw; with --firmware offered to it");
    private readonly Option<string> _initrd = Text("--initrd", "FILE", "initial RAM disk of the kernel");
    private readonly Option<string> _append = Text("--append", "TEXT", "command line of the kernel");
    private readonly Option<string> _deviceTree = Text("--dtb", "FILE", "device tree to use instead of the board's own");
    private readonly Option<string> _dumpDeviceTree = Text("--dump-dtb", "FILE", "write the device tree and leave");
    private readonly Option<string[]> _drives = Many("--drive", "FILE[,...]", "a disk: ,via=mmio|pci ,readonly ,snapshot ,id=TEXT ,queues=N (other via not yet available)");
    private readonly Option<string[]> _shares = Many("--share", "FOLDER[,...]", "a folder for the guest to mount by 9P: ,tag=NAME ,readonly ,via=mmio|pci (tag=share)");
    private readonly Option<bool> _entropy = new("--entropy") { Description = "a virtio source of random numbers, made from the seed" };
    private readonly Option<string[]> _devices = Many("--device", "NAME", $"another device: {string.Join(", ", DeviceNames)}");
    private readonly Option<string> _virtio = Text("--virtio", "KIND", "virtio devices: modern or legacy, packed, inorder, notification-data, latency=NS (modern)");
    private readonly Option<string[]> _vhostUser = Many("--vhost-user", "KIND:SOCKET", "device of a vhost-user back end, blk, fs, net or vsock: ,via=mmio|pci ,memory=copied|direct ,queues=N ,tag=NAME ,record=FILE");
    private readonly Option<string[]> _proxy = Many("--proxy", "ADDRESS[,...]", "devices of a virtio-proxy back end, unix:PATH, tcp:ADDRESS:PORT or shm:PATH, or of a record, replay:FILE: ,via=mmio|pci ,memory=chains|copied|direct|fat ,record=FILE ,timeout=SECONDS ,fault=KIND:MESSAGE");
    private readonly TlsOptions _tls = new();
    private readonly Option<string> _net = Text("--net", "none|lan|vhost-user:SOCKET", "network: lan has DHCP, and TFTP and HTTP of ,folder=DIR; ,bootfile=NAME ,via=mmio|pci ,pcap=FILE (none)");
    private readonly Option<string[]> _sharedMemory = Many("--ivshmem", "size=N[,...]", "shared-memory device (not yet available)");
    private readonly Option<string> _virtioMsi = Text("--virtio-msi", "none|v2|dragonball", "MSI extension of the mmio transports (none)");
    private readonly Option<string> _engine = Text("--engine", "auto|jit|interpreter|unicorn", "CPU engine (auto)");
    private readonly Option<string> _lockstep = Text("--lockstep", "ENGINE", "run a second engine beside the first, stop with 5 at the first difference");
    private readonly Option<string> _codeCache = Text("--code-cache", "SIZE", "most host code that translating keeps, 1M to 1G (64M)");
    private readonly Option<bool> _perfMap = new("--perf-map") { Description = "tell perf which guest code it sees: /tmp/perf-PID.map" };
    private readonly Option<string> _time = Text("--time", "virtual|host", "clock (virtual; host when a person types)");
    private readonly Option<string> _instructionTime = Text("--instruction-time", "NS", "virtual time that an instruction takes, 1 to 1000 nanoseconds (1)");
    private readonly Option<string> _seed = Text("--seed", "N", "seeds everything random that a guest can see (fixed)");
    private readonly Option<string> _rtc = Text("--rtc", "TIME", "date at start, ISO 8601 (2024-01-01T00:00:00Z)");
    private readonly Option<string> _trace = Text("--trace", "FILE[,virtual]", "write a timeline of virtio requests, for Perfetto and emu report; ,virtual leaves host time out");
    private readonly Option<string> _repeat = Text("--repeat", "N", "run the same machine N times in one process (1)");
    private readonly Option<bool> _noReboot = new("--no-reboot") { Description = "a reset ends the run" };
    private readonly Option<string[]> _expect = Many("--expect", "REGEX", "script: wait until the first UART's output matches");
    private readonly Option<string[]> _send = Many("--send", "TEXT", @"script: type text; \n, \r, \t, \e, \0, \\ and \xHH are escapes");
    private readonly Option<string> _timeout = Text("--timeout", "SECONDS", "limit on host time for the whole run");
    private readonly Option<string> _maxVirtual = Text("--max-virtual", "SECONDS", "limit on virtual time");
    private readonly Option<string> _maxInstructions = Text("--max-instructions", "N", "limit on retired instructions");
    private readonly Option<bool> _noFastForward = new("--no-fast-forward") { Description = "execute polling loops instruction by instruction" };
    private readonly Option<string> _statistics = Text("--stats", "FILE", "write statistics as JSON at the end (- is standard error)");
    private readonly Option<string> _log = Text("--log", "LEVEL", "trace, debug, information, warning or error on standard error (warning)");
    private readonly Option<string> _gdb = Text("--gdb", "PORT", "wait for a debugger (not yet available)");

    private IEnumerable<Option> All =>
    [
        _board, _cpu, _cpus, _gic, _memory, _exceptionLevel, _firmware, _flash1, _kernel, _initrd, _append, _deviceTree, _dumpDeviceTree,
        _drives, _shares, _entropy, _devices, _virtio, _vhostUser, _proxy, .. _tls.All, _net, _sharedMemory, _virtioMsi, _engine, _lockstep, _codeCache, _perfMap, _time, _instructionTime, _seed, _rtc, _trace, _repeat, _noReboot,
        _expect, _send, _timeout, _maxVirtual, _maxInstructions, _noFastForward, _statistics, _log, _gdb,
    ];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads what was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="defaults">What holds for options that were not given.</param>
    /// <exception cref="UsageException">A value is wrong.</exception>
    /// <exception cref="NotAvailableException">Something is asked for that is not built yet.</exception>
    public RunSettings Read(ParseResult parsed, RunSettings defaults)
    {
        string? Given(Option<string> option) => parsed.GetValue(option);
        T Or<T>(Option<string> option, T otherwise, Func<string, string, T> read) =>
            Given(option) is { } text ? read(option.Name, text) : otherwise;
        string? File(Option<string> option, string? otherwise) => Or(option, otherwise, NotEmpty);

        RunSettings settings = defaults with
        {
            Board = Or(_board, defaults.Board, (o, t) => Values.OneOf(o, t, "virt", "sbsa")),
            Cpu = Or(_cpu, defaults.Cpu, (o, t) => Values.OneOf(o, t, [.. Boards.BoardOptions.CpuModels])),
            Cpus = Or(_cpus, defaults.Cpus, (o, t) => (int)Values.Count(o, t, 1, int.MaxValue)),
            Memory = Or(_memory, defaults.Memory, (o, t) => Values.Size(o, t)),
            GicVersion = Or(_gic, defaults.GicVersion, (o, t) => (int)Values.Count(o, t, 2, 3)),
            ExceptionLevel = Or(_exceptionLevel, defaults.ExceptionLevel, (o, t) => (int)Values.Count(o, t, 1, 3)),
            Firmware = File(_firmware, defaults.Firmware),
            Flash1 = File(_flash1, defaults.Flash1),
            Kernel = File(_kernel, defaults.Kernel),
            Initrd = File(_initrd, defaults.Initrd),
            CommandLine = Given(_append) ?? defaults.CommandLine,
            DeviceTree = File(_deviceTree, defaults.DeviceTree),
            DumpDeviceTree = File(_dumpDeviceTree, defaults.DumpDeviceTree),
            VirtioMsi = Or(_virtioMsi, defaults.VirtioMsi, (o, t) => Values.OneOf(o, t, "none", "v2", "dragonball") switch
            {
                "v2" => Boards.VirtioMsi.Version2,
                "dragonball" => Boards.VirtioMsi.Dragonball,
                _ => Boards.VirtioMsi.None,
            }),
            VhostUser = parsed.GetValue(_vhostUser) is { Length: > 0 } served ? [.. served.Select(VhostUserOption.Read)] : defaults.VhostUser,
            Network = Or(_net, defaults.Network, (_, text) => NetworkOption.Read(text)),
            Drives = parsed.GetValue(_drives) is { Length: > 0 } drives ? [.. drives.Select(DriveOption.Read)] : defaults.Drives,
            Proxies = parsed.GetValue(_proxy) is { Length: > 0 } proxies ? [.. proxies.Select(text => ProxyOption.ReadSettings(_proxy.Name, text))] : defaults.Proxies,
            Tls = _tls.Read(parsed) ?? defaults.Tls,
            Shares = parsed.GetValue(_shares) is { Length: > 0 } shares ? ShareOption.ReadAll(shares) : defaults.Shares,
            HasEntropy = defaults.HasEntropy || parsed.GetValue(_entropy),
            HasPciTestDevice = defaults.HasPciTestDevice || ReadDevices(parsed).Contains(TestDevice),
            VirtioDevices = ReadDevices(parsed).Where(name => name != TestDevice).ToArray() is { Length: > 0 } devices ? devices : defaults.VirtioDevices,
            Virtio = Or(_virtio, defaults.Virtio, (_, t) => VirtioOption.Read(t)),
            Engine = Or(_engine, defaults.Engine, (o, t) => Values.OneOf(o, t, "auto", "jit", "interpreter", "unicorn")),
            Lockstep = Or<string?>(_lockstep, defaults.Lockstep, (o, t) => Values.OneOf(o, t, "auto", "jit", "interpreter", "unicorn")),
            CodeCache = Or<ulong?>(_codeCache, defaults.CodeCache, (o, t) => Values.Size(o, t, 1UL << 20, 1UL << 30)),
            PerfMap = defaults.PerfMap || parsed.GetValue(_perfMap),
            HostTime = Or(_time, defaults.HostTime, (o, t) => Values.OneOf(o, t, "virtual", "host") == "host"),
            InstructionTime = Or(_instructionTime, defaults.InstructionTime, (o, t) => (int)Values.Count(o, t, 1, MachineBuilder.MaximumInstructionTime)),
            Seed = Or<ulong?>(_seed, defaults.Seed, (o, t) => Values.Number(o, t)),
            Rtc = Or<DateTimeOffset?>(_rtc, defaults.Rtc, (o, t) => Values.Date(o, t)),
            Repeat = Or(_repeat, defaults.Repeat, (o, t) => (int)Values.Count(o, t, 1, int.MaxValue)),
            NoReboot = defaults.NoReboot || parsed.GetValue(_noReboot),
            FastForward = defaults.FastForward && !parsed.GetValue(_noFastForward),
            Script = ReadScript(parsed) is { Count: > 0 } script ? script : defaults.Script,
            Timeout = Or<TimeSpan?>(_timeout, defaults.Timeout, (o, t) => Values.Seconds(o, t)),
            MaxVirtual = Or<TimeSpan?>(_maxVirtual, defaults.MaxVirtual, (o, t) => Values.Seconds(o, t)),
            MaxInstructions = Or<long?>(_maxInstructions, defaults.MaxInstructions, (o, t) => Values.Count(o, t, 1)),
            Trace = Or(_trace, defaults.Trace, (_, t) => TraceOption.Read(t)),
            Statistics = File(_statistics, defaults.Statistics),
            LogLevel = Or(_log, defaults.LogLevel, (o, t) => Values.OneOf(o, t, "trace", "debug", "information", "warning", "error")),
        };
        RefuseWhatIsNotBuilt(parsed, settings);
        return settings;
    }

    private void RefuseWhatIsNotBuilt(ParseResult parsed, RunSettings settings)
    {
        foreach (Option option in new Option[] { _sharedMemory, _gdb })
        {
            Refuse(parsed.GetResult(option) is { Implicit: false }, option.Name);
        }

        Refuse(settings.Board == "sbsa", "--board sbsa");

        static void Refuse(bool asked, string what)
        {
            if (asked)
            {
                throw new NotAvailableException(what);
            }
        }
    }

    // The order of the two options among each other is the script's order, so it is read from the tokens.
    private List<ScriptStep> ReadScript(ParseResult parsed)
    {
        var steps = new List<ScriptStep>();
        string option = "";
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                option = token.Value;
            }
            else if (token.Type == TokenType.Argument && option == _send.Name)
            {
                steps.Add(ScriptStep.Send(Escapes.Replace(token.Value)));
            }
            else if (token.Type == TokenType.Argument && option == _expect.Name)
            {
                steps.Add(ScriptStep.Expect(ReadPattern(token.Value)));
            }
        }

        return steps;
    }

    private static Regex ReadPattern(string text)
    {
        try
        {
            return ConsoleMatcher.CreatePattern(text);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--expect: {e.Message}");
        }
    }

    private static string NotEmpty(string option, string text) =>
        text.Length > 0 ? text : throw new UsageException($"{option}: a file name is missing");

    private static string[] DeviceNames => [TestDevice, .. s_virtioDevices];

    private string[] ReadDevices(ParseResult parsed) => Array.ConvertAll(parsed.GetValue(_devices) ?? [], name => Values.OneOf(_devices.Name, name, DeviceNames));

    private static Option<string> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };

    private static Option<string[]> Many(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}
