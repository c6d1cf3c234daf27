using Emulator.VirtioProxy.Carriers.Rings;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>How long one looks before one sleeps follows what waits have taken.</summary>
public sealed class PollingRuleTests
{
    private const int Enough = 8;

    private static readonly TimeSpan s_slow = PollingRule.Longest * 1.5;

    [Test]
    public void Whatever_was_before_a_slow_peer_is_not_looked_for_and_a_quick_one_is_again() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 200)).ToArbitrary(),
        waits =>
        {
            var rule = new PollingRule();
            foreach (int wait in waits)
            {
                rule.Slept(TimeSpan.FromMicroseconds(wait));
                Assert.That(rule.Patience, Is.InRange(TimeSpan.Zero, PollingRule.Longest));
            }

            Repeat(rule, s_slow);
            Assert.That(rule.Patience, Is.EqualTo(TimeSpan.Zero));
            Repeat(rule, PollingRule.Shortest);
            Assert.That(rule.Patience, Is.EqualTo(PollingRule.Longest));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void One_slow_answer_does_not_end_it()
    {
        var rule = new PollingRule();
        rule.Slept(s_slow);
        Assert.That(rule.Patience, Is.EqualTo(PollingRule.Longest / 2));
    }

    private static void Repeat(PollingRule rule, TimeSpan waited)
    {
        for (int i = 0; i < Enough; i++)
        {
            rule.Slept(waited);
        }
    }
}
