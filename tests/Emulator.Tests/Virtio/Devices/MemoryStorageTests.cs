using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Virtio.Devices;

internal sealed class MemoryStorageTests
{
    private const int Length = 9 * 4096 + 512;

    [Test]
    public void ItReadsAsAnArrayDoesWhateverIsDoneToIt([Values] bool hasBase)
    {
        byte[] below = [.. Enumerable.Range(0, Length).Select(i => (byte)((i / 512) + 1))];
        Prop.ForAll<(byte Kind, byte Sector, byte Count)[]>(steps =>
        {
            using var storage = new MemoryStorage("test", Length, hasBase ? new ArrayStorage(below) : null);
            byte[] expected = hasBase ? [.. below] : new byte[Length];
            byte fill = 100;
            foreach ((byte kind, byte sector, byte count) in steps)
            {
                int offset = sector % (Length / 512) * 512;
                int length = Math.Min(count % 24 * 512, Length - offset);
                switch (kind & 3)
                {
                    case 0:
                        _ = storage.TryWriteZeros(offset, length);
                        expected.AsSpan(offset, length).Clear();
                        break;
                    case 1:
                        var writer = new SnapshotWriter();
                        storage.Save(writer);
                        storage.Load(new SnapshotReader(writer.ToArray()));
                        break;
                    default:
                        expected.AsSpan(offset, length).Fill(++fill);
                        _ = storage.TryWrite(offset, expected.AsSpan(offset, length));
                        break;
                }
            }

            byte[] read = new byte[Length];
            return storage.TryRead(0, read) && read.AsSpan().SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void WhatLiesBehindAShorterDiskIsLost()
    {
        using var storage = new MemoryStorage("test", 8192);
        _ = storage.TryWrite(0, Enumerable.Repeat((byte)1, 8192).ToArray());
        _ = storage.TryResize(512);
        _ = storage.TryResize(8192);

        byte[] read = new byte[8192];
        Assert.That(storage.TryRead(0, read), Is.True);
        Assert.That(read.AsSpan(0, 512).ToArray(), Is.All.EqualTo(1));
        Assert.That(read.AsSpan(512).ToArray(), Is.All.Zero);
    }

    [Test]
    public void WhatWasCutOffOfTheStorageBelowDoesNotComeBack()
    {
        using var below = new ArrayStorage(Enumerable.Repeat((byte)1, 8192).ToArray());
        using var storage = new MemoryStorage("test", 8192, below);
        _ = storage.TryResize(1024);
        _ = storage.TryResize(16384);
        var writer = new Emulator.Snapshots.SnapshotWriter();
        storage.Save(writer);
        using var other = new MemoryStorage("test", 8192, below);
        other.Load(new Emulator.Snapshots.SnapshotReader(writer.ToArray()));

        foreach (MemoryStorage checkedStorage in new[] { storage, other })
        {
            byte[] read = new byte[16384];
            Assert.That(checkedStorage.TryRead(0, read), Is.True);
            Assert.That(read.AsSpan(0, 1024).ToArray(), Is.All.EqualTo(1));
            Assert.That(read.AsSpan(1024).ToArray(), Is.All.Zero);
        }
    }

    [Test]
    public void AFailureBelowIsOne()
    {
        using var storage = new MemoryStorage("test", 8192, new RecordingStorage(16) { Fails = true });
        Assert.That(storage.TryRead(0, new byte[512]), Is.False);
        Assert.That(storage.TryWrite(0, new byte[512]), Is.False, "the rest of the page must be read");
        Assert.That(storage.TryWrite(4096, new byte[4096]), Is.True);
        Assert.That(storage.TryRead(4096, new byte[512]), Is.True);
    }
}
