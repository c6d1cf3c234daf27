using Emulator.Network;
using Emulator.Timing;

namespace Emulator.Tests.Network;

public class PcapWriterTests
{
    [Test]
    public void FileIsAsThePcapFormatSays()
    {
        using var stream = new MemoryStream();
        using var writer = new PcapWriter(stream);
        writer.Write(new VirtualTime(3_000_000_007), [1, 2, 3]);

        Assert.That(stream.ToArray(), Is.EqualTo(new byte[]
        {
            0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
            3, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3,
        }));
    }

    [Test]
    public void HugeFrameIsCutButItsLengthIsTold()
    {
        using var stream = new MemoryStream();
        using var writer = new PcapWriter(stream);
        writer.Write(VirtualTime.Zero, new byte[PcapWriter.SnapLength + 5]);

        Assert.That(stream.Length, Is.EqualTo(24 + 16 + PcapWriter.SnapLength));
        Assert.That(BitConverter.ToUInt32(stream.ToArray(), 24 + 12), Is.EqualTo(PcapWriter.SnapLength + 5));
    }
}
