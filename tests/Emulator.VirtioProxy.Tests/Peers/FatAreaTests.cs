using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>An area that holds one queue and its buffers has the bytes that docs/virtio-proxy.md says, on both sides, and a server touches nothing in it but what descriptors can name.</summary>
[Platform("Linux")]
public sealed class FatAreaTests
{
    // Four entries in two pages: table, available ring at 64, used ring at 80, slots of 1984 bytes from 128 on.
    private const int Length = 0x2000;
    private const int Size = 4;
    private const int UsedRing = 80;
    private const int Slots = 128;
    private const int SlotLength = 1984;
    private const string Address = "0000004000000000";
    private const string Hello = "0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 c1000000 ffff 0400 0100 0000 8877665544332211";
    private const string Share = "0281 0000 0200 2800 0700 0900 00000000" + Address + "0020000000000000 0000000000000000";

    // A read of sector 1: its header in slot 0, the data in slot 1, its status in slot 2.
    private const string Table =
        "8000004000000000 10000000 0100 0100" +
        "4008004000000000 00020000 0300 0200" +
        "0010004000000000 01000000 0200 0000" +
        "00000000000000000000000000000000";

    private const string Available = "0000 0100 0000 0000 0000 0000 0000 0000";
    private const string Request = "00000000 00000000 0100000000000000";

    private ServedDisk _disk = null!;
    private ScriptedPeer _peer = null!;
    private GuestRam _memory = null!;

    private Span<byte> Area
    {
        get
        {
            unsafe
            {
                return new Span<byte>(_memory.Pointer, Length);
            }
        }
    }

    [SetUp]
    public void Connect()
    {
        _disk = new ServedDisk();
        _peer = new ScriptedPeer(_disk.Connect());
        _memory = new GuestRam("memory", Length, RamMode.Shared);
        _peer.Say(Hello);
    }

    [TearDown]
    public void Disconnect()
    {
        _disk.Dispose();
        _memory.Dispose();
    }

    [Test]
    public void A_server_finds_a_request_and_answers_it_in_its_slots()
    {
        Lay(Table, Available + "00000000");
        Ask(Request);

        Assert.That(_peer.Heard.Select(Convert.ToHexStringLower), Has.Exactly(1).EqualTo("0042000000000c0000000000"), "EVENT_USED");
        Assert.That(Convert.ToHexStringLower(Area.Slice(UsedRing, 12)), Is.EqualTo("00000100" + "00000000" + "01020000"));
        Assert.That(Area.Slice(Slots + SlotLength, 512).SequenceEqual(_disk.Contents[512..1024]), Is.True);
        Assert.That(Area[Slots + (2 * SlotLength)], Is.Zero);
    }

    [Test]
    public void Our_front_end_lays_a_queue_out_as_it_is_said()
    {
        string folder = Directory.CreateTempSubdirectory("proxy-").FullName;
        string path = Path.Combine(folder, "window");
        _disk.Server.Listen(ProxyAddress.Parse($"shm:{path}"));
        _peer.HangUp();
        using (var rig = new FrontEndRig(() => WindowListener.Connect(path, TimeProvider.System), new ProxyOptions { Memory = ProxyMemory.Fat }))
        {
            rig.StartDriver();
            Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
            Assert.That(rig.Transfer(writes: false, sector: 3, FrontEndRig.SectorSize), Is.Zero);

            // 256 entries in 64 MiB: slots of 262,080 bytes from 6,720 on. The area's address is 2^40.
            using FileStream file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] area = new byte[6720];
            file.Position = WindowLayout.StaticOffset;
            file.ReadExactly(area);
            // What the back end writes begins with a slot, the status behind the data.
            Assert.That(
                Convert.ToHexStringLower(area.AsSpan(0, 48)),
                Is.EqualTo("401a000000010000" + "10000000" + "0100" + "0100" + "001a040000010000" + "01020000" + "0200" + "0000" + "00000000000000000000000000000000"));
            Assert.That(Convert.ToHexStringLower(area.AsSpan(4096, 8)), Is.EqualTo("0000" + "0200" + "0000" + "0000"), "the available ring");
            Assert.That(Convert.ToHexStringLower(area.AsSpan(4616, 20)), Is.EqualTo("0000" + "0200" + "00000000" + "01020000" + "00000000" + "01020000"), "the used ring");
            byte[] header = new byte[16];
            file.ReadExactly(header);
            Assert.That(Convert.ToHexStringLower(header), Is.EqualTo("00000000" + "00000000" + "0300000000000000"));
        }

