using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>How the two sides of rings wait: no message is slept over, who looks is not woken, and a side that sleeps sees the death of the other.</summary>
[Platform("Linux")]
public sealed class RingWaitingTests : WindowFixture
{
    private const int Milliseconds = 20_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(Milliseconds);

    [Test]
    public void What_comes_while_a_side_falls_asleep_is_taken_at_once()
    {
        var bell = new HookedBell(isPatient: true);
        using var server = new HeardMessages();
        using var isConnected = new ManualResetEventSlim();
        ICarrier? front = null;
        bell.FallingAsleep = () =>
        {
            bell.FallingAsleep = null;
            isConnected.Wait();
            front!.Send(HeardMessages.Numbered(7));
        };
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take, bell);
        using ICarrier connected = front = WindowListener.Connect(Window, TimeProvider.System);
        isConnected.Set();
        Assert.That(server.Take(s_patience), Is.EqualTo(7));
    }

    [Test]
    public void Who_sleeps_is_rung_and_who_is_awake_is_not()
    {
        var bell = new HookedBell();
        var ringer = new HookedBell();
        using var server = new HeardMessages();
        // It is held in the middle of its falling asleep, where its announcement stands.
        using var isAsleep = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        bell.FallingAsleep = () =>
        {
            isAsleep.Set();
            mayGoOn.Wait();
        };
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take, bell);
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System, ringer);
        Assert.That(isAsleep.Wait(s_patience), Is.True);
        front.Send(HeardMessages.Numbered(1));
        front.Send(HeardMessages.Numbered(2));
        Assert.That(ringer.Wakes, Is.EqualTo(1), "once is enough");

        server.Hold();
        bell.FallingAsleep = null;
        mayGoOn.Set();
        Assert.That(server.IsHeld.Wait(s_patience), Is.True);
        front.Send(HeardMessages.Numbered(3));
        Assert.That(ringer.Wakes, Is.EqualTo(1), "it is awake");
        server.GoOn();
        Assert.That(new[] { server.Take(s_patience), server.Take(s_patience), server.Take(s_patience) }, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void No_message_is_slept_over_whoever_waits()
    {
        // Nobody is woken by the time: one ring that is missing is for ever.
        const int Count = 5_000;
        const int LeftToTheThread = 500;
        var pauses = new Random(1);
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, carrier => carrier.Start(new EchoingSink(carrier)), new HookedBell(isPatient: true));
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System, new HookedBell(isPatient: true));
        using var client = new HeardMessages();
        client.Take(front);
        Task task = Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                Thread.SpinWait(pauses.Next(0, 2_000));
                front.Send(HeardMessages.Numbered(i));
                int heard;
                while (!client.TryTake(out heard))
                {
                    if (i % LeftToTheThread == 0)
                    {
                        heard = client.Take(s_patience);
                        break;
                    }

                    _ = front.TryWait(Milliseconds);
                }

                Assert.That(heard, Is.EqualTo(i));
            }
        });
        Assert.That(task.Wait(3 * s_patience), Is.True);
    }

    [Test]
    public void What_found_no_room_goes_while_its_sender_waits_itself()
    {
        const int Count = 2_000;
        using var server = new HeardMessages();
        ICarrier? back = null;
        server.Hold();
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, carrier => server.Take(back = carrier));
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System);
        using var client = new HeardMessages();
        client.Take(front);
        for (int i = 0; i < Count; i++)
        {
            front.Send(HeardMessages.Numbered(i));
        }

        server.Heard = number =>
        {
            if (number == Count - 1)
            {
                back!.Send(HeardMessages.Numbered(number));
            }
        };
        server.GoOn();
        int heard;
        for (int waits = 0; !client.TryTake(out heard); waits++)
        {
            Assert.That(waits, Is.LessThan(Count), "each takes what there is, or a millisecond at least");
            _ = front.TryWait(1);
        }

        Assert.That(heard, Is.EqualTo(Count - 1));
    }

    [Test]
    public void An_interruption_ends_the_next_wait_and_lets_the_thread_sleep_on()
    {
        var bell = new HookedBell();
        using var server = new HeardMessages();
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take);
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System, bell);
        using var client = new HeardMessages();
        client.Take(front);
        Assert.That(bell.Sleeps.Wait(s_patience), Is.True);
        front.Interrupt();
        Assert.That(bell.Sleeps.Wait(s_patience), Is.True, "the thread sleeps again");
        Assert.That(front.TryWait(int.MaxValue), Is.True, "it does not wait");
    }

    [Test]
    public void The_death_of_a_back_end_is_seen_by_who_sleeps([Values] bool waitsItself)
    {
        // It holds its byte of the file, and says nothing more.
        SharedWindow back = SharedWindow.Create(Window, 0x1000);
        RingHead head = Head(back, isDevice: true);
        head.Status = RingStatus.Initial;
        Task meeting = Task.Run(() =>
        {
            RingHead other = Head(back, isDevice: false);
            SpinWait.SpinUntil(() => other.Status == RingStatus.Ready);
            head.Status = RingStatus.Ready;
            SpinWait.SpinUntil(() => other.Status == RingStatus.Running);
            head.Status = RingStatus.Running;
        });
        var bell = new HookedBell();
        using ICarrier front = WindowListener.Connect(Window, TimeProvider.System, bell);
        meeting.Wait();
        using var client = new HeardMessages();
        client.Take(front);
        Task waiting = waitsItself ? Task.Run(() => WaitUntilLost(front, client)) : Task.CompletedTask;
        Assert.That(bell.Sleeps.Wait(s_patience), Is.True);

        back.Dispose();

        Assert.That(client.Lost.Wait(s_patience), Is.True);
        Assert.That(waiting.Wait(s_patience), Is.True);
    }

    [Test]
    public void The_death_of_a_front_end_is_seen_by_a_back_end_that_sleeps()
    {
        var bell = new HookedBell();
        using var server = new HeardMessages();
        using WindowListener listener = WindowListener.Listen(Window, 0x1000, server.Take, bell);
        SharedWindow front = SharedWindow.Open(Window, TimeProvider.System);
        RingHead head = Head(front, isDevice: false);
        RingHead other = Head(front, isDevice: true);
        head.Status = RingStatus.Initial;
        SpinWait.SpinUntil(() => other.Status == RingStatus.Initial);
        head.Tail = 0;
        head.Head = 0;
        head.Status = RingStatus.Ready;
        SpinWait.SpinUntil(() => other.Status == RingStatus.Ready);
        head.Status = RingStatus.Running;
        Assert.That(bell.Sleeps.Wait(s_patience), Is.True);

        front.Dispose();

        Assert.That(server.Lost.Wait(s_patience), Is.True);
    }

    private static unsafe RingHead Head(SharedWindow window, bool isDevice) =>
        new(window.Pointer + (isDevice ? WindowLayout.Own.DeviceHead : WindowLayout.Own.DriverHead));

    private static void WaitUntilLost(ICarrier front, HeardMessages client)
    {
        while (!client.Lost.IsSet)
        {
            _ = front.TryWait(100);
        }
    }

    private sealed class EchoingSink(ICarrier carrier) : ICarrierSink
    {
        void ICarrierSink.Received(ReadOnlySpan<byte> message) => carrier.Send(message);

        void ICarrierSink.Lost(string reason)
        {
        }
    }
}
