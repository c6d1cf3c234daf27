using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;
using Microsoft.Win32.SafeHandles;

namespace Emulator.VirtioProxy.Tests.VhostUser.Server;

/// <summary>Whatever a front end does, the server is there for the next one.</summary>
public sealed class HostileFrontEndTests
{
    private static readonly HostDeadline s_soon = HostDeadline.After(TimeProvider.System, TimeSpan.FromMinutes(5));

    [TestCase(1u, 0u, 0u, TestName = "version 0")]
    [TestCase(1u, 2u, 0u, TestName = "version 2")]
    [TestCase(1u, 5u, 0u, TestName = "a reply")]
    [TestCase(1u, 1u, 4097u, TestName = "a payload that is too long")]
    [TestCase(1u, 1u, uint.MaxValue, TestName = "a payload that is far too long")]
    [TestCase(0u, 1u, 0u, TestName = "request 0")]
    [TestCase(20u, 1u, 0u, TestName = "a request that was not agreed on")]
    [TestCase(uint.MaxValue, 9u, 0u, TestName = "a request that nobody knows")]
    public void A_header_that_cannot_be_ends_the_connection(uint request, uint flags, uint size)
    {
        using var front = new ServedFrontEnd();
        front.Socket.Send(ScriptedPeer.Message(request, flags, size), [], s_soon);
        Assert.That(front.IsLeft(), Is.True);
        ServesOthers(front);
    }

    [Test]
    public void Each_message_of_a_wrong_length_ends_the_connection_and_none_does_harm()
    {
        using var front = new ServedFrontEnd();
        foreach (VhostUserRequest request in Enum.GetValues<VhostUserRequest>())
        {
            foreach (int length in new[] { 0, 1, 7, 8, 9, 11, 12, 39, 40, 41, 100, 4096 })
            {
                byte[] payload = new byte[length];
                payload.AsSpan().Fill(0xff);

                // A length that is right may carry numbers that are not, and be answered: so something unknown follows, at once, as nobody may be there to send it to a moment later.
                front.Socket.Send([.. ScriptedPeer.Message((uint)request, 1, (uint)length, payload), .. ScriptedPeer.Message(uint.MaxValue, 1, 0)], [], s_soon);
                while (!front.IsLeft())
                {
                }

                front.Reconnect();
            }
        }

        ServesOthers(front);
    }

    [Test]
    public void Random_bytes_and_random_messages_never_stop_the_server()
    {
        using var front = new ServedFrontEnd();
        var random = new Random(1);
        for (int round = 0; round < 100; round++)
        {
            try
            {
                if (round % 2 == 0)
                {
                    front.Begin();
                    front.StartRing();
                }

                for (int i = 0; i < 20; i++)
                {
                    byte[] payload = new byte[random.Next(0, 6) * 8];
                    random.NextBytes(payload);
                    for (int at = 0; at < payload.Length; at += 4)
                    {
                        // Small numbers and addresses reach further than large ones.
                        uint word = random.Next(3) switch { 0 => (uint)random.Next(4), 1 => (uint)random.Next(0x20_0000) + 0x4000_0000, _ => BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(at)) };
                        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(at), word);
                    }

                    int[] descriptors = [.. Enumerable.Repeat(front.Ram.FileDescriptor, random.Next(3))];
                    front.Socket.Send(ScriptedPeer.Message((uint)random.Next(41), 1, (uint)payload.Length, payload), descriptors, s_soon);
                }
            }
            catch (PeerLostException)
            {
                // The server has had enough.
            }

