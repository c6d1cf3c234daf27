using System.Text;
using Emulator.Boards;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A back end learns where its front end has put a device, and binds the slot.</summary>
public sealed class SlotTests
{
    private const string Info = "0286 0000 0900 0c00 0000 0000";

    private static readonly VirtioSlot s_slot = new(0x0a00_3e00, 0x200, 79);

    [Test]
    public void A_server_knows_where_its_device_is_while_it_is_driven()
    {
        using var disk = new ServedDisk();
        using (var rig = new FrontEndRig(disk.Connect, slot: s_slot))
        {
            Assert.That(disk.Server.FindSlot(0), Is.Null, "no driver has come");
            rig.StartDriver();
            ProxySlot slot = disk.Server.FindSlot(0)!;
            Assert.That((slot.Address, slot.Length, slot.Interrupt, slot.DeviceId, slot.IsReadOnly), Is.EqualTo(((ulong?)0x0a00_3e00, 0x200UL, (int?)79, 2, false)));
            Assert.That(slot.Settings, Is.EqualTo(new[] { "name=disk" }));
            Assert.That(disk.Server.FindSlot(1), Is.Null);
        }

        Assert.That(disk.Server.FindSlot(0), Is.Null, "it is gone");
    }

    [Test]
    public void A_machine_tells_its_devices_where_they_are([Values] VirtioTransport transport)
    {
        VirtioSlot? slot = null;
        using Machine machine = new MachineBuilder(Board.Virt).WithVirtioDevice("virtio-rng", transport, (settings, seed, _) =>
        {
            slot = settings.Slot;
            return new VirtioEntropy(settings, new MachineRandom(seed, settings.Name));
        }).Build();
        Assert.That(slot, Is.EqualTo(transport == VirtioTransport.Mmio ? s_slot : (VirtioSlot?)null));
    }

    [Test]
    public void Where_the_driver_chooses_the_place_there_is_none()
    {
        using var disk = new ServedDisk();
        using var rig = new FrontEndRig(disk.Connect);
        rig.StartDriver();
        Assert.That(disk.Server.FindSlot(0), Is.EqualTo(new ProxySlot(null, 0, null, 2, false, disk.Server.FindSlot(0)!.Settings)));
    }

    [Test]
    [Platform("Linux")]
    public void What_finds_no_room_in_a_message_is_left_out()
    {
        string folder = Directory.CreateTempSubdirectory("proxy-").FullName;
        using (var disk = new ServedDisk())
        {
            string path = Path.Combine(folder, "window");
            disk.Server.Listen(ProxyAddress.Parse($"shm:{path}"));
            using var rig = new FrontEndRig(() => WindowListener.Connect(path, TimeProvider.System), slot: s_slot);
            rig.StartDriver();
            Assert.That(rig.Wait(() => disk.Server.FindSlot(0) is not null), Is.True);
            Assert.That(disk.Server.FindSlot(0)!.Interrupt, Is.EqualTo(79));
            Assert.That(disk.Server.FindSlot(0)!.Settings, Is.Empty);
        }

        Directory.Delete(folder, recursive: true);
    }

    [TestCase(
        Info, "0386000009004c0000000600" + "01000800003e000a00000000" + "020008000002000000000000" + "030004004f000000" + "0600040002000000" + "0800040000000000" + "090009006e616d653d6469736b000000", Description = "SLOT_INFO")]
    [TestCase("0287 0000 0900 1000 0000 0100 02000000", "0387000009000c00" + "00000000", Description = "SLOT_BIND")]
    [TestCase("0287 0000 0900 1000 0000 0100 04000000", "0387000009000c00" + "08000000", Description = "another kind of device: denied")]
    [TestCase("0287 0000 0900 1000 0000 0200 02000000", "0387000009000c00" + "09000000", Description = "to unbind it is not supported")]
    [TestCase("0287 0000 0900 1000 0000 0300 02000000", "0387000009000c00" + "04000000", Description = "no such action")]
    [TestCase("0287 0000 0900 1000 0100 0100 02000000", "0387000009000c00" + "05000000", Description = "no such device")]
    public void Our_front_end_says_what_it_has(string request, string answer) => Assert.That(Ask(request), Is.EqualTo(answer));

    [TestCase("0286 0000 0900 0c00 0100 0000", ResultCode.NoSuchDevice)]
    [TestCase("0286 0000 0900 0a00 0000", ResultCode.Malformed)]
    [TestCase("0287 0000 0900 0c00 0000 0100", ResultCode.Malformed)]
    public void A_request_that_makes_no_sense_is_answered_by_an_error(string request, object code)
    {
        string error = Ask(request);
        Assert.That(error, Does.StartWith("02c1").And.Contain($"0{(int)(ResultCode)code}000000"));
    }

    [Test]
    public void Entries_that_are_not_known_or_no_entries_are_passed_over()
    {
        var slot = ProxySlot.Read(ScriptedPeer.Bytes("6300 0300 aabbcc00" + "0100 0400 01020304" + "0300 0400 21000000" + "0900 0300 613d62 00" + "0200 ff00 00"));
        Assert.That((slot.Address, slot.Interrupt, slot.Length), Is.EqualTo(((ulong?)null, (int?)33, 0UL)));
        Assert.That(slot.Settings, Is.EqualTo(new[] { "a=b" }));
        Assert.That(ProxySlot.Read(Encoding.UTF8.GetBytes("abc")).Settings, Is.Empty);
    }

    // A back end's request, when the device is there.
    private static string Ask(string request)
    {
        using var disk = new ServedDisk();
        ScriptedPeer? tap = null;
        ICarrier Connect()
        {
            (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
            tap = new ScriptedPeer(other);
            var server = new ScriptedPeer(disk.Connect());
            server.OnReceived = message => tap.Say(message);
            tap.OnReceived = message => server.Say(message);
            return one;
        }

        using var rig = new FrontEndRig(Connect, slot: s_slot);
        tap!.Say(request);
        return Convert.ToHexStringLower(tap.Heard[^1]);
    }
}
