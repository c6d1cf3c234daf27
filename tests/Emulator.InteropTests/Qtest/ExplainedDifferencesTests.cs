namespace Emulator.InteropTests.Qtest;

internal sealed class ExplainedDifferencesTests
{
    [Test]
    public void DocumentationTellsEveryExplainedDifference()
    {
        IEnumerable<KnownDifference> explained =
        [
            .. FlashComparisonTests.Bank1.KnownDifferences,
            .. Pl011ComparisonTests.Device.KnownDifferences,
            .. Pl031ComparisonTests.Device.KnownDifferences,
            .. Pl061ComparisonTests.Device.KnownDifferences,
            .. GicComparisonTests.Distributor.KnownDifferences,
            .. GicComparisonTests.Redistributor.KnownDifferences,
            .. GicComparisonTests.NonSecureRedistributorDifferences.Skip(1),
            .. TranslationServiceComparisonTests.Device.KnownDifferences,
            .. GicV2ComparisonTests.Distributor.KnownDifferences,
            .. GicV2ComparisonTests.VirtualCpuInterface.KnownDifferences,
            .. PciHostComparisonTests.Device.KnownDifferences,
            .. VirtioMmioComparisonTests.CommonDifferences,
            .. VirtioMmioComparisonTests.ModernDifferences,
            .. VirtioMmioComparisonTests.LegacyDifferences,
        ];
        string path = Repository.PathOf("docs", "qemu-comparison.md");
        string[] documented = [.. File.ReadLines(path).Where(l => l.StartsWith("- ", StringComparison.Ordinal)).Select(l => l[2..])];

        Assert.That(documented, Is.EqualTo(explained.Select(k => k.Reason)), path);
    }
}
