using Emulator.Interrupts;
using Emulator.Snapshots;
using Emulator.Tests.Interrupts;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

[TestFixture]
internal sealed partial class GenericTimerTests
{
    private const ulong Enabled = 1;
    private const ulong Masked = 2;
    private const ulong Status = 4;

    [TestCase(TimerSystemRegister.Frequency, 3, 0, 0)]
    [TestCase(TimerSystemRegister.PhysicalCount, 3, 0, 1)]
    [TestCase(TimerSystemRegister.VirtualCount, 3, 0, 2)]
    [TestCase(TimerSystemRegister.PhysicalTimerValue, 3, 2, 0)]
    [TestCase(TimerSystemRegister.PhysicalControl, 3, 2, 1)]
    [TestCase(TimerSystemRegister.PhysicalCompareValue, 3, 2, 2)]
    [TestCase(TimerSystemRegister.VirtualTimerValue, 3, 3, 0)]
    [TestCase(TimerSystemRegister.VirtualControl, 3, 3, 1)]
    [TestCase(TimerSystemRegister.VirtualCompareValue, 3, 3, 2)]
    [TestCase(TimerSystemRegister.KernelControl, 0, 1, 0)]
    [TestCase(TimerSystemRegister.VirtualOffset, 4, 0, 3)]
    [TestCase(TimerSystemRegister.HypervisorControl, 4, 1, 0)]
    [TestCase(TimerSystemRegister.HypervisorTimerValue, 4, 2, 0)]
    [TestCase(TimerSystemRegister.HypervisorTimerControl, 4, 2, 1)]
    [TestCase(TimerSystemRegister.HypervisorCompareValue, 4, 2, 2)]
    [TestCase(TimerSystemRegister.SecureTimerValue, 7, 2, 0)]
    [TestCase(TimerSystemRegister.SecureControl, 7, 2, 1)]
    [TestCase(TimerSystemRegister.SecureCompareValue, 7, 2, 2)]
    public void EncodingsAreThoseOfTheArchitecture(int register, int op1, int crm, int op2) =>
        Assert.That(register, Is.EqualTo(SystemRegisterAccess.Encode(3, op1, 14, crm, op2)));

    [TestCase(0, 0ul)]
    [TestCase(15, 0ul)]
    [TestCase(16, 1ul)]
    [TestCase(31, 1ul)]
    [TestCase(1_000_000_000, 62_500_000ul)]
    [TestCase(long.MaxValue, 576_460_752_303_423_487ul)]
    public void CountIsTimeTimesFrequencyRoundedDown(long nanoseconds, ulong expected)
    {
        var bench = new TimerBench();
        bench.Pass(nanoseconds);
        Assert.Multiple(() =>
        {
            Assert.That(bench.Read(TimerSystemRegister.PhysicalCount), Is.EqualTo(expected));
            Assert.That(bench.Read(TimerSystemRegister.VirtualCount), Is.EqualTo(expected));
            Assert.That(bench.Timer.PhysicalCount, Is.EqualTo(expected));
        });
    }

    [TestCase(TimerSystemRegister.Frequency, 62_500_000ul)]
    [TestCase(TimerSystemRegister.PhysicalControl, 0ul)]
    [TestCase(TimerSystemRegister.PhysicalCompareValue, 0ul)]
    [TestCase(TimerSystemRegister.VirtualControl, 0ul)]
    [TestCase(TimerSystemRegister.VirtualCompareValue, 0ul)]
    [TestCase(TimerSystemRegister.KernelControl, 0ul)]
    [TestCase(TimerSystemRegister.VirtualOffset, 0ul)]
    [TestCase(TimerSystemRegister.HypervisorControl, 3ul)]
    [TestCase(TimerSystemRegister.HypervisorTimerControl, 0ul)]
    [TestCase(TimerSystemRegister.HypervisorCompareValue, 0ul)]
    [TestCase(TimerSystemRegister.SecureControl, 0ul)]
    [TestCase(TimerSystemRegister.SecureCompareValue, 0ul)]
    public void ResetPutsBack(int register, ulong expected)
    {
        var bench = new TimerBench();
        Assert.That(bench.Read((ushort)register), Is.EqualTo(expected), "at first");
        bench.Write((ushort)register, expected ^ 1);
        Assert.That(bench.Read((ushort)register) & 1, Is.Not.EqualTo(expected & 1), "written");
        bench.Timer.Reset();
        Assert.That(bench.Read((ushort)register), Is.EqualTo(expected), "after reset");
    }

