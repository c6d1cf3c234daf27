using System.Buffers.Binary;
using System.Runtime.Versioning;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.VirtioProxy.Tests.VhostUser.Server;

public sealed class VhostUserServerTests
{
    [Test]
    public void A_disk_is_read_and_written_through_each_kind_of_ring([Values] bool packed, [Values] bool eventIndex, [Values] bool indirect)
    {
        using var front = new ServedFrontEnd();
        ulong features = ServedFrontEnd.UsualFeatures | (packed ? VirtioFeatures.PackedRing : 0) | (eventIndex ? VirtioFeatures.EventIndex : 0) | VirtioFeatures.IndirectDescriptors;
        front.Begin(features);
        front.StartRing(packed, eventIndex);

        // More than the ring has entries, so that it wraps.
        for (int i = 0; i < 100; i++)
        {
            int sector = i % ServedFrontEnd.Sectors;
            byte[] data = [.. Enumerable.Repeat((byte)i, ServedFrontEnd.SectorSize)];
            int written = front.Offer(0, BlockRequestType.Out, (ulong)sector, data, indirect: indirect);
            int read = front.Offer(1, BlockRequestType.In, (ulong)sector, indirect: indirect);
            Assert.That(front.WaitUsed(), Is.EqualTo(new UsedBuffer(written, 1)));
            Assert.That(front.WaitUsed(), Is.EqualTo(new UsedBuffer(read, ServedFrontEnd.SectorSize + 1)));
            Assert.That((front.Status(0), front.Status(1)), Is.EqualTo(((byte)0, (byte)0)));
            Assert.That(front.Answer(1), Is.EqualTo(data));
            Assert.That(front.Sector(sector).ToArray(), Is.EqualTo(data));
        }
    }

