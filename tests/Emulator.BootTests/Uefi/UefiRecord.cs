using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.Uefi;

/// <summary>What EDK2 did that was taken to its shell, asked some questions and switched off.</summary>
internal sealed partial class UefiRecord
{
    /// <summary>The shell's prompt.</summary>
    public const string Prompt = "Shell> ";

    // An image is booted once, however many tests look at it.
    private static readonly ConcurrentDictionary<(string Image, int Cpus), Lazy<UefiRecord>> s_records = new();

    private readonly Dictionary<string, string> _answers = [];

    private UefiRecord(MachineBuilder builder)
    {
        using Machine machine = builder.WithLockstepIfWanted().Build();
        _ = machine.Console.Expect(Prompt);
        foreach (string command in new[] { "map", "memmap", "pci" })
        {
            _answers.Add(command, Plain(machine.Console.SendLine(command).Expect(Prompt).Before));
        }

        _ = machine.Console.SendLine("reset -s");
        End = machine.Run(new RunLimits { Until = machine.Clock.Now.After(10_000_000_000) });
        Console = Plain(machine.Console.Transcript);
        Statistics = machine.Statistics;
    }

    /// <summary>All that was printed, without the terminal's control sequences.</summary>
    public string Console { get; }

    /// <summary>Why the run ended after the last command.</summary>
    public StopReason End { get; }

    /// <summary>What the machine did over the whole run.</summary>
    public MachineStatistics Statistics { get; }

    /// <summary>What a command printed, its echo included, without the terminal's control sequences.</summary>
    public string this[string command] => _answers[command];

    /// <summary>A machine that starts an image of the store.</summary>
    public static MachineBuilder Describe(GuestImage image, int cpus = 1) =>
        new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithCpus(cpus).WithFirmware(image.Path);

    /// <summary>The record of an image from the store; the running test is left out when the image cannot be had.</summary>
    public static UefiRecord Of(string image, int cpus)
    {
        MachineBuilder builder = Describe(new GuestImage(image), cpus);
        return s_records.GetOrAdd((image, cpus), _ => new Lazy<UefiRecord>(() => new UefiRecord(builder))).Value;
    }

    /// <summary>Boots on another engine, for comparisons with what <see cref="Of"/> gives.</summary>
    public static UefiRecord On(string image, int cpus, string engine) => new(Describe(new GuestImage(image), cpus).WithEngine(engine));

    /// <summary>Text without the terminal's control sequences (ECMA-48, 5.4).</summary>
    public static string Plain(string text) => ControlSequence().Replace(text, "");

    [GeneratedRegex(@"\e\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex ControlSequence();
}
