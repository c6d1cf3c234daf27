using System.Collections.Concurrent;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.UBoot;

/// <summary>What a machine did that was taken through <see cref="UBootScript"/>.</summary>
internal sealed class UBootRecord
{
    // An image goes through the script once, however many tests look at it.
    private static readonly ConcurrentDictionary<string, Lazy<UBootRecord>> s_records = new();

    /// <summary>Limits for the longest step, the self-test. The host's time is generous: it bounds no test that passes.</summary>
    private static readonly ExpectOptions s_limits = new()
    {
        VirtualTime = TimeSpan.FromSeconds(120),
        HostTime = TimeSpan.FromMinutes(10),
    };

    private readonly Dictionary<string, UBootMoment> _moments = [];

    private UBootRecord(MachineBuilder builder)
    {
        using Machine machine = builder.WithLockstepIfWanted().Build();
        machine.Console.TranscriptLimit = int.MaxValue;
        DeviceTree = machine.DeviceTree;
        foreach (UBootStep step in UBootScript.Steps)
        {
            MachineStatistics before = machine.Statistics;
            machine.Console.Send(step.Input);
            string answer;
            if (step.Until is null)
            {
                long start = machine.Console.OutputLength;
                End = machine.Run(new RunLimits { Until = machine.Clock.Now.After(5_000_000_000) });
                answer = machine.Console.Transcript[^(int)(machine.Console.OutputLength - start)..];
            }
            else
            {
                ConsoleMatch match = machine.Console.Expect(step.Until, s_limits);
                answer = match.Before + match.Value;
            }

            _moments.Add(step.Name, new UBootMoment(answer, before, machine.Statistics));
        }

        Console = machine.Console.Transcript;
        Statistics = machine.Statistics;
    }

    /// <summary>The device tree that the guest was handed.</summary>
    public ReadOnlyMemory<byte> DeviceTree { get; }

    /// <summary>All that was printed.</summary>
    public string Console { get; }

    /// <summary>Why the machine's run ended after the last step.</summary>
    public StopReason End { get; }

    /// <summary>What the machine did over the whole script.</summary>
    public MachineStatistics Statistics { get; }

    /// <summary>What came of a step.</summary>
    public UBootMoment this[string step] => _moments[step];

    /// <summary>The record of an image from the store; the running test is left out when the image cannot be had.</summary>
    public static UBootRecord Of(string image)
    {
        MachineBuilder builder = Describe(image);
        return s_records.GetOrAdd(image, _ => new Lazy<UBootRecord>(() => new UBootRecord(builder))).Value;
    }

    /// <summary>Takes an image through the script on another engine, for comparisons with what <see cref="Of"/> gives.</summary>
    public static UBootRecord On(string image, string engine) => new(Describe(image).WithEngine(engine));

    private static MachineBuilder Describe(string image) => new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithFirmware(new GuestImage(image).Path);
}
