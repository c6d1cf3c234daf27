using System.Text.RegularExpressions;
using Emulator.Boards;

namespace Emulator.BootTests.UBoot;

/// <summary>Debian's images at work: what a user types at the prompt and what comes back. Needs no QEMU.</summary>
[TestFixture("u-boot", "2023.01")]
[TestFixture("u-boot-2025.01", "2025.01")]
public sealed class UBootCommandTests(string image, string version)
{
    private UBootRecord _record = null!;

    [OneTimeSetUp]
    public void TakeTheImageThroughTheScript() => _record = UBootRecord.Of(image);

    [Test]
    public void The_banner_and_the_prompt_come()
    {
        string output = _record["start"].Output;

        Assert.That(output, Does.Match($@"\r\n\r\nU-Boot {Regex.Escape(version)}\S* \("));
        Assert.That(output, Does.Contain("\r\nDRAM:  256 MiB\r\n"));
        Assert.That(output, Does.Contain("\r\nFlash: 64 MiB\r\n"));
        Assert.That(_record["stop the countdown"].Output, Does.EndWith("\r\n=> "));
    }

    [Test]
    public void Version_tells_the_version() => Assert.That(_record["version"].Lines, Has.Some.StartsWith($"U-Boot {version}"));

    [Test]
    public void Bdinfo_tells_where_the_memory_is()
    {
        Assert.That(_record["bdinfo"].Lines, Has.Some.Match("-> start +=.* 0x0*40000000$"));
        Assert.That(_record["bdinfo"].Lines, Has.Some.Match("-> size +=.* 0x0*10000000$"));
    }

    [Test]
    public void Dm_tree_shows_the_boards_devices()
    {
        string[] lines = _record["dm tree"].Lines;

        Assert.That(lines, Has.Some.Match(@"\[ \+ \].*pl011@9000000$"));
        Assert.That(lines.Count(line => Regex.IsMatch(line, @"virtio_mmio@a[0-9a-f]+$")), Is.EqualTo(32));
        Assert.That(lines, Has.Some.EndsWith("pcie@10000000"));
        Assert.That(lines, Has.Some.EndsWith("fw-cfg@9020000"));
    }

    [Test]
    public void Md_shows_what_mw_wrote()
    {
        Assert.That(_record["md.b 420003f0 20"].Lines[0], Is.EqualTo("420003f0: 78 56 34 12 78 56 34 12 78 56 34 12 78 56 34 12  xV4.xV4.xV4.xV4."));
        Assert.That(_record["md.b 420003f0 20"].Lines[1], Does.StartWith("42000400: 00 00"));
        Assert.That(_record["md.l 42000000 2"].Lines, Is.EqualTo(["42000000: 12ffff78 12345678                    x...xV4."]));
    }

    [Test]
    public void Crc32_is_that_of_the_bytes()
    {
        byte[] bytes = [.. Enumerable.Repeat<byte[]>([0x78, 0x56, 0x34, 0x12], 0x100).SelectMany(word => word)];
        bytes[1] = bytes[2] = 0xff;

        Assert.That(_record["crc32 42000000 400"].Lines[0], Does.EndWith($"==> {Crc32.Of(bytes):x8}"));
    }

    [Test]
    public void Flash_and_its_copy_in_memory_have_the_images_crc32()
    {
        byte[] flash = new byte[0x80000];
        byte[] file = File.ReadAllBytes(new Testing.GuestImage(image).Path);
        file.AsSpan(0, Math.Min(file.Length, flash.Length)).CopyTo(flash);
        string sum = $"==> {Crc32.Of(flash):x8}";

        Assert.That(_record["crc32 0 80000"].Lines[0], Does.EndWith(sum));
        Assert.That(_record["crc32 43000000 80000"].Lines[0], Does.EndWith(sum));
    }

    [Test]
    public void Fdt_print_shows_the_tree_that_was_handed_over()
    {
        string[] lines = _record["fdt print"].Lines;
        DeviceTree tree = DeviceTree.Parse(_record.DeviceTree);

        foreach (DeviceTreeNode node in Descendants(tree.Root))
        {
            Assert.That(lines, Has.Some.EndsWith($"\t{node.Name} {{"));
        }
    }

    [Test]
    public void Environment_variables_are_set_and_printed()
    {
        Assert.That(_record["printenv"].Lines, Has.Some.EqualTo("baudrate=115200"));
        Assert.That(_record["env print greeting"].Lines, Is.EqualTo(["greeting=hello world"]));
    }

    [Test]
    public void Sleeping_for_2_s_takes_2_s_of_virtual_time() =>
        Assert.That(_record["sleep 2"].VirtualSeconds, Is.EqualTo(2).Within(0.01));

    [Test]
    public void The_uefi_selftest_fails_only_for_want_of_devices()
    {
        string output = _record[UBootScript.SelfTest].Output;
        var failed = Regex.Matches(output, @"(?:Executing|Setting up|Tearing down) '([^']+)' failed").Select(match => match.Groups[1].Value);

        // The board has neither a source of random numbers nor a network; QEMU with the same devices prints the same.
        Assert.That(failed, Is.SubsetOf(["random number generator", "simple network protocol"]));
        Assert.That(output, Does.Contain("Executing 'text output' succeeded"));
        Assert.That(output, Does.Contain($"Summary: {failed.Count()} failures"));
        Assert.That(output, Does.Contain("Boot services terminated"));
    }

    [TestCase(UBootScript.AfterSelfTest)]
    [TestCase("reset")]
    public void After_a_reset_it_boots_again(string step) =>
        Assert.That(
            _record[step].Output[_record[step].Output.IndexOf("U-Boot 20", StringComparison.Ordinal)..].TrimEnd(),
            Is.EqualTo(_record["start"].Output[_record["start"].Output.IndexOf("U-Boot 20", StringComparison.Ordinal)..].TrimEnd()));

    [Test]
    public void Poweroff_ends_the_run() => Assert.That(_record.End, Is.EqualTo(StopReason.PowerOff));

    [Test]
    public void Nothing_is_used_that_the_machine_lacks() => Assert.That(_record.Statistics.Undefined, Is.Empty);

    private static IEnumerable<DeviceTreeNode> Descendants(DeviceTreeNode node) =>
        node.Children.SelectMany(child => Descendants(child).Prepend(child));
}
