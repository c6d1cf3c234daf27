namespace Emulator.BootTests.UBoot;

/// <summary>The same image, taken through the same script on this machine and on QEMU, prints the same.</summary>
[TestFixture("u-boot")]
[TestFixture("u-boot-2025.01")]
public sealed class QemuComparisonTests(string image)
{
    private UBootRecord _ours = null!;
    private QemuUBoot _qemu = null!;

    [OneTimeSetUp]
    public void RunBoth()
    {
        _qemu = new QemuUBoot(new Testing.GuestImage(image).Path);
        _ours = UBootRecord.Of(image);
    }

    [TestCaseSource(nameof(Steps))]
    public void Prints_what_it_prints_on_qemu(string step)
    {
        string ours = QemuDifference.Normalise(_ours[step].Output);

        Assert.That(ours, Is.EqualTo(QemuDifference.Normalise(_qemu[step])));
    }

    [Test]
    public void Seeds_are_the_only_part_of_the_device_tree_that_differs()
    {
        string[] ours = _ours["fdt print"].Lines;
        string[] qemu = _qemu["fdt print"].Split("\r\n")[1..^1];

        IEnumerable<string> different = ours.Zip(qemu).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Trim().Split(' ')[0]);

        Assert.That(different, Is.EquivalentTo(["rng-seed", "kaslr-seed"]));
    }

    private static IEnumerable<string> Steps() => UBootScript.Steps.Select(step => step.Name);
}