    [TestCase(TimerSystemRegister.Frequency, 0xffff_fffful)]
    [TestCase(TimerSystemRegister.PhysicalControl, 7ul)] // all ones, and a compare value of zero is met
    [TestCase(TimerSystemRegister.VirtualControl, 7ul)]
    [TestCase(TimerSystemRegister.HypervisorTimerControl, 7ul)]
    [TestCase(TimerSystemRegister.SecureControl, 7ul)]
    [TestCase(TimerSystemRegister.PhysicalCompareValue, ulong.MaxValue)]
    [TestCase(TimerSystemRegister.VirtualCompareValue, ulong.MaxValue)]
    [TestCase(TimerSystemRegister.HypervisorCompareValue, ulong.MaxValue)]
    [TestCase(TimerSystemRegister.SecureCompareValue, ulong.MaxValue)]
    [TestCase(TimerSystemRegister.VirtualOffset, ulong.MaxValue)]
    [TestCase(TimerSystemRegister.KernelControl, 0x3fful)]
    [TestCase(TimerSystemRegister.HypervisorControl, 0xfful)]
    public void RegistersHoldWhatTheyImplement(int register, ulong afterOnes)
    {
        var bench = new TimerBench();
        bench.Write((ushort)register, ulong.MaxValue);
        Assert.That(bench.Read((ushort)register), Is.EqualTo(afterOnes));
    }

    private static readonly object[] s_timers =
    [
        new object[] { TimerSystemRegister.PhysicalTimerValue, (TimerBench b) => b.Physical },
        new object[] { TimerSystemRegister.VirtualTimerValue, (TimerBench b) => b.Virtual },
        new object[] { TimerSystemRegister.HypervisorTimerValue, (TimerBench b) => b.Hypervisor },
        new object[] { TimerSystemRegister.SecureTimerValue, (TimerBench b) => b.SecurePhysical },
    ];

    [TestCaseSource(nameof(s_timers))]
    public void LineRisesAtTheFirstInstantOfTheCount(ushort timerValue, object lineOf)
    {
        var bench = new TimerBench();
        RecordingLine line = ((Func<TimerBench, RecordingLine>)lineOf)(bench);
        ushort control = (ushort)(timerValue + 1);
        ushort compare = (ushort)(timerValue + 2);
        bench.Pass(5);
        bench.Write(compare, 100);
        bench.Write(control, Enabled);
        Assert.That(bench.Clock.NextDeadline, Is.EqualTo(new VirtualTime(1600)));
        bench.RunTo(1599);
        Assert.Multiple(() =>
        {
            Assert.That(line.Level, Is.False);
            Assert.That(bench.Read(control), Is.EqualTo(Enabled));
        });
        bench.RunTo(1600);
        Assert.Multiple(() =>
        {
            Assert.That(line.Level, Is.True);
            Assert.That(bench.Read(control), Is.EqualTo(Enabled | Status));
            Assert.That(bench.Clock.NextDeadline, Is.EqualTo(VirtualTime.Never));
        });
        bench.Write(compare, 101);
        Assert.That(line.Level, Is.False, "the level follows the condition");
        bench.RunTo(5000);
        Assert.That(line.Level, Is.True);
        bench.Write(control, 0);
        Assert.That(line.Level, Is.False);
        foreach (RecordingLine other in new[] { bench.Physical, bench.Virtual, bench.Hypervisor, bench.SecurePhysical })
        {
            Assert.That(other.Calls, Is.EqualTo(other == line ? 4 : 0));
        }
    }

