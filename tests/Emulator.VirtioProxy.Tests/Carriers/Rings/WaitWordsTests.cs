using System.Runtime.InteropServices;
using Emulator.VirtioProxy.Carriers.Rings;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>A side sleeps by a word and is woken, in whatever order the steps of both sides come.</summary>
public sealed unsafe class WaitWordsTests
{
    [Test]
    public void No_order_of_steps_lets_a_side_sleep_that_has_something_to_take([Values(1, 2, 3)] int messages)
    {
        // The sleeper announces, looks, and sleeps; who sends writes, and rings, for each message. A set bit is a step of the sleeper.
        int steps = 3 + (2 * messages);
        int orders = 0;
        uint* memory = stackalloc uint[2];
        for (uint order = 0; order < 1u << steps; order++)
        {
            if (uint.PopCount(order) != 3)
            {
                continue;
            }

            orders++;
            new Span<uint>(memory, 2).Clear();
            var words = new WaitWords(memory);
            var bell = new ModelledBell();
            int written = 0;
            bool hasLooked = false;
            bool hasSeen = false;
            bool isToRing = false;
            for (int step = 0; step < steps; step++)
            {
                if ((order >> step & 1) == 0)
                {
                    if (isToRing)
                    {
                        words.Ring(bell);
                    }
                    else
                    {
                        written++;
                    }

                    isToRing = !isToRing;
                }
                else if (!words.IsAnnounced && !hasLooked && !bell.WasAnnounced)
                {
                    words.Announce();
                    bell.WasAnnounced = true;
                }
                else if (!hasLooked)
                {
                    hasLooked = true;
                    hasSeen = written > 0;
                }
                else if (!hasSeen)
                {
                    words.Wait(bell, 0);
                }
            }

            Assert.That(bell.IsAsleep, Is.False, $"order {order:b}");
        }

        Assert.That(orders, Is.GreaterThanOrEqualTo(10));
    }

    [Test]
    public void At_the_same_instant_the_sleeper_sees_what_is_written_or_it_is_rung()
    {
        const int Count = 20_000;
        uint* memory = (uint*)NativeMemory.AllocZeroed(2 * sizeof(uint));
        var words = new WaitWords(memory);
        var bell = new ModelledBell();
        int written = 0;
        int turn = 0;
        var ringer = new Thread(() =>
        {
            for (int i = 1; i <= Count; i++)
            {
                Await(2 * i);
                Volatile.Write(ref written, i);
                words.Ring(bell);
                _ = Interlocked.Increment(ref turn);
            }
        });
        ringer.Start();
        int overslept = 0;
        for (int i = 1; i <= Count; i++)
        {
            int wakes = bell.Wakes;
            _ = Interlocked.Add(ref turn, i == 1 ? 2 : 1);
            words.Announce();
            bool hasSeen = Volatile.Read(ref written) == i;
            Await((2 * i) + 1);
            words.Withdraw();
            overslept += hasSeen || bell.Wakes != wakes ? 0 : 1;
        }

        ringer.Join();
        NativeMemory.Free(memory);
        Assert.That(overslept, Is.Zero);

        void Await(int number)
        {
            var wait = default(SpinWait);
            while (Volatile.Read(ref turn) < number)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    [Test]
    public void Who_sleeps_is_rung_once_and_who_looks_is_not()
    {
        uint* memory = stackalloc uint[2];
        var words = new WaitWords(memory);
        var bell = new ModelledBell();

        words.Ring(bell);
        Assert.That(bell.Wakes, Is.Zero, "it has not said that it sleeps");

        words.Announce();
        words.Ring(bell);
        words.Ring(bell);
        Assert.That(bell.Wakes, Is.EqualTo(1));

        words.Announce();
        words.Withdraw();
        words.Ring(bell);
        Assert.That(bell.Wakes, Is.EqualTo(1));
    }

    [Test]
    public void A_side_that_has_not_told_its_processor_has_none()
    {
        uint* memory = stackalloc uint[2];
        memory[0] = 0;
        memory[1] = 0;
        var words = new WaitWords(memory);
        Assert.That(words.Processor, Is.EqualTo(-1));
        words.Processor = 0;
        Assert.That((words.Processor, memory[1]), Is.EqualTo((0, 1u)));
    }

    // What the operating system does, at one instant.
    private sealed class ModelledBell : IBell
    {
        public bool WasAnnounced { get; set; }

        public bool IsAsleep { get; private set; }

        public int Wakes { get; private set; }

        public void Wait(uint* word, uint value, int milliseconds) => IsAsleep = *word == value;

        public void Wake(uint* word)
        {
            IsAsleep = false;
            Wakes++;
        }
    }
}
