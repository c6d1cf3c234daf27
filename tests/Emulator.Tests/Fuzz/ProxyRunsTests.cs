using Emulator.Fuzz.Proxy;

namespace Emulator.Tests.Fuzz;

/// <summary>Some of the fuzzer's random inputs for both sides of virtio-proxy; the fuzzer itself runs more.</summary>
public sealed class ProxyRunsTests
{
    [Test]
    [Platform("Linux")]
    public void Random_writes_to_rings_show_no_mistake() => Assert.That(ProxyRuns.RunRings(seed: 1, count: 40)?.Problem, Is.Null);

    [Test]
    public void Random_sessions_show_no_mistake() => Assert.That(ProxyRuns.Run(seed: 1, count: 400)?.Problem, Is.Null);
}
