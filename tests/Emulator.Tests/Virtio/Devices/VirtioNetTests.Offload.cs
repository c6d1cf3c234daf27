using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Tests.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

// Large frames, merged buffers, several queues.
internal sealed partial class VirtioNetTests
{
    private const ulong LargeData = GuestMemory.Base + 0x40_0000;
    private const int Payload = 20_000;
    private const int Segment = 1448;

    private bool _takesLargeFrames;
    private int _pairs = 1;

    [SetUp]
    public void ForgetOptions()
    {
        _takesLargeFrames = false;
        _pairs = 1;
    }

    [TestCase(SegmentationKind.Tcp4)]
    [TestCase(SegmentationKind.Tcp6)]
    [TestCase(SegmentationKind.Udp)]
    public void LargeFrameIsCutForALinkThatTakesNone(SegmentationKind kind)
    {
        Rig rig = StartRig();
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(kind, 2800, 1400);
        SendLarge(rig, frame, offload);

        // The legacy interface has no bit for UDP.
        bool isKnown = Version == VirtioMmioVersion.Modern || kind != SegmentationKind.Udp;
        Assert.That(_link.Sent, Is.EqualTo(isKnown ? LargeFrames.Cut(frame, offload) : []));
        Assert.That(_link.Sent, Has.Count.EqualTo(isKnown ? 2 : 0));
    }

    [Test]
    public void LargeFramePassesToALinkThatTakesIt()
    {
        _takesLargeFrames = true;
        Rig rig = StartRig();
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, Payload, Segment);
        SendLarge(rig, frame, offload);

