using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed partial class VirtioNetTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const int Receive = 0;
    private const int Transmit = 1;
    private const int Control = 2;
    private const ulong ReceiveRing = GuestMemory.Base + 0x4_0000;
    private const ulong ControlRing = GuestMemory.Base + 0x5_0000;
    private const ulong Buffers = GuestMemory.Base + 0x20_0000;
    private const int BufferLength = 1530;

    private static readonly byte[] Address = [0x52, 0x54, 0, 1, 2, 3];
    private static readonly byte[] Other = [0x52, 0x54, 0, 9, 9, 9];

    private RecordingLink _link = null!;

    protected override int RequestQueue => Transmit;

    // With merged buffers agreed on it has room for their number in both versions.
    private const int HeaderLength = 12;

    [Test]
    public void FrameIsSentHoweverItIsCut([Values(0, 1, 7, 60)] int cut)
    {
        Rig rig = StartRig();
        byte[] frame = Frame(100);
        rig.Memory.Write(Data, [.. new byte[HeaderLength], .. frame]);
        rig.Ring.Add(cut == 0
            ? [new(Data, (uint)(HeaderLength + frame.Length), false)]
            : [new(Data, (uint)HeaderLength, false), new(Data + (ulong)HeaderLength, (uint)cut, false), new(Data + (ulong)(HeaderLength + cut), (uint)(frame.Length - cut), false)]);
        rig.Driver.Notify(Transmit);

        Assert.That(_link.Sent, Is.EqualTo(new[] { frame }));
        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.Zero);
    }

    [Test]
    public void ChecksumThatIsLeftToTheDeviceIsCompleted()
    {
        Rig rig = StartRig();
        byte[] frame = Frame(60);
        frame[14 + 16] = 0x12;
        frame[14 + 17] = 0x34;
        byte[] header = new byte[HeaderLength];
        header[0] = 1;
        header[6] = 14;
        header[8] = 16;
        Send(rig, header, frame);

        ushort expected = InternetChecksum.Finish(InternetChecksum.Add(0, frame.AsSpan(14)));
        Assert.That((_link.Sent[0][30] << 8) | _link.Sent[0][31], Is.EqualTo(expected));
    }

    [TestCase(14, 46)]
    [TestCase(0xffff, 0xffff)]
    public void ChecksumOutsideOfTheFrameIsSentNowhere(int start, int offset)
    {
        Rig rig = StartRig();
        byte[] header = new byte[HeaderLength];
        header[0] = 1;
        BitConverter.TryWriteBytes(header.AsSpan(6), (ushort)start);
        BitConverter.TryWriteBytes(header.AsSpan(8), (ushort)offset);
        Send(rig, header, Frame(60));

        Assert.That(_link.Sent, Is.Empty);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }

    [Test]
    public void FrameThatIsTooLongIsSentNowhere()
    {
        Rig rig = StartRig();
        Send(rig, new byte[HeaderLength], Frame(VirtioNet.MostFrameBytes + 1));
        Assert.That(_link.Sent, Is.Empty);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }

    [Test]
    public void FrameIsReceivedBehindAHeader()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = StartReceiving(rig);
        ring.Add([new(Buffers, BufferLength, true)]);
        rig.Driver.Notify(Receive);
        Assert.That(ring.TryTakeUsed(out _), Is.False);
        byte[] frame = Frame(80);
        rig.Memory.Ram.ClearDirty();
        _link.Deliver(frame);

        Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(HeaderLength + 80));
        Assert.That(rig.Memory.Ram.IsDirty((int)((Buffers - GuestMemory.Base) >> 12)), Is.True);
        byte[] received = rig.Memory.Read(Buffers, HeaderLength + 80);
        Assert.That(received[HeaderLength..], Is.EqualTo(frame));
        Assert.That(received[..10], Is.All.Zero);
        Assert.That(rig.Line.Level, Is.True);
    }

    [Test]
    public void FramesWaitForBuffersUntilThereAreTooMany()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = StartReceiving(rig);
        for (int frame = 0; frame < 300; frame++)
        {
            _link.Deliver(Frame(60 + (frame % 100)));
        }

        for (int frame = 0; frame < 256; frame++)
        {
            ring.Add([new(Buffers, BufferLength, true)]);
            rig.Driver.Notify(Receive);
            Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
            Assert.That(used.Written, Is.EqualTo(HeaderLength + 60 + (frame % 100)));
        }

        ring.Add([new(Buffers, BufferLength, true)]);
        rig.Driver.Notify(Receive);
        Assert.That(ring.TryTakeUsed(out _), Is.False);
        Assert.That(((VirtioNet)rig.Model).Dropped, Is.EqualTo(44));
    }

    [Test]
    public void BufferWithoutRoomNeedsAReset()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = StartReceiving(rig);
        ring.Add([new(Buffers, 11, true)]);
        rig.Driver.Notify(Receive);
        _link.Deliver(Frame(60));
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
        rig.Driver.Negotiate(wanted: VirtioFeatures.Version1);
        ring = StartReceiving(rig);
        rig.Driver.SetReady();
        ring.Add([new(Buffers, 20, true)]);
        rig.Driver.Notify(Receive);
        _link.Deliver(Frame(60));
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(2), "without merged buffers a frame has one");
    }

    [Test]
    public void DriverChoosesWhatItReceives()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = StartReceiving(rig);
        VirtqueueDriver control = rig.Driver.StartQueue(Control, ControlRing);

        // Legacy drivers know no VLANs here either; without the feature all pass.
        Assert.That(Arrives(rig, ring, Other), Is.True, "until it is told otherwise, all");
        Assert.That(Command(rig, control, 0, 0, [0]), Is.Zero);
        Assert.That(Arrives(rig, ring, Other), Is.False);
        Assert.That(Arrives(rig, ring, Address), Is.True);
        Assert.That(Arrives(rig, ring, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Is.True);
        Assert.That(Arrives(rig, ring, [1, 0, 0x5e, 0, 0, 1]), Is.False);
        Assert.That(Command(rig, control, 1, 0, [1, 0, 0, 0, .. Other, 1, 0, 0, 0, 1, 0, 0x5e, 0, 0, 1]), Is.Zero);
        Assert.That(Arrives(rig, ring, Other), Is.True);
        Assert.That(Arrives(rig, ring, [1, 0, 0x5e, 0, 0, 1]), Is.True);
        Assert.That(Command(rig, control, 0, 5, [1]), Is.Zero);
        Assert.That(Arrives(rig, ring, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Is.False);
    }

    [Test]
    public void AddressIsSetByACommand()
    {
        Rig rig = StartRig();
        VirtqueueDriver control = rig.Driver.StartQueue(Control, ControlRing);
        Assert.That(Command(rig, control, 1, 1, Other), Is.Zero);
        for (uint index = 0; index < 6; index++)
        {
            Assert.That(rig.Transport.Read(VirtioMmioDriver.Configuration + index, 1), Is.EqualTo(Other[index]));
        }
    }

    [TestCase(new byte[] { 9, 9 })]
    [TestCase(new byte[] { 1, 0, 255, 255, 255, 255 })]
    [TestCase(new byte[] { 1, 0 })]
    [TestCase(new byte[] { 4, 0, 2, 0 })]
    [TestCase(new byte[] { 2, 0, 255, 255 })]
    public void NonsenseCommandIsRefused(byte[] command)
    {
        Rig rig = StartRig();
        VirtqueueDriver control = rig.Driver.StartQueue(Control, ControlRing);
        Assert.That(Command(rig, control, command[0], command[1], command[2..]), Is.EqualTo(1));
    }

    [Test]
    public void LinkThatGoesDownIsTold()
    {
        Rig rig = StartRig();
        Assert.That(rig.Transport.Read(VirtioMmioDriver.Configuration + 6, 2), Is.EqualTo(1));
        ((VirtioNet)rig.Model).IsLinkUp = false;
        Assert.That(rig.Transport.Read(VirtioMmioDriver.Configuration + 6, 2), Is.Zero);
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(2));
        Send(rig, new byte[HeaderLength], Frame(60));
        Assert.That(_link.Sent, Is.Empty);
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings)
    {
        _link = _takesLargeFrames ? new LargeRecordingLink() : new RecordingLink();
        return new VirtioNet(settings, _link, Address, _pairs);
    }

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 2048);
        memory.Write(at, [.. new byte[HeaderLength], .. Frame(60 + index)]);
        return [new(at, (uint)(HeaderLength + 60 + index), false)];
    }

    private static byte[] Frame(int length)
    {
        byte[] frame = new byte[length];
        for (int index = 0; index < length; index++)
        {
            frame[index] = (byte)((index * 7) + length);
        }

        return frame;
    }

    private static void Send(Rig rig, byte[] header, byte[] frame)
    {
        rig.Memory.Write(Data, [.. header, .. frame]);
        rig.Ring.Add([new(Data, (uint)header.Length, false), new(Data + (ulong)header.Length, (uint)frame.Length, false)]);
        rig.Driver.Notify(Transmit);
    }

    private VirtqueueDriver StartReceiving(Rig rig) => rig.Driver.StartQueue(Receive, ReceiveRing);

    private bool Arrives(Rig rig, VirtqueueDriver ring, byte[] destination)
    {
        if (ring.Free == 8)
        {
            ring.Add([new(Buffers, BufferLength, true)]);
            rig.Driver.Notify(Receive);
        }

        byte[] frame = Frame(60);
        destination.CopyTo(frame, 0);
        _link.Deliver(frame);
        return ring.TryTakeUsed(out _);
    }

    private static byte Command(Rig rig, VirtqueueDriver ring, byte commandClass, byte command, byte[] data)
    {
        ulong at = Buffers + 0x1_0000;
        rig.Memory.Write(at, [commandClass, command, .. data]);
        ring.Add([new(at, (uint)(2 + data.Length), false), new(at + 0x8000, 1, true)]);
        rig.Driver.Notify(Control);
        Assert.That(ring.TryTakeUsed(out _), Is.True);
        return rig.Memory.Read(at + 0x8000, 1)[0];
    }

    private class RecordingLink : INetworkLink
    {
        public INetworkAdapter? Adapter { get; private set; }

        public List<byte[]> Sent { get; } = [];

        public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => Adapter = adapter;

        public void Deliver(byte[] frame) => Adapter!.Receive(frame);

        public void Transmit(ReadOnlySpan<byte> frame)
        {
            // The test for allocations sends many; two are enough for all others.
            if (Sent.Count < 2)
            {
                Sent.Add(frame.ToArray());
            }
        }

        public void Save(SnapshotWriter writer)
        {
        }

        public void Load(SnapshotReader reader)
        {
        }
    }
}
