using System.Text.RegularExpressions;
using Emulator.Boards;
using Emulator.Debugging;
using Emulator.Network;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.VirtioProxy.VhostUser;
using Emulator.Timing;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Records;
using Microsoft.Extensions.Logging;

namespace Emulator.Tool.Running;

/// <summary>Builds the machine that was asked for and runs it to its end, with the first UART on the standard streams.</summary>
internal sealed class GuestRunner : IDisposable
{
    private readonly RunSettings _settings;
    private readonly IToolHost _host;
    private readonly ErrorLogger _log;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _either;
    private readonly LiveInput? _input;
    private readonly List<RunOutcome> _outcomes = [];
    private ChromeTrace? _trace;
    private volatile bool _left;

    /// <summary>Creates a runner; the limit on host time starts now.</summary>
    public GuestRunner(RunSettings settings, IToolHost host)
    {
        _settings = settings;
        _host = host;
        _log = new ErrorLogger(host.Error, ErrorLogger.LevelOf(settings.LogLevel));
        _timeout = settings.Timeout is { } limit ? new CancellationTokenSource(limit, host.Time) : new CancellationTokenSource();
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, _interrupt.Token);
        _input = settings.Script.Count == 0 && settings.DumpDeviceTree is null ? new LiveInput(host, Leave) : null;
    }

    /// <summary>How each run has ended.</summary>
    public IReadOnlyList<RunOutcome> Outcomes => _outcomes;

    /// <summary>Runs as often as asked, writes the statistics, and returns the tool's exit code.</summary>
    public int Run()
    {
        using IDisposable signals = _host.OnInterrupt(_interrupt.Cancel);
        if (_settings.DumpDeviceTree is { } file)
        {
            File.WriteAllBytes(file, Describe().BuildDeviceTree());
            return ExitCode.Success;
        }

        do
        {
            _outcomes.Add(RunOnce());
        }
        while (_outcomes.Count < _settings.Repeat && _outcomes[^1].ExitCode == ExitCode.Success && !_left);

        WriteStatistics();
        return _trace?.Failure is { } failure ? throw failure : _outcomes[^1].ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _timeout.Dispose();
        _interrupt.Dispose();
        _log.Dispose();
    }

    private void Leave()
    {
        _left = true;
        _interrupt.Cancel();
    }

    private MachineBuilder Describe()
    {
        MachineBuilder builder = new MachineBuilder(Board.Find(_settings.Board))
            .WithLogging(_log)
            .WithFastForward(_settings.FastForward)
            .WithInstructionTime(_settings.InstructionTime)
            .WithEngine(_host.FindEngine(_settings.Engine))
            .WithLockstep(_settings.Lockstep is { } engine ? _host.FindEngine(engine) : null)
            .WithTime(_settings.HostTime ?? _input is { IsTerminal: true } ? MachineTime.Host : MachineTime.Virtual);
        Set(_settings.Memory, size => builder.WithMemory(size));
        Set(_settings.Cpus, count => builder.WithCpus(count));
        Set(_settings.GicVersion, version => builder.WithGic(version));
        Set(_settings.ExceptionLevel, level => builder.WithExceptionLevel(level));
        Set(_settings.Seed, seed => builder.WithSeed(seed));
        Set(_settings.Rtc, date => builder.WithRtc(date));
        Set(_settings.CodeCache, size => builder.WithCodeCache(size));
        SetText(_settings.Cpu, builder.WithCpu);
        SetText(_settings.Firmware, builder.WithFirmware);
        SetText(_settings.Flash1, builder.WithFlash1);
        SetText(_settings.Kernel, builder.WithKernel);
        SetText(_settings.Initrd, builder.WithInitrd);
        SetText(_settings.CommandLine, builder.WithCommandLine);
        SetText(_settings.DeviceTree, builder.WithDeviceTree);
        if (_settings.PerfMap)
        {
            builder.WithPerfMap();
        }

        if (_settings.Trace is { } trace)
        {
            builder.WithTrace(() => _trace = ChromeTrace.Create(trace.File, trace.HasHostTime ? _host.Time : null));
        }

        if (_settings.Statistics is not null || _settings.Trace is { HasHostTime: true })
        {
            builder.WithHostLatency();
        }

        builder.WithVirtio(_settings.Virtio).WithVirtioMsi(_settings.VirtioMsi);
        foreach (DriveSettings drive in _settings.Drives)
        {
            builder.WithVirtioBlock(drive.File, drive.Options);
        }

        foreach (ProxySettings proxy in _settings.Proxies)
        {
            ProxyOptions options = proxy.Options with { Tls = _settings.Tls };
            _ = proxy.Server is { } server ? builder.WithVirtioProxyServer(server, options, proxy.Transport)
                : proxy.Address is { } address ? builder.WithVirtioProxy(address, options, proxy.Transport)
                : builder.WithVirtioProxyReplay(proxy.ReplayFile!, proxy.Transport);
        }

        foreach (VhostUserSettings served in _settings.VhostUser)
        {
            builder.WithVhostUser(served.Device, served.Socket, served.Options);
        }

        if (_settings.Network is { Served: { } port })
        {
            builder.WithVhostUser(port.Device, port.Socket, port.Options);
        }
        else if (_settings.Network is { } network)
        {
            builder.WithVirtioNet(() => network.CreateLink(_log.CreateLogger("Emulator")), network.Device);
        }

        foreach (ShareSettings share in _settings.Shares)
        {
            builder.WithVirtioShare(share.Folder, share.Options);
        }

        if (_settings.HasEntropy)
        {
            builder.WithVirtioEntropy();
        }

        foreach (string name in _settings.VirtioDevices)
        {
            _ = name switch
            {
                "virtio-balloon" => builder.WithVirtioBalloon(),
                "virtio-keyboard" => builder.WithVirtioKeyboard(),
                _ => builder.WithVirtioClock(),
            };
        }

        if (_settings.HasPciTestDevice)
        {
            builder.WithPciTestDevice();
        }

        if (_settings.NoReboot)
        {
            builder.WithNoReboot();
        }

        return builder;

        static void Set<T>(T? value, Action<T> set)
            where T : struct
        {
            if (value is { } given)
            {
                set(given);
            }
        }

        static void SetText(string? value, Func<string, MachineBuilder> set)
        {
            if (value is not null)
            {
                set(value);
            }
        }
    }

    private RunOutcome RunOnce()
    {
        long started = _host.Time.GetTimestamp();
        using Machine machine = Describe().Build();
        using var output = new ConsoleOutput(_host.Output, _host.Time, machine.RequestStop);
        machine.Console.ByteReceived += output.Write;
        var script = new Script(_settings.Script, machine, _host.Time);
        using IDisposable? terminal = EnterTerminal();
        _input?.Connect(machine);

        long running = _host.Time.GetTimestamp();
        StopReason reason;
        ReplayException? difference = null;
        try
        {
            reason = RunScript(machine, script, output);
        }
        catch (ReplayException e)
        {
            (reason, difference) = (StopReason.Divergence, e);
        }
        finally
        {
            _input?.Disconnect();
        }

        long ended = _host.Time.GetTimestamp();
        double Until(long instant) => _host.Time.GetElapsedTime(instant, ended).TotalSeconds;

        output.Flush();
        terminal?.Dispose();
        if (output.Failure is { } failure)
        {
            throw new EmulatorException($"standard output cannot be written: {failure.Message}", failure);
        }

        (int exitCode, string stop) = Judge(machine, script, reason, difference);
        return new RunOutcome(exitCode, stop, _settings.NeedsStatistics ? machine.Statistics : null, Until(started), Until(running))
        {
            WorkSeconds = script.FirstMet is { } met ? Until(met) : null,
        };
    }

    private IDisposable? EnterTerminal()
    {
        if (_input is not { IsTerminal: true })
        {
            return null;
        }

        _host.Error.WriteLine("emu: Ctrl-A X leaves");
        return _host.EnterRawMode();
    }

    private StopReason RunScript(Machine machine, Script script, ConsoleOutput output)
    {
        var limits = new RunLimits
        {
            MaxInstructions = _settings.MaxInstructions ?? long.MaxValue,
            Until = _settings.MaxVirtual is { } most ? VirtualTime.FromTimeSpan(most) : VirtualTime.Never,
        };
        while (true)
        {
            machine.InputIsLive = _input is { IsLive: true };
            StopReason reason = machine.Run(limits, _either.Token);
            bool isMet = script.Continue();
            if (output.Failure is not null || script.IsComplete || (reason != StopReason.Requested && !isMet))
            {
                return reason;
            }

            // Otherwise the script goes on, or standard input has come to its end: then waiting for it is a lock-up.
        }
    }

    private (int ExitCode, string Stop) Judge(Machine machine, Script script, StopReason reason, ReplayException? difference)
    {
        if (script.IsComplete && difference is null)
        {
            return (ExitCode.Success, "script");
        }

        (int exitCode, string stop, string words) = reason switch
        {
            StopReason.PowerOff => (ExitCode.Success, "poweroff", "the guest switched itself off"),
            StopReason.Reset => (ExitCode.Success, "reset", "the guest reset itself"),
            StopReason.MaxVirtualTime => (ExitCode.Success, "max-virtual", "the limit of virtual time was reached"),
            StopReason.MaxInstructions => (ExitCode.Success, "max-instructions", "the limit of instructions was reached"),
            StopReason.LockUp => (ExitCode.LockUp, "lockup", "the guest locked up"),
            StopReason.Divergence => (ExitCode.Divergence, "divergence", "the engines differ"),
            _ when _left => (ExitCode.Success, "interrupted", ""),
            _ when _interrupt.IsCancellationRequested => (ExitCode.Interrupted, "interrupted", "interrupted"),
            _ => (ExitCode.ExpectationFailed, "timeout", "the limit of host time was reached"),
        };

        if (exitCode is ExitCode.Success or ExitCode.LockUp && script.Pending is not null)
        {
            exitCode = ExitCode.ExpectationFailed;
        }

        if (exitCode == ExitCode.Divergence)
        {
            _host.Error.WriteLine(difference is null ? machine.Divergence : $"emu: {difference.Message}");
        }

        if (exitCode is ExitCode.LockUp or ExitCode.ExpectationFailed)
        {
            Explain(machine, words, script.Pending);
        }

        return (exitCode, stop);
    }

    private void Explain(Machine machine, string words, Regex? pending)
    {
        _host.Error.WriteLine(pending is null ? $"emu: {words}" : $"emu: {words} before its output matched");
        _host.Error.WriteLine(new ConsoleFailure(pending?.ToString(), machine.Console.Tail, machine.DescribeState(), machine.Clock.Now).Describe());
    }

    private void WriteStatistics()
    {
        if (_settings.Statistics is not { } file)
        {
            return;
        }

        string text = StatisticsFile.Format(_outcomes, _settings.Repeat > 1);
        if (file == "-")
        {
            _host.Error.WriteLine(text);
        }
        else
        {
            File.WriteAllText(file, text + "\n");
        }
    }
}