        Assert.That(_link.Sent, Is.EqualTo(new[] { frame }));
        Assert.That(((LargeRecordingLink)_link).Offloads, Is.EqualTo(new[] { offload }));
    }

    [Test]
    public void LargeFrameThatWasNotAgreedOnIsSentNowhere()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate(wanted: ~(NetFeatures.HostTcp4 | NetFeatures.HostCongestion));
        rig.Ring = rig.Driver.StartQueue(Transmit, Ring);
        rig.Driver.SetReady();
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, Payload, Segment);
        SendLarge(rig, frame, offload);
        (frame, offload) = LargeFrames.Create(SegmentationKind.Tcp6, Payload, Segment);
        SendLarge(rig, frame, offload with { HasCongestionBit = true });
        SendLarge(rig, frame, offload, flags: 0);

        Assert.That(_link.Sent, Is.Empty);
        Assert.That(rig.Transport.Counters.Faults, Is.Zero);
    }

    [Test]
    public void LargeFrameIsReceivedInSeveralBuffers([Values] bool packed)
    {
        Rig rig = StartRig(ringFeatures: packed && Version == VirtioMmioVersion.Modern ? VirtioFeatures.Rings : 0);
        VirtqueueDriver ring = StartReceiving(rig);
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 5000, Segment);
        for (ulong i = 0; i < 3; i++)
        {
            DriverBuffer[] buffers = [new(Buffers + (i * 0x1000), 1, true), new(Buffers + (i * 0x1000) + 1, 10, true), new(Buffers + (i * 0x1000) + 11, 1525, true)];
            ring.Add(buffers.AsSpan(i == 0 ? 0 : 2));
        }

        rig.Driver.Notify(Receive);
        ((ILargeFrameAdapter)rig.Model).Receive(frame, offload);
        Assert.That(ring.TryTakeUsed(out _), Is.False, "there is too little room yet");
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.Zero);

        ring.Add([new(Buffers + 0x3000, 2000, true)]);
        Assert.That(ring.NeedsKick(), Is.True, "it has asked for more than there was");
        rig.Driver.Notify(Receive);

        var received = new List<byte>();
        uint[] lengths = [.. Enumerable.Range(0, 4).Select(_ => ring.TryTakeUsed(out UsedBuffer used) ? used.Written : 0)];
        Assert.That(lengths, Is.EqualTo(new uint[] { 1536, 1525, 1525, (uint)(HeaderLength + frame.Length) - 1536 - (2 * 1525) }));
        received.AddRange(rig.Memory.Read(Buffers, 1536));
        received.AddRange(rig.Memory.Read(Buffers + 0x100b, 1525));
        received.AddRange(rig.Memory.Read(Buffers + 0x200b, 1525));
        received.AddRange(rig.Memory.Read(Buffers + 0x3000, (int)lengths[3]));
        Assert.That(received.Skip(HeaderLength), Is.EqualTo(frame));
        Assert.That(received[10..12], Is.EqualTo(new byte[] { 4, 0 }), "buffers");
        Assert.That(received[0], Is.EqualTo(1));
        Assert.That(received[1], Is.EqualTo(1));
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian([.. received[4..6]]), Is.EqualTo(Segment));
        Assert.That(BinaryPrimitives.ReadUInt16LittleEndian([.. received[6..8]]), Is.EqualTo(34));
    }

    [Test]
    public void LargeFrameIsCutForADriverThatTakesNone()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate(wanted: ~NetFeatures.GuestTcp4);
        VirtqueueDriver ring = StartReceiving(rig);
        rig.Driver.SetReady();
        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 3 * Segment, Segment);
        for (ulong i = 0; i < 4; i++)
        {
            ring.Add([new(Buffers + (i * 0x1000), BufferLength, true)]);
        }

        ((ILargeFrameAdapter)rig.Model).Receive(frame, offload);

        List<byte[]> pieces = LargeFrames.Cut(frame, offload);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
            Assert.That(rig.Memory.Read(Buffers + ((ulong)i * 0x1000), (int)used.Written)[HeaderLength..], Is.EqualTo(pieces[i]));
        }

        Assert.That(ring.TryTakeUsed(out _), Is.False);
    }

    [Test]
    public void RingThatHasNoPlaceForAFrameLosesIt()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = StartReceiving(rig);
        for (int i = 0; i < 8; i++)
        {
            ring.Add([new(Buffers, 100, true)]);
        }

        (byte[] frame, FrameOffload offload) = LargeFrames.Create(SegmentationKind.Tcp4, 5000, Segment);
        ((ILargeFrameAdapter)rig.Model).Receive(frame, offload);
        _link.Deliver(Frame(60));

        Assert.That(((IVirtioNetwork)rig.Model).Dropped, Is.EqualTo(1));
        Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(HeaderLength + 60));
    }

    [Test]
    public void FramesThatWaitGoToTheirOwnQueues()
    {
        _pairs = 2;
        Rig rig = StartRig();
        VirtqueueDriver[] rings = [StartReceiving(rig), rig.Driver.StartQueue(2, ControlRing)];
        VirtqueueDriver control = rig.Driver.StartQueue(4, GuestMemory.Base + 0x6_0000);
        rig.Memory.Write(Data, [4, 0, 2, 0]);
        control.Add([new(Data, 4, false), new(Data + 16, 1, true)]);
        rig.Driver.Notify(4);
        for (int i = 0; i < 8; i++)
        {
            byte[] frame = Frame(60);
            frame[20] = (byte)(i * 3);
            _link.Deliver(frame);
        }

        var ids = new HashSet<(int, int)>();
        for (int i = 0; i < 16; i++)
        {
            ids.Add((i % 2, rings[i % 2].Add([new(Buffers + ((ulong)i * 0x1000), BufferLength, true)])));
        }

        rig.Driver.Notify(0);
        rig.Driver.Notify(2);
        int count = 0;
        for (int queue = 0; queue < 2; queue++)
        {
            while (rings[queue].TryTakeUsed(out UsedBuffer used))
            {
                Assert.That(ids.Remove((queue, used.Id)), Is.True, "a buffer comes back once, to its own queue");
                count++;
            }
        }

        Assert.That(count, Is.EqualTo(8));
    }

    private static void SendLarge(Rig rig, byte[] frame, in FrameOffload offload, byte flags = 1)
    {
        byte[] header = new byte[HeaderLength];
        header[0] = flags;
        header[1] = (byte)((byte)offload.Kind | (offload.HasCongestionBit ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), offload.SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), offload.ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), offload.ChecksumOffset);
        rig.Memory.Write(LargeData, [.. header, .. frame]);
        rig.Ring.Add([new(LargeData, 100, false), new(LargeData + 100, (uint)(HeaderLength + frame.Length - 100), false)]);
        rig.Driver.Notify(Transmit);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }

    private sealed class LargeRecordingLink : RecordingLink, ILargeFrameLink
    {
        public List<FrameOffload> Offloads { get; } = [];

        public bool TakesLargeFrames => true;

        public void Transmit(ReadOnlySpan<byte> frame, in FrameOffload offload)
        {
            Offloads.Add(offload);
            Transmit(frame);
        }
    }
}
