using Emulator.BootTests.Linux;
using Emulator.BootTests.UBoot;
using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.Virtio;

namespace Emulator.BootTests.Uefi;

/// <summary>Firmware boots from a disk with an EFI system partition: the application there (guest-images/efi/copy) reads and writes files by the firmware's drivers.</summary>
public sealed class UefiDiskTests : MachineFixture
{
    private string _disk = null!;

    [SetUp]
    public void WriteDisk()
    {
        byte[] application = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "copy.bin"));
        _disk = Path.GetTempFileName();
        File.WriteAllBytes(_disk, GptDisk.Create(FatImage.Create(("EFI/BOOT/BOOTAA64.EFI", application), (TestDisk.FileName, TestDisk.Contents))));
    }

    [TearDown]
    public void DeleteDisk() => File.Delete(_disk);

    [Test]
    public void Edk2_boots_from_it([GuestImage("uefi"), GuestImage("uefi-2025.02")] GuestImage image, [Values] VirtioTransport transport)
    {
        Machine machine = Start(UefiRecord.Describe(image).WithVirtioBlock(_disk, new() { Transport = transport }));

        StopReason end = machine.Run(new RunLimits { Until = new(60_000_000_000) });

        AssertCopied(machine, end);
    }

    [Test]
    public void UBoot_boots_from_it([GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image, [Values] VirtioTransport transport)
    {
        Machine machine = Start(UefiRecord.Describe(image).WithVirtioBlock(_disk, new() { Transport = transport }));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        string parts = machine.Console.SendLine("virtio scan; part list virtio 0").Expect(UBootStep.Prompt).Before;
        Assert.That(parts, Does.Contain("Partition Type: EFI").And.Contain("\"ESP\"").And.Contain("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"));
        _ = machine.Console.SendLine("load virtio 0:1 42000000 EFI/BOOT/BOOTAA64.EFI; bootefi 42000000");

        StopReason end = machine.Run(new RunLimits { Until = new(60_000_000_000) });

        AssertCopied(machine, end);
    }

    [Test]
    [Category("Long")]
    public void Linux_boots_from_it_by_its_efi_stub([Values] VirtioTransport transport)
    {
        const int DiskLength = 96 << 20;
        string initrd = Path.GetTempFileName();
        ModulesDisk.Write(initrd);
        File.WriteAllBytes(_disk, GptDisk.Create(FatImage.Create(
            DiskLength,
            ("LINUX.EFI", File.ReadAllBytes(new GuestImage("linux-current")["kernel"])),
            ("INITRD", File.ReadAllBytes(initrd)),
            ("STARTUP.NSH", "fs0:\r\nLINUX.EFI initrd=\\INITRD console=ttyAMA0 rdinit=/bin/sh\r\n"u8.ToArray()))));
        File.Delete(initrd);
        Machine machine = Start(UefiRecord.Describe(new GuestImage("uefi-2025.02")).WithVirtioBlock(_disk, new() { Transport = transport }));

        _ = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        _ = machine.Console.SendLine("mount -t proc proc /proc; mount -t sysfs sysfs /sys").Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        string answer = machine.Console.SendLine("cat /proc/cmdline; ls /sys/firmware").Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;

        Assert.That(answer, Does.Contain("initrd=\\INITRD console=ttyAMA0").And.Contain("efi"));
        Assert.That(machine.Statistics.Undefined.Keys, Has.None.StartsWith("virtio"));
    }

    private void AssertCopied(Machine machine, StopReason end)
    {
        string console = UefiRecord.Plain(machine.Console.Transcript);
        Assert.That(end, Is.EqualTo(StopReason.PowerOff), console);
        Assert.That(console, Does.Contain("started from the disk").And.Match($"\n{TestDisk.Contents.Length} bytes copied\r+\n"));
        machine.Dispose();
        Assert.That(FatImage.Read(File.ReadAllBytes(_disk).AsSpan(GptDisk.PartitionStart), "ANSWER.TXT"), Is.EqualTo(TestDisk.Contents));
    }
}
