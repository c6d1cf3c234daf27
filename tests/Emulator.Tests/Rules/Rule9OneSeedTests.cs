using Emulator.Boards;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 9: one seed feeds everything random that a guest can see.</summary>
public class Rule9OneSeedTests
{
    [Test]
    public void SameSeedGivesTheSameDeviceTreeAndAnotherSeedAnotherOne()
    {
        byte[] first = TreeOf(seed: 7);

        Assert.That(TreeOf(seed: 7), Is.EqualTo(first));
        Assert.That(TreeOf(seed: 8), Is.Not.EqualTo(first));
    }

    [Test]
    public void SeedChangesNothingButTheSeedsOfTheTree()
    {
        string[] one = [.. Properties(DeviceTree.Parse(TreeOf(seed: 7)).Root, "")];
        string[] other = [.. Properties(DeviceTree.Parse(TreeOf(seed: 8)).Root, "")];

        IEnumerable<string> changed = one.Zip(other).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Split(' ')[0]);

        Assert.That(other, Has.Length.EqualTo(one.Length));
        Assert.That(changed, Is.EquivalentTo(new[] { "/chosen/kaslr-seed", "/chosen/rng-seed" }));
    }

    private static IEnumerable<string> Properties(DeviceTreeNode node, string path) =>
        node.Properties.Select(p => $"{path}/{p.Name} {Convert.ToHexString(p.Value.Span)}")
            .Concat(node.Children.SelectMany(child => Properties(child, $"{path}/{child.Name}")));

    [Test]
    public void ClockStartsAtAFixedDateUnlessGiven()
    {
        const ulong Rtc = 0x0901_0000;
        using Machine fixedDate = GuestMachine.Create(new GuestAssembler().Stop());
        using Machine given = GuestMachine.Create(
            new GuestAssembler().Stop(),
            new BoardOptions { MemorySize = 16.MiB(), RtcEpoch = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000) });

        Assert.That(fixedDate.ReadWord(Rtc), Is.EqualTo(1_704_067_200), "2024-01-01T00:00:00Z");
        Assert.That(given.ReadWord(Rtc), Is.EqualTo(1_000_000_000));
    }

    private static byte[] TreeOf(ulong seed) =>
        new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithSeed(seed).BuildDeviceTree();
}
