using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.Tests.VhostUser;

public sealed class SharedAreaTests
{
    [Test]
    public void Pieces_do_not_overlap_and_all_of_it_comes_back()
    {
        using var area = new SharedArea(0, 1 << 20);
        var random = new Random(1);
        List<(int Offset, int Length)> taken = [];
        for (int i = 0; i < 3000; i++)
        {
            int length = random.Next(20_000);
            if (random.Next(2) == 0 && taken.Count > 0)
            {
                area.Free(taken[^1].Offset, taken[^1].Length);
                taken.RemoveAt(taken.Count - 1);
            }
            else if (area.TryAllocate(length, out int offset))
            {
                Assert.That(taken.Exists(piece => offset < piece.Offset + Math.Max(piece.Length, 1) && piece.Offset < offset + Math.Max(length, 1)), Is.False);
                taken.Insert(random.Next(taken.Count + 1), (offset, length));
            }
        }

        taken.ForEach(piece => area.Free(piece.Offset, piece.Length));
        Assert.That(area.FreeBytes, Is.EqualTo(1 << 20));
        Assert.That(area.TryAllocate(1 << 20, out _), Is.True);
    }
}
