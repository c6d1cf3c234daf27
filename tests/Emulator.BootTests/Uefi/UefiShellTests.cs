using System.Text.RegularExpressions;

namespace Emulator.BootTests.Uefi;

/// <summary>Debian's EDK2 at work: its shell, what it found on the board, and how it switches off.</summary>
[TestFixture("uefi", 1)]
[TestFixture("uefi", 4)]
[TestFixture("uefi-2025.02", 1)]
public sealed class UefiShellTests(string image, int cpus)
{
    private UefiRecord _record = null!;

    [OneTimeSetUp]
    public void Boot() => _record = UefiRecord.Of(image, cpus);

    [Test]
    public void Shell_starts_by_itself()
    {
        Assert.That(_record.Console, Does.StartWith("UEFI firmware (version"));
        Assert.That(_record.Console, Does.Match(@"UEFI Interactive Shell v2\.\d"));
    }

    [Test]
    public void Map_has_no_file_systems_on_a_machine_without_disks() => Assert.That(_record["map"], Does.Contain("No mapping found"));

    [Test]
    public void Memmap_tells_of_all_the_memory() => Assert.That(_record["memmap"], Does.Match(@"Total Memory:\s+512 MB \(536,870,912 Bytes\)"));

    [Test]
    public void Memmap_has_the_variable_store_and_the_clock_for_runtime_services()
    {
        Assert.That(_record["memmap"], Does.Match(@"MMIO\s+0000000004000000-0000000007FFFFFF"));
        Assert.That(_record["memmap"], Does.Match(@"MMIO\s+0000000009010000-0000000009010FFF"));
    }

    [Test]
    public void Pci_shows_the_host_bridge() => Assert.That(_record["pci"], Does.Match(@"00\s+00\s+00\s+00 ==> Bridge Device - Host/PCI bridge\s+Vendor 1B36 Device 0008"));

    [Test]
    public void Nothing_of_the_cpu_is_missing() => Assert.That(_record.Statistics.Undefined, Is.Empty);

    [Test]
    public void Reset_to_off_ends_the_run() => Assert.That(_record.End, Is.EqualTo(StopReason.PowerOff));
}
