using System.Globalization;
using Emulator.Snapshots;
using Emulator.Testing;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Wild guests: whatever they do, the host sees no exception, the run ends at its limit, and memory stays bounded.</summary>
public sealed class WildGuestTests : HostileGuestFixture
{
    private const long Instructions = 200_000;
    private const int DefaultGuests = 4000;
    private const long MemoryTolerance = 256 << 20;

    [Test]
    public void A_wild_guest_ends_at_its_limit_or_in_a_named_way([Range(1, 18)] int seed) => Check(seed);

    /// <summary>About ten minutes; <c>EMULATOR_WILD_GUESTS</c> says how many guests, <c>EMULATOR_WILD_SEED</c> from which seed on.</summary>
    [Test]
    [Category("Long")]
    [Explicit("takes ten minutes: run it with --filter TestCategory=Long")]
    public void Wild_guests_by_the_thousand()
    {
        int first = Setting("EMULATOR_WILD_SEED", 1000);
        int count = Setting("EMULATOR_WILD_GUESTS", DefaultGuests);
        var reasons = new SortedDictionary<StopReason, int>();
        long resident = 0;
        for (int i = 0; i < count; i++)
        {
            StopReason reason = Check(first + i);
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            if (i == count / 10)
            {
                resident = Environment.WorkingSet;
            }
        }

        TestContext.Out.WriteLine(string.Join(", ", reasons.Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.That(Environment.WorkingSet, Is.LessThan(resident + MemoryTolerance), "memory grows with the number of guests");
    }

    // Neither the translator nor the skipping of polling loops must show: without them the same guest comes to the same state.
    private StopReason Check(int seed)
    {
        var guest = new WildGuest(seed);
        (StopReason reason, byte[] state) = Run(guest, "auto", fastForward: true);
        foreach ((string engine, bool fastForward) in new[] { ("auto", false), ("interpreter", true) })
        {
            (StopReason otherReason, byte[] otherState) = Run(guest, engine, fastForward);

            string what = $"{guest.Description}, on {engine} {(fastForward ? "with" : "without")} fast-forward";
            Assert.That(otherReason, Is.EqualTo(reason), what);
            Assert.That(otherState.AsSpan().SequenceEqual(state), Is.True, $"{what}: the state is another");
        }

        return reason;
    }

    private (StopReason Reason, byte[] State) Run(WildGuest guest, string engine, bool fastForward)
    {
        using Machine machine = guest.Build(Path.Combine(Folder, "wild.elf")).WithEngine(engine).WithFastForward(fastForward).Build();
        using var watchdog = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        StopReason reason;
        try
        {
            reason = machine.Run(new RunLimits { MaxInstructions = Instructions }, watchdog.Token);
        }
        catch (Exception exception)
        {
            throw new AssertionException($"{guest.Description}: {exception}\n{machine.DescribeState()}", exception);
        }

        Assert.That(reason, Is.AnyOf(StopReason.MaxInstructions, StopReason.LockUp, StopReason.PowerOff, StopReason.Reset), guest.Description);
        Assert.That(machine.RetiredInstructions, Is.LessThanOrEqualTo(Instructions), guest.Description);
        Assert.That(machine.Unimplemented.Counts, Has.Count.LessThanOrEqualTo(Memory.UnimplementedAccesses.MostKinds + 1), guest.Description);
        var writer = new SnapshotWriter();
        machine.Save(writer);
        return (reason, writer.ToArray());
    }

    private static int Setting(string name, int fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
