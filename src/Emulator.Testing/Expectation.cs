using System.Globalization;
using System.Text.RegularExpressions;
using Emulator.Timing;

namespace Emulator.Testing;

/// <summary>One pattern that a console is expected to print, and what has been seen of it.</summary>
internal sealed class Expectation(MachineConsole console, Regex pattern, ExpectOptions options)
{
    private readonly ConsoleMatcher _matcher = new(pattern);
    private readonly KnownBadDetector _knownBad = new(options.KnownBad, pattern);
    private string? _badText;

    private bool IsOver => _matcher.Match is not null || _badText is not null;

    /// <summary>Runs the machine until the pattern has matched.</summary>
    public ConsoleMatch Meet()
    {
        // The machine may have run, without anybody expecting anything, since the previous match.
        ReadOnlySpan<byte> unmatched = console.Unmatched();
        for (int i = 0; i < unmatched.Length; i++)
        {
            Take(unmatched[i]);
            if (IsOver)
            {
                return Conclude(console.OutputLength - unmatched.Length + i + 1);
            }
        }

        StopReason reason = Run();
        if (IsOver)
        {
            return Conclude(console.OutputLength);
        }

        options.Cancellation.ThrowIfCancellationRequested();
        throw reason switch
        {
            StopReason.MaxVirtualTime => new ConsoleTimeoutException($"{Seconds(options.VirtualTime)} of virtual time passed", Context()),
            StopReason.Cancelled => new ConsoleTimeoutException($"{Seconds(options.HostTime)} of host time passed", Context()),
            _ => new GuestHaltedException(reason, Context()),
        };
    }

    private StopReason Run()
    {
        VirtualTime deadline = console.Host.Now.After(VirtualTime.FromTimeSpan(options.VirtualTime).Nanoseconds);
        using var watchdog = new CancellationTokenSource(options.HostTime, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(watchdog.Token, options.Cancellation);
        console.ByteReceived += OnByte;
        try
        {
            return console.Host.Run(new RunLimits { Until = deadline }, either.Token);
        }
        finally
        {
            console.ByteReceived -= OnByte;
        }
    }

    private void OnByte(byte value)
    {
        if (IsOver)
        {
            return;
        }

        Take(value);
        if (IsOver)
        {
            console.Host.RequestStop();
        }
    }

    // A match wins over a known-bad text that the same byte completes.
    private void Take(byte value)
    {
        string? bad = _knownBad.Append(value);
        if (!_matcher.Append(value))
        {
            _badText = bad;
        }
    }

    private ConsoleMatch Conclude(long end)
    {
        console.MatchedLength = end;
        if (_matcher.Match is not null)
        {
            console.Host.Mark($"expected: {pattern}");
        }

        return _matcher.Match is { } match
            ? new ConsoleMatch(console, match)
            : throw new KnownBadOutputException(_badText!, Context());
    }

    private ConsoleFailure Context() =>
        new(pattern.ToString(), console.Tail, console.Host.DescribeState(), console.Host.Now);

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";
}
