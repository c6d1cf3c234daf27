namespace Emulator.InteropTests.Oracle;

internal sealed class ConformanceReportTests
{
    [Test]
    public void CommittedTableHasEachInstructionAndItsOracles()
    {
        string committed = File.ReadAllText(Repository.PathOf("docs", ConformanceReport.InstructionsFile));
        string fresh = ConformanceReport.Instructions(Conformance.Unicorn, Conformance.Qemu, Conformance.Translator);
        Assert.That(
            ConformanceReport.WithoutCounts(committed),
            Is.EqualTo(ConformanceReport.WithoutCounts(fresh)),
            $"copy {ConformanceReport.InstructionsFile} from the artifacts of a run of all oracle tests");
    }
}
