using System.Net.Sockets;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Server;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>Peers that break the protocol: they lose their connection or are not listened to; nothing hangs, and nobody else suffers.</summary>
public sealed class HostilePeerTests
{
    private const string Hello = "0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 84000000 ffff 0100 0100 0000 8877665544332211";

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("proxy-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("0203 0000 0100 0c00 00000000", Description = "something before HELLO")]
    [TestCase("0280 0000 0100 2c00 46414b45 0100 0000 01000000 00000000 84000000 ffff 0100 0100 0000 8877665544332211", Description = "another protocol")]
    [TestCase("0280 0000 0100 0c00 56505831", Description = "half a HELLO")]
    [TestCase("0280 0000 0100 2c00 56505831 0100 0000 01000000 00000000 84000000 1000 0100 0100 0000 8877665544332211", Description = "messages too short for anything")]
    public void Who_does_not_greet_properly_is_left_without_an_answer(string hex)
    {
        using var disk = new ServedDisk();
        var peer = new ScriptedPeer(disk.Connect());

        peer.Say(hex);

        Assert.That(peer.Heard, Is.Empty);
        Assert.That(peer.Loss, Is.Not.Null);
        AssertServes(disk);
    }

    [TestCase("0200", 2, Description = "version 2 of the protocol")]
    [TestCase("0100", 3, Description = "two back ends")]
    public void Who_cannot_be_served_is_told_why(string major, int status)
    {
        using var disk = new ServedDisk();
        var peer = new ScriptedPeer(disk.Connect());

        peer.Say(Hello.Replace("56505831 0100", $"56505831 {major}", StringComparison.Ordinal).Replace("0100 0100 0000", status == 3 ? "0100 0200 0000" : "0100 0100 0000", StringComparison.Ordinal));

        Assert.That(Message.TryRead(peer.Heard.Single(), out Payloads.Hello answer, out _), Is.True);
        Assert.That((int)answer.Status, Is.EqualTo(status));
        Assert.That(peer.Loss, Is.Not.Null);
        AssertServes(disk);
    }

    [Test]
    public void A_second_front_end_hears_that_the_server_is_busy()
    {
        using var disk = new ServedDisk();
        var first = new ScriptedPeer(disk.Connect());
        first.Say(Hello);
        var second = new ScriptedPeer(disk.Connect());

        second.Say(Hello);

        Assert.That(Message.TryRead(second.Heard.Single(), out Payloads.Hello answer, out _), Is.True);
        Assert.That(answer.Status, Is.EqualTo(HelloStatus.Busy));
        first.Say("0203 0000 0500 0c00 78563412");
        Assert.That(Convert.ToHexStringLower(first.Heard[^1]), Is.EqualTo("0303000005000c0078563412"));
    }

    [TestCase("0002 0900 0500 0800", 5, Description = "a device that is not there")]
    [TestCase("0010 0000 0500 0800", 3, Description = "no request at all")]
    [TestCase("0280 0000", 0, Description = "a header that ends early")]
    [TestCase("0005 0000 0500 0c00 00000000", 4, Description = "half a GET_CONFIG")]
    [TestCase("0005 0000 0500 1000 ffffffff 02000000", 4, Description = "configuration that is not there")]
    [TestCase("0009 0000 0500 0c00 ffff0000", 4, Description = "a queue that is not there")]
    [TestCase("0003 0000 0500 1000 00000000 ffffff7f", 4, Description = "more features than fit into a message")]
    [TestCase("0004 0000 0500 1000 00000000 04000000", 4, Description = "features that did not come")]
    [TestCase("0202 0000 0500 0c00 0300 0500", 4, Description = "devices from 3 on")]
    public void Requests_that_are_none_are_refused(string hex, int code)
    {
        using var disk = new ServedDisk();
        string path = Path.Combine(_folder, "socket");
        disk.Server.Listen(new ProxyAddress(path, null));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        Assert.That(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), Is.True, "for its owner only");
        _ = socket.Send(ScriptedPeer.Bytes(Hello));
        _ = Read(socket);

        _ = socket.Send(ScriptedPeer.Bytes(hex));
        if (code != 0)
        {
            Assert.That(Message.TryRead(Read(socket), out Payloads.Error error, out _), Is.True);
            Assert.That(((int)error.Code, (int)error.Token), Is.EqualTo((code, 5)));
            _ = socket.Send(ScriptedPeer.Bytes("0203 0000 0600 0c00 78563412"));
            Assert.That(Convert.ToHexStringLower(Read(socket)), Is.EqualTo("0303000006000c0078563412"), "and the session goes on");
        }
    }

