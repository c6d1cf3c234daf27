using Emulator.Cpu;
using Emulator.Cpu.FastForward;

namespace Emulator.Tests.Cpu.FastForward;

/// <summary>What is taken for polling, and how the detector becomes wary of loops that were not worth it.</summary>
internal sealed unsafe class PollDetectorTests
{
    private const int Distance = 20;

    private CpuState _state;
    private PollDetector _detector = null!;

    [SetUp]
    public void Create()
    {
        _state = default;
        _detector = new PollDetector();
    }

    [Test]
    public void TheSamePlaceReadAgainAndAgainIsFound()
    {
        Assert.That(PollsUntilFound(), Is.EqualTo(15), "7 that are no driver's, and 8");
        Assert.That(_state.ExitRequest, Is.EqualTo(1));
    }

    [Test]
    public void ReadingsFarApartAreNone()
    {
        Assert.That(PollsUntilFound(distance: 5000), Is.Zero);
    }

    [Test]
    public void AnEffectBetweenIsNoPolling()
    {
        for (int i = 0; i < 100; i++)
        {
            _detector.NoteEffect();
            for (int poll = 0; poll < 10; poll++)
            {
                Poll(Distance, 1);
            }
        }

        Assert.That(_detector.HasFound, Is.False);
    }

    [Test]
    public void EachVainSearchDoublesTheReadingsToTheNext()
    {
        long most = 1 << 17;
        long unseen = _detector.Unseen;
        Assert.That(unseen, Is.Zero, "readings are looked at one by one at first");
        for (long wanted = 8; wanted < 4 * most; wanted *= 2)
        {
            Assert.That(PollsUntilFound(), Is.EqualTo(Math.Min(wanted, most)).Within(7));
            _detector.Conclude(worthwhile: false);
            Assert.That(_detector.Unseen, Is.EqualTo(Math.Min((2 * unseen) + 1, (most / 8) - 1)));
            unseen = _detector.Unseen;
        }

        Assert.That(PollsUntilFound(), Is.EqualTo(most));
        _detector.Conclude(worthwhile: true);
        Assert.That(PollsUntilFound(), Is.EqualTo(8));
        Assert.That(_detector.Unseen, Is.Zero);
    }

    [Test]
    public void OneReadingMayStandForSeveral()
    {
        _ = PollsUntilFound();
        _detector.Conclude(worthwhile: false);
        Assert.That(PollsUntilFound(distance: Distance * 4, readings: 4), Is.EqualTo(4));
        _detector.Conclude(worthwhile: false);
        Assert.That(PollsUntilFound(distance: 5000, readings: 4), Is.EqualTo(8), "each of them within the distance");
    }

    // Zero when there was none for long.
    private int PollsUntilFound(int distance = Distance, int readings = 1)
    {
        for (int polls = 1; polls < 1 << 18; polls++)
        {
            Poll(distance, readings);
            if (_detector.HasFound)
            {
                return polls;
            }
        }

        return 0;
    }

    private void Poll(int distance, int readings)
    {
        fixed (CpuState* state = &_state)
        {
            state->Retired += distance;
            _detector.NotePoll(state, readings);
        }
    }
}
