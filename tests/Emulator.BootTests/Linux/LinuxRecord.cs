using System.Collections.Concurrent;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.Linux;

/// <summary>What a Linux kernel did that was booted to a shell, asked some questions and switched off.</summary>
internal sealed class LinuxRecord
{
    /// <summary>The shell's prompt.</summary>
    public const string Prompt = @"^[~/] # ";

    /// <summary>Eight processes that compute at the same time.</summary>
    public const string SeveralProcesses = "for n in 1 2 3 4 5 6 7 8; do (i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; echo =$i) & done; wait";

    /// <summary>The second CPU goes and comes back.</summary>
    public const string SwitchOffAndOn =
        "cd /sys/devices/system/cpu; echo 0 > cpu1/online; cat online; echo 1 > cpu1/online; cat online; cd /";

    /// <summary>The commands, in order; the last one ends the machine.</summary>
    public static readonly IReadOnlyList<string> Commands =
    [
        "uname -a", "mount -t proc proc /proc", "mount -t sysfs sysfs /sys", "mount -t devtmpfs devtmpfs /dev", "cat /proc/cpuinfo", "sleep 2; cat /proc/uptime",
        SeveralProcesses, SwitchOffAndOn, "cat /proc/interrupts", "dmesg", "poweroff -f",
    ];

    /// <summary>Limits of a boot. The host's time is generous: it bounds no test that passes.</summary>
    public static readonly ExpectOptions Limits = new() { VirtualTime = TimeSpan.FromSeconds(120), HostTime = TimeSpan.FromMinutes(20) };

    // A configuration is booted once, however many tests look at it.
    private static readonly ConcurrentDictionary<LinuxGuest, Lazy<LinuxRecord>> s_records = new();

    private readonly Dictionary<string, string> _answers = [];

    private LinuxRecord(MachineBuilder builder)
    {
        using Machine machine = builder.WithLockstepIfWanted().Build();
        machine.Console.TranscriptLimit = int.MaxValue;
        _ = machine.Console.Expect(Prompt, Limits);
        foreach (string command in Commands.SkipLast(1))
        {
            _answers.Add(command, machine.Console.SendLine(command).Expect(Prompt, Limits).Before);
        }

        _ = machine.Console.SendLine(Commands[^1]);
        End = machine.Run(new RunLimits { Until = machine.Clock.Now.After(10_000_000_000) });
        Console = machine.Console.Transcript;
        Statistics = machine.Statistics;
    }

    /// <summary>All that was printed.</summary>
    public string Console { get; }

    /// <summary>Why the run ended after the last command.</summary>
    public StopReason End { get; }

    /// <summary>What the machine did over the whole run.</summary>
    public MachineStatistics Statistics { get; }

    /// <summary>What a command printed, its echo included.</summary>
    public string this[string command] => _answers[command];

    /// <summary>A machine that boots an image of the store to a shell.</summary>
    public static MachineBuilder Describe(LinuxGuest guest)
    {
        var image = new GuestImage(guest.Image);
        return new MachineBuilder(Board.Virt).WithMemory(1024.MiB()).WithCpu(guest.CpuModel).WithCpus(guest.Cpus)
            .WithKernel(image["kernel"]).WithInitrd(guest.HasInitrd ? image["initrd"] : BusyboxDisk.Path).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh");
    }

    /// <summary>The record of a guest; the running test is left out when its image cannot be had.</summary>
    public static LinuxRecord Of(LinuxGuest guest)
    {
        MachineBuilder builder = Describe(guest);
        return s_records.GetOrAdd(guest, _ => new Lazy<LinuxRecord>(() => new LinuxRecord(builder))).Value;
    }

    /// <summary>Boots on another engine, for comparisons with what <see cref="Of"/> gives.</summary>
    public static LinuxRecord On(LinuxGuest guest, string engine) => new(Describe(guest).WithEngine(engine));

    /// <summary>Boots anew, for comparisons with what <see cref="Of"/> gives.</summary>
    public static LinuxRecord Again(LinuxGuest guest) => new(Describe(guest));
}
