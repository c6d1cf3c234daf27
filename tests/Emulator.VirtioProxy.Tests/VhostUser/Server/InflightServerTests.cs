using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;
using Microsoft.Win32.SafeHandles;

namespace Emulator.VirtioProxy.Tests.VhostUser.Server;

/// <summary>The memory in which the server keeps which requests it has begun.</summary>
public sealed class InflightServerTests
{
    private const VhostUserProtocolFeatures Extensions = VhostUserProtocolFeatures.ReplyAcknowledge | VhostUserProtocolFeatures.InflightMemory;
    private const ushort Queues = 2;
    private const int HeadEntry = 16;

    [Test]
    public void A_request_that_another_process_has_begun_is_done_again_and_what_it_has_told_is_not()
    {
        using var front = new ServedFrontEnd();
        front.Begin(extensions: Extensions);
        using GuestRam memory = Ask(front, out VhostUserInflight place, out SafeFileHandle file);
        using SafeFileHandle kept = file;
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 1);
        _ = front.WaitUsed();
        Stop(front);

        // As a process leaves it that ends within the second of three requests: the driver was told of the first, and that was not noted yet.
        int[] ids = [front.Offer(1, BlockRequestType.In, 2), front.Offer(2, BlockRequestType.In, 3)];
        Write(memory, HeadEntry + (16 * 5), [1]);
        Write(memory, 12, [5, 0]);
        Write(memory, 14, [0, 0]);
        Write(memory, HeadEntry + (16 * ids[0]), [1]);

        front.Reconnect();
        front.Begin(extensions: Extensions);
        front.Say(VhostUserRequest.SetInflightMemory, VhostUserPayload.Inflight(place), (int)file.DangerousGetHandle());
        front.StartRingAt(1);

        Assert.That((front.WaitUsed().Id, front.WaitUsed().Id), Is.EqualTo((ids[0], ids[1])));
        Assert.That(front.Answer(1), Is.EqualTo(front.Sector(2).ToArray()));
        Assert.That(front.Answer(2), Is.EqualTo(front.Sector(3).ToArray()));
        Stop(front);
        Assert.That(front.Ring.TryTakeUsed(out _), Is.False);
        byte[] flags = new byte[16 * ServedFrontEnd.QueueSize];
        memory.Read(HeadEntry, flags);
        Assert.That(flags.Where((_, index) => index % 16 == 0), Is.All.Zero, "nothing is begun any more");
    }

    [Test]
    public void There_is_none_of_packed_rings()
    {
        using var front = new ServedFrontEnd();
        front.Begin(ServedFrontEnd.UsualFeatures | VirtioFeatures.PackedRing, Extensions);
        Assert.That(front.Connection.AskInflight(new VhostUserInflight(0, 0, Queues, ServedFrontEnd.QueueSize), out _), Is.EqualTo(-1));
    }

    [Test]
    public void Memory_that_cannot_be_ends_the_connection()
    {
        using var front = new ServedFrontEnd();
        foreach (VhostUserInflight place in new VhostUserInflight[]
        {
            new(0x1000, 0, 3, 64), new(0x1000, 0, 0, 64), new(0x1000, 0, 2, 0), new(0x1000, 0, 2, 32769), new(64, 0, 2, 64), new(ulong.MaxValue, 0, 2, 64), new(0x1000, ulong.MaxValue, 2, 64), new(0x1000, 0x20_0000, 2, 64),
        })
        {
            front.Begin(extensions: Extensions);
            Assert.That(() => front.Say(VhostUserRequest.SetInflightMemory, VhostUserPayload.Inflight(place), front.Ram.FileDescriptor), Throws.InstanceOf<PeerLostException>(), place.ToString());
            front.Reconnect();
        }
    }

    [Test]
    public void Nothing_in_it_makes_the_server_do_what_is_not_in_the_ring()
    {
        using var front = new ServedFrontEnd();
        front.Begin(extensions: Extensions);
        using GuestRam memory = Ask(front, out VhostUserInflight place, out SafeFileHandle file);
        using SafeFileHandle kept = file;
        byte[] any = new byte[(int)place.Length];
        new Random(1).NextBytes(any);
        for (int at = 0; at < any.Length; at += 16)
        {
            any[at] = 1;
        }

        (any[8], any[9]) = (1, 0);
        Write(memory, 0, any);
        front.Say(VhostUserRequest.SetInflightMemory, VhostUserPayload.Inflight(place), (int)file.DangerousGetHandle());
        front.StartRing();

        // Descriptors of nothing are the driver's mistake, and stop the ring.
        Stop(front);
        front.Reconnect();
        front.Begin();
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 5);
        _ = front.WaitUsed();
    }

    private static GuestRam Ask(ServedFrontEnd front, out VhostUserInflight place, out SafeFileHandle file)
    {
        int descriptor = front.Connection.AskInflight(new VhostUserInflight(0, 0, Queues, ServedFrontEnd.QueueSize), out place);
        Assert.That(descriptor, Is.GreaterThanOrEqualTo(0));
        file = new SafeFileHandle(descriptor, ownsHandle: true);
        front.Say(VhostUserRequest.SetInflightMemory, VhostUserPayload.Inflight(place), descriptor);
        return new GuestRam("in-flight", ForeignHostPages.TryMap(descriptor, place.Offset, place.Length, mayShrink: false, out _)!);
    }

    private static void Stop(ServedFrontEnd front) => _ = front.Connection.AskVringBase(0);

    private static void Write(GuestRam memory, int offset, byte[] bytes) => memory.Write((ulong)offset, bytes);
}
