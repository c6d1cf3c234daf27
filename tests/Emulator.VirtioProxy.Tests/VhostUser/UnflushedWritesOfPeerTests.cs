using Emulator.VirtioProxy.Tests.Unflushed;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>Back ends are killed that have answered writes and not flushed them: the next one gets them again, so that the guest's next flush covers them as it should.</summary>
public sealed class UnflushedWritesOfPeerTests
{
    private const ulong FlushFeature = 1 << 9;
    private const ulong WriteCacheFeature = 1 << 11;
    private const uint Out = 1;
    private const uint Flush = 4;
    private const uint GetId = 8;
    private const uint WriteZeroes = 13;
    private const int SectorSize = 512;

    [Test]
    public void What_was_written_and_not_flushed_is_given_to_the_next_one_in_order_and_before_anything_else([Values] bool isDirect)
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer, isDirect: isDirect);
        rig.Start(FrontEndRig.Features | FlushFeature);
        Write(rig, sector: 1, 0x11);
        Do(rig, 0, Flush);
        Write(rig, sector: 2, 0x22);
        Write(rig, sector: 3, 0x33);
        Write(rig, sector: 2, 0x24);
        Do(rig, 1, WriteZeroes, 0, [.. BitConverter.GetBytes(3UL), .. BitConverter.GetBytes(1UL)]);
        disk.Log.Clear();

        peer.Drop();
        rig.RunUntil(() => peer.Connections == 2);
        Write(rig, sector: 9, 0x99);

        Assert.That(disk.Log, Is.EqualTo([(Out, 2UL, (byte)0x22), (Out, 3UL, (byte)0x33), (Out, 2UL, (byte)0x24), (WriteZeroes, 3UL, (byte)0), (Out, 9UL, (byte)0x99)]));
        Assert.That((disk.At(1), disk.At(2), disk.At(3), disk.At(9)), Is.EqualTo(((byte)0x11, (byte)0x24, (byte)0, (byte)0x99)));
        Assert.That(rig.IsBroken, Is.False);
    }

    [Test]
    public void A_flush_covers_only_what_was_answered_before_it_was_sent()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features | FlushFeature);
        Func<int, PeerChain, uint?> usual = peer.Serve;
        peer.Serve = (ring, chain) => chain.Readable[0] == Flush ? null : usual(ring, chain);
        BeginFlush(rig, peer);
        _ = rig.OfferBlock(1, 1, Out, 5, Sector(0x55));
        rig.FrontEnd.Kick(1);
        _ = disk.Serve(peer.Kept[0].Readable);
        peer.Kept[0].Finish(0);
        peer.Signal(0);
        rig.Settle();
        disk.Log.Clear();

        peer.Drop();
        peer.Serve = usual;
        rig.RunUntil(() => peer.Connections == 2);
        _ = rig.TakeUsed(0);
        Do(rig, 0, GetId);

        Assert.That(disk.Log, Is.EqualTo([(Out, 5UL, (byte)0x55), (GetId, 0UL, (byte)0)]), "the flush was under way already when it was answered");
    }

    [Test]
    public void A_flush_that_was_under_way_is_sent_again_behind_what_it_is_to_cover()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features | FlushFeature);
        Write(rig, sector: 4, 0x44);
        Func<int, PeerChain, uint?> usual = peer.Serve;
        peer.Serve = (_, _) => null;
        BeginFlush(rig, peer);
        peer.Serve = usual;

        peer.Drop();
        rig.Settle();

        Assert.That(rig.BlockStatus(0), Is.Zero);
        Assert.That(disk.At(4, isSafe: true), Is.EqualTo(0x44));
    }

    [Test]
    public void A_write_that_finds_no_room_is_flushed_before_the_guest_hears_of_it()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer, unflushed: 4 * (SectorSize + 16));
        rig.Start(FrontEndRig.Features | FlushFeature);
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
    public void A_disk_that_does_not_take_again_what_the_guest_counts_on_needs_a_reset()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features | FlushFeature);
        Write(rig, sector: 4, 0x44);
        disk.WriteStatus = 1;

        peer.Drop();
        rig.RunUntil(() => rig.IsBroken);

        rig.Settle();
    }

    [Test]
    public void For_a_guest_that_knows_of_no_cache_it_is_switched_off_and_nothing_is_kept()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features);
        Assert.That(peer.Configuration[32], Is.Zero);
        Write(rig, sector: 4, 0x44);
        disk.Log.Clear();
        peer.Configuration[32] = 1;

        peer.Drop();
        rig.RunUntil(() => peer.Connections == 2);
        Write(rig, sector: 5, 0x55);

        Assert.That(peer.Configuration[32], Is.Zero, "the next one is told, too");
        Assert.That(disk.Log, Is.EqualTo([(Out, 5UL, (byte)0x55)]));
    }

    [Test]
    public void What_is_given_again_does_not_undo_a_later_write_of_a_guest_that_knows_of_no_cache([Values] bool bySwitch)
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer);
        rig.Start(FrontEndRig.Features | FlushFeature | WriteCacheFeature);
        Write(rig, sector: 2, 0x22);
        if (bySwitch)
        {
            _ = rig.FrontEnd.WriteConfiguration(32, [0]);
        }
        else
        {
            Restart(rig, FrontEndRig.Features);
        }

        rig.Settle();
        Write(rig, sector: 2, 0x33);
        peer.Drop();
        rig.RunUntil(() => peer.Connections == 2);
        Write(rig, sector: 5, 0x55);

        Assert.That((disk.At(2, isSafe: true), disk.At(5, isSafe: true)), Is.EqualTo(((byte)0x33, (byte)0x55)));
    }

    [Test]
    public void A_cache_that_is_said_to_be_off_is_not_believed_to_be()
    {
        var disk = new LosingDisk(64);
        using ScriptedPeer peer = Serve(disk);
        peer.Configuration[32] = 0;
        using var rig = new FrontEndRig(peer);
        byte[] isOn = new byte[1];
        _ = rig.FrontEnd.ReadConfiguration(32, isOn);

        Assert.That(isOn[0], Is.EqualTo(1), "the guest is to flush");
        rig.Start(FrontEndRig.Features | FlushFeature | WriteCacheFeature);
        Assert.That(peer.Configuration[32], Is.EqualTo(1));
    }

    [Test]
    public void Nothing_is_lost_whatever_is_done_in_whichever_order([Range(1, 6)] int seed, [Values] bool isDirect)
    {
        const int Sectors = 16;
        const int Slots = 8;
        var random = new Random(seed);
        var disk = new LosingDisk(Sectors + 4);
        using ScriptedPeer peer = Serve(disk);
        using var rig = new FrontEndRig(peer, isDirect: isDirect, unflushed: seed % 2 == 0 ? UnflushedWrites.UsualCapacity : 12 << 10);
        rig.Start(FrontEndRig.Features | FlushFeature);
        byte[] told = new byte[Sectors + 4];
        int losses = 0;
        var survivors = new Random(seed);
        void Drop()
        {
            // One that has only lost its connection gets all again, too: it cannot be told from another one.
            bool isKilled = random.Next(3) != 0;
            peer.Ended = () => { if (isKilled) { disk.Lose(survivors); } };
            int connections = peer.Connections;
            peer.Drop();
            rig.RunUntil(() => peer.Connections > connections);
            losses++;
        }

        bool isCached = true;
        for (int step = 1; step < 120; step++)
        {
            if (random.Next(10) == 0)
            {
                isCached = random.Next(2) == 0;
                Restart(rig, FrontEndRig.Features | (isCached ? FlushFeature : 0));
            }

            // Requests of one step are under way together, and do not overlap.
            bool flushes = random.Next(4) == 0 && isCached;
            int first = random.Next(4);
            int count = random.Next(1, Slots);
            byte[] before = [.. told];
            for (int i = 0; i < count; i++)
            {
                int sectors = random.Next(1, 3);
                int sector = first + (2 * i);
                _ = rig.OfferBlock(i % 2, i, Out, (ulong)sector, Sector((byte)step, sectors));
                told.AsSpan(sector, sectors).Fill((byte)step);
            }

            if (flushes)
            {
                _ = rig.OfferBlock(random.Next(2), Slots, Flush);
            }

            rig.FrontEnd.Kick(0);
            rig.FrontEnd.Kick(1);
            if (random.Next(6) == 0)
            {
                Drop();
                if (random.Next(2) == 0)
                {
                    Drop();
                }
            }

            rig.Settle();
            Assert.That(rig.TakeUsed(0).Count + rig.TakeUsed(1).Count, Is.EqualTo(count + (flushes ? 1 : 0)));

            // A driver sees what is there when a request of its own has been answered.
            Do(rig, 0, GetId);
            Assert.That(Enumerable.Range(0, told.Length).Select(sector => disk.At(sector)), Is.EqualTo(told), $"step {step}");
            for (int sector = 0; flushes && sector < told.Length; sector++)
            {
                Assert.That(disk.At(sector, isSafe: true), Is.EqualTo(before[sector]).Or.EqualTo(told[sector]), $"sector {sector} was flushed in step {step}");
            }

            for (int sector = 0; !isCached && sector < told.Length; sector++)
            {
                Assert.That(told[sector] != step || disk.At(sector, isSafe: true) == step, Is.True, $"sector {sector} was written in step {step}");
            }
        }

        Assert.That(losses, Is.GreaterThan(10));
        Assert.That(rig.IsBroken, Is.False);
    }

    private static ScriptedPeer Serve(LosingDisk disk)
    {
        var peer = new ScriptedPeer { Features = ScriptedPeer.UsualFeatures | FlushFeature | WriteCacheFeature };
        peer.Configuration[32] = 1;
        peer.Serve = (_, chain) =>
        {
            byte status = disk.Serve(chain.Readable);
            if (peer.Configuration[32] == 0 && chain.Readable[0] is (byte)Out or (byte)WriteZeroes)
            {
                disk.Flush();
            }

            return chain.Fill(status);
        };
        peer.Ended = () => disk.Lose();
        return peer;
    }

    // Another driver takes over, a boot loader's for instance.
    private static void Restart(FrontEndRig rig, ulong features)
    {
        _ = rig.FrontEnd.Reset();
        rig.Settle();
        rig.MakeRings();
        rig.Start(features);
    }

    // The peer keeps it.
    private static void BeginFlush(FrontEndRig rig, ScriptedPeer peer)
    {
        _ = rig.OfferBlock(0, 0, Flush);
        rig.FrontEnd.Kick(0);
        rig.RunUntil(() => peer.Kept.Count == 1);
    }

    private static byte[] Sector(byte stamp, int count = 1) => [.. Enumerable.Repeat(stamp, count * SectorSize)];

    private static void Write(FrontEndRig rig, int sector, byte stamp, int sectors = 1) => Do(rig, 0, Out, (ulong)sector, Sector(stamp, sectors));

    private static void Do(FrontEndRig rig, int queue, uint type, ulong sector = 0, params byte[] data)
    {
        _ = rig.OfferBlock(queue, 0, type, sector, data);
        rig.FrontEnd.Kick(queue);
        rig.Settle();
        Assert.That(rig.TakeUsed(queue), Has.Count.EqualTo(1));
        Assert.That(rig.BlockStatus(0, data.Length), Is.Zero);
    }
}
