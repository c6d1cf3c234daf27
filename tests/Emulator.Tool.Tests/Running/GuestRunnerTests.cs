using System.Text.RegularExpressions;
using Emulator.Tool.CommandLine;
using Emulator.Tool.Running;

namespace Emulator.Tool.Tests.Running;

public sealed class GuestRunnerTests
{
    private static readonly RunSettings Settings = new() { Kernel = Path.Combine(AppContext.BaseDirectory, "console.elf") };

    [Test]
    public void Work_is_timed_from_the_first_pattern_that_is_met()
    {
        RunOutcome outcome = Run(Settings with { Script = [Expect("ready> "), ScriptStep.Send("ab"), Expect("b")] });

        Assert.That(outcome.WorkSeconds, Is.GreaterThan(0).And.LessThan(outcome.RunSeconds));
        Assert.That(outcome.RunSeconds, Is.LessThan(outcome.WallSeconds));
    }

    [Test]
    public void Where_nothing_is_waited_for_there_is_no_work_to_be_timed() =>
        Assert.That(Run(Settings with { Script = [ScriptStep.Send("q")] }).WorkSeconds, Is.Null);

    private static ScriptStep Expect(string pattern) => ScriptStep.Expect(new Regex(pattern));

    private static RunOutcome Run(RunSettings settings)
    {
        var host = new FakeToolHost { Time = new EachLookASecond() };
        using var runner = new GuestRunner(settings, host);
        Assert.That(runner.Run(), Is.EqualTo(ExitCode.Success), host.ErrorText);
        return runner.Outcomes[^1];
    }

    private sealed class EachLookASecond : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }
}