    [Test]
    public void A_driver_that_wants_to_hear_of_it_is_called_and_another_is_not()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 0);
        _ = front.WaitUsed();
        ServedFrontEnd.Wait(front.Call.TryTake);
        front.Ring.DisableInterrupts();
        _ = front.Offer(0, BlockRequestType.In, 0);
        _ = front.WaitUsed();

        // What is asked for afterwards is answered when the ring has been looked at.
        _ = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
        Assert.That(front.Call.TryTake(), Is.False);
    }

    [Test]
    public void A_ring_without_a_kick_is_looked_at_all_the_same()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing(polled: true);
        _ = front.Offer(0, BlockRequestType.In, 3);
        _ = front.WaitUsed();
        Assert.That(front.Answer(0), Is.EqualTo(front.Sector(3).ToArray()));
    }

    [Test]
    public void A_stopped_ring_goes_on_where_it_was([Values] bool packed)
    {
        using var front = new ServedFrontEnd();
        front.Begin(ServedFrontEnd.UsualFeatures | (packed ? VirtioFeatures.PackedRing : 0));
        front.StartRing(packed);
        for (int i = 0; i < 30; i++)
        {
            _ = front.Offer(0, BlockRequestType.In, (ulong)i);
            _ = front.WaitUsed();
            uint position = front.Connection.AskVringBase(0);
            uint expected = (uint)(packed ? 3 * (i + 1) : i + 1);
            uint lap = (expected / ServedFrontEnd.QueueSize % 2) == 0 ? 0x8000u : 0;
            expected = packed ? ((expected % ServedFrontEnd.QueueSize) | lap) * 0x1_0001 : expected;
            Assert.That(position, Is.EqualTo(expected));

            // Nothing of a stopped ring is looked at.
            _ = front.Offer(1, BlockRequestType.In, 0);
            _ = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
            Assert.That(front.Ring.TryTakeUsed(out _), Is.False);
            front.StartRingAt(position);
            _ = front.WaitUsed();
            Assert.That(front.Answer(1), Is.EqualTo(front.Sector(0).ToArray()));
            front.Connection.AskVringBase(0);
            front.StartRing(packed);
            for (int j = 0; j <= i; j++)
            {
                _ = front.Offer(0, BlockRequestType.In, 0);
                _ = front.WaitUsed();
            }
        }
    }

    [Test]
    public void A_disabled_ring_is_left_alone_and_goes_on_when_it_is_enabled()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        front.Say(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(0, 0));
        _ = front.Offer(0, BlockRequestType.In, 5);
        _ = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
        Assert.That(front.Ring.TryTakeUsed(out _), Is.False);
        front.Say(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(0, 1));
        _ = front.WaitUsed();
        Assert.That(front.Answer(0), Is.EqualTo(front.Sector(5).ToArray()));
    }

    [Test]
    public void Without_extensions_a_ring_is_enabled_from_the_beginning()
    {
        using var front = new ServedFrontEnd();
        front.Say(VhostUserRequest.SetFeatures, ServedFrontEnd.Words(VirtioFeatures.Version1));
        front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Concat(ServedFrontEnd.Words(1), front.Region), front.Ram.FileDescriptor);
        front.StartRing();
        front.Say(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(0, 1));
        _ = front.Offer(0, BlockRequestType.In, 5);
        _ = front.WaitUsed();
    }

    [Test]
    public void Memory_can_change_while_a_ring_is_at_work()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        for (int i = 0; i < 20; i++)
        {
            _ = front.Offer(0, BlockRequestType.In, (ulong)i);
            _ = front.WaitUsed();
            Assert.That(front.Answer(0), Is.EqualTo(front.Sector(i).ToArray()));
            front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Concat(ServedFrontEnd.Words(1), front.Region), front.Ram.FileDescriptor);
        }
    }

    [Test]
    public void Memory_regions_come_and_go_one_by_one()
    {
        using var front = new ServedFrontEnd();
        front.Begin(extensions: VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.MemorySlots);
        Assert.That(front.Connection.AskNumber(VhostUserRequest.GetMostMemorySlots), Is.EqualTo(32));
        front.StartRing();
        byte[] other = ServedFrontEnd.Concat(ServedFrontEnd.Words(0), ServedFrontEnd.Words(0x8000_0000, 0x1000, 0x1000, 0x2000));
        for (int i = 0; i < 3; i++)
        {
            front.Say(VhostUserRequest.AddMemoryRegion, other, front.Ram.FileDescriptor);
            _ = front.Offer(0, BlockRequestType.In, (ulong)i);
            _ = front.WaitUsed();
            Assert.That(front.Answer(0), Is.EqualTo(front.Sector(i).ToArray()));
            front.Say(VhostUserRequest.RemoveMemoryRegion, other);
        }
    }

    [Test]
    public void A_buffer_may_lie_in_any_region_and_at_any_place_of_its_file()
    {
        using var front = new ServedFrontEnd();
        front.Begin(extensions: VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.MemorySlots);
        front.Say(VhostUserRequest.AddMemoryRegion, ServedFrontEnd.Concat(ServedFrontEnd.Words(0), ServedFrontEnd.Words(0x8000_0000, 0x1000, 0x1000, 0x1f_f000)), front.Ram.FileDescriptor);
        front.StartRing();
        byte[] header = new byte[16];
        header[8] = 7;
        front.Ram.Write(0x1f_f000, header);
        _ = front.Ring.Add([new DriverBuffer(0x8000_0000, 16, false), new DriverBuffer(0x8000_0010, 512, true), new DriverBuffer(0x8000_0fff, 1, true)]);
        front.Notify();
        Assert.That(front.WaitUsed().Written, Is.EqualTo(513));
        byte[] sector = new byte[512];
        front.Ram.Read(0x1f_f010, sector);
        Assert.That(sector, Is.EqualTo(front.Sector(7).ToArray()));
    }

    [TestCase(0u, 60)]
    [TestCase(0u, 8)]
    [TestCase(20u, 4)]
    [TestCase(0u, 256)]
    [TestCase(200u, 56)]
    public void The_configuration_is_read_from_where_it_was_asked_for_and_has_zeros_behind_it(uint offset, int length)
    {
        using var front = new ServedFrontEnd();
        byte[] all = new byte[256];
        BinaryPrimitives.WriteUInt64LittleEndian(all, ServedFrontEnd.Sectors);
        byte[] contents = AskConfiguration(front, offset, length);
        Assert.That(contents, Has.Length.EqualTo(length));
        byte[] whole = AskConfiguration(front, 0, 256);
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(whole), Is.EqualTo(ServedFrontEnd.Sectors));
        Assert.That(whole[60..], Is.All.Zero);
        Assert.That(contents, Is.EqualTo(whole[(int)offset..((int)offset + length)]));
    }

    [TestCase(0u, 257)]
    [TestCase(250u, 7)]
    [TestCase(uint.MaxValue, 1)]
    public void A_configuration_that_nobody_has_is_answered_with_nothing(uint offset, int length)
    {
        using var front = new ServedFrontEnd();
        Assert.That(AskConfiguration(front, offset, length), Is.Empty);
        Assert.That(AskConfiguration(front, 0, 8), Is.Not.Empty, "the front end is still served");
    }

    [Test]
    public void The_write_cache_can_be_switched_and_stays_so_when_the_ring_stops()
    {
        const int writeCache = 32;
        using var front = new ServedFrontEnd();
        front.Begin(ServedFrontEnd.UsualFeatures | (1 << 11), VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.Configuration);
        front.StartRing();
        front.Say(VhostUserRequest.SetConfiguration, VhostUserPayload.Configuration(writeCache, [0]));
        _ = front.Connection.AskVringBase(0);
        Assert.That(AskConfiguration(front, writeCache, 1), Is.EqualTo(new byte[] { 0 }));
        front.Say(VhostUserRequest.SetConfiguration, VhostUserPayload.Configuration(0, [9, 9, 9, 9]));
        Assert.That(AskConfiguration(front, 0, 1), Is.EqualTo(new byte[] { ServedFrontEnd.Sectors }), "nothing else can be written");
    }

    [Test]
    public void A_new_length_is_told_and_can_be_read_to_its_end()
    {
        using var folder = new TemporaryFolder();
        string image = folder.Create("disk", new byte[1 << 20]);
        string socket = Path.Combine(folder.Path, "s");
        using var server = VhostUserServer.ForBlock(image);
        server.Listen(socket);
        using var session = new VhostUserSession(DescriptorSocket.Connect(socket), 60, TimeProvider.System, TimeSpan.FromSeconds(20));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(session.Offer.Configuration), Is.EqualTo(2048));
        server.Resize(2 << 20);
        Assert.That(session.TakeRequest(), Is.True);
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(session.Offer.Configuration), Is.EqualTo(4096));
        Assert.That(() => server.Resize(100), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_reset_puts_everything_back()
    {
        using var front = new ServedFrontEnd();
        front.Begin(extensions: VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.ResetDevice);
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 0);
        _ = front.WaitUsed();
        front.Say(VhostUserRequest.ResetDevice, []);
        Assert.That(front.Connection.AskVringBase(0), Is.Zero);
        front.Say(VhostUserRequest.SetFeatures, ServedFrontEnd.Words(ServedFrontEnd.UsualFeatures | VirtioFeatures.PackedRing));
        front.StartRing(packed: true);
        _ = front.Offer(0, BlockRequestType.In, 1);
        _ = front.WaitUsed();
    }

    [Test]
    public void What_is_offered_is_what_front_ends_know()
    {
        using var front = new ServedFrontEnd();
        ulong features = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
        Assert.That(features & 0x5_7000_0000, Is.EqualTo(0x5_7000_0000), "packed rings, version 1, extensions, event index, indirect tables");
        Assert.That(features & ((1UL << 24) | (1UL << 26) | (1UL << 40)), Is.Zero);
        Assert.That(front.Connection.AskNumber(VhostUserRequest.GetProtocolFeatures) & 0xa229, Is.EqualTo(0xa229));
        Assert.That(front.Connection.AskNumber(VhostUserRequest.GetQueueNumber), Is.EqualTo(2));
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void The_socket_is_for_its_owner_and_front_ends_come_one_after_the_other()
    {
        using var front = new ServedFrontEnd();
        Assert.That(File.GetUnixFileMode(front.Server.Path!), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        for (int i = 0; i < 3; i++)
        {
            front.Begin();
            front.StartRing();
            _ = front.Offer(0, BlockRequestType.In, (ulong)i);
            _ = front.WaitUsed();
            front.Reconnect();
        }
    }

    [Test]
    public void Random_bytes_are_the_seeds_or_the_hosts([Values] bool isSeeded)
    {
        byte[] Fetch()
        {
            using var front = new ServedFrontEnd(create: settings => new VirtioEntropy(settings, isSeeded ? new MachineRandom(1, "e") : new HostRandom()));
            Assert.That(front.Connection.AskNumber(VhostUserRequest.GetProtocolFeatures) & (ulong)VhostUserProtocolFeatures.Configuration, Is.Zero);
            front.Begin();
            front.StartRing();
            _ = front.Ring.Add([new DriverBuffer(ServedFrontEnd.Base + 0x10_0010, 512, true)]);
            front.Notify();
            Assert.That(front.WaitUsed().Written, Is.EqualTo(512));
            return front.Answer(0);
        }

        byte[] first = Fetch();
        Assert.That(first.Distinct().Count(), Is.GreaterThan(100));
        Assert.That(Fetch(), isSeeded ? Is.EqualTo(first) : Is.Not.EqualTo(first));
    }

    private static byte[] AskConfiguration(ServedFrontEnd front, uint offset, int length)
    {
        byte[] request = VhostUserPayload.Configuration((int)offset, new byte[length]);
        byte[] bytes = ScriptedPeer.Message((uint)VhostUserRequest.GetConfiguration, 1, (uint)request.Length, request);
        HostDeadline deadline = HostDeadline.After(TimeProvider.System, TimeSpan.FromSeconds(20));
        front.Socket.Send(bytes, [], deadline);
        byte[] header = new byte[VhostUserHeader.Length];
        front.Socket.Receive(header, [], deadline);
        Assert.That(VhostUserHeader.TryRead(header, out VhostUserHeader read), Is.True);
        Assert.That((read.Request, read.Flags), Is.EqualTo(((uint)VhostUserRequest.GetConfiguration, VhostUserFlags.Version | VhostUserFlags.Reply)));
        if (read.Size == 0)
        {
            return [];
        }

        byte[] payload = new byte[read.Size];
        front.Socket.Receive(payload, [], deadline);
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(payload), Is.EqualTo(offset));
        return payload[VhostUserPayload.ConfigurationHeader..];
    }
}
