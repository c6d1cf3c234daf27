using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.InProcess;

/// <summary>A server of the same process, reached without messages and by them: either way a guest finds what it would find with a device of the machine's own.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class InProcessTests(bool usesMessages)
{
    private const int SectorSize = 512;

    private ServedDisk _disk = null!;

    [SetUp]
    public void StartServer() => _disk = new ServedDisk();

    [TearDown]
    public void StopServer() => _disk.Dispose();

    [Test]
    public void A_guest_finds_the_same_device()
    {
        using DiskRig served = CreateServed();
        using DiskRig own = CreateOwn();
        Span<byte> servedBytes = stackalloc byte[own.Device.ConfigurationLength];
        Span<byte> ownBytes = stackalloc byte[own.Device.ConfigurationLength];

        Assert.That((served.Device.DeviceType, served.Device.ConfigurationLength), Is.EqualTo((own.Device.DeviceType, own.Device.ConfigurationLength)));
        Assert.That(served.Device.Features | VirtioFeatures.Version1, Is.EqualTo(own.Device.Features | VirtioFeatures.Version1));
        Assert.That(served.Device.QueueSizes, Is.EqualTo(own.Device.QueueSizes));
        Assert.That(served.Device.ReadConfiguration(0, servedBytes), Is.EqualTo(own.Device.ReadConfiguration(0, ownBytes)));
        Assert.That(servedBytes.SequenceEqual(ownBytes), Is.True);
    }

    [Test]
    public void Each_request_ends_as_with_an_own_device()
    {
        using DiskRig served = CreateServed();
        using DiskRig own = CreateOwn();
        served.Start();
        own.Start();
        (BlockRequestType, ulong, int)[] requests =
        [
            (BlockRequestType.In, 3, 4 * SectorSize), (BlockRequestType.Out, 5, 2 * SectorSize), (BlockRequestType.In, 4, 4 * SectorSize), (BlockRequestType.Flush, 0, 0),
            (BlockRequestType.GetId, 0, 20), (BlockRequestType.In, ServedDisk.Sectors, SectorSize), (BlockRequestType.Out, ServedDisk.Sectors - 1, 2 * SectorSize),
            (BlockRequestType.In, 1, 100), ((BlockRequestType)77, 0, SectorSize), (BlockRequestType.In, 0, 128 * SectorSize),
        ];
        foreach ((BlockRequestType type, ulong sector, int length) in requests)
        {
            Assert.That(served.Do(type, sector, length), Is.EqualTo(own.Do(type, sector, length)).And.Not.Null, $"{type} of {length} bytes at {sector}");
            Assert.That(served.Read(DiskRig.Data, 128 * SectorSize), Is.EqualTo(own.Read(DiskRig.Data, 128 * SectorSize)), $"{type} of {length} bytes at {sector}");
        }

        Assert.That((served.Interrupts, served.IsBroken, served.Counters.Requests), Is.EqualTo((own.Interrupts, own.IsBroken, own.Counters.Requests)));
        Assert.That(served.Device.Reset(), Is.EqualTo(BackendAnswer.Done));
        served.Start();
        Assert.That(served.Do(BlockRequestType.In, 0, SectorSize), Is.EqualTo((0, SectorSize + 1)), "and again after a reset");
    }

    [Test]
    public void A_request_is_seen_done_at_its_instant_and_not_before()
    {
        using DiskRig rig = CreateServed(DiskRig.Latency);
        rig.Start();

        Assert.That(rig.Do(BlockRequestType.In, 3, SectorSize), Is.Null);
        rig.Clock.Pass(DiskRig.Latency - 1);
        Assert.That(rig.Gate.TryPass(), Is.True);
        Assert.That(rig.TryTake(), Is.Null);
        rig.Clock.Pass(1);
        Assert.That(rig.Gate.TryPass(), Is.True);
        Assert.That(rig.TryTake(), Is.EqualTo((0, SectorSize + 1)));
        Assert.That(rig.Interrupts, Is.EqualTo(1));
    }

    [Test]
    public void A_reset_ends_what_is_on_the_way()
    {
        using DiskRig rig = CreateServed(DiskRig.Latency);
        rig.Start();
        Assert.That(rig.Do(BlockRequestType.In, 3, SectorSize), Is.Null);

        Assert.That(rig.Device.Reset(), Is.EqualTo(BackendAnswer.Done));
        rig.Clock.Pass(DiskRig.Latency);
        _ = rig.Gate.TryPass();

        Assert.That((rig.TryTake(), rig.Interrupts), Is.EqualTo(((ValueTuple<byte, uint>?)null, 0)));
    }

    [Test]
    public void A_driver_that_makes_a_mistake_needs_a_reset()
    {
        using DiskRig rig = CreateServed();
        rig.Start();
        Assert.That(rig.Ring.Add([new(0x10, 16, false)]), Is.GreaterThanOrEqualTo(0), "where no memory is");
        rig.Device.Kick(0);
        _ = rig.Gate.TryPass();

        Assert.That(rig.IsBroken, Is.True);
        Assert.That(rig.Device.Reset(), Is.EqualTo(BackendAnswer.Done));
        rig.Start();
        Assert.That(rig.Do(BlockRequestType.In, 0, SectorSize), Is.EqualTo((0, SectorSize + 1)));
    }

    [Test]
    public void One_machine_at_a_time_drives_a_servers_devices()
    {
        using (DiskRig first = CreateServed())
        {
            first.Start();
            Assert.That(() => CreateServed(), Throws.TypeOf<EmulatorException>(), "another machine of this process");
            Assert.That(() => new FrontEndRig(_disk.Connect), Throws.TypeOf<EmulatorException>(), "another front end");
            Assert.That(first.Do(BlockRequestType.Out, 7, SectorSize), Is.EqualTo((0, 1)));
        }

        using DiskRig next = CreateServed();
        next.Start();
        Assert.That(next.Do(BlockRequestType.In, 7, SectorSize), Is.EqualTo((0, SectorSize + 1)));
        Assert.That(next.Read(DiskRig.Data, SectorSize), Is.EqualTo(new byte[SectorSize]), "what the first has written");
    }

    [Test]
    public void Another_process_can_have_the_devices_afterwards()
    {
        using (DiskRig rig = CreateServed(DiskRig.Latency))
        {
            rig.Start();
            Assert.That(rig.Do(BlockRequestType.In, 3, SectorSize), Is.Null, "on the way when the machine goes");
        }

        using var other = new FrontEndRig(_disk.Connect);
        other.StartDriver();
        Assert.That(other.Transfer(writes: false, sector: 1, SectorSize), Is.Zero);
    }

    [Test]
    public void No_request_allocates_more_than_with_an_own_device()
    {
        using DiskRig served = CreateServed();
        using DiskRig own = CreateOwn();

        Assert.That(MeasureAllocation(served), Is.LessThanOrEqualTo(MeasureAllocation(own)));
    }

    // What the rig itself allocates is in it.
    private static long MeasureAllocation(DiskRig rig)
    {
        rig.Start();
        long least = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int request = 0; request < 100; request++)
            {
                _ = rig.Do(request % 2 == 0 ? BlockRequestType.Out : BlockRequestType.In, (ulong)request, 8 * SectorSize) ?? throw new InvalidOperationException("not done");
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static DiskRig CreateOwn() => new(settings => new VirtioBlock(
        settings, new SharedArrayStorage([.. Enumerable.Range(0, ServedDisk.Sectors * SectorSize).Select(i => (byte)((i / SectorSize) + i))])));

    private DiskRig CreateServed(long latency = 0) => new(
        settings =>
        {
            if (!usesMessages)
            {
                return LocalSession.Begin(_disk.Server, settings.Remotes!, TimeProvider.System).Lend(0, settings);
            }

            var frontEnd = new ProxyFrontEnd(_disk.Connect, new ProxyOptions(), settings.Remotes!, instance: 1);
            return new ChainBackend(frontEnd, settings, frontEnd.Describe(0));
        },
        latency);
}