        _disk.Restart();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_request_that_is_longer_than_a_slot_takes_several()
    {
        const int Sectors = 700;
        _peer.HangUp();
        using var rig = new FrontEndRig(_disk.Connect, new ProxyOptions { Memory = ProxyMemory.Fat });
        rig.StartDriver();
        Assert.That(rig.Transfer(writes: false, sector: 1, Sectors * FrontEndRig.SectorSize), Is.Zero);
        byte[] read = new byte[Sectors * FrontEndRig.SectorSize];
        _ = rig.Memory.TryRead(FrontEndRig.Data, read);
        Assert.That(read, Is.EqualTo(_disk.Contents.Slice(FrontEndRig.SectorSize, read.Length).ToArray()));
        Assert.That(rig.Transfer(writes: true, sector: 2, read.Length), Is.Zero);
        Assert.That(_disk.Contents.Slice(2 * FrontEndRig.SectorSize, read.Length).ToArray(), Is.EqualTo(read));
    }

    [TestCase("4008004000000000 00020000 0300 0200", 1, 0, Description = "as it should be")]
    [TestCase("4008004000000000 c0070000 0300 0200", 1, 0x00, Description = "all of its slot")]
    [TestCase("4008004000000000 c1070000 0300 0200", 1, 0x40, Description = "one byte more")]
    [TestCase("4108004000000000 00020000 0300 0200", 1, 0x40, Description = "not from the first byte of its slot")]
    [TestCase("8000004000000000 00020000 0300 0200", 1, 0x40, Description = "another one's slot")]
    [TestCase("0000004000000000 00020000 0300 0200", 1, 0x40, Description = "the table")]
    [TestCase("4008004000000000 30000000 0400 0000", 1, 0x40, Description = "a table of its own")]
    [TestCase("4008004000000000 00020000 0300 0400", 1, 0x40, Description = "on to an entry that is none")]
    public void A_descriptor_names_its_own_slot_or_the_device_needs_a_reset(string descriptor, int index, int status)
    {
        Lay(Table, Available);
        ScriptedPeer.Bytes(descriptor).CopyTo(Area[(16 * index)..]);
        Ask(Request);
        Assert.That(Status() & 0x40, Is.EqualTo(status));
    }

    [TestCase("4800004000000000", "5000004000000000", Description = "the available ring elsewhere")]
    [TestCase("4000004000000000", "5400004000000000", Description = "the used ring elsewhere")]
    public void A_ring_that_lies_elsewhere_in_the_area_makes_the_device_need_a_reset(string available, string used)
    {
        Lay(Table, Available);
        Ask(Request, available, used);
        Assert.That(Status() & 0x40, Is.EqualTo(0x40));
    }

    [Test]
    public void A_fat_area_is_its_own_queues_only()
    {
        // The same ring in a usual area, whose descriptors name buffers in the fat one.
        using var other = new GuestRam("other", Length, RamMode.Shared);
        Lay(Table, Available);
        unsafe
        {
            Area.CopyTo(new Span<byte>(other.Pointer, Length));
        }

        _peer.Say(ScriptedPeer.Bytes(Share), _memory.FileDescriptor);
        _peer.Say(ScriptedPeer.Bytes(Share.Replace("0700 0900", "0800 0100", StringComparison.Ordinal).Replace(Address, "0000005000000000", StringComparison.Ordinal)), other.FileDescriptor);
        Assert.That(Convert.ToHexStringLower(_peer.Heard[^1]), Is.EqualTo("038100000200" + "0c00" + "08000000"));
        Drive("0000005000000000", "4000005000000000", "5000005000000000");
        Assert.That(Status() & 0x40, Is.EqualTo(0x40));
    }

