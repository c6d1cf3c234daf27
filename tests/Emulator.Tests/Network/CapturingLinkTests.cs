using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Timing;
using Moq;

namespace Emulator.Tests.Network;

public class CapturingLinkTests
{
    private const int HeadLength = 24;
    private const int RecordHeadLength = 16;

    [Test]
    public void BothDirectionsAreWrittenAndPassedOn()
    {
        var clock = new Mock<IMachineClock>();
        var link = new LoopLink();
        var adapter = new RecordingAdapter();
        var stream = new MemoryStream();
        using var capturing = new CapturingLink(link, new PcapWriter(stream));
        capturing.Connect(adapter, clock.Object, "net0");
        clock.Setup(c => c.Now).Returns(new VirtualTime(42));

        capturing.Transmit([1, 2]);

        Assert.That(adapter.Frames, Is.EqualTo(new[] { new byte[] { 2, 1 } }));
        Assert.That(stream.Length, Is.EqualTo(HeadLength + (2 * (RecordHeadLength + 2))));
        Assert.That(stream.ToArray()[^2..], Is.EqualTo(new byte[] { 2, 1 }));
        Assert.That(stream.ToArray()[HeadLength + 4], Is.EqualTo(42));
    }

    [Test]
    public void CaptureThatCannotBeWrittenEndsButTheLinkGoesOn()
    {
        var stream = new FullStream();
        using var capturing = new CapturingLink(new LoopLink(), new PcapWriter(stream));
        var adapter = new RecordingAdapter();
        capturing.Connect(adapter, Mock.Of<IMachineClock>(), "net0");
        stream.IsFull = true;

        capturing.Transmit([1]);
        capturing.Transmit([2]);

        Assert.That(adapter.Frames, Has.Count.EqualTo(2));
    }

    private sealed class FullStream : MemoryStream
    {
        public bool IsFull { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsFull)
            {
                throw new IOException("full");
            }

            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (IsFull)
            {
                throw new IOException("full");
            }
        }
    }

    private sealed class RecordingAdapter : INetworkAdapter
    {
        public List<byte[]> Frames { get; } = [];

        public void Receive(ReadOnlySpan<byte> frame) => Frames.Add(frame.ToArray());
    }

    // Gives back what it gets, the other way round.
    private sealed class LoopLink : INetworkLink
    {
        private INetworkAdapter? _adapter;

        public void Connect(INetworkAdapter adapter, IMachineClock clock, string name) => _adapter = adapter;

        public void Transmit(ReadOnlySpan<byte> frame)
        {
            byte[] copy = frame.ToArray();
            Array.Reverse(copy);
            _adapter!.Receive(copy);
        }

        public void Save(SnapshotWriter writer)
        {
        }

        public void Load(SnapshotReader reader)
        {
        }
    }
}
