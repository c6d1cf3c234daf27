using Emulator.Tests.Interrupts;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

/// <content>The event stream.</content>
internal sealed partial class GenericTimerTests
{
    [TestCase(0x4u, 0, 16)]        // bit 0 rising: at odd counts
    [TestCase(0x4u, 16, 48)]
    [TestCase(0xcu, 0, 32)]        // bit 0 falling: at even counts
    [TestCase(0x44u, 0, 256)]      // bit 4 rising
    [TestCase(0x44u, 256, 768)]
    [TestCase(0x44u, 255, 256)]
    [TestCase(0x4cu, 0, 512)]      // bit 4 falling
    [TestCase(0xf4u, 0, 524_288)]  // bit 15
    public void EventStreamFollowsABitOfTheCount(uint control, long after, long expected)
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.KernelControl, control);
        Assert.That(bench.Timer.NextStreamEvent(new VirtualTime(after)), Is.EqualTo(new VirtualTime(expected)));
        bench.Write(TimerSystemRegister.KernelControl, 0);
        bench.Write(TimerSystemRegister.HypervisorControl, control);
        Assert.That(bench.Timer.NextStreamEvent(new VirtualTime(after)), Is.EqualTo(new VirtualTime(expected)));
    }

    [Test]
    public void EventStreamIsOffAtResetAndFollowsTheVirtualOffset()
    {
        var bench = new TimerBench();
        Assert.That(bench.Timer.NextStreamEvent(VirtualTime.Zero), Is.EqualTo(VirtualTime.Never));
        bench.Write(TimerSystemRegister.VirtualOffset, 3);
        bench.Write(TimerSystemRegister.KernelControl, 0x14);
        Assert.That(bench.Timer.NextStreamEvent(VirtualTime.Zero), Is.EqualTo(new VirtualTime(16)), "the count is -3; bit 1 rises at -2");
    }

    [Test]
    public void EventStreamAgreesWithCounting([Values(0x4u, 0x1cu, 0x24u, 0x3cu)] uint control, [Values(0ul, 5ul)] ulong offset)
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.VirtualOffset, offset);
        bench.Write(TimerSystemRegister.KernelControl, control);
        int bit = (int)(control >> 4);
        ulong wanted = (control & 8) != 0 ? 0u : 1u;
        var found = new List<long>();
        for (VirtualTime at = bench.Timer.NextStreamEvent(VirtualTime.Zero); at.Nanoseconds < 1600; at = bench.Timer.NextStreamEvent(at))
        {
            found.Add(at.Nanoseconds / 16);
        }

        var counted = new List<long>();
        for (ulong count = 1; count < 100; count++)
        {
            ulong now = ((count - offset) >> bit) & 1;
            ulong before = ((count - 1 - offset) >> bit) & 1;
            if (now != before && now == wanted)
            {
                counted.Add((long)count);
            }
        }

        Assert.That(found, Is.EqualTo(counted));
    }
}
