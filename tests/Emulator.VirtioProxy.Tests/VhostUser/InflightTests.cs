using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>What a front end does with a back end that keeps which requests it has begun, and that takes memory regions one by one.</summary>
public sealed class InflightTests
{
    private const ulong WithInflight = ScriptedPeer.UsualExtensions | (1 << 12);

    [Test]
    public void Another_back_end_gets_the_memory_and_the_ring_as_they_were()
    {
        using var memory = new GuestRam("in-flight", 0x1_0000, RamMode.Shared);
        using var peer = new ScriptedPeer { Extensions = WithInflight, Inflight = memory };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
        peer.Serve = (_, _) => null;
        int[] ids = [rig.Offer(0, 1), rig.Offer(0, 2)];
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 2);
        int before = peer.Log.Count;
        peer.Serve = (_, chain) => chain.Fill(0x66);

        peer.Drop();
        rig.Settle();

        // This one does what is in the ring from its base on; one that looks at the memory finds the same.
        Assert.That(rig.TakeUsed(0).Select(used => used.Id), Is.EqualTo(ids));
        Assert.That(rig.Answer(2), Is.All.EqualTo(0x66));
        List<VhostUserRequest> second = peer.Log[before..];
        Assert.That(second, Does.Contain(VhostUserRequest.SetInflightMemory).And.No.Member(VhostUserRequest.GetInflightMemory));
        Assert.That(second.IndexOf(VhostUserRequest.SetInflightMemory), Is.LessThan(second.IndexOf(VhostUserRequest.SetVringKick)));
        Assert.That(peer.Payloads[before + second.IndexOf(VhostUserRequest.SetVringBase)], Is.EqualTo(VhostUserPayload.VringState(0, 1)));
        Assert.That(peer.Payloads[before + second.IndexOf(VhostUserRequest.SetInflightMemory)], Is.EqualTo(VhostUserPayload.Inflight(new VhostUserInflight(memory.Length, 0, 2, 1024))));
    }

    [Test]
    public void What_was_done_before_the_end_is_not_asked_for_again()
    {
        using var memory = new GuestRam("in-flight", 0x1_0000, RamMode.Shared);
        using var peer = new ScriptedPeer { Extensions = WithInflight, Inflight = memory };
        using var rig = new FrontEndRig(peer, latency: 1000);
        rig.Start();
        int served = 0;
        peer.Serve = (_, chain) =>
        {
            served++;
            return chain.Fill(0x44);
        };
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => served == 1);

        peer.Drop();
        rig.RunUntil(() => peer.Connections == 2);
        rig.Advance(1000);

        Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
        Assert.That(rig.Answer(0), Is.All.EqualTo(0x44));
        Assert.That(served, Is.EqualTo(1));
    }

    [Test]
    public void A_driver_that_begins_anew_has_memory_of_its_own()
    {
        using var memory = new GuestRam("in-flight", 0x1_0000, RamMode.Shared);
        using var peer = new ScriptedPeer { Extensions = WithInflight, Inflight = memory };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.FrontEnd.Reset();
        rig.Settle();
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(peer.Log.Count(request => request == VhostUserRequest.GetInflightMemory), Is.EqualTo(2));
    }

    [Test]
    public void A_back_end_that_has_no_such_memory_is_used_without()
    {
        using var peer = new ScriptedPeer { Extensions = WithInflight };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(peer.Log, Has.No.Member(VhostUserRequest.SetInflightMemory));
    }

    [Test]
    public void The_guests_memory_is_told_once_and_an_area_again_and_again()
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer, isDirect: true);
        for (int i = 0; i < 3; i++)
        {
            rig.Start();
            _ = rig.Offer(0, 0);
            rig.FrontEnd.Kick(0);
            rig.Settle();
            Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
            _ = rig.FrontEnd.Reset();
            rig.Settle();
            rig.MakeRings();
        }

        Assert.That(peer.Log.Count(request => request == VhostUserRequest.AddMemoryRegion), Is.EqualTo(1 + 3));
        Assert.That(peer.Log.Count(request => request == VhostUserRequest.RemoveMemoryRegion), Is.EqualTo(2));
    }

    [Test]
    public void Too_few_slots_are_not_used()
    {
        using var peer = new ScriptedPeer { MemorySlots = 1 };
        using var rig = new FrontEndRig(peer, isDirect: true);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(peer.Log, Has.No.Member(VhostUserRequest.AddMemoryRegion).And.Member(VhostUserRequest.SetMemoryTable));
        Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
    }
}
