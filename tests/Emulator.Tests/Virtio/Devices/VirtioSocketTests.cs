using System.Text;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Socket;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>Streams between the host and a driver at the other end of the rings.</summary>
[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioSocketTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const uint Guest = 42;
    private const uint Port = 1234;
    private const uint GuestPort = 9000;
    private const int Receive = 0;
    private const int Transmit = 1;
    private const ulong ReceiveRing = GuestMemory.Base + 0x4_0000;
    private const ulong Buffers = GuestMemory.Base + 0x20_0000;
    private const uint BufferBytes = 4096;

    protected override int RequestQueue => Transmit;

    [Test]
    public void AddressIsInTheConfiguration()
    {
        Rig rig = StartRig();
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Configuration), Is.EqualTo(Guest));
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Configuration + 4), Is.Zero);
    }

    [Test]
    public void GuestConnectsAndBothSend()
    {
        Peer peer = Start(out IVirtioSocket socket);
        socket.Listen(Port);
        peer.Send(SocketOperation.Request);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Response));
        Assert.That(socket.TryAccept(Port + 1, out _), Is.False);
        Assert.That(socket.TryAccept(Port, out VirtioSocketStream? stream), Is.True);
        Assert.That(socket.TryAccept(Port, out _), Is.False);

        peer.Send(SocketOperation.Data, "hello, host"u8.ToArray());
        Assert.That(Read(stream!), Is.EqualTo("hello, host"));
        Assert.That(stream!.Write("hello, guest"u8), Is.EqualTo(12));
        SocketPacket packet = peer.Take();

        Assert.That((packet.Operation, packet.SourceCid, packet.DestinationCid, packet.SourcePort, packet.DestinationPort), Is.EqualTo((SocketOperation.Data, 2ul, (ulong)Guest, Port, GuestPort)));
        Assert.That(Encoding.ASCII.GetString(peer.Payload), Is.EqualTo("hello, guest"));
        Assert.That(packet.Forwarded, Is.EqualTo(11), "what was read makes room");
        Assert.That(packet.BufferBytes, Is.EqualTo(VirtioSocketStream.BufferBytes));
        Assert.That((stream.State, stream.Unsent), Is.EqualTo((VirtioSocketState.Open, 0)));
    }

    [Test]
    public void HostConnects()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = socket.Connect(GuestPort);
        _ = stream.Write("early"u8);
        SocketPacket request = peer.Take();
        Assert.That((request.Operation, request.DestinationPort), Is.EqualTo((SocketOperation.Request, GuestPort)));
        Assert.That(peer.TryTake(out _), Is.False, "nothing is sent before the answer");

        peer.HostPort = request.SourcePort;
        peer.Send(SocketOperation.Response);

        Assert.That(stream.State, Is.EqualTo(VirtioSocketState.Open));
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Data));
        Assert.That(Encoding.ASCII.GetString(peer.Payload), Is.EqualTo("early"));
        Assert.That(socket.Streams, Is.EqualTo(new[] { stream }));
    }

    [Test]
    public void NobodyAtTheOtherEndClosesAStream()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = socket.Connect(GuestPort);
        peer.HostPort = peer.Take().SourcePort;
        peer.Send(SocketOperation.Reset);
        Assert.That(stream.State, Is.EqualTo(VirtioSocketState.Closed));
        Assert.That(() => stream.Write([1]), Throws.InvalidOperationException);
        Assert.That(socket.Streams, Is.Empty);
        peer.Send(SocketOperation.Request);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset), "nobody listens there either");
    }

    [Test]
    public void HostSendsWhatTheGuestHasRoomFor()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = Connect(peer, socket, room: 10);
        Assert.That(stream.Write(new byte[25]), Is.EqualTo(25));
        Assert.That(peer.Take().Length, Is.EqualTo(10));
        Assert.That(peer.TryTake(out _), Is.False);
        Assert.That(stream.Unsent, Is.EqualTo(15));

        peer.Forwarded = 10;
        peer.Send(SocketOperation.CreditUpdate);
        Assert.That(peer.Take().Length, Is.EqualTo(10));
        peer.Forwarded = 3;
        peer.Send(SocketOperation.CreditUpdate);
        Assert.That(peer.TryTake(out _), Is.False, "a guest that takes room back gets nothing");
        Assert.That(stream.Write(new byte[VirtioSocketStream.BufferBytes]), Is.EqualTo(VirtioSocketStream.BufferBytes - 5));
    }

    [Test]
    public void GuestLearnsWhenThereIsRoomAgain()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = Connect(peer, socket);
        for (int i = 0; i < VirtioSocketStream.BufferBytes / 4096; i++)
        {
            peer.Send(SocketOperation.Data, new byte[4096]);
        }

        Assert.That(stream.Available, Is.EqualTo(VirtioSocketStream.BufferBytes));
        Assert.That(stream.Read(new byte[1000]), Is.EqualTo(1000));
        Assert.That(peer.TryTake(out _), Is.False, "not with every byte");
        Assert.That(stream.Read(new byte[VirtioSocketStream.BufferBytes / 2]), Is.EqualTo(VirtioSocketStream.BufferBytes / 2));
        Assert.That(peer.Take().Forwarded, Is.EqualTo(1000 + (VirtioSocketStream.BufferBytes / 2)));
        peer.Send(SocketOperation.CreditRequest);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.CreditUpdate));
    }

    [Test]
    public void GuestThatSendsMoreThanThereIsRoomForIsReset()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = Connect(peer, socket);
        for (int i = 0; i < VirtioSocketStream.BufferBytes / 4096; i++)
        {
            peer.Send(SocketOperation.Data, new byte[4096]);
        }

        peer.Send(SocketOperation.Data, [1]);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset));
        Assert.That((stream.State, stream.Available), Is.EqualTo((VirtioSocketState.Closed, VirtioSocketStream.BufferBytes)));
    }

    [Test]
    public void EitherEndCloses()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = Connect(peer, socket, room: 4);
        _ = stream.Write(new byte[6]);
        stream.Close();
        Assert.That(peer.Take().Length, Is.EqualTo(4));
        Assert.That(peer.TryTake(out _), Is.False, "what was written goes first");
        peer.Forwarded = 4;
        peer.Send(SocketOperation.CreditUpdate);
        Assert.That(peer.Take().Length, Is.EqualTo(2));
        SocketPacket shutdown = peer.Take();
        Assert.That((shutdown.Operation, shutdown.Flags), Is.EqualTo((SocketOperation.Shutdown, 3u)));
        peer.Send(SocketOperation.Reset);
        Assert.That(socket.Streams, Is.Empty);

        VirtioSocketStream other = Connect(peer, socket);
        peer.Send(SocketOperation.Data, "last words"u8.ToArray());
        peer.Send(SocketOperation.Shutdown, flags: 2);
        Assert.That((other.State, other.HasEnded), Is.EqualTo((VirtioSocketState.Open, true)));
        peer.Send(SocketOperation.Shutdown, flags: 1);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset));
        Assert.That(other.State, Is.EqualTo(VirtioSocketState.Closed));
        Assert.That(Read(other), Is.EqualTo("last words"));
    }

    [Test]
    public void PacketsOfNoStreamAreRefused()
    {
        Peer peer = Start(out IVirtioSocket socket);
        socket.Listen(Port);
        peer.Send(SocketOperation.Data, [1]);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset));
        peer.Send(SocketOperation.Request, destination: 3);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset), "another machine");
        peer.Send(SocketOperation.Request, type: 2);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset), "packets with ends");
        peer.Send(SocketOperation.Reset);
        Assert.That(peer.TryTake(out _), Is.False, "a refusal is not refused");
        Assert.That(socket.Streams, Is.Empty);
    }

    [Test]
    public void RefusalsWaitForBuffersAndHoldTheGuestBack()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate();
        VirtqueueDriver transmit = rig.Driver.StartQueue(Transmit, Ring, size: 128);
        var peer = new Peer(rig, transmit, rig.Driver.StartQueue(Receive, ReceiveRing, size: 128));
        rig.Driver.SetReady();
        for (int i = 0; i < 100; i++)
        {
            peer.Send(SocketOperation.Data, [1]);
        }

        int taken = 0;
        while (transmit.TryTakeUsed(out _))
        {
            taken++;
        }

        Assert.That(taken, Is.EqualTo(64));
        for (int i = 0; i < 100; i++)
        {
            Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset));
        }

        Assert.That(peer.TryTake(out _), Is.False);
    }

    [Test]
    public void StreamsAreLimited()
    {
        Peer peer = Start(out IVirtioSocket socket);
        socket.Listen(Port);
        for (uint i = 0; i < VirtioSocket.MostStreams; i++)
        {
            peer.GuestPort = i;
            peer.Send(SocketOperation.Request);
            Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Response));
        }

        peer.GuestPort = 5000;
        peer.Send(SocketOperation.Request);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Reset));
        Assert.That(() => socket.Connect(1), Throws.InvalidOperationException);
    }

    [Test]
    public void PacketThatIsShorterThanItSaysNeedsAReset()
    {
        Peer peer = Start(out _);
        peer.Send(SocketOperation.Data, [1], length: 2);
        Assert.That(peer.Rig.Transport.Counters.Faults, Is.EqualTo(1));
    }

    [Test]
    public void StreamsGoOnAfterASnapshot()
    {
        Peer peer = Start(out IVirtioSocket socket);
        VirtioSocketStream stream = Connect(peer, socket, room: 4);
        _ = stream.Write("abcdef"u8);
        peer.Send(SocketOperation.Data, "xyz"u8.ToArray());
        byte[] state = StateOf(peer.Rig.Transport);

        peer.Rig.Transport.Load(new SnapshotReader(state));

        Assert.That(StateOf(peer.Rig.Transport), Is.EqualTo(state));
        Assert.That(stream.State, Is.EqualTo(VirtioSocketState.Closed), "of before");
        VirtioSocketStream again = socket.Streams[0];
        Assert.That(Read(again), Is.EqualTo("xyz"));
        Assert.That(peer.Take().Length, Is.EqualTo(4));
        peer.Forwarded = 4;
        peer.Send(SocketOperation.CreditUpdate);
        _ = peer.Take();
        Assert.That(Encoding.ASCII.GetString(peer.Payload), Is.EqualTo("ef"));
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioSocket(settings, Guest);

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 64);
        byte[] head = new byte[SocketPacket.HeadLength];
        new SocketPacket(Guest, 2, GuestPort, Port, 0, 1, SocketOperation.Reset, 0, 0, 0).Write(head);
        memory.Write(at, head);
        return [new(at, SocketPacket.HeadLength, false)];
    }

    private static string Read(VirtioSocketStream stream)
    {
        byte[] bytes = new byte[stream.Available];
        _ = stream.Read(bytes);
        return Encoding.ASCII.GetString(bytes);
    }

    private Peer Start(out IVirtioSocket socket)
    {
        Rig rig = StartRig();
        socket = (IVirtioSocket)rig.Model;
        return new Peer(rig, rig.Ring, rig.Driver.StartQueue(Receive, ReceiveRing));
    }

    private static VirtioSocketStream Connect(Peer peer, IVirtioSocket socket, uint room = 65536)
    {
        socket.Listen(Port);
        peer.Room = room;
        peer.Forwarded = 0;
        peer.Send(SocketOperation.Request);
        Assert.That(peer.Take().Operation, Is.EqualTo(SocketOperation.Response));
        Assert.That(socket.TryAccept(Port, out VirtioSocketStream? stream), Is.True);
        return stream!;
    }

    /// <summary>The guest's end of one stream.</summary>
    private sealed class Peer(Rig rig, VirtqueueDriver transmit, VirtqueueDriver receive)
    {
        public Rig Rig => rig;

        public uint HostPort { get; set; } = Port;

        public uint GuestPort { get; set; } = VirtioSocketTests.GuestPort;

        public uint Room { get; set; } = 65536;

        public uint Forwarded { get; set; }

        /// <summary>What was behind the head of the packet that was taken last.</summary>
        public byte[] Payload { get; private set; } = [];

        public void Send(SocketOperation operation, byte[]? payload = null, uint flags = 0, ulong destination = 2, ushort type = 1, uint? length = null)
        {
            byte[] content = payload ?? [];
            byte[] head = new byte[SocketPacket.HeadLength];
            new SocketPacket(Guest, destination, GuestPort, HostPort, length ?? (uint)content.Length, type, operation, flags, Room, Forwarded).Write(head);
            rig.Memory.Write(Data, [.. head, .. content]);
            transmit.Add([new(Data, (uint)(head.Length + content.Length), false)]);
            rig.Driver.Notify(Transmit);
            if (receive.Settings.Size < 128)
            {
                _ = transmit.TryTakeUsed(out _);
            }
        }

        public SocketPacket Take()
        {
            Assert.That(TryTake(out SocketPacket packet), Is.True);
            return packet;
        }

        /// <summary>Gives a buffer, unless one waits yet, and takes what has come.</summary>
        public bool TryTake(out SocketPacket packet)
        {
            if (receive.Free == receive.Settings.Size)
            {
                receive.Add([new(Buffers, BufferBytes, true)]);
                rig.Driver.Notify(Receive);
            }

            bool came = receive.TryTakeUsed(out UsedBuffer used);
            packet = came ? SocketPacket.Read(rig.Memory.Read(Buffers, SocketPacket.HeadLength)) : default;
            Payload = came ? rig.Memory.Read(Buffers, (int)used.Written)[SocketPacket.HeadLength..] : [];
            return came;
        }
    }
}
