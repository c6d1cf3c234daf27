using System.Globalization;
using Emulator.Fuzz;
using Emulator.Fuzz.Vhost;

namespace Emulator.Tests.Fuzz;

/// <summary>Some of the fuzzer's random inputs for both sides of vhost-user; <c>EMULATOR_FUZZ_INPUTS</c> sets how many.</summary>
[Platform("Linux")]
public sealed class VhostRunsTests
{
    [Test]
    public void Random_sessions_show_no_mistake()
    {
        long count = Environment.GetEnvironmentVariable("EMULATOR_FUZZ_INPUTS") is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : 600;

        FuzzFinding? finding = VhostRuns.Run(seed: 1, count);

        Assert.That(finding, Is.Null, $"dotnet run -c Release --project tools/fuzz -- vhost 1 {finding?.Seed}");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(700)]
    public void Any_bytes_are_an_input(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        using var server = new VhostServerTarget();
        Assert.That(() => server.Run(bytes), Throws.Nothing);
        Assert.That(() => new VhostFrontEndTarget().Run(bytes), Throws.Nothing);
    }
}
