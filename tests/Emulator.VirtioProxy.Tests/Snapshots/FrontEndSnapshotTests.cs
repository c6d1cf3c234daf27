using Emulator.Snapshots;
using Emulator.VirtioProxy.Tests.Peers;
using Emulator.VirtioProxy.Tests.Unflushed;

namespace Emulator.VirtioProxy.Tests.Snapshots;

/// <summary>A device that a back end serves is saved in the middle of its work, and goes on in another machine with another back end.</summary>
public sealed class FrontEndSnapshotTests
{
    private const ulong FlushFeature = 1 << 9;
    private const uint Out = 1;
    private const uint Flush = 4;
    private const int SectorSize = 512;

    [Test]
    public void Requests_under_way_are_made_again_behind_what_was_not_flushed([Values(ProxyMemory.Chains, ProxyMemory.Copied)] ProxyMemory memory, [Values] bool isAnswered)
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        byte[] snapshot;
        byte[] ram = new byte[FrontEndRig.RamLength];
        ulong used;
        using (var rig = new FrontEndRig(server.Connect, new ProxyOptions { Memory = memory }))
        {
            rig.StartDriver(features: FlushFeature);
            used = rig.Ring.Settings.DeviceArea;
            Assert.That(rig.Do(Out, 2, Sector(0x22)), Is.Zero);
            rig.Offer(1, Out, 2, Sector(0x33));
            rig.Offer(2, Out, 3, Sector(0x44));
            rig.Offer(3, Flush);
            if (!isAnswered)
            {
                server.Kill(onlyConnection: true);
            }

            // Nobody lets the machine see the answers.
            rig.Device.Kick(0);
            snapshot = Save(rig);
            Assert.That(rig.Memory.TryRead(FrontEndRig.Base, ram), Is.True);
        }

        server.Kill();
        disk.Log.Clear();
        using var other = new FrontEndRig(server.Connect, new ProxyOptions { Memory = memory });

        // As a machine does it: its devices come first.
        other.Device.Load(new SnapshotReader(snapshot));
        Assert.That(other.Memory.TryWrite(FrontEndRig.Base, ram), Is.True);
        Assert.That(Save(other), Is.EqualTo(snapshot), "what was loaded is what was saved");

        Assert.That(other.Wait(() => UsedIndex(other, used) == 4), Is.True);
        Assert.That(disk.Log, Is.EqualTo([(Out, 2UL, (byte)0x22), (Out, 2UL, (byte)0x33), (Out, 3UL, (byte)0x44), (Flush, 0UL, (byte)0)]));
        Assert.That((disk.At(2, isSafe: true), disk.At(3, isSafe: true)), Is.EqualTo(((byte)0x33, (byte)0x44)));
        byte[] status = new byte[4];
        _ = other.Memory.TryRead(FrontEndRig.Status, status);
        Assert.That((status, other.IsBroken), Is.EqualTo((new byte[4], false)));
    }

    [Test]
    public void A_snapshot_that_is_cut_short_is_refused([Range(0, 200, 20)] int length)
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect);
        rig.StartDriver(features: FlushFeature);
        Assert.That(rig.Do(Out, 2, Sector(0x22)), Is.Zero);
        byte[] snapshot = Save(rig);

        Assert.That(() => rig.Device.Load(new SnapshotReader(snapshot.AsMemory(0, length))), Throws.TypeOf<SnapshotException>());
    }

    private static byte[] Save(FrontEndRig rig)
    {
        var writer = new SnapshotWriter();
        rig.Device.Save(writer);
        return writer.ToArray();
    }

    private static int UsedIndex(FrontEndRig rig, ulong used)
    {
        byte[] index = new byte[sizeof(ushort)];
        _ = rig.Memory.TryRead(used + sizeof(ushort), index);
        return BitConverter.ToUInt16(index);
    }

    private static byte[] Sector(byte stamp) => [.. Enumerable.Repeat(stamp, SectorSize)];
}
