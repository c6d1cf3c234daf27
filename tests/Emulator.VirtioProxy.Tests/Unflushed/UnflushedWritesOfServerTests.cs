using Emulator.Virtio;
using Emulator.VirtioProxy.Tests.Peers;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.Tests.Unflushed;

/// <summary>Servers are killed that have answered writes and not flushed them: the next one gets them again, so that the guest's next flush covers them as it should.</summary>
public sealed class UnflushedWritesOfServerTests
{
    private const ulong FlushFeature = 1 << 9;
    private const uint Out = 1;
    private const uint Flush = 4;
    private const uint WriteZeroes = 13;
    private const int SectorSize = 512;

    [Test]
    public void What_was_written_and_not_flushed_is_given_to_the_next_one_in_order_and_before_anything_else([Values] ProxyMemory memory)
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect, new ProxyOptions { Memory = memory });
        rig.StartDriver(features: FlushFeature);
        Write(rig, 1, 0x11);
        Assert.That(rig.Do(Flush), Is.Zero);
        Write(rig, 2, 0x22);
        Write(rig, 3, 0x33);
        Write(rig, 2, 0x24);
        Assert.That(rig.Do(WriteZeroes, 0, [.. BitConverter.GetBytes(3UL), .. BitConverter.GetBytes(1UL)]), Is.Zero);
        disk.Log.Clear();

        server.Kill();
        Write(rig, 9, 0x99);

        Assert.That(disk.Log, Is.EqualTo([(Out, 2UL, (byte)0x22), (Out, 3UL, (byte)0x33), (Out, 2UL, (byte)0x24), (Out, 3UL, (byte)0), (Out, 9UL, (byte)0x99)]));
        Assert.That((disk.At(1), disk.At(2), disk.At(3), disk.At(9)), Is.EqualTo(((byte)0x11, (byte)0x24, (byte)0, (byte)0x99)));
    }

    [Test]
    public void A_server_that_has_only_lost_its_connection_has_all_that_it_had([Values] ProxyMemory memory)
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect, new ProxyOptions { Memory = memory });
        rig.StartDriver(features: FlushFeature);
        Write(rig, 2, 0x22);
        disk.Log.Clear();

        server.Kill(onlyConnection: true);
        Write(rig, 9, 0x99);

        Assert.That(disk.Log, Is.EqualTo([(Out, 9UL, (byte)0x99)]));
        server.Kill();
        Assert.That(rig.Do(Flush), Is.Zero);
        Assert.That((disk.At(2, isSafe: true), disk.At(9, isSafe: true)), Is.EqualTo(((byte)0x22, (byte)0x99)), "but it is still to be flushed");
    }

    [Test]
    public void A_write_that_finds_no_room_is_flushed_before_the_guest_hears_of_it()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect, new ProxyOptions { UnflushedBytes = 4 * (SectorSize + 16) });
        rig.StartDriver(features: FlushFeature);
        for (int i = 0; i < 9; i++)
        {
            Write(rig, i, (byte)(i + 1));
        }

        Assert.That(disk.Flushes, Is.EqualTo(1));
        Assert.That(Enumerable.Range(0, 9).Select(sector => disk.At(sector, isSafe: true)), Is.EqualTo([1, 2, 3, 4, 5, 0, 0, 0, 0]));
        Write(rig, 10, 0x10, sectors: 2);
        Assert.That((disk.Flushes, disk.At(10, isSafe: true)), Is.EqualTo((2, (byte)0x10)), "one that is too large is never kept");
    }

    [Test]
    public void A_disk_that_does_not_take_again_what_the_guest_counts_on_needs_a_reset_and_can_then_be_used()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect);
        rig.StartDriver(features: FlushFeature);
        Write(rig, 4, 0x44);
        disk.WriteStatus = 1;

        server.Kill();
        Assert.That(rig.Wait(() => rig.IsBroken), Is.True);

        disk.WriteStatus = 0;
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(BackendAnswer.Done));
        rig.ForgetBreakage();
        rig.StartDriver(features: FlushFeature);
        Write(rig, 5, 0x55);
        Assert.That((disk.At(4), disk.At(5)), Is.EqualTo(((byte)0, (byte)0x55)));
    }

    [Test]
    public void Writes_of_before_a_reset_are_given_to_the_next_server_too()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect);
        rig.StartDriver(features: FlushFeature);
        Write(rig, 4, 0x44);
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(BackendAnswer.Done));

        server.Kill();
        rig.StartDriver(features: FlushFeature);
        Write(rig, 5, 0x55);

        Assert.That((disk.At(4), disk.At(5)), Is.EqualTo(((byte)0x44, (byte)0x55)));
    }

    [Test]
    public void A_guest_that_knows_of_no_cache_has_none_and_nothing_is_kept()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect);
        rig.StartDriver();
        Write(rig, 4, 0x44);
        Assert.That(disk.At(4, isSafe: true), Is.EqualTo(0x44));
        disk.Log.Clear();

        server.Kill();
        Write(rig, 5, 0x55);

        Assert.That(disk.Log, Is.EqualTo([(Out, 5UL, (byte)0x55), (Flush, 0UL, (byte)0)]));
    }

    [Test]
    public void A_cache_that_the_guest_has_switched_off_stays_off_with_the_next_server()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect);
        rig.StartDriver(features: FlushFeature | UnflushedWrites.WriteCacheFeature);
        Assert.That(rig.Until(() => rig.Device.WriteConfiguration(UnflushedWrites.WriteCacheOffset, [0])), Is.EqualTo(BackendAnswer.Done));

        server.Kill();
        Write(rig, 5, 0x55);

        Assert.That(disk.At(5, isSafe: true), Is.EqualTo(0x55));
    }

    [Test]
    public void What_is_given_again_does_not_undo_a_later_write_of_a_guest_that_knows_of_no_cache([Values] ProxyMemory memory, [Values] bool bySwitch)
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect, new ProxyOptions { Memory = memory });
        rig.StartDriver(features: FlushFeature | UnflushedWrites.WriteCacheFeature);
        Write(rig, 2, 0x22);
        if (bySwitch)
        {
            SwitchCacheOff(rig);
        }
        else
        {
            // As when another driver takes over, a boot loader's for instance.
            Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(BackendAnswer.Done));
            rig.StartDriver();
        }

        Write(rig, 2, 0x33);
        server.Kill();
        Write(rig, 5, 0x55);

        Assert.That((disk.At(2, isSafe: true), disk.At(5, isSafe: true)), Is.EqualTo(((byte)0x33, (byte)0x55)));
    }

    [Test]
    public void What_is_kept_in_front_of_a_guest_that_knows_of_no_cache_is_flushed_when_there_is_no_more_room()
    {
        var disk = new LosingDisk(64);
        using var server = new KilledServer(disk);
        using var rig = new FrontEndRig(server.Connect, new ProxyOptions { UnflushedBytes = 4 * (SectorSize + 16) });
        rig.StartDriver(features: FlushFeature);
        Write(rig, 2, 0x22);
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(BackendAnswer.Done));
        rig.StartDriver();
        for (int i = 0; i < 8; i++)
        {
            Write(rig, 2 + i, (byte)(0x30 + i));
        }

        disk.Log.Clear();
        server.Kill();
        Write(rig, 20, 0x55);

        Assert.That(disk.Log, Is.EqualTo([(Out, 20UL, (byte)0x55), (Flush, 0UL, (byte)0)]));
        Assert.That(Enumerable.Range(2, 8).Select(sector => disk.At(sector, isSafe: true)), Is.EqualTo(Enumerable.Range(0x30, 8)));
    }

    [Test]
    public void Nothing_is_lost_wherever_servers_end([Range(1, 12)] int seed, [Values] ProxyMemory memory)
    {
        const int Sectors = 16;
        const int Slots = 4;
        var random = new Random(seed);
        var disk = new LosingDisk(Sectors);
        using var server = new KilledServer(disk, new Random(seed));
        using var rig = new FrontEndRig(
            server.Connect, new ProxyOptions { UnflushedBytes = seed % 2 == 0 ? UnflushedWrites.UsualCapacity : 6 << 10, LongestMessage = seed % 3 == 0 ? 264 : ushort.MaxValue, Memory = memory });
        rig.StartDriver(features: FlushFeature);
        byte[] told = new byte[Sectors];
        bool isCached = true;
        for (int step = 1; step < 120; step++)
        {
            if (random.Next(10) == 0)
            {
                isCached = ChangeDriver(rig, random.Next(3));
            }

            byte[] before = [.. told];
            bool flushes = random.Next(3) == 0 && isCached;
            int count = random.Next(1, Slots);
            int first = random.Next(4);
            if (random.Next(4) == 0)
            {
                server.KillAfter(random.Next(8), onlyConnection: random.Next(3) == 0);
            }

            for (int i = 0; i < count; i++)
            {
                int sectors = random.Next(1, 4);
                int sector = first + (3 * i);
                rig.Offer(i, Out, (ulong)sector, Enumerable.Repeat((byte)step, sectors * SectorSize).ToArray());
                told.AsSpan(sector, sectors).Fill((byte)step);
            }

            if (flushes)
            {
                rig.Offer(Slots, Flush);
            }

            rig.Device.Kick(0);
            rig.FinishAll(count + (flushes ? 1 : 0));
            byte[] read = new byte[Sectors];
            for (int sector = 0; sector < Sectors && step % 5 == 0; sector++)
            {
                Assert.That(rig.Transfer(writes: false, (ulong)sector, SectorSize), Is.Zero);
                _ = rig.Memory.TryRead(FrontEndRig.Data, read.AsSpan(sector, 1));
            }

            Assert.That(step % 5 == 0 ? read : told, Is.EqualTo(told), $"step {step}");
            for (int sector = 0; flushes && sector < Sectors; sector++)
            {
                Assert.That(disk.At(sector, isSafe: true), Is.EqualTo(before[sector]).Or.EqualTo(told[sector]), $"sector {sector} was flushed in step {step}");
            }

            for (int sector = 0; !isCached && sector < Sectors; sector++)
            {
                Assert.That(told[sector] != step || disk.At(sector, isSafe: true) == step, Is.True, $"sector {sector} was written in step {step}");
            }
        }

        Assert.That(server.Count, Is.GreaterThan(8));
        Assert.That(rig.IsBroken, Is.False);
    }

    // Another driver: one that flushes, one that knows of no cache, or one that switches it off.
    private static bool ChangeDriver(FrontEndRig rig, int kind)
    {
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(BackendAnswer.Done));
        rig.StartDriver(features: kind switch { 0 => FlushFeature, 1 => 0, _ => FlushFeature | UnflushedWrites.WriteCacheFeature });
        if (kind == 2)
        {
            SwitchCacheOff(rig);
        }

        return kind == 0;
    }

    private static void SwitchCacheOff(FrontEndRig rig) =>
        Assert.That(rig.Until(() => rig.Device.WriteConfiguration(UnflushedWrites.WriteCacheOffset, [0])), Is.EqualTo(BackendAnswer.Done));

    private static void Write(FrontEndRig rig, int sector, byte stamp, int sectors = 1) =>
        Assert.That(rig.Do(Out, (ulong)sector, Enumerable.Repeat(stamp, sectors * SectorSize).ToArray()), Is.Zero);
}
