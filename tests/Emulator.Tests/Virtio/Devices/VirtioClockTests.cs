using System.Buffers.Binary;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioClockTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const ushort Read = 1;
    private const ushort ReadCross = 2;
    private const ushort Configuration = 0x1000;
    private const ushort ClockCapabilities = 0x1001;
    private const ushort CrossCapabilities = 0x1002;
    private const ushort SetAlarm = 0x1004;
    private const byte NotSupported = 2;
    private const byte NoDevice = 3;

    private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void ClocksAreTheMachines()
    {
        Rig rig = StartRig();
        rig.World.Advance(1_500_000_001);
        Assert.That(Ask(rig, Read, 0), Is.EqualTo((0, (s_start.ToUnixTimeSeconds() * 1_000_000_000) + 1_500_000_001)));
        Assert.That(Ask(rig, Read, 1), Is.EqualTo((0, 1_500_000_001L)));
    }

    [Test]
    public void ClocksAreDescribed()
    {
        Rig rig = StartRig();
        Assert.That(Ask(rig, Configuration, 0), Is.EqualTo((0, 2L)));
        Assert.That(Ask(rig, ClockCapabilities, 0), Is.EqualTo((0, 0L)), "UTC");
        Assert.That(Ask(rig, ClockCapabilities, 1), Is.EqualTo((0, 2L)), "monotonic");
        Assert.That(Ask(rig, CrossCapabilities, 1), Is.EqualTo((0, 0L)));
    }

    [TestCase(Read, 2, NoDevice)]
    [TestCase(ClockCapabilities, 0xffff, NoDevice)]
    [TestCase(CrossCapabilities, 2, NoDevice)]
    [TestCase(ReadCross, 0, NotSupported)]
    [TestCase(SetAlarm, 0, NotSupported)]
    [TestCase((ushort)0xffff, 0, NotSupported)]
    public void OtherRequestsAreRefused(ushort request, int clock, byte status)
    {
        Rig rig = StartRig();
        Assert.That(Ask(rig, request, (ushort)clock), Is.EqualTo(((int)status, 0L)));
    }

    [TestCase(7u, 16u)]
    [TestCase(16u, 7u)]
    public void RequestThatIsTooShortNeedsAReset(uint readable, uint writable)
    {
        Rig rig = StartRig();
        rig.Ring.Add([new(Data, readable, false), new(Data + 64, writable, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioClock(settings with { StartDate = s_start });

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 4096);
        memory.Write(at, [0, 0x10, .. new byte[6]]);
        return [new(at, 8, false), new(at + 2048, 16, true)];
    }

    private static (int Status, long Value) Ask(Rig rig, ushort request, ushort clock)
    {
        rig.Memory.Write(Data, [.. BitConverter.GetBytes(request), .. new byte[6], .. BitConverter.GetBytes(clock), .. new byte[6]]);
        rig.Ring.Add([new(Data, 16, false), new(Data + 64, 16, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(16));
        byte[] answer = rig.Memory.Read(Data + 64, 16);
        return (answer[0], BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(8)));
    }
}
