using Emulator.Boards;
using Emulator.Network;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Devices.Net;
using Emulator.Virtio.Transports;
using NUnit.Framework;

namespace Emulator.BootTests.Network;

/// <summary>U-Boot fetches files from a folder of the host, with no rights on the host.</summary>
internal sealed class UBootNetworkTests
{
    private const int FileLength = 100_001;

    private string _folder = null!;
    private string _checksum = null!;

    [OneTimeSetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("network-").FullName;
        byte[] contents = new byte[FileLength];
        new Random(1).NextBytes(contents);
        File.WriteAllBytes(Path.Combine(_folder, "kernel"), contents);
        _checksum = $"==> {Crc32.Of(contents):x8}";
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void FileIsFetchedByDhcpAndTftp(
        [GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image,
        [Values("mmio", "mmio, legacy", "pci")] string via)
    {
        VirtioMmioVersion version = via == "mmio, legacy" ? VirtioMmioVersion.Legacy : VirtioMmioVersion.Modern;
        using Machine machine = Start(image, via == "pci" ? VirtioTransport.Pci : VirtioTransport.Mmio, version);
        string fetched = Run(machine, "dhcp 40200000 10.0.2.2:kernel");
        Assert.That(fetched, Does.Contain("DHCP client bound to address 10.0.2.15"));
        Assert.That(fetched, Does.Contain($"Bytes transferred = {FileLength}"));
        Assert.That(Run(machine, "crc32 40200000 $filesize"), Does.Contain(_checksum));
        Assert.That(Run(machine, "tftpboot 40200000 10.0.2.2:absent"), Does.Contain("File not found").IgnoreCase.Or.Contain("no such file"));
        Assert.That(Run(machine, "ping 10.0.2.2"), Does.Contain("host 10.0.2.2 is alive"));
    }

    [Test]
    public void FileIsFetchedByHttp([GuestImage("u-boot-2025.01")] GuestImage image, [Values] VirtioTransport transport)
    {
        using Machine machine = Start(image, transport, VirtioMmioVersion.Modern);
        Run(machine, "dhcp 40200000 10.0.2.2:kernel");
        Assert.That(Run(machine, "wget 40400000 10.0.2.2:/kernel"), Does.Contain($"Bytes transferred = {FileLength}"));
        Assert.That(Run(machine, "crc32 40400000 $filesize"), Does.Contain(_checksum));
    }

    [Test]
    public void UefiSelfTestHasNoFailure([GuestImage("u-boot")] GuestImage image)
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithFirmware(image.Path)
            .WithFastForward(false)
            .WithVirtioNet(() => new Lan())
            .WithVirtioEntropy()
            .WithLockstepIfWanted().Build();
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        machine.Console.SendLine("bootefi selftest").Expect(@"Summary: \d+ failures", new ExpectOptions { HostTime = TimeSpan.FromMinutes(3) });
        Assert.That(machine.Console.Transcript, Does.Contain("Summary: 0 failures"));
    }

    [Test]
    public void SameRunHasTheSameFrames([GuestImage("u-boot")] GuestImage image)
    {
        byte[] Capture()
        {
            var stream = new MemoryStream();
            using (Machine machine = Start(image, VirtioTransport.Mmio, VirtioMmioVersion.Modern, stream))
            {
                Run(machine, "dhcp 40200000 10.0.2.2:kernel");
            }

            return stream.ToArray();
        }

        byte[] first = Capture();
        Assert.That(first, Has.Length.GreaterThan(FileLength));
        Assert.That(Capture(), Is.EqualTo(first));
    }

    [Test]
    public void DisksOnBothBusesAreFound([GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image)
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithFirmware(image.Path)
            .WithVirtioMemoryDisk(new byte[1 << 20], new VirtioBlockOptions { Transport = VirtioTransport.Pci })
            .WithVirtioMemoryDisk(new byte[2 << 20]).WithLockstepIfWanted().Build();
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        Run(machine, "virtio scan");
        string found = Run(machine, "virtio info");
        Assert.That(found, Does.Contain("1.0 MB").And.Contain("2.0 MB"));
        Assert.That(Run(machine, "pci"), Does.Contain("00.01.00   0x1af4     0x1001"));
        foreach (int disk in new[] { 0, 1 })
        {
            Assert.That(Run(machine, $"mw.l 40200000 {disk + 0x77:x} 200; virtio dev {disk}; virtio write 40200000 5 2"), Does.Contain("2 blocks written: OK"));
        }

        foreach (int disk in new[] { 0, 1 })
        {
            Assert.That(Run(machine, $"virtio dev {disk}; virtio read 40300000 6 1"), Does.Contain("1 blocks read: OK"));
            Assert.That(Run(machine, "md.l 40300000 1"), Does.Contain($"{disk + 0x77:x8}"));
        }
    }

    private static string Run(Machine machine, string command) => machine.Console.SendLine(command).Expect("^=> ").Before;

    private Machine Start(GuestImage image, VirtioTransport transport, VirtioMmioVersion version, Stream? capture = null)
    {
        INetworkLink CreateLink()
        {
            var lan = new Lan(new LanOptions { Folder = _folder });
            return capture is null ? lan : new CapturingLink(lan, new PcapWriter(capture));
        }

        Machine machine = new MachineBuilder(Board.Virt)
            .WithFirmware(image.Path)
            .WithVirtio(new VirtioOptions { MmioVersion = version })
            .WithVirtioNet(CreateLink, new VirtioNetOptions { Transport = transport })
            .WithLockstepIfWanted().Build();
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        return machine;
    }
}
