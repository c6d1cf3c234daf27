using Emulator.Virtio;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>Back ends that do not keep to the protocol, are slow, or go.</summary>
public sealed class BrokenBackEndTests
{
    private const uint Reply = 5;

    [Test]
    public void Nobody_there_is_told_with_what_to_do()
    {
        using var peer = new ScriptedPeer();
        peer.StopListening();
        Assert.That(() => new FrontEndRig(peer), Throws.InstanceOf<VhostUserException>().With.Message.Contains(peer.Path).And.Message.Contains("start it"));
        peer.Listen();
    }

    private static IEnumerable<TestCaseData> WrongAnswers()
    {
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(2, Reply, 8, new byte[8])).SetArgDisplayNames("reply to another request");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, 1, 8, new byte[8])).SetArgDisplayNames("no reply");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, 6, 8, new byte[8])).SetArgDisplayNames("another version");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, Reply, 4, new byte[4])).SetArgDisplayNames("too short");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, Reply, 0)).SetArgDisplayNames("empty");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, Reply, 0x7fff_ffff)).SetArgDisplayNames("oversize");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, Reply, 8, 1, 2, 3)).SetArgDisplayNames("truncated");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, ScriptedPeer.Message(1, Reply, 8, new byte[8])).SetArgDisplayNames("no features");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, Array.Empty<byte>()).SetArgDisplayNames("silence");
        yield return new TestCaseData((uint)VhostUserRequest.GetFeatures, new byte[] { 1, 0 }).SetArgDisplayNames("half a header");
        yield return new TestCaseData((uint)VhostUserRequest.GetConfiguration, ScriptedPeer.Message(24, Reply, 0)).SetArgDisplayNames("no configuration");
        yield return new TestCaseData((uint)VhostUserRequest.GetConfiguration, ScriptedPeer.Message(24, Reply, 12, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0)).SetArgDisplayNames("configuration that says more than it has");
        yield return new TestCaseData((uint)VhostUserRequest.SetBackendRequestChannel, ScriptedPeer.Message(21, Reply, 8, 1, 0, 0, 0, 0, 0, 0, 0)).SetArgDisplayNames("refusal");
    }

    [TestCaseSource(nameof(WrongAnswers))]
    public void A_wrong_answer_at_the_start_is_told(uint request, byte[] answer)
    {
        using var peer = new ScriptedPeer { Answer = asked => (uint)asked == request ? answer : null };
        Assert.That(() => new FrontEndRig(peer, patience: 0.2), Throws.InstanceOf<VhostUserException>());
    }

    [Test]
    public void A_back_end_that_goes_and_comes_back_gets_the_requests_again_and_the_guest_sees_nothing_of_it()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        int[] ids = [rig.Offer(0, 0, content: 0x21), rig.Offer(0, 1, content: 0x22)];
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 2);
        List<byte[]> seen = [];
        peer.Serve = (_, chain) =>
        {
            seen.Add(chain.Readable);
            return chain.Fill(0x66);
        };

        peer.Drop();
        rig.Settle();

        Assert.That(peer.Connections, Is.EqualTo(2));
        Assert.That(seen.Select(bytes => bytes[0]), Is.EqualTo(new byte[] { 0x21, 0x22 }));
        Assert.That(rig.TakeUsed(0).Select(used => used.Id), Is.EqualTo(ids));
        Assert.That(rig.IsBroken, Is.False);
        Assert.That(rig.Answer(1), Is.All.EqualTo(0x66));
        Assert.That(rig.Interrupts, Is.EqualTo(1));
    }

    [Test]
    public void A_back_end_that_does_not_come_back_makes_the_device_need_a_reset()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer, patience: 0.2);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 1);
        peer.StopListening();

        peer.Drop();
        rig.RunUntil(() => rig.IsBroken);

        rig.Settle();
        Assert.That(rig.TakeUsed(0), Is.Empty);
        peer.Listen();
    }

    [Test]
    public void A_back_end_that_never_answers_makes_the_device_need_a_reset()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer, patience: 0.3);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);

        rig.Settle();

        Assert.That(rig.IsBroken, Is.True);
    }

    [Test]
    public void A_back_end_that_comes_and_goes_and_answers_nothing_is_not_waited_for_time_and_again([Values] bool asSoonAsItIsBegun)
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer, patience: 0.3);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        peer.Answer = request =>
        {
            if (request == (asSoonAsItIsBegun ? VhostUserRequest.SetFeatures : VhostUserRequest.SetVringEnable))
            {
                peer.Drop();
            }

            return null;
        };

        peer.Drop();
        rig.Settle();

        Assert.That(rig.IsBroken, Is.True);
    }

    [Test]
    public void A_disk_that_needs_a_reset_answers_nothing_more()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer, patience: 0.2);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(rig.IsBroken, Is.True);

        _ = rig.Offer(0, 1);
        rig.FrontEnd.Kick(0);
        rig.Settle();

        Assert.That(rig.TakeUsed(0), Is.Empty, "an answer of no bytes has no status, and a driver may find an old one");
    }

    [TestCase(1000u)]
    [TestCase(5u)]
    [TestCase(uint.MaxValue)]
    public void A_used_entry_that_was_not_available_ends_the_connection_and_is_not_the_guests(uint id)
    {
        using var peer = new ScriptedPeer { UsedId = _ => id };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);

        rig.Settle();

        Assert.That(rig.IsBroken, Is.True);
        Assert.That(rig.TakeUsed(0), Is.Empty);
    }

    [Test]
    public void A_used_index_that_jumps_ends_the_connection()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 1);

        peer.Kept[0].MoveUsedIndex(5000);
        peer.Signal(0);
        rig.Settle();

        Assert.That(rig.IsBroken, Is.True);
    }

    [Test]
    public void A_length_beyond_the_buffers_is_cut()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => 1_000_000 };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);

        rig.Settle();

        Assert.That(rig.TakeUsed(0).Single().Written, Is.EqualTo(64));
    }

    [Test]
    public void Requests_for_files_fail_when_their_back_end_is_gone_and_time_goes_on()
    {
        using var peer = new ScriptedPeer { Serve = (_, _) => null };
        using var rig = new FrontEndRig(peer, VhostUserDevice.FileSystem);
        rig.Start(VirtioFeatures.Version1);
        _ = rig.Offer(1, 0, content: 0x42);
        rig.FrontEnd.Kick(1);
        rig.RunUntil(() => peer.Kept.Count == 1);

        peer.Drop();
        rig.Settle();
        _ = rig.Offer(1, 1, content: 0x43);
        rig.FrontEnd.Kick(1);
        rig.Settle();

        // struct fuse_out_header: its length, -ENOTCONN, and the number of the request.
        byte[] start = [16, 0, 0, 0, 0x95, 0xff, 0xff, 0xff];
        Assert.That(rig.TakeUsed(1).Select(used => used.Written), Is.EqualTo([16u, 16u]));
        Assert.That(rig.Answer(0)[..16], Is.EqualTo([.. start, .. Enumerable.Repeat((byte)0x42, 8)]));
        Assert.That(rig.Answer(1)[..16], Is.EqualTo([.. start, .. Enumerable.Repeat((byte)0x43, 8)]));
        Assert.That(rig.IsBroken, Is.False);
        Assert.That(peer.Connections, Is.EqualTo(1), "its state is gone, so another one is of no use");
    }
}
