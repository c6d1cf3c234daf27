using Emulator.Interrupts;
using Emulator.Tests.Interrupts;
using Emulator.Timing;

namespace Emulator.Tests.Timing;

/// <content>Which level may access what.</content>
internal sealed partial class GenericTimerTests
{
    [Test]
    public void CountsAreReadOnly([Values(TimerSystemRegister.PhysicalCount, TimerSystemRegister.VirtualCount)] int register) =>
        Assert.That(new TimerBench().TryWrite((ushort)register, 1), Is.EqualTo(SystemRegisterResult.Undefined));

    [TestCase(TimerSystemRegister.PhysicalCount, 1u)]
    [TestCase(TimerSystemRegister.VirtualCount, 2u)]
    [TestCase(TimerSystemRegister.VirtualControl, 0x100u)]
    [TestCase(TimerSystemRegister.VirtualTimerValue, 0x100u)]
    [TestCase(TimerSystemRegister.VirtualCompareValue, 0x100u)]
    [TestCase(TimerSystemRegister.PhysicalControl, 0x200u)]
    [TestCase(TimerSystemRegister.PhysicalTimerValue, 0x200u)]
    [TestCase(TimerSystemRegister.PhysicalCompareValue, 0x200u)]
    public void El0NeedsTheKernelsLeave(int register, uint leave)
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.KernelControl, 0x3ff & ~leave);
        Assert.That(bench.TryRead((ushort)register, out ulong value, level: 0, secure: false), Is.EqualTo(SystemRegisterResult.TrapToEl1));
        Assert.That(value, Is.Zero);
        Assert.That(bench.TryRead((ushort)register, out _, level: 1, secure: false), Is.EqualTo(SystemRegisterResult.Ok));
        bench.Write(TimerSystemRegister.KernelControl, leave);
        Assert.That(bench.TryRead((ushort)register, out _, level: 0, secure: false), Is.EqualTo(SystemRegisterResult.Ok));
    }

    [TestCase(0u, SystemRegisterResult.TrapToEl1)]
    [TestCase(1u, SystemRegisterResult.Ok)]
    [TestCase(2u, SystemRegisterResult.Ok)]
    [TestCase(0x300u, SystemRegisterResult.TrapToEl1)]
    public void El0ReadsTheFrequencyWhenItReadsACount(uint kernelControl, object expected)
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.KernelControl, kernelControl);
        Assert.That(bench.TryRead(TimerSystemRegister.Frequency, out _, level: 0), Is.EqualTo(expected));
    }

    [TestCase(false, false, 1)]
    [TestCase(true, false, 2)]
    [TestCase(false, true, 3)]
    [TestCase(true, true, 3)]
    public void OnlyTheHighestLevelWritesTheFrequency(bool hasEl2, bool hasEl3, int highest)
    {
        var bench = new TimerBench(new GenericTimerOptions { HasEl2 = hasEl2, HasEl3 = hasEl3 });
        for (int level = 0; level <= highest; level++)
        {
            Assert.That(
                bench.TryWrite(TimerSystemRegister.Frequency, 1, level, secure: false),
                Is.EqualTo(level == highest ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined));
        }

        bench.Pass(16);
        Assert.That(bench.Timer.PhysicalCount, Is.EqualTo(1), "the counter does not listen");
    }

    [TestCase(TimerSystemRegister.PhysicalCount, 1u)]
    [TestCase(TimerSystemRegister.PhysicalControl, 2u)]
    [TestCase(TimerSystemRegister.PhysicalTimerValue, 2u)]
    [TestCase(TimerSystemRegister.PhysicalCompareValue, 2u)]
    public void HypervisorTrapsThePhysicalTimer(int register, uint leave)
    {
        var bench = new TimerBench();
        bench.Write(TimerSystemRegister.KernelControl, 0x3ff);
        bench.Write(TimerSystemRegister.HypervisorControl, 3 & ~leave);
        Assert.Multiple(() =>
        {
            Assert.That(bench.TryRead((ushort)register, out _, 0, secure: false), Is.EqualTo(SystemRegisterResult.TrapToEl2));
            Assert.That(bench.TryRead((ushort)register, out _, 1, secure: false), Is.EqualTo(SystemRegisterResult.TrapToEl2));
            Assert.That(bench.TryRead((ushort)register, out _, 2, secure: false), Is.EqualTo(SystemRegisterResult.Ok));
            Assert.That(bench.TryRead((ushort)register, out _, 1, secure: true), Is.EqualTo(SystemRegisterResult.Ok));
            Assert.That(bench.TryRead(TimerSystemRegister.VirtualCount, out _, 1, secure: false), Is.EqualTo(SystemRegisterResult.Ok));
        });
        bench.Write(TimerSystemRegister.KernelControl, 0);
        Assert.That(bench.TryRead((ushort)register, out _, 0, secure: false), Is.EqualTo(SystemRegisterResult.TrapToEl1), "EL1 comes first");
    }

    [Test]
    public void HypervisorRegistersNeedEl2([Values(
        TimerSystemRegister.VirtualOffset,
        TimerSystemRegister.HypervisorControl,
        TimerSystemRegister.HypervisorTimerValue,
        TimerSystemRegister.HypervisorTimerControl,
        TimerSystemRegister.HypervisorCompareValue)] int register)
    {
        var bench = new TimerBench();
        Assert.That(bench.TryRead((ushort)register, out _, 1, secure: false), Is.EqualTo(SystemRegisterResult.Undefined));
        Assert.That(bench.TryWrite((ushort)register, 0, 1, secure: false), Is.EqualTo(SystemRegisterResult.Undefined));
        Assert.That(bench.TryWrite((ushort)register, 0, 2, secure: false), Is.EqualTo(SystemRegisterResult.Ok));

        var without = new TimerBench(new GenericTimerOptions { HasEl3 = true });
        without.Write((ushort)register, ulong.MaxValue);
        Assert.That(without.Read((ushort)register), Is.Zero, "RES0 to EL3 without EL2");
        Assert.That(without.TryRead(TimerSystemRegister.PhysicalCount, out _, 1, secure: false), Is.EqualTo(SystemRegisterResult.Ok));
    }

    [TestCase(3, true, 0ul, SystemRegisterResult.Ok)]
    [TestCase(1, true, 0ul, SystemRegisterResult.TrapToEl3)]
    [TestCase(1, true, 1ul << 11, SystemRegisterResult.Ok)]
    [TestCase(1, false, 1ul << 11, SystemRegisterResult.Undefined)]
    [TestCase(2, false, 1ul << 11, SystemRegisterResult.Undefined)]
    [TestCase(0, true, 1ul << 11, SystemRegisterResult.Undefined)]
    public void SecureTimerBelongsToEl3AndWithLeaveToSecureEl1(int level, bool secure, ulong secureConfiguration, object expected)
    {
        var bench = new TimerBench();
        foreach (ushort register in new[] { TimerSystemRegister.SecureTimerValue, TimerSystemRegister.SecureControl, TimerSystemRegister.SecureCompareValue })
        {
            Assert.That(bench.TryRead(register, out _, level, secure, secureConfiguration), Is.EqualTo(expected));
            Assert.That(bench.TryWrite(register, 0, level, secure, secureConfiguration), Is.EqualTo(expected));
        }
    }
}
