using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Balloon;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioBalloonTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const int Inflate = 0;
    private const int Deflate = 1;
    private const int Statistics = 2;
    private const ulong StatisticsRing = GuestMemory.Base + 0x4_0000;
    private const ulong Given = GuestMemory.Base + 0x60_0000;

    [Test]
    public void PagesOfTheBalloonAreGivenBackAndReadAsZeros()
    {
        Rig rig = StartRig();
        rig.Memory.Write(Given - 4096, Enumerable.Repeat((byte)7, 4 * 4096).ToArray());
        rig.Memory.Ram.ClearDirty();
        Put(rig, [(uint)(Given >> 12), (uint)(Given >> 12) + 1]);

        Assert.That(rig.Memory.Read(Given, 2 * 4096), Is.All.Zero);
        Assert.That(rig.Memory.Read(Given - 4096, 4096), Is.All.EqualTo(7));
        Assert.That(rig.Memory.Read(Given + (2 * 4096), 4096), Is.All.EqualTo(7));
        Assert.That(rig.Memory.Ram.IsDirty((int)((Given - GuestMemory.Base) >> 12)), Is.True);
        rig.Memory.Write(Given, [9]);
        Assert.That(rig.Memory.Read(Given, 1)[0], Is.EqualTo(9));
    }

    [Test]
    public void PagesThatAreNoRamAreNoMatter()
    {
        Rig rig = StartRig();
        Put(rig, [0, uint.MaxValue, (uint)(GuestMemory.DeviceWindow >> 12)]);
        Assert.That(rig.Memory.Bus.DeviceAccesses, Is.Zero);
        Assert.That(rig.Transport.Counters.Faults, Is.Zero);
    }

    [Test]
    public void TargetIsToldAndTheGuestSaysHowFarItIs()
    {
        Rig rig = StartRig();
        var balloon = (IVirtioBalloon)rig.Model;
        balloon.TargetBytes = 16 << 20;

        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(2));
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Configuration), Is.EqualTo(4096));
        rig.Transport.Write32(VirtioMmioDriver.Configuration, 1);
        rig.Transport.Write32(VirtioMmioDriver.Configuration + 4, 256);
        Assert.That(balloon.TargetBytes, Is.EqualTo(16 << 20), "it is the host's");
        Assert.That(balloon.ActualBytes, Is.EqualTo(1 << 20));
        Assert.That(() => balloon.TargetBytes = 4097, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => balloon.TargetBytes = -4096, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void DeflatingIsAcknowledged()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate();
        VirtqueueDriver ring = rig.Driver.StartQueue(Deflate, Ring);
        rig.Driver.SetReady();
        ring.Add([new(Data, 8, false)]);
        rig.Driver.Notify(Deflate);
        Assert.That(ring.TryTakeUsed(out _), Is.True);
    }

    [Test]
    public void StatisticsAreReadFromTheBufferThatTheDriverLeaves()
    {
        Rig rig = StartRig();
        var balloon = (IVirtioBalloon)rig.Model;
        VirtqueueDriver ring = rig.Driver.StartQueue(Statistics, StatisticsRing);
        AddStatistics(free: 1000);
        Assert.That(ring.TryTakeUsed(out _), Is.False, "it stays until there is a wish for more");
        Assert.That(balloon.Statistics, Is.EqualTo(new Dictionary<int, ulong> { [4] = 1000, [5] = 5000 }));

        balloon.RequestStatistics();
        Assert.That(ring.TryTakeUsed(out _), Is.True);
        AddStatistics(free: 900);

        Assert.That(balloon.Statistics[4], Is.EqualTo(900));
        Assert.That(ring.TryTakeUsed(out _), Is.False);

        void AddStatistics(ulong free)
        {
            rig.Memory.Write(Data, [4, 0, .. BitConverter.GetBytes(free), 5, 0, .. BitConverter.GetBytes(5000ul), 0xff, 0xff, .. new byte[8], 1]);
            ring.Add([new(Data, 31, false)]);
            Assert.That(ring.NeedsKick(), Is.True);
            rig.Driver.Notify(Statistics);
        }
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioBalloon(settings);

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 4096);
        memory.Write(at, BitConverter.GetBytes((uint)(Given >> 12) + (uint)index));
        return [new(at, 4, false)];
    }

    private static void Put(Rig rig, uint[] pages)
    {
        rig.Memory.Write(Data, [.. pages.SelectMany(BitConverter.GetBytes)]);
        rig.Ring.Add([new(Data, (uint)(4 * pages.Length), false)]);
        rig.Driver.Notify(Inflate);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }
}
