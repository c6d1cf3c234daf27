using Emulator.Boards;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>The front end against a back end that keeps to the protocol.</summary>
public sealed class VhostUserBackendTests
{
    private static readonly VhostUserRequest[] s_ring =
    [
        VhostUserRequest.SetVringSize, VhostUserRequest.SetVringBase, VhostUserRequest.SetVringAddress, VhostUserRequest.SetVringCall, VhostUserRequest.SetVringKick, VhostUserRequest.SetVringEnable,
    ];

    [Test]
    public void What_is_said_comes_in_the_order_that_back_ends_need()
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer);

        rig.Start();

        VhostUserRequest[] attach =
        [
            VhostUserRequest.GetFeatures, VhostUserRequest.SetOwner, VhostUserRequest.GetProtocolFeatures, VhostUserRequest.SetProtocolFeatures, VhostUserRequest.GetQueueNumber,
            VhostUserRequest.SetBackendRequestChannel, VhostUserRequest.GetMostMemorySlots, VhostUserRequest.GetConfiguration,
        ];
        Assert.That(peer.Log, Is.EqualTo([.. attach, VhostUserRequest.SetFeatures, VhostUserRequest.AddMemoryRegion, .. s_ring, .. s_ring]));
    }

    [Test]
    public void The_back_end_gets_version_1_and_its_own_bit_whatever_the_guest_says()
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer);

        rig.Start(VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | 0x4);

        byte[] sent = peer.Payloads[peer.Log.IndexOf(VhostUserRequest.SetFeatures)];
        Assert.That(BitConverter.ToUInt64(sent), Is.EqualTo((1UL << 32) | (1UL << 30) | 0x4));
        Assert.That(rig.FrontEnd.Features & VirtioFeatures.Reserved & ~VirtioFeatures.Rings, Is.Zero, "bits of the protocol, of logging and of the legacy interface are not the guest's");
    }

    [Test]
    public void Requests_are_served_and_told_once([Values] bool isDirect, [Values(ScriptedPeer.UsualExtensions, 0x200UL)] ulong extensions)
    {
        using var peer = new ScriptedPeer { Extensions = extensions };
        using var rig = new FrontEndRig(peer, isDirect: isDirect);
        rig.Start();

        int[] ids = [rig.Offer(0, 0), rig.Offer(0, 1, 300)];
        rig.FrontEnd.Kick(0);
        rig.Settle();

        Assert.That(rig.TakeUsed(0).Select(used => (used.Id, used.Written)), Is.EqualTo([(ids[0], 64u), (ids[1], 300u)]));
        Assert.That(rig.Answer(1, 300), Is.All.EqualTo(0x5a));
        Assert.That(rig.Interrupts, Is.EqualTo(1));
        Assert.That((rig.Counters.Requests, rig.Counters.Bytes), Is.EqualTo((2L, 396L)));
    }

    [Test]
    public void Only_a_direct_back_end_sees_the_guests_addresses([Values] bool isDirect)
    {
        using var peer = new ScriptedPeer();
        List<ulong> addresses = [];
        peer.Serve = (_, chain) =>
        {
            addresses.AddRange(chain.Addresses);
            return chain.Fill(1);
        };
        using var rig = new FrontEndRig(peer, isDirect: isDirect);
        rig.Start();

        _ = rig.Offer(0, 3);
        rig.FrontEnd.Kick(0);
        rig.Settle();

        Assert.That(peer.Log.Count(request => request == VhostUserRequest.AddMemoryRegion), Is.EqualTo(isDirect ? 2 : 1));
        ulong guest = FrontEndRig.Buffers + 0x3000;
        Assert.That(addresses, isDirect ? Is.EqualTo([guest, guest + 16]) : Is.All.GreaterThanOrEqualTo(1UL << 40));
    }

    [Test]
    public void What_the_back_end_leaves_alone_stays_as_the_guest_had_it_and_written_pages_are_dirty([Values] bool isDirect)
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => 1 };
        using var rig = new FrontEndRig(peer, isDirect: isDirect);
        rig.Start();
        _ = rig.Offer(0, 2, content: 0x33);
        rig.Ram.ClearDirty();

        rig.FrontEnd.Kick(0);
        rig.Settle();

        Assert.That(rig.Answer(2), Is.All.EqualTo(0x33));
        Assert.That(rig.Ram.IsDirty((int)((FrontEndRig.Buffers + 0x2000 - FrontEndRig.Base) / 4096)), Is.True);
    }

    [Test]
    public void An_answer_is_seen_at_its_instant_and_not_before()
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer, latency: 1000);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Advance(999);
        Assert.That(rig.TakeUsed(0), Is.Empty);

        rig.Advance(1);

        Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
    }

    [Test]
    public void Answers_of_one_instant_come_in_the_order_of_the_requests_and_together()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        int[] ids = [rig.Offer(0, 0), rig.Offer(0, 1), rig.Offer(0, 2)];
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 3);
        peer.Kept[2].Finish(3);
        peer.Kept[0].Finish(1);
        Assert.That(rig.FrontEnd.Pump(), Is.True, "one is missing, so time stands still");
        Assert.That(rig.TakeUsed(0), Is.Empty);

        peer.Kept[1].Finish(2);
        peer.Signal(0);
        rig.Settle();

        Assert.That(rig.TakeUsed(0).Select(used => used.Id), Is.EqualTo(ids));
        Assert.That(rig.Interrupts, Is.EqualTo(1));
        Assert.That((rig.Answer(0)[0], rig.Answer(1)[0], rig.Answer(2)[0]), Is.EqualTo(((byte)1, (byte)2, (byte)3)));
    }

    [Test]
    public void A_call_without_a_used_entry_tells_the_guest_nothing()
    {
        // Back ends signal at once when they are given the call descriptor, and may at any time.
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer);
        rig.Start();
        peer.Signal(0);
        rig.Settle();

        Assert.That(rig.Interrupts, Is.Zero);
    }

    [Test]
    public void What_comes_unasked_does_not_hold_the_machine_and_is_given_when_it_comes()
    {
        using var peer = new ScriptedPeer { Serve = (ring, chain) => ring == 0 ? null : chain.Fill(0) };
        using var rig = new FrontEndRig(peer, VhostUserDevice.Net);
        Assert.That(rig.FrontEnd.HasUnsolicitedInput, Is.True);
        rig.Start(VirtioFeatures.Version1);
        int id = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 1);
        Assert.That(rig.FrontEnd.Pump(), Is.False);

        peer.Kept[0].Finish(7);
        peer.Signal(0);
        rig.RunUntil(() => rig.Interrupts == 1);

        Assert.That(rig.TakeUsed(0).Single().Id, Is.EqualTo(id));
        Assert.That(rig.Answer(0), Is.All.EqualTo(7));
    }

    [Test]
    public void A_reset_stops_every_ring_and_the_next_driver_begins_anew()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 1);
        peer.Log.Clear();

        _ = rig.FrontEnd.Reset();
        rig.Settle();

        Assert.That(peer.Log, Is.EqualTo([VhostUserRequest.GetVringBase, VhostUserRequest.SetVringEnable, VhostUserRequest.GetVringBase, VhostUserRequest.SetVringEnable]));
        peer.Serve = (_, chain) => chain.Fill(4);
        for (int i = 0; i < rig.Rings.Length; i++)
        {
            rig.Rings[i] = Emulator.Testing.Virtio.VirtqueueDriver.Create(new(rig.Bus, Emulator.Memory.BusInitiator.VirtioMmio(0)), FrontEndRig.Base + (0x4000 * (ulong)i), 64);
        }

        rig.Start();
        _ = rig.Offer(1, 1);
        rig.FrontEnd.Kick(1);
        rig.Settle();
        Assert.That(rig.TakeUsed(1), Has.Count.EqualTo(1));
        Assert.That(rig.Answer(1), Is.All.EqualTo(4));
    }

    [Test]
    public void The_configuration_space_is_read_whole_and_only_the_write_cache_can_be_written()
    {
        using var peer = new ScriptedPeer { Features = ScriptedPeer.UsualFeatures | (1 << 11) };
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features | (1 << 11));
        byte[] asked = peer.Payloads[peer.Log.IndexOf(VhostUserRequest.GetConfiguration)];
        Assert.That((asked[0], asked[4]), Is.EqualTo(((byte)0, (byte)60)));
        byte[] part = new byte[4];
        _ = rig.FrontEnd.ReadConfiguration(20, part);
        Assert.That(part, Is.EqualTo(new byte[] { 20, 21, 22, 23 }));

        _ = rig.FrontEnd.WriteConfiguration(32, [0]);
        _ = rig.FrontEnd.WriteConfiguration(33, [1]);
        _ = rig.FrontEnd.WriteConfiguration(0, [1, 2, 3, 4]);
        rig.Settle();

        Assert.That(peer.Log.Count(request => request == VhostUserRequest.SetConfiguration), Is.EqualTo(2), "at the start, and by the guest");
        Assert.That(peer.Configuration[32], Is.Zero);
    }

    [Test]
    public void What_its_back_end_keeps_or_writes_to_cannot_be_saved()
    {
        using var peer = new ScriptedPeer();
        using var direct = new FrontEndRig(peer, isDirect: true);
        Assert.That(() => direct.FrontEnd.Save(new SnapshotWriter()), Throws.InstanceOf<SnapshotException>().With.Message.Contains("memory=copied"));
        using var other = new ScriptedPeer();
        using var folder = new FrontEndRig(other, VhostUserDevice.FileSystem);
        Assert.That(() => folder.FrontEnd.Save(new SnapshotWriter()), Throws.InstanceOf<SnapshotException>().With.Message.Contains("session"));
    }

    [Test]
    public void Requests_of_a_snapshot_are_made_of_another_peer()
    {
        var writer = new SnapshotWriter();
        byte[] ram = new byte[0x20_0000];
        using (var peer = new ScriptedPeer { Serve = (_, _) => null })
        using (var rig = new FrontEndRig(peer))
        {
            rig.Start();
            _ = rig.OfferBlock(0, 0, 1, 5, new byte[512]);
            _ = rig.OfferBlock(1, 1, 1, 6, new byte[512]);
            rig.FrontEnd.Kick(0);
            rig.FrontEnd.Kick(1);
            rig.RunUntil(() => peer.Kept.Count == 2);
            rig.FrontEnd.Save(writer);
            rig.Ram.Read(0, ram);
        }

        byte[] snapshot = writer.ToArray();
        var sectors = new List<byte>();
        using var next = new ScriptedPeer();
        next.Serve = (_, chain) =>
        {
            sectors.Add(chain.Readable[8]);
            return chain.Fill(0);
        };
        using var other = new FrontEndRig(next);
        other.FrontEnd.Load(new SnapshotReader(snapshot));
        other.Ram.Write(0, ram);
        var again = new SnapshotWriter();
        other.FrontEnd.Save(again);
        Assert.That(again.ToArray(), Is.EqualTo(snapshot), "what was loaded is what was saved");

        other.Settle();

        Assert.That((other.BlockStatus(0, 512), other.BlockStatus(1, 512), other.IsBroken), Is.EqualTo(((byte)0, (byte)0, false)));
        Assert.That(sectors, Is.EquivalentTo([5, 6]));
    }

    [Test]
    public void A_driver_of_before_the_standard_can_use_a_disk_only()
    {
        using var peer = new ScriptedPeer();
        using var disk = new FrontEndRig(peer);
        Assert.That(disk.FrontEnd.SetFeatures(2), Is.EqualTo(BackendAnswer.Done));
        using var other = new ScriptedPeer();
        using var net = new FrontEndRig(other, VhostUserDevice.Net);
        Assert.That(net.FrontEnd.SetFeatures(1), Is.EqualTo(BackendAnswer.Refused));
    }

    [TestCase(VhostUserDevice.Block, 0x1001UL)]
    [TestCase(VhostUserDevice.Net, 0x1041UL)]
    public void Only_a_device_that_such_a_driver_can_use_offers_itself_to_it(VhostUserDevice device, ulong id)
    {
        const ulong firstSlot = 0x40_1000_0000 + (1 << 15);
        using var peer = new ScriptedPeer();
        using Machine machine = new MachineBuilder(Board.Virt).WithVhostUser(device, peer.Path, new() { Transport = VirtioTransport.Pci }).Build();
        Assert.That(machine.Bus.Read(firstSlot, 4, BusInitiator.Host, secure: false).Value, Is.EqualTo((id << 16) | 0x1af4));
    }

    [Test]
    public void A_guests_bad_address_never_reaches_the_back_end()
    {
        using var peer = new ScriptedPeer();
        int served = 0;
        peer.Serve = (_, chain) =>
        {
            served++;
            return chain.Fill(0);
        };
        using var rig = new FrontEndRig(peer, isDirect: true);
        rig.Start();

        _ = rig.Rings[0].Add([new(0x1234_0000, 16, false)]);
        rig.FrontEnd.Kick(0);
        rig.Settle();

        Assert.That(rig.IsBroken, Is.True);
        Assert.That(served, Is.Zero);
        Assert.That(rig.FrontEnd.StartQueue(1, new VirtqueueSettings(64, 0x1234_0000, 0x1235_0000, 0x1236_0000)), Is.EqualTo(BackendAnswer.Refused));
    }
}
