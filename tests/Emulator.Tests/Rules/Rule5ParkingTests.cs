using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 5: a device that cannot answer yet parks the CPU on the instruction, with the clock standing still.</summary>
public class Rule5ParkingTests
{
    private const ulong DeviceBase = 0x0c00_0000;

    [Test]
    public void PendingReadLeavesTheInstructionUnretiredUntilTheAnswerIsThere()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Load(1, DeviceBase).LoadWord(0, 1).Add(2, 2, 1).Stop());
        var device = new SlowDevice(machine);
        machine.Bus.MapDevice(DeviceBase, device);

        StopReason reason = machine.RunFor(10);

        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.Register(0), Is.EqualTo(0xcafe));
        Assert.That(machine.Register(2), Is.EqualTo(1));
        Assert.That(device.InstantsAsked, Is.EqualTo(new[] { new VirtualTime(4), new VirtualTime(4), new VirtualTime(4) }), "the clock stood still");
        Assert.That(machine.RetiredInstructions, Is.EqualTo(10));
    }

    [Test]
    public void PendingWriteIsRepeatedAndDoneOnce()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Load(1, DeviceBase).Load(0, 77).StoreWord(0, 1).Stop());
        var device = new SlowDevice(machine);
        machine.Bus.MapDevice(DeviceBase, device);

        _ = machine.RunFor(20);

        Assert.That(device.Written, Is.EqualTo(new ulong[] { 77 }));
    }

    [Test]
    public void AnotherCpuGoesOnWhileOneIsParked()
    {
        GuestAssembler guest = new GuestAssembler().Load(1, DeviceBase).LoadWord(0, 1).Stop();
        int secondary = guest.Here;
        _ = guest.Add(3, 3, 1).Branch(secondary);
        using Machine machine = GuestMachine.Create(guest, new Emulator.Boards.BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });
        var device = new SlowDevice(machine, answersAfter: int.MaxValue);
        machine.Bus.MapDevice(DeviceBase, device);
        ((Emulator.Cpu.System.IPowerController)machine).TurnCpuOn(1, GuestMachine.CodeBase + (ulong)(4 * secondary), 0);

        StopReason reason = machine.RunFor(50_000);

        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.Register(3, cpu: 1), Is.GreaterThan(20_000));
        Assert.That(machine.ProgramCounter(), Is.EqualTo(GuestMachine.CodeBase + 16));
    }

    private sealed class SlowDevice(Machine machine, int answersAfter = 2) : IMmioDevice
    {
        private int _asked;

        public List<VirtualTime> InstantsAsked { get; } = [];

        public List<ulong> Written { get; } = [];

        public string Name => "slow";

        public ulong Length => 0x1000;

        public BusResult Read(in BusAccess access)
        {
            InstantsAsked.Add(machine.Clock.Now);
            return IsReady() ? 0xcafe : BusResult.Pending;
        }

        public BusStatus Write(in BusAccess access, ulong value)
        {
            if (!IsReady())
            {
                return BusStatus.Pending;
            }

            Written.Add(value);
            return BusStatus.Ok;
        }

        public void Reset(ResetKind kind) => _asked = 0;

        // A real back end signals from its own thread, when its reply has come.
        private bool IsReady()
        {
            if (_asked++ >= answersAfter)
            {
                return true;
            }

            if (answersAfter != int.MaxValue)
            {
                machine.Bus.SignalAnswer();
            }

            return false;
        }
    }
}
