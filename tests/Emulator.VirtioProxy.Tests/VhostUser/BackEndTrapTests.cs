using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>What real back ends make front ends stumble over, as docs/vhost-user.md lists it, where no other test has it.</summary>
public sealed class BackEndTrapTests
{
    // All that libvhost-user of QEMU 7.2, its storage daemon and its virtiofsd know of what a front end needs; any other request ends the connection.
    private static readonly uint[] s_known = [1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 21, 24, 25, 31, 32, 36, 37, 38];

    private static readonly HostDeadline s_soon = HostDeadline.After(TimeProvider.System, TimeSpan.FromMinutes(5));

    [Test]
    public void Nothing_but_known_requests_is_ever_sent([Values] bool isDirect, [Values(ulong.MaxValue, 0UL)] ulong extensions)
    {
        using var peer = new ScriptedPeer { Features = ScriptedPeer.UsualFeatures | (1 << 11), Extensions = extensions };
        using (var rig = new FrontEndRig(peer, extensions == 0 ? VhostUserDevice.Net : VhostUserDevice.Block, isDirect))
        {
            for (int i = 0; i < 2; i++)
            {
                rig.Start(FrontEndRig.Features & ~(extensions == 0 ? 0x6UL : 0));
                _ = rig.Offer(1, 0);
                rig.FrontEnd.Kick(1);
                _ = rig.FrontEnd.WriteConfiguration(0, [1]);
                rig.Settle();
                _ = rig.FrontEnd.Reset();
                rig.Settle();
                foreach (var ring in rig.Rings)
                {
                    while (ring.TryTakeUsed(out _))
                    {
                    }
                }
            }
        }

        lock (peer.Log)
        {
            Assert.That(peer.Log.Select(request => (uint)request).Distinct(), Is.SubsetOf(s_known));
        }
    }

    [Test]
    public void A_back_end_without_extensions_is_asked_for_none_and_its_rings_are_enabled_as_they_are()
    {
        using var peer = new ScriptedPeer { Features = ScriptedPeer.UsualFeatures & ~(1UL << 30) };
        using var rig = new FrontEndRig(peer, VhostUserDevice.Net);
        rig.Start(ScriptedPeer.UsualFeatures & (1UL << 32));
        lock (peer.Log)
        {
            Assert.That(peer.Log, Has.None.AnyOf(
                VhostUserRequest.GetProtocolFeatures, VhostUserRequest.SetProtocolFeatures, VhostUserRequest.GetQueueNumber, VhostUserRequest.SetVringEnable, VhostUserRequest.SetBackendRequestChannel));
            Assert.That(peer.Log, Does.Contain(VhostUserRequest.SetVringKick));
        }
    }

    [Test]
    public void Without_acknowledgements_a_question_with_an_answer_is_the_barrier()
    {
        using var peer = new ScriptedPeer { Extensions = 1 << 9 };
        using var rig = new FrontEndRig(peer);
        rig.Start();
        lock (peer.Log)
        {
            Assert.That(peer.Log[^1], Is.EqualTo(VhostUserRequest.GetFeatures));
            Assert.That(peer.Log, Does.Contain(VhostUserRequest.SetVringEnable));
        }
    }

    [Test]
    public void A_back_end_that_is_at_work_for_another_is_told_of_after_the_patience()
    {
        using var peer = new ScriptedPeer();
        using var first = new FrontEndRig(peer);
        Assert.That(() => new FrontEndRig(peer, patience: 0.2), Throws.InstanceOf<VhostUserException>().With.Message.Contains("not in use by another machine"));
    }

    [TestCase(2u, 1u, null, TestName = "a change of the configuration")]
    [TestCase(2u, 9u, 0, TestName = "a change of the configuration that is to be acknowledged")]
    [TestCase(3u, 9u, 1, TestName = "a request that nobody knows")]
    public void What_the_back_end_asks_for_is_answered(uint request, uint flags, int? answer)
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer);
        rig.Start();
        peer.Configuration[0] = 0x77;
        peer.Channel!.Send(ScriptedPeer.Message(request, flags, 0), [], s_soon);
        if (answer is { } expected)
        {
            byte[] reply = new byte[20];
            peer.Channel.Receive(reply, [], s_soon);
            Assert.That(reply, Is.EqualTo(ScriptedPeer.Message(request, 5, 8, (byte)expected, 0, 0, 0, 0, 0, 0, 0)));
        }

        if (request == 2)
        {
            rig.RunUntil(() => rig.ConfigurationChanges == 1);
            byte[] first = new byte[1];
            _ = rig.FrontEnd.ReadConfiguration(0, first);
            Assert.That(first[0], Is.EqualTo(0x77));
        }
    }

    [Test]
    public void Garbage_on_the_channel_ends_the_channel_and_not_the_device()
    {
        using var peer = new ScriptedPeer();
        using var rig = new FrontEndRig(peer);
        rig.Start();
        peer.Channel!.Send([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [], s_soon);
        _ = rig.Offer(0, 0);
        rig.FrontEnd.Kick(0);
        rig.Settle();
        Assert.That(rig.TakeUsed(0), Has.Count.EqualTo(1));
        Assert.That(rig.IsBroken, Is.False);
    }
}