    [Test]
    public void StatusIsExactBeforeTheEventHasFired()
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.PhysicalCompareValue, 1);
        bench.Write(TimerSystemRegister.PhysicalControl, Enabled);
        bench.Pass(16);
        Assert.That(bench.Read(TimerSystemRegister.PhysicalControl), Is.EqualTo(Enabled | Status));
        Assert.That(bench.Physical.Level, Is.False, "the line moves at an instruction boundary");
    }

    [Test]
    public void MaskHidesTheInterruptButNotTheStatus()
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.PhysicalControl, Enabled | Masked);
        Assert.That(bench.Read(TimerSystemRegister.PhysicalControl), Is.EqualTo(Enabled | Masked | Status));
        Assert.That(bench.Physical.Level, Is.False);
        bench.Write(TimerSystemRegister.PhysicalControl, Enabled);
        Assert.That(bench.Physical.Level, Is.True);
    }

    [TestCase(1ul, 1ul)]
    [TestCase(0x7fff_fffful, 0x7fff_fffful)]
    [TestCase(0xffff_fffful, ulong.MaxValue)] // minus one
    [TestCase(0x1_0000_0005ul, 5ul)]
    public void TimerValueIsASignedDistance(ulong written, ulong distance)
    {
        var bench = new TimerBench();
        bench.Pass(1600);
        bench.Write(TimerSystemRegister.PhysicalTimerValue, written);
        Assert.That(bench.Read(TimerSystemRegister.PhysicalCompareValue), Is.EqualTo(100 + distance));
        bench.Pass(32);
        Assert.That(bench.Read(TimerSystemRegister.PhysicalTimerValue), Is.EqualTo((uint)(distance - 2)));
    }

    [TestCase(ulong.MaxValue)]
    [TestCase(ulong.MaxValue - 1)]
    [TestCase(1ul << 63)]
    public void CompareValuesPastTheEndOfTimeNeverFire(ulong compare)
    {
        var bench = new TimerBench();
        bench.Pass(16);
        bench.Write(TimerSystemRegister.PhysicalCompareValue, compare);
        bench.Write(TimerSystemRegister.PhysicalControl, Enabled);
        Assert.That(bench.Clock.NextDeadline, Is.EqualTo(VirtualTime.Never));
        bench.Pass(long.MaxValue / 2);
        Assert.That(bench.Read(TimerSystemRegister.PhysicalControl), Is.EqualTo(Enabled));
    }

    [Test]
    public void OffsetDelaysTheVirtualTimerOnly()
    {
        var bench = new TimerBench();
        bench.Pass(1600);
        bench.Write(TimerSystemRegister.VirtualOffset, 90);
        Assert.That(bench.Read(TimerSystemRegister.VirtualCount), Is.EqualTo(10));
        Assert.That(bench.Read(TimerSystemRegister.PhysicalCount), Is.EqualTo(100));
        bench.Write(TimerSystemRegister.VirtualCompareValue, 100);
        bench.Write(TimerSystemRegister.VirtualControl, Enabled);
        bench.RunTo((190 * 16) - 1);
        Assert.That(bench.Virtual.Level, Is.False);
        bench.RunTo(190 * 16);
        Assert.That(bench.Virtual.Level, Is.True);
        bench.Write(TimerSystemRegister.VirtualOffset, 91);
        Assert.That(bench.Virtual.Level, Is.False);
    }

    [Test]
    public void OffsetInTheFutureWrapsTheVirtualCount()
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.VirtualOffset, 10);
        Assert.That(bench.Read(TimerSystemRegister.VirtualCount), Is.EqualTo(ulong.MaxValue - 9));
        bench.Write(TimerSystemRegister.VirtualCompareValue, 5);
        bench.Write(TimerSystemRegister.VirtualControl, Enabled);
        Assert.That(bench.Virtual.Level, Is.True, "the comparison is unsigned");
        bench.RunTo(160);
        Assert.That(bench.Virtual.Level, Is.False, "the count starts anew");
        bench.RunTo(15 * 16);
        Assert.That(bench.Virtual.Level, Is.True);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(19_200_000)]
    [TestCase(24_000_000)]
    [TestCase(62_500_000)]
    [TestCase(999_999_937)]
    [TestCase(1_000_000_000)]
    [TestCase(10_000_000_000)]
    public void FirstInstantOfACountIsExact(long frequency)
    {
        var counter = new SystemCounter(frequency);
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++)
        {
            ulong count = (ulong)random.NextInt64(1, frequency * 1000);
            VirtualTime first = counter.FirstInstantOf(count);
            Assert.That(counter.CountAt(first), Is.GreaterThanOrEqualTo(count));
            Assert.That(counter.CountAt(new VirtualTime(first.Nanoseconds - 1)), Is.LessThan(count));
        }
    }

    [Test]
    public void CountAgreesWithWideArithmetic()
    {
        var random = new Random(2);
        for (int i = 0; i < 10_000; i++)
        {
            long frequency = random.NextInt64(1, 10_000_000_001);
            long instant = random.NextInt64();
            UInt128 expected = (UInt128)instant * (UInt128)frequency / 1_000_000_000;
            Assert.That(new SystemCounter(frequency).CountAt(new VirtualTime(instant)), Is.EqualTo((ulong)expected));
        }
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(10_000_000_001)]
    public void FrequenciesOutOfRangeAreRefused(long frequency) => Assert.That(
        () => new TimerBench(new GenericTimerOptions { Frequency = frequency }),
        Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void OtherRegistersAreNotHere()
    {
        var bench = new TimerBench();
        Assert.That(bench.TryRead(SystemRegisterAccess.Encode(3, 0, 12, 12, 0), out _), Is.EqualTo(SystemRegisterResult.NotHere));
        Assert.That(bench.TryWrite(SystemRegisterAccess.Encode(3, 3, 14, 4, 0), 0), Is.EqualTo(SystemRegisterResult.NotHere));
    }

    [Test]
    public void SnapshotRestoresRegistersLinesAndDeadlines()
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.PhysicalCompareValue, 10);
        bench.Write(TimerSystemRegister.PhysicalControl, Enabled);
        bench.Write(TimerSystemRegister.VirtualOffset, 7);
        bench.Write(TimerSystemRegister.VirtualCompareValue, 100);
        bench.Write(TimerSystemRegister.VirtualControl, Enabled);
        bench.Write(TimerSystemRegister.HypervisorTimerControl, Enabled | Masked);
        bench.Write(TimerSystemRegister.SecureCompareValue, 1000);
        bench.Write(TimerSystemRegister.KernelControl, 0x123);
        bench.Write(TimerSystemRegister.HypervisorControl, 0x45);
        bench.Write(TimerSystemRegister.Frequency, 123);
        bench.RunTo(160);
        byte[] timer = Save(bench.Timer);
        byte[] clock = Save(bench.Clock);

        var copy = new TimerBench();
        copy.Pass(160);
        copy.Clock.Load(new SnapshotReader(clock));
        copy.Timer.Load(new SnapshotReader(timer));
        Assert.Multiple(() =>
        {
            Assert.That(Save(copy.Timer), Is.EqualTo(timer));
            Assert.That(copy.Physical.Level, Is.True);
            Assert.That(copy.Virtual.Level, Is.False);
        });
        copy.RunTo((107 * 16) - 1);
        Assert.That(copy.Virtual.Level, Is.False);
        copy.RunTo(107 * 16);
        Assert.That(copy.Virtual.Level, Is.True);
    }

    [Test]
    public void SnapshotOfAnotherCpuIsRefused()
    {
        byte[] saved = Save(new TimerBench().Timer);
        var other = new TimerBench(new GenericTimerOptions { Cpu = 1 });
        Assert.That(() => other.Timer.Load(new SnapshotReader(saved)), Throws.InstanceOf<SnapshotException>());
    }

    [Test]
    public void TruncatedSnapshotsAreRefused()
    {
        byte[] saved = Save(new TimerBench().Timer);
        for (int length = 0; length < saved.Length; length++)
        {
            var bench = new TimerBench();
            Assert.That(() => bench.Timer.Load(new SnapshotReader(saved.AsMemory(0, length))), Throws.InstanceOf<SnapshotException>());
        }
    }

    [Test]
    public void TwoCpusShareAClock()
    {
        var bench = new TimerBench();
        var line = new RecordingLine();
        var second = new GenericTimer(new GenericTimerOptions { Cpu = 1 }, bench.Clock, new GenericTimerLines(line, line, line, line));
        Assert.That(second.Write(new SystemRegisterAccess(TimerSystemRegister.PhysicalControl, 1, false, 0, 1), 1), Is.EqualTo(SystemRegisterResult.Ok));
        Assert.That(line.Level, Is.True);
        Assert.That(bench.Physical.Level, Is.False);
        Assert.That(
            () => new GenericTimer(new GenericTimerOptions { Cpu = 1 }, bench.Clock, new GenericTimerLines(line, line, line, line)),
            Throws.ArgumentException);
    }

    [Test]
    public void AccessesAllocateNothing()
    {
        var bench = new TimerBench();
        void Use()
        {
            _ = bench.TryRead(TimerSystemRegister.VirtualCount, out _);
            _ = bench.TryWrite(TimerSystemRegister.VirtualTimerValue, 100);
            _ = bench.TryWrite(TimerSystemRegister.VirtualControl, 1);
            bench.Pass(2000);
            bench.Clock.FireDueTimers();
            _ = bench.TryWrite(TimerSystemRegister.VirtualControl, 0);
        }

        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Use();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static byte[] Save(ISnapshotState state)
    {
        var writer = new SnapshotWriter();
        state.Save(writer);
        return writer.ToArray();
    }
}
