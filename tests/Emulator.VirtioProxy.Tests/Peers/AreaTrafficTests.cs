using Emulator.Testing.Virtio;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>Requests over areas, as many and as large as a guest makes them.</summary>
[Platform("Linux")]
public sealed class AreaTrafficTests
{
    [Test]
    public void More_than_the_back_ends_ring_takes_is_served_in_parts([Values(ProxyMemory.Copied, ProxyMemory.Direct, ProxyMemory.Fat)] ProxyMemory memory)
    {
        // Each of 20 requests takes 27 of its 256 entries: a table of the guest's own takes one.
        const int Requests = 20;
        const int Pieces = 25;
        using var disk = new ServedDisk();
        using var rig = new FrontEndRig(disk.Connect, new ProxyOptions { Memory = memory });
        rig.StartDriver(ringSize: 256, Virtio.VirtioFeatures.IndirectDescriptors);
        for (int i = 0; i < Requests; i++)
        {
            byte[] header = new byte[16];
            BitConverter.TryWriteBytes(header.AsSpan(8), (ulong)(i * Pieces));
            ulong headerAt = FrontEndRig.Header + (ulong)(0x20 * i);
            ulong data = FrontEndRig.Data + (ulong)(i * Pieces * FrontEndRig.SectorSize);
            _ = rig.Memory.TryWrite(headerAt, header);
            var buffers = new List<DriverBuffer> { new(headerAt, 16, false) };
            buffers.AddRange(Enumerable.Range(0, Pieces).Select(piece => new DriverBuffer(data + (ulong)(piece * FrontEndRig.SectorSize), FrontEndRig.SectorSize, true)));
            buffers.Add(new DriverBuffer(FrontEndRig.Status + (ulong)i, 1, true));
            Assert.That(rig.Ring.Add([.. buffers], FrontEndRig.Base + 0x9_0000 + (ulong)(0x1000 * i)), Is.Not.Negative);
        }

        rig.Device.Kick(0);
        int used = 0;
        Assert.That(
            rig.Wait(() =>
            {
                while (rig.Ring.TryTakeUsed(out _))
                {
                    used++;
                }

                return used == Requests || rig.IsBroken;
            }),
            Is.True);

        byte[] read = new byte[Requests * Pieces * FrontEndRig.SectorSize];
        _ = rig.Memory.TryRead(FrontEndRig.Data, read);
        Assert.That(used, Is.EqualTo(Requests));
        Assert.That(read, Is.EqualTo(disk.Contents[..read.Length].ToArray()));
    }
}
