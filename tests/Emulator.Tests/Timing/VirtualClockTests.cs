using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

public class VirtualClockTests
{
    [Test]
    public void TimeIsAFunctionOfRetiredInstructionsAndSkippedTime()
    {
        var counter = new Counter();
        var clock = new VirtualClock(counter, nanosecondsPerInstruction: 2);

        counter.RetiredInstructions = 50;
        clock.SkipTo(new VirtualTime(1000));
        counter.RetiredInstructions = 60;

        Assert.That(clock.Now, Is.EqualTo(new VirtualTime(1020)));
        clock.SkipTo(new VirtualTime(5));
        Assert.That(clock.Now, Is.EqualTo(new VirtualTime(1020)), "time never goes back");
        Assert.That(clock.InstructionsUntil(new VirtualTime(1025)), Is.EqualTo(3));
        Assert.That(clock.InstructionsUntil(new VirtualTime(1000)), Is.Zero);
        Assert.That(clock.InstructionsUntil(VirtualTime.Never), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void DueTimersFireByDeadlineThenId()
    {
        var counter = new Counter();
        var clock = new VirtualClock(counter);
        var log = new Log();
        TimerId[] timers = [.. Enumerable.Range(0, 4).Select(i => clock.Register($"t{i}", log))];
        clock.Arm(timers[3], new VirtualTime(10));
        clock.Arm(timers[1], new VirtualTime(20));
        clock.Arm(timers[2], new VirtualTime(10));
        clock.Arm(timers[0], new VirtualTime(30));

        counter.RetiredInstructions = 20;
        clock.FireDueTimers();

        Assert.That(log.Fired, Is.EqualTo(new[] { timers[2], timers[3], timers[1] }));
        Assert.That(clock.NextDeadline, Is.EqualTo(new VirtualTime(30)));
    }

    [Test]
    public void TimerArmedForThePastByATimerFiresInTheSameRound()
    {
        var counter = new Counter { RetiredInstructions = 100 };
        var clock = new VirtualClock(counter);
        var log = new Log();
        TimerId second = clock.Register("second", log);
        TimerId first = clock.Register("first", new Chain(() => clock.Arm(second, VirtualTime.Zero)));
        clock.Arm(first, new VirtualTime(50));

        clock.FireDueTimers();

        Assert.That(log.Fired, Is.EqualTo(new[] { second }));
    }

    [Test]
    public void ChangeOfTheNextDeadlineIsTold()
    {
        var clock = new VirtualClock(new Counter());
        TimerId timer = clock.Register("t", new Log());
        int told = 0;
        clock.NextDeadlineChanged += () => told++;

        clock.Arm(timer, new VirtualTime(10));
        clock.Arm(timer, new VirtualTime(10));
        clock.Disarm(timer);

        Assert.That(told, Is.EqualTo(2));
        Assert.That(clock.DeadlineOf(timer), Is.EqualTo(VirtualTime.Never));
    }

    [Test]
    public void SnapshotFindsTimersByName()
    {
        var source = new VirtualClock(new Counter());
        _ = ClockWith(source, "a", "b");
        source.SkipTo(new VirtualTime(77));
        var writer = new SnapshotWriter();
        source.Save(writer);
        var target = new VirtualClock(new Counter());
        TimerId[] swapped = ClockWith(target, "b", "a");

        target.Load(new SnapshotReader(writer.ToArray()));

        Assert.That(target.Now, Is.EqualTo(new VirtualTime(77)));
        Assert.That(target.DeadlineOf(swapped[0]), Is.EqualTo(new VirtualTime(1001)));
        var stranger = new VirtualClock(new Counter());
        _ = ClockWith(stranger, "a", "c");
        Assert.That(() => stranger.Load(new SnapshotReader(writer.ToArray())), Throws.TypeOf<SnapshotException>().With.Message.Contains("'b'"));

        static TimerId[] ClockWith(VirtualClock clock, params string[] names)
        {
            TimerId[] timers = [.. names.Select(name => clock.Register(name, new Log()))];
            for (int i = 0; i < timers.Length; i++)
            {
                clock.Arm(timers[i], new VirtualTime(1000 + i));
            }

            return timers;
        }
    }

    [Test]
    public void TimerNameIsTakenOnce()
    {
        var clock = new VirtualClock(new Counter());
        _ = clock.Register("t", new Log());

        Assert.That(() => clock.Register("t", new Log()), Throws.ArgumentException);
    }

    private sealed class Counter : IInstructionCounter
    {
        public long RetiredInstructions { get; set; }
    }

    private sealed class Log : ITimerTarget
    {
        public List<TimerId> Fired { get; } = [];

        public void OnTimer(TimerId timer) => Fired.Add(timer);
    }

    private sealed class Chain(Action action) : ITimerTarget
    {
        public void OnTimer(TimerId timer) => action();
    }
}
