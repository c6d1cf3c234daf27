using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

public class BlockFilterTests
{
    [Test]
    public void EveryAddressOfABlockThatWasAddedFindsIt([Values(14, 16, 21, 25, 30, 39)] int shift, [Values(0UL, 0x4000_0000UL, 0xffff_8000_0000_0000UL)] ulong at)
    {
        var filter = new BlockFilter();
        ulong block = at >> shift << shift;
        Assert.That(filter.TryAdd(block + 0x1234, shift), Is.True);
        Assert.That(filter.LargestAt(block), Is.EqualTo(shift));
        Assert.That(filter.LargestAt(block + (1UL << shift) - 1), Is.EqualTo(shift));
        Assert.That(filter.LargestAt((block & BlockFilter.AddressBits) | (0x5aUL << 56)), Is.EqualTo(shift), "the top byte may be a tag");
    }

    [Test]
    public void ABlockIsNotFoundElsewhere()
    {
        var filter = new BlockFilter();
        _ = filter.TryAdd(0x4000_0000, 21);
        Assert.That(Enumerable.Range(1, 1000).Count(i => filter.LargestAt(0x4000_0000 + ((ulong)i << 21)) != 0), Is.LessThan(10));
    }

    [Test]
    public void TheLargestBlockCounts()
    {
        var filter = new BlockFilter();
        _ = filter.TryAdd(0x4020_0000, 21);
        _ = filter.TryAdd(0x4000_0000, 30);
        Assert.That(filter.LargestAt(0x4020_1000), Is.EqualTo(30));
        filter.Clear();
        Assert.That(filter.LargestAt(0x4020_1000), Is.Zero);
    }

    [Test]
    public void ItSaysWhenItIsFull()
    {
        var filter = new BlockFilter();
        ulong added = 0;
        while (filter.TryAdd(added << 21, 21))
        {
            added++;
        }

        Assert.That(added, Is.InRange(1024, 2048));
        filter.Clear();
        Assert.That(filter.TryAdd(0, 21), Is.True);
    }
}
