using Emulator.VirtioProxy.Unflushed;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.VirtioProxy.Tests.Unflushed;

/// <summary>Writes that are kept until they are flushed.</summary>
public sealed class UnflushedWritesTests
{
    [TestCase(0u, false, false)]
    [TestCase(1u, true, false)]
    [TestCase(4u, false, true)]
    [TestCase(8u, false, false)]
    [TestCase(11u, true, false)]
    [TestCase(13u, true, false)]
    [TestCase(14u, true, false)]
    [TestCase(uint.MaxValue, false, false)]
    public void What_changes_a_disk_is_a_write(uint type, bool isWrite, bool isFlush) =>
        Assert.That((UnflushedWrites.IsWrite(type), UnflushedWrites.IsFlush(type)), Is.EqualTo((isWrite, isFlush)));

    [Test]
    public void It_holds_what_was_added_and_not_flushed_in_order_and_within_its_limit() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(-3, 400)).ToArbitrary(),
        steps =>
        {
            const int Capacity = 1000;
            var writes = new UnflushedWrites(Capacity);
            List<(long Position, byte[] Bytes)> expected = [];
            long reach = 0;
            byte content = 0;
            foreach (int step in steps)
            {
                if (step > 0)
                {
                    bool fits = step <= Capacity / 4 && expected.Sum(write => write.Bytes.Length) + step <= Capacity;
                    long end = writes.End;
                    Assert.That(writes.TryAdd(step, out Span<byte> bytes), Is.EqualTo(fits));
                    if (fits)
                    {
                        bytes.Fill(++content);
                        expected.Add((end, bytes.ToArray()));
                    }
                }
                else if (step == 0)
                {
                    reach = writes.End;
                }
                else if (step == -1)
                {
                    writes.Flushed(reach);
                    _ = expected.RemoveAll(write => write.Position < reach);
                }
                else if (step == -2)
                {
                    writes.Clear();
                    expected.Clear();
                }

                Assert.That(writes.Count, Is.EqualTo(expected.Count));
                for (int i = 0; i < expected.Count; i++)
                {
                    Assert.That(writes[i].SequenceEqual(expected[i].Bytes), Is.True);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(200));

    [Test]
    public void Once_it_has_grown_it_allocates_nothing()
    {
        var writes = new UnflushedWrites();
        Work(writes, 3000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Work(writes, 30_000);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(writes.Count, Is.GreaterThan(0));
    }

    private static void Work(UnflushedWrites writes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ = writes.TryAdd(4096 + (i % 7), out _);
            if (i % 100 == 99)
            {
                long end = writes.End;
                _ = writes.TryAdd(512, out _);
                writes.Flushed(end);
            }
        }
    }
}