    [Test]
    public void Any_bytes_at_all_leave_the_server_whole() => Prop.ForAll(
        Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value))).ToArbitrary(),
        messages =>
        {
            using var disk = new ServedDisk();
            var peer = new ScriptedPeer(disk.Connect());
            peer.Say(Hello);
            foreach (byte[] garbage in messages)
            {
                // The carrier has looked at the length already.
                byte[] message = [(byte)(garbage.Length % 4), .. garbage.Take(40), .. new byte[8]];
                BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)message.Length);
                if (peer.Loss is null)
                {
                    peer.Say(message);
                }
            }

            peer.HangUp();
            AssertServes(disk);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_request_that_no_device_could_have_ends_the_session([Values(0u, 0x7fff_ffffu, 0xffff_ffffu)] uint readable)
    {
        using var disk = new ServedDisk();
        ScriptedPeer? tap = null;
        using var rig = new FrontEndRig(() => tap is null ? Tap(disk, out tap) : disk.Connect());
        rig.StartDriver();
        byte[] message = new byte[64];
        int length = Message.Write(message, MessageKind.Transport, (byte)TransportMessage.ChainAvail, 0, 0, new Payloads.Chain(0, 1, 0, readable, 0));

        tap!.Say(message.AsSpan(0, length));

        Assert.That(tap.Loss, Is.Not.Null);
        Assert.That(rig.Wait(() => rig.FrontEnd.IsConnected), Is.True, "the front end connects anew");
    }

    [Test]
    public void What_a_back_end_says_of_requests_that_are_not_there_is_not_heard()
    {
        using var disk = new ServedDisk();
        ScriptedPeer? server = null;
        using var rig = new FrontEndRig(() => Intercept(disk, out server));
        rig.StartDriver();
        byte[] message = new byte[2048];
        foreach (Payloads.ChainBytes chain in new Payloads.ChainBytes[] { new(0, 5, 0, 1), new(900, 0, 0, 1), new(0, 0, 0, uint.MaxValue) })
        {
            foreach (TransportMessage id in new[] { TransportMessage.ChainUsed, TransportMessage.ChainData })
            {
                server!.Say(message.AsSpan(0, Message.Write(message, MessageKind.Transport, (byte)id, 0, 0, chain, new byte[100])));
            }
        }

        server!.Say("0102 0000 7777 2000 02000000 00000000 40000000 3c000000 04000000 0000 0000");
        server.Say("0083 0000 0100 1800 00000000 0900 0000 00010000 02000000");

        Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
        Assert.That(rig.IsBroken, Is.False);
    }

    [Test]
    public void A_server_that_ends_at_any_message_of_the_opening_is_an_error_of_the_host([Range(0, 5)] int answers)
    {
        using var disk = new ServedDisk();
        Assert.That(
            () => new FrontEndRig(() =>
            {
                ICarrier carrier = Intercept(disk, out ScriptedPeer server);
                int left = answers;
                server.Filter = _ => left-- > 0;
                return carrier;
            }, new ProxyOptions { RequestTimeout = TimeSpan.FromSeconds(1) }),
            Throws.TypeOf<EmulatorException>());
    }

    [Test]
    public void A_server_that_says_nothing_ends_with_the_time_out()
    {
        Assert.That(
            () => new FrontEndRig(
                () =>
                {
                    (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
                    _ = new ScriptedPeer(other);
                    return one;
                },
                new ProxyOptions { RequestTimeout = TimeSpan.FromMilliseconds(200) }),
            Throws.TypeOf<EmulatorException>().With.Message.Contain("did not answer"));
    }

    private static void AssertServes(ServedDisk disk)
    {
        using var rig = new FrontEndRig(disk.Connect);
        rig.StartDriver();
        Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
    }

    private static byte[] Read(Socket socket)
    {
        byte[] header = new byte[8];
        Assert.That(socket.Receive(header), Is.EqualTo(8));
        byte[] rest = new byte[BitConverter.ToUInt16(header, 6) - 8];
        int count = 0;
        while (count < rest.Length)
        {
            count += socket.Receive(rest.AsSpan(count));
        }

        return [.. header, .. rest];
    }

    // A connection on which the test can say something as the front end.
    private static ICarrier Tap(ServedDisk disk, out ScriptedPeer toServer)
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        var front = new ScriptedPeer(other);
        var server = new ScriptedPeer(disk.Connect());
        front.OnReceived = message => server.Say(message);
        server.OnReceived = message => front.Say(message);
        server.OnLost = front.HangUp;
        toServer = server;
        return one;
    }

    // A connection on which the test can say something as the back end.
    private static ICarrier Intercept(ServedDisk disk, out ScriptedPeer toFrontEnd)
    {
        (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
        var front = new ScriptedPeer(other);
        var server = new ScriptedPeer(disk.Connect());
        front.OnReceived = message => server.Say(message);
        front.OnLost = server.HangUp;
        server.OnReceived = message =>
        {
            if (front.Filter(message))
            {
                front.Say(message);
            }
            else
            {
                front.HangUp();
            }
        };
        toFrontEnd = front;
        return one;
    }
}
