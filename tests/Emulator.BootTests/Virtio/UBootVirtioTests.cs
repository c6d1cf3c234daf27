using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.UBoot;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.Virtio.Transports;

namespace Emulator.BootTests.Virtio;

/// <summary>U-Boot reads a disk and random numbers over both interfaces of the mmio transport and over PCI, with and without a latency.</summary>
public sealed class UBootVirtioTests : MachineFixture
{
    [Test]
    public void Disk_and_entropy_are_found_and_read(
        [GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image, [Values("modern", "legacy", "pci")] string way, [Values(0, 20)] int latencyInMicroseconds)
    {
        VirtioTransport transport = way == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio;
        VirtioMmioVersion version = way == "legacy" ? VirtioMmioVersion.Legacy : VirtioMmioVersion.Modern;
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path)
            .WithVirtio(new VirtioOptions { MmioVersion = version, Latency = TimeSpan.FromMicroseconds(latencyInMicroseconds) })
            .WithVirtioMemoryDisk(TestDisk.Bytes, new() { Transport = transport }).WithVirtioEntropy(transport));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        string Ask(string command) => machine.Console.SendLine(command).Expect(UBootStep.Prompt).Before;

        Assert.That(Ask("virtio scan"), Does.Not.Contain("rror"));
        Assert.That(Ask("virtio info"), Does.Contain("VirtIO Block Device").And.Contain("Capacity: 17.0 MB"));
        Assert.That(Ask("part list virtio 0"), Does.Match(@"1\s+2048\s+16384\s").And.Match(@"2\s+18432\s+16384\s"));
        Assert.That(Ask($"fatload virtio 0:1 42000000 {TestDisk.FileName}"), Does.Contain($"{TestDisk.Contents.Length} bytes read"));
        Assert.That(ReadMemory(machine, 0x4200_0000), Is.EqualTo(TestDisk.Contents));
        Assert.That(Ask("ext4ls virtio 0:2"), Does.Contain(TestDisk.FileName));
        Assert.That(Ask($"load virtio 0:2 43000000 {TestDisk.FileName}"), Does.Contain($"{TestDisk.Contents.Length} bytes read"));
        Assert.That(ReadMemory(machine, 0x4300_0000), Is.EqualTo(TestDisk.Contents));
        Assert.That(machine.Statistics.Devices[way == "pci" ? "virtio-blk@00:01.0" : "virtio-blk@a003e00"]["faults"], Is.Zero);
    }

    [Test]
    public void With_an_entropy_device_the_uefi_selftest_has_random_numbers([GuestImage("u-boot")] GuestImage image)
    {
        // The test looks at the clock all the time and waits for short, so there is little to skip.
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithVirtioEntropy().WithFastForward(false));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);

        string output = machine.Console.SendLine(UBootScript.SelfTest).Expect(@"Press any key\.\.\.\r\n", LinuxRecord.Limits).Before;

        // What is left wants a network.
        Assert.That(output, Does.Contain("Executing 'random number generator' succeeded").And.Contain("Summary: 1 failures"));
    }

    private static byte[] ReadMemory(Machine machine, ulong address)
    {
        byte[] bytes = new byte[TestDisk.Contents.Length];
        Assert.That(machine.Bus.TryReadMemory(address, bytes, secure: false), Is.True);
        return bytes;
    }
}
