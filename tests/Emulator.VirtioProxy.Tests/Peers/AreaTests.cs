using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>What a server takes for memory that it shares with a front end, and what it makes of addresses that lie elsewhere.</summary>
[Platform("Linux")]
public sealed class AreaTests
{
    private const ulong Base = 0x4000_0000;
    private const int Length = 0x10_0000;
    private const string Hello = "0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 81000000 ffff 0400 0100 0000 8877665544332211";

    private ServedDisk _disk = null!;
    private ScriptedPeer _peer = null!;
    private GuestRam _memory = null!;
    private DmaView _view = null!;

    [SetUp]
    public void Connect()
    {
        _disk = new ServedDisk();
        _peer = new ScriptedPeer(_disk.Connect());
        _peer.Say(Hello);
        _memory = new GuestRam("memory", Length, RamMode.Shared);
        var bus = new SystemBus();
        bus.MapRam(Base, _memory);
        _view = new DmaView(bus, BusInitiator.Host);
    }

    [TearDown]
    public void Disconnect()
    {
        _disk.Dispose();
        _memory.Dispose();
    }

    [TestCase(AreaFlags.Descriptor, 0UL, 0UL, 0UL, ResultCode.Malformed, Description = "nothing")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x800UL, 0UL, ResultCode.Malformed, Description = "half a page")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0800UL, 0x1000UL, 0UL, ResultCode.Malformed, Description = "across pages")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x1000UL, 0x800UL, ResultCode.Malformed, Description = "from the middle of a page")]
    [TestCase(AreaFlags.Descriptor, 0xffff_ffff_ffff_f000UL, 0x2000UL, 0UL, ResultCode.Malformed, Description = "beyond the last address")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x20_0000UL, 0UL, ResultCode.AddressFault, Description = "more than the file has")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x1000UL, 0x10_0000UL, ResultCode.AddressFault, Description = "behind the file's end")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x1000UL, 0xffff_ffff_ffff_f000UL, ResultCode.Malformed, Description = "an offset that no file has")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x100_0000_0000UL, 0UL, ResultCode.Denied, Description = "a tebibyte")]
    [TestCase(AreaFlags.None, 0x4000_0000UL, 0x1000UL, 0UL, ResultCode.Malformed, Description = "neither kind")]
    [TestCase(AreaFlags.Static, 0x4000_0000UL, 0x1000UL, 0UL, ResultCode.Malformed, Description = "static, but with a descriptor")]
    [TestCase(AreaFlags.Descriptor | AreaFlags.Fat, 0x4000_0000UL, 0x1000UL, 0UL, ResultCode.NotSupported, Description = "fat, which was not agreed on")]
    [TestCase(AreaFlags.Descriptor, 0x4000_0000UL, 0x10_0000UL, 0UL, ResultCode.Done, Description = "as it should be")]
    public void An_area_is_what_the_protocol_says(object flags, ulong address, ulong size, ulong offset, object result)
    {
        Assert.That(Share(1, (AreaFlags)flags, address, size, offset, _memory.FileDescriptor), Is.EqualTo(result));
        Assert.That(Share(2, AreaFlags.Descriptor, 0x8000_0000, 0x1000, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Done), "and the session goes on");
    }

    [Test]
    public void A_file_that_can_become_shorter_is_refused()
    {
        string path = Path.GetTempFileName();
        using (FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.SetLength(Length);
            Assert.That(Share(1, AreaFlags.Descriptor, Base, Length, 0, (int)file.SafeFileHandle.DangerousGetHandle()), Is.EqualTo(ResultCode.Denied));
        }

        File.Delete(path);
    }

    [Test]
    public void What_is_no_file_at_all_is_refused()
    {
        using var bell = new EventDescriptor();
        Assert.That(Share(1, AreaFlags.Descriptor, Base, Length, 0, bell.Descriptor), Is.EqualTo(ResultCode.Denied));
        Assert.That(Share(1, AreaFlags.Descriptor, Base, Length, 0, -1), Is.EqualTo(ResultCode.Malformed), "no descriptor");
    }

    [Test]
    public void Areas_do_not_overlap_and_have_a_number_each_and_there_are_no_more_than_was_agreed_on()
    {
        Assert.That(Share(1, AreaFlags.Descriptor, Base, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Done));
        Assert.That(Share(2, AreaFlags.Descriptor, Base + Length - 0x1000, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Malformed), "they overlap");
        Assert.That(Share(1, AreaFlags.Descriptor, Base + Length, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Malformed), "the number is taken");
        Assert.That(Share(256, AreaFlags.Descriptor, 0, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Malformed), "no address has so high a number");
        for (ushort number = 2; number < 5; number++)
        {
            Assert.That(Share(number, AreaFlags.Descriptor, 0, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Done));
        }

        Assert.That(Share(5, AreaFlags.Descriptor, 0, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Denied), "the fifth");
        Assert.That(Unshare(3), Is.EqualTo(ResultCode.Done));
        Assert.That(Unshare(3), Is.EqualTo(ResultCode.NoSuchArea));
        Assert.That(Share(5, AreaFlags.Descriptor, 0, Length, 0, _memory.FileDescriptor), Is.EqualTo(ResultCode.Done));
    }

    [TestCase(Base, AreaFlags.None, 0)]
    [TestCase(0UL, AreaFlags.None, 0, Description = "no base: the number is the address")]
    [TestCase(Base, AreaFlags.ReadOnly, 0x40, Description = "a ring that cannot be written")]
    public void Requests_are_served_where_the_area_is(ulong address, object flags, int broken)
    {
        _ = Share(7, AreaFlags.Descriptor | (AreaFlags)flags, address, Length, 0, _memory.FileDescriptor);
        VirtqueueDriver ring = StartDriver(address == 0 ? (7UL << 56) - Base : 0);
        Read(ring, (address == 0 ? 7UL << 56 : Base) + 0x8000);

        Assert.That(Status() & 0x40, Is.EqualTo(broken));
        if (broken == 0)
        {
            byte[] sector = new byte[512];
            Assert.That(ring.TryTakeUsed(out _), Is.True);
            Assert.That(_view.TryRead(Base + 0x8200, sector), Is.True);
            Assert.That(sector, Is.EqualTo(_disk.Contents[512..1024].ToArray()));
            Assert.That(Convert.ToHexStringLower(_peer.Heard[^2]), Is.EqualTo("004200000000" + "0c00" + "00000000"), "EVENT_USED");
        }
    }

    [TestCase(Base + Length, Description = "behind the area")]
    [TestCase(0UL)]
    [TestCase(Base + Length - 0x100, Description = "partly behind the area")]
    [TestCase(ulong.MaxValue - 0x80, Description = "across the last address")]
    public void A_buffer_outside_of_the_areas_makes_the_device_need_a_reset(ulong data)
    {
        _ = Share(1, AreaFlags.Descriptor, Base, Length, 0, _memory.FileDescriptor);
        VirtqueueDriver ring = StartDriver(0);
        Read(ring, data);

        Assert.That(Message.TryRead(_peer.Heard[^1], out Payloads.ConfigurationEvent change, out _) && _peer.Heard[^1][1] == (byte)TransportMessage.EventConfig, Is.True);
        Assert.That(change.Status & 0x40, Is.EqualTo(0x40));
        Assert.That(ring.TryTakeUsed(out _), Is.False);
        Ask(TransportMessage.SetDeviceStatus, new Payloads.Status(0));
        Assert.That(Status(), Is.Zero, "and a reset makes it well");
    }

    [Test]
    public void Data_are_not_written_to_an_area_that_is_read_only()
    {
        _ = Share(1, AreaFlags.Descriptor, Base, Length / 2, 0, _memory.FileDescriptor);
        _ = Share(2, AreaFlags.Descriptor | AreaFlags.ReadOnly, Base + (Length / 2), Length / 2, Length / 2, _memory.FileDescriptor);
        VirtqueueDriver ring = StartDriver(0);
        Read(ring, Base + (Length / 2));

        Assert.That(Status() & 0x40, Is.EqualTo(0x40));
    }

    [Test]
    public void An_area_in_which_rings_lie_goes_when_they_have_stopped()
    {
        _ = Share(1, AreaFlags.Descriptor, Base, Length, 0, _memory.FileDescriptor);
        VirtqueueDriver ring = StartDriver(0);
        Assert.That(Unshare(1), Is.EqualTo(ResultCode.Busy));
        Read(ring, Base + 0x8000);
        Assert.That(ring.TryTakeUsed(out _), Is.True);

        Ask(TransportMessage.ResetVqueue, new Payloads.Index(0));

        Assert.That(_peer.Heard.Select(Convert.ToHexStringLower), Has.Member("02c0000000000c0001000000"), "AREA_RELEASE");
        Assert.That(Unshare(1), Is.EqualTo(ResultCode.NoSuchArea));
    }

    [Test]
    public void Descriptors_that_no_message_asks_for_are_closed()
    {
        string folder = Directory.CreateTempSubdirectory("proxy-").FullName;
        string path = Path.Combine(folder, "socket");
        _peer.HangUp();
        _disk.Server.Listen(new ProxyAddress(path, null));
        using (DescriptorSocket socket = DescriptorSocket.Connect(path))
        {
            int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
            HostDeadline deadline = HostDeadline.After(TimeProvider.System, TimeSpan.FromSeconds(10));
            int[] many = [.. Enumerable.Repeat(_memory.FileDescriptor, 16)];
            socket.Send(ScriptedPeer.Bytes(Hello), many, deadline);
            socket.Receive(new byte[44], [], deadline);
            for (int i = 0; i < 100; i++)
            {
                socket.Send(ScriptedPeer.Bytes("0203 0000 0500 0c00 78563412"), many, deadline);
                socket.Receive(new byte[12], [], deadline);
            }

            // The last ones may be about to be closed.
            Assert.That(() => Directory.GetFileSystemEntries("/proc/self/fd").Length, Is.LessThan(before + 10).After(5000, 10));
        }

        Directory.Delete(folder, recursive: true);
    }

    private VirtqueueDriver StartDriver(ulong distance)
    {
        var ring = VirtqueueDriver.Create(_view, Base, 16);
        Ask(TransportMessage.SetDeviceStatus, new Payloads.Status(3));
        Ask(TransportMessage.SetDriverFeatures, new Payloads.FeatureBlocks(0, 2), BitConverter.GetBytes(VirtioFeatures.Version1));
        Ask(TransportMessage.SetDeviceStatus, new Payloads.Status(11));
        Ask(TransportMessage.SetVqueue, new Payloads.Queue(0, 0, 16, 0, ring.Settings.DescriptorArea + distance, ring.Settings.DriverArea + distance, ring.Settings.DeviceArea + distance));
        Ask(TransportMessage.SetDeviceStatus, new Payloads.Status(15));
        return ring;
    }

    // Sector 1: header and status in the page at "where" when that lies in the area, the data behind them.
    private void Read(VirtqueueDriver ring, ulong where)
    {
        ulong header = where >> 56 != 0 && where < ulong.MaxValue - Length ? (where >> 56 << 56) + 0x7000 : Base + 0x7000;
        byte[] request = new byte[16];
        request[8] = 1;
        _ = _view.TryWrite(Base + 0x7000, request);
        _ = ring.Add([new DriverBuffer(header, 16, false), new DriverBuffer(where + 0x200, 512, true), new DriverBuffer(header + 0x100, 1, true)]);
        Tell(TransportMessage.EventAvail, new Payloads.Available(0, 0));
    }

    private ResultCode Share(ushort number, AreaFlags flags, ulong address, ulong size, ulong offset, int descriptor)
    {
        byte[] message = new byte[64];
        int length = Message.Write(message, MessageKind.Bus, (byte)BusMessage.AreaShare, 0, 9, new Payloads.Area(number, flags, 0, address, size, offset));
        _peer.Say(message.AsSpan(0, length), descriptor);
        Assert.That(Message.TryRead(_peer.Heard[^1], out Payloads.AreaResult result, out _) && result.Number == number, Is.True);
        return result.Result;
    }

    private ResultCode Unshare(ushort number)
    {
        byte[] message = new byte[64];
        _peer.Say(message.AsSpan(0, Message.Write(message, MessageKind.Bus, (byte)BusMessage.AreaUnshare, 0, 9, new Payloads.AreaNumber(number, 0))));
        return Message.TryRead(_peer.Heard[^1], out Payloads.AreaResult result, out _) ? result.Result : ResultCode.Failed;
    }

    private int Status()
    {
        Ask(TransportMessage.GetDeviceStatus, default(Payloads.Nothing));
        return Message.TryRead(_peer.Heard[^1], out Payloads.Status status, out _) ? (int)status.Value : -1;
    }

    private void Ask<T>(TransportMessage id, in T payload, byte[]? tail = null)
        where T : unmanaged => Say(id, token: 5, payload, tail);

    private void Tell<T>(TransportMessage id, in T payload)
        where T : unmanaged => Say(id, token: 0, payload, null);

    private void Say<T>(TransportMessage id, ushort token, in T payload, byte[]? tail)
        where T : unmanaged
    {
        byte[] message = new byte[128];
        _peer.Say(message.AsSpan(0, Message.Write(message, MessageKind.Transport, (byte)id, 0, token, payload, tail)));
    }
}
