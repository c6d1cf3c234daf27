using Emulator.Memory;

namespace Emulator.Tests.Memory;

internal sealed class UnimplementedAccessesTests
{
    [Test]
    public void Each_kind_has_its_count()
    {
        var accesses = new UnimplementedAccesses();

        accesses.Report("b");
        accesses.ReportRegister("uart", 0x20, isWrite: true);
        accesses.Report("b");

        Assert.That(accesses.Counts, Is.EqualTo(new Dictionary<string, long> { ["b"] = 2, ["uart: write to 0x020"] = 1 }));
    }

    [Test]
    public void A_guest_that_tries_everything_makes_the_host_remember_a_bounded_number_of_kinds()
    {
        var accesses = new UnimplementedAccesses();

        for (int i = 0; i < UnimplementedAccesses.MostKinds + 10; i++)
        {
            accesses.Report($"instruction 0x{i:x8}");
        }

        accesses.Report("instruction 0x00000000");

        Assert.That(accesses.Counts, Has.Count.EqualTo(UnimplementedAccesses.MostKinds + 1));
        Assert.That(accesses.Counts["others"], Is.EqualTo(10));
        Assert.That(accesses.Counts["instruction 0x00000000"], Is.EqualTo(2));
    }
}