    [TestCase("0700 0d00", Address, ResultCode.Malformed, Description = "fat and read-only")]
    [TestCase("0800 0900", "0010004000000000", ResultCode.Malformed, Description = "over the first one's second page")]
    [TestCase("0800 0100", "0010004000000000", ResultCode.Malformed, Description = "the same, and not fat")]
    [TestCase("0800 0900", "0020004000000000", ResultCode.Done)]
    public void A_fat_area_is_shared_as_others_are(string numberAndFlags, string address, object result)
    {
        if (numberAndFlags[..4] == "0800")
        {
            _peer.Say(ScriptedPeer.Bytes(Share), _memory.FileDescriptor);
        }

        _peer.Say(
            ScriptedPeer.Bytes(Share.Replace("0700 0900", numberAndFlags, StringComparison.Ordinal).Replace(Address, address, StringComparison.Ordinal)), _memory.FileDescriptor);
        Assert.That(Message.TryRead(_peer.Heard[^1], out Payloads.AreaResult told, out _), Is.True);
        Assert.That(told.Result, Is.EqualTo(result));
    }

    [Test]
    public void Whatever_stands_in_the_table_nothing_is_written_but_the_used_ring_and_slots() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), 64 + 16).ToArbitrary(),
        Gen.Choose(0, 15).ToArbitrary(),
        (bytes, keeps) =>
        {
            Disconnect();
            Connect();
            Lay(Table, Available);
            for (int i = 0; i < bytes.Length; i++)
            {
                // Most of a sound table stays, so that chains begin well.
                Area[i] = (bytes[i] & 15) > keeps ? bytes[i] : Area[i];
            }

            byte[] before = Area[..UsedRing].ToArray();
            Ask(Request);
            Assert.That(Area[..UsedRing].ToArray(), Is.EqualTo(before));
            Assert.That(Area[(Slots + (Size * SlotLength))..].ContainsAnyExcept((byte)0), Is.False, "what is left behind the slots");
            Assert.That(Status(), Is.Not.Negative, "and the session goes on");
        }).QuickCheckThrowOnFailure();

    private void Lay(string table, string available)
    {
        Area.Clear();
        ScriptedPeer.Bytes(table).CopyTo(Area);
        ScriptedPeer.Bytes(available).AsSpan(0, 16).CopyTo(Area[64..]);
    }

    private void Ask(string request, string available = "4000004000000000", string used = "5000004000000000")
    {
        ScriptedPeer.Bytes(request).CopyTo(Area[Slots..]);
        Area[Slots + (2 * SlotLength)] = 0xff;
        _peer.Say(ScriptedPeer.Bytes(Share), _memory.FileDescriptor);
        Assert.That(Convert.ToHexStringLower(_peer.Heard[^1]), Is.EqualTo("038100000200" + "0c00" + "07000000"));
        Drive(Address, available, used);
    }

    private void Drive(string table, string available, string used)
    {
        _peer.Say("0008 0000 0300 0c00 03000000");
        _peer.Say("0004 0000 0400 1800 00000000 02000000 00000000 01000000");
        _peer.Say("0008 0000 0500 0c00 0b000000");
        _peer.Say("000a 0000 0600 3000 00000000 00000000 04000000 00000000" + table + available + used);
        _peer.Say("0008 0000 0700 0c00 0f000000");
        _peer.Say("0041 0000 0000 1000 00000000 00000000");
    }

    private int Status()
    {
        _peer.Say("0007 0000 0800 0800");
        byte[] answer = _peer.Heard[^1];
        return answer.Length == 12 ? BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(8)) : -1;
    }
}