            front.Reconnect();
        }

        ServesOthers(front);
    }

    [Test]
    public void A_flood_of_descriptors_is_closed()
    {
        using var front = new ServedFrontEnd();
        Refuses(front, () =>
        {
            byte[] message = ScriptedPeer.Message((uint)VhostUserRequest.SetConfiguration, 1, 4000, new byte[4000]);
            int[] descriptors = [.. Enumerable.Repeat(front.Ram.FileDescriptor, 16)];
            foreach (byte part in message)
            {
                front.Socket.Send([part], descriptors, s_soon);
            }
        });
        front.Begin();
        int open = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 60; i++)
        {
            Refuses(front, () => front.Say(VhostUserRequest.SetOwner, [], [.. Enumerable.Repeat(front.Ram.FileDescriptor, 16)]));
            front.Begin();
        }

        Assert.That(Directory.GetFileSystemEntries("/proc/self/fd"), Has.Length.LessThan(open + 50));
        ServesOthers(front);
    }

    [Test]
    public void A_front_end_that_sends_too_slowly_is_left()
    {
        using var front = new ServedFrontEnd(new VhostUserServerOptions { Patience = TimeSpan.FromMilliseconds(50) });
        front.Socket.Send([1, 0, 0], [], s_soon);
        Assert.That(front.IsLeft(), Is.True);
        front.Reconnect();
        Assert.That(front.Connection.AskNumber(VhostUserRequest.GetQueueNumber), Is.EqualTo(2));
    }

    [Test]
    public void A_front_end_that_goes_after_any_message_leaves_a_server_for_the_next()
    {
        using var front = new ServedFrontEnd();
        byte[][] messages =
        [
            ScriptedPeer.Message((uint)VhostUserRequest.GetFeatures, 1, 0),
            ScriptedPeer.Message((uint)VhostUserRequest.SetOwner, 1, 0),
            ScriptedPeer.Message((uint)VhostUserRequest.GetProtocolFeatures, 1, 0),
            ScriptedPeer.Message((uint)VhostUserRequest.SetProtocolFeatures, 1, 8, ServedFrontEnd.Words(8)),
            ScriptedPeer.Message((uint)VhostUserRequest.SetFeatures, 1, 8, ServedFrontEnd.Words(ServedFrontEnd.UsualFeatures)),
            ScriptedPeer.Message((uint)VhostUserRequest.SetVringSize, 1, 8, VhostUserPayload.VringState(0, 64)),
            ScriptedPeer.Message((uint)VhostUserRequest.GetVringBase, 1, 8, VhostUserPayload.VringState(0, 0)),
        ];
        for (int whole = 0; whole <= messages.Length; whole++)
        {
            foreach (int part in new[] { 0, 1, 12 })
            {
                foreach (byte[] message in messages[..whole])
                {
                    front.Socket.Send(message, [], s_soon);
                }

                if (whole < messages.Length && part > 0)
                {
                    front.Socket.Send(messages[whole].AsSpan(0, part), [], s_soon);
                }

                front.Reconnect();
            }
        }

        ServesOthers(front);
        for (int i = 0; i < 20; i++)
        {
            // It goes in the middle of its requests.
            for (int slot = 0; slot < 16; slot++)
            {
                _ = front.Offer(slot, BlockRequestType.In, (ulong)slot);
            }

            front.Reconnect();
            front.Begin();
            front.StartRing();
        }

        ServesOthers(front);
    }

    [TestCase(0u, 1u, TestName = "a ring of no entries")]
    [TestCase(0u, 2048u, TestName = "a ring that is too large")]
    [TestCase(2u, 64u, TestName = "a ring that there is not")]
    [TestCase(uint.MaxValue, 64u, TestName = "a ring with a negative index")]
    public void Sizes_and_numbers_of_rings_are_checked(uint ring, uint size)
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        size = size == 1 ? 0 : size;
        Refuses(front, () => front.Say(VhostUserRequest.SetVringSize, VhostUserPayload.VringState((int)ring, size)));
        ServesOthers(front);
    }

    [TestCase(ServedFrontEnd.UserBase - 16, ServedFrontEnd.UserBase, ServedFrontEnd.UserBase, TestName = "a table before the memory")]
    [TestCase(ServedFrontEnd.Base, ServedFrontEnd.Base, ServedFrontEnd.Base, TestName = "addresses of the guest")]
    [TestCase(ServedFrontEnd.UserBase + ServedFrontEnd.Length - 16, ServedFrontEnd.UserBase, ServedFrontEnd.UserBase, TestName = "a table that goes beyond the memory")]
    [TestCase(ServedFrontEnd.UserBase, ServedFrontEnd.UserBase + ServedFrontEnd.Length - 4, ServedFrontEnd.UserBase, TestName = "a used ring that goes beyond the memory")]
    [TestCase(ServedFrontEnd.UserBase, ServedFrontEnd.UserBase, ulong.MaxValue, TestName = "an available ring at the end of all addresses")]
    public void A_ring_outside_of_the_memory_ends_the_connection(ulong descriptors, ulong used, ulong available)
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        Refuses(front, () =>
        {
            front.Say(VhostUserRequest.SetVringAddress, VhostUserPayload.VringAddress(0, descriptors, used, available));
        });
        ServesOthers(front);
    }

    [TestCase(0x8000u, false, TestName = "a wrap counter in a split ring's base is an index like any other")]
    [TestCase(0x1_0000u, true, TestName = "a base of more than 16 bits")]
    public void A_base_is_checked(uint start, bool isRefused)
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        _ = front.Connection.AskVringBase(0);
        if (isRefused)
        {
            Refuses(front, () => front.StartRingAt(start));
        }
        else
        {
            front.StartRingAt(start);
        }

        ServesOthers(front);
    }

    [Test]
    public void Memory_that_cannot_be_ends_the_connection()
    {
        using var front = new ServedFrontEnd();
        using var rest = new GuestRam("rest", 0x1000, RamMode.Shared);
        ulong length = ServedFrontEnd.Length;
        (string Name, ulong[] Region)[] wrong =
        [
            ("no bytes", [ServedFrontEnd.Base, 0, 0, 0]),
            ("longer than its file", [ServedFrontEnd.Base, length + 1, 0, 0]),
            ("behind the end of its file", [ServedFrontEnd.Base, 0x1000, 0, length]),
            ("an offset that runs over", [ServedFrontEnd.Base, 0x1000, 0, ulong.MaxValue - 0xfff]),
            ("addresses that run over", [ulong.MaxValue - 0xfff, 0x2000, 0, 0]),
            ("user addresses that run over", [0, 0x2000, ulong.MaxValue - 0xfff, 0]),
            ("more than any host has", [0, long.MaxValue, 0, 0]),
        ];
        foreach ((string name, ulong[] region) in wrong)
        {
            front.Begin();
            Refuses(front, () => front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Concat(ServedFrontEnd.Words(1), ServedFrontEnd.Words(region)), front.Ram.FileDescriptor), name);
        }

        ulong[][] overlapping = [[ServedFrontEnd.Base + 0xf000, 0x1000, 0x10_0000, 0], [0, 0x1000, ServedFrontEnd.UserBase + 0x1000, 0]];
        foreach (ulong[] region in overlapping)
        {
            front.Begin();
            byte[] table = ServedFrontEnd.Concat(ServedFrontEnd.Words(2), front.Region, ServedFrontEnd.Words(region));
            Refuses(front, () => front.Say(VhostUserRequest.SetMemoryTable, table, front.Ram.FileDescriptor, front.Ram.FileDescriptor), "regions that overlap");
        }

        front.Begin();
        Refuses(front, () => front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Concat(ServedFrontEnd.Words(1), front.Region)), "no descriptor");
        front.Begin();
        Refuses(front, () => front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Words(9)), "more regions than there can be");
        front.Begin();
        Refuses(front, () => front.Say(VhostUserRequest.AddMemoryRegion, ServedFrontEnd.Concat(ServedFrontEnd.Words(0), front.Region), front.Call.Descriptor), "no file");
        front.Begin();
        Refuses(front, () => front.Say(VhostUserRequest.RemoveMemoryRegion, ServedFrontEnd.Concat(ServedFrontEnd.Words(0), ServedFrontEnd.Words(1, 1, 1, 1))), "a region that there is not");
        front.Begin();
        front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Words(0));
        Refuses(
            front,
            () =>
            {
                for (ulong i = 0; i <= 32; i++)
                {
                    front.Say(VhostUserRequest.AddMemoryRegion, ServedFrontEnd.Concat(ServedFrontEnd.Words(0), ServedFrontEnd.Words(0x1000 * i, 0x1000, 0x1000 * i, 0)), rest.FileDescriptor);
                }
            },
            "too many regions");
        ServesOthers(front);
    }

    [Test]
    public void A_file_that_can_be_cut_short_is_taken_only_when_that_was_chosen([Values] bool isChosen)
    {
        using var folder = new TemporaryFolder();
        using SafeFileHandle file = File.OpenHandle(folder.Create("memory", new byte[ServedFrontEnd.Length]), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var front = new ServedFrontEnd(new VhostUserServerOptions { AcceptsUnsealedMemory = isChosen });
        front.Begin();
        void Give() => front.Say(VhostUserRequest.SetMemoryTable, ServedFrontEnd.Concat(ServedFrontEnd.Words(1), front.Region), (int)file.DangerousGetHandle());
        if (isChosen)
        {
            Give();
        }
        else
        {
            Refuses(front, Give);
        }

        ServesOthers(front);
    }

    [Test]
    public void Memory_that_was_given_cannot_be_cut_short()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        using var handle = new SafeFileHandle(front.Ram.FileDescriptor, ownsHandle: false);
        Assert.That(() => RandomAccess.SetLength(handle, 0), Throws.InstanceOf<Exception>());
        ServesOthers(front);
    }

    [Test]
    public void A_drivers_mistake_stops_its_ring_and_is_told()
    {
        using var front = new ServedFrontEnd();
        using var error = new EventDescriptor();
        front.Begin();
        front.StartRing();
        front.Say(VhostUserRequest.SetVringError, ServedFrontEnd.Words(0), error.Descriptor);
        _ = front.Ring.Add([new DriverBuffer(ServedFrontEnd.Base + ServedFrontEnd.Length - 8, 16, false), new DriverBuffer(ServedFrontEnd.Base, 1, true)]);
        front.Notify();
        ServedFrontEnd.Wait(error.TryTake);
        Assert.That(front.Ring.TryTakeUsed(out _), Is.False);
        _ = front.Connection.AskVringBase(0);
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 1);
        _ = front.WaitUsed();
        Assert.That(front.Answer(0), Is.EqualTo(front.Sector(1).ToArray()));
    }

    [Test]
    public void Features_that_were_not_offered_or_change_too_late_end_the_connection()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        Refuses(front, () => front.Say(VhostUserRequest.SetFeatures, ServedFrontEnd.Words(1UL << 26)));
        front.Begin();
        front.StartRing();
        front.Say(VhostUserRequest.SetFeatures, ServedFrontEnd.Words(ServedFrontEnd.UsualFeatures));
        Refuses(front, () => front.Say(VhostUserRequest.SetFeatures, ServedFrontEnd.Words(ServedFrontEnd.UsualFeatures | VirtioFeatures.PackedRing)));
        Refuses(front, () => front.Say(VhostUserRequest.SetProtocolFeatures, ServedFrontEnd.Words(1UL << 63)));
        ServesOthers(front);
    }

    [Test]
    public void A_kick_that_is_no_event_does_not_keep_the_server_busy_or_waiting()
    {
        using var folder = new TemporaryFolder();
        using SafeFileHandle file = File.OpenHandle(folder.Create("kick", []), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var front = new ServedFrontEnd();
        front.Begin();
        front.StartRing();
        foreach (VhostUserRequest request in new[] { VhostUserRequest.SetVringKick, VhostUserRequest.SetVringCall, VhostUserRequest.SetVringError })
        {
            front.Say(request, ServedFrontEnd.Words(0), (int)file.DangerousGetHandle());
        }

        _ = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
        ServesOthers(front);
    }

    [Test]
    public void A_server_ends_while_a_front_end_sends_slowly()
    {
        using var front = new ServedFrontEnd();
        front.Begin();
        front.Socket.Send([1, 0, 0], [], s_soon);
        front.Server.Dispose();
        Assert.That(front.IsLeft(), Is.True);
        Assert.That(() => front.Server.Resize(512), Throws.InvalidOperationException);
    }

    private static void Refuses(ServedFrontEnd front, Action action, string what = "")
    {
        Assert.That(
            () =>
            {
                action();
                _ = front.Connection.AskNumber(VhostUserRequest.GetFeatures);
            },
            Throws.InstanceOf<PeerLostException>(),
            what);
        front.Reconnect();
    }

    // The next front end gets what it asks for.
    private static void ServesOthers(ServedFrontEnd front)
    {
        front.Reconnect();
        front.Begin();
        front.StartRing();
        _ = front.Offer(0, BlockRequestType.In, 9);
        _ = front.WaitUsed();
        Assert.That(front.Answer(0), Is.EqualTo(front.Sector(9).ToArray()));
    }
}
