using System.Net;
using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.VhostUser;
using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.Virtio.Transports;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.VirtioProxy;

/// <summary>Linux works on a file system of a disk that is served by virtio-proxy; the disk is afterwards what it is with a device of this process.</summary>
public sealed class LinuxProxyTests : MachineFixture
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("proxy-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("unix")]
    [TestCase("in process", Category = "Long")]
    [TestCase("messages", Category = "Long")]
    [TestCase("tcp", Category = "Long")]
    [TestCase("unix copied", Category = "Long")]
    [TestCase("unix direct", Category = "Long")]
    [TestCase("shm copied", Category = "Long")]
    public void A_served_file_system_is_as_good_as_an_own_one(string carrier)
    {
        string ownDisk = MakeDisk("own");
        string own = Run(builder => builder.WithVirtioBlock(ownDisk));

        string servedDisk = MakeDisk("served");
        string served;
        using (VirtioProxyServer server = new VirtioProxyServer().AddBlock(servedDisk))
        {
            served = Run(builder => Connect(builder, server, carrier));
        }

        Assert.That(served, Is.EqualTo(own));
        AssertAlikeAndWritten(servedDisk, ownDisk);
    }

    [Test]
    [Category("Long")]
    public void A_disk_that_another_machines_guest_serves_is_as_good_as_an_own_one()
    {
        ProxyAddress address = UBootProxyTests.AddressOf("shm", _folder);
        using var backEnd = new GuestBackEnd(address, TestDisk.Bytes);

        // That disk has fewer features than an own one: requests are cut otherwise and take other times, which ext4 writes down to the nanosecond. So a file system has other bytes in the end; a partition has not.
        string ownDisk = MakeDisk("own");
        _ = Run(builder => builder.WithVirtioBlock(ownDisk), CopyPartition);
        _ = Run(builder => builder.WithVirtioProxy(address), CopyPartition);
        string servedDisk = Path.Combine(_folder, "served");
        File.WriteAllBytes(servedDisk, backEnd.Stop());

        AssertAlikeAndWritten(servedDisk, ownDisk);
    }

    // Its disk has other limits, so that requests are cut in another way; the times in a file system tell that.
    [TestCase("raw")]
    [TestCase("qcow2", Category = "Long")]
    public void A_disk_of_the_storage_daemon_is_as_good_as_an_own_one(string format)
    {
        string ownDisk = MakeDisk("own");
        string own = Run(builder => builder.WithVirtioBlock(ownDisk), CopyPartition);

        string servedDisk = MakeDisk("served");
        string image = format == "raw" ? servedDisk : Path.Combine(_folder, "served.qcow2");
        if (format != "raw")
        {
            StorageDaemon.Convert(servedDisk, "raw", image, format);
        }

        string served;
        using (var daemon = new StorageDaemon(image, format, Path.Combine(_folder, "daemon")))
        {
            served = Run(builder => builder.WithVhostUser(VhostUserDevice.Block, daemon.Socket), CopyPartition);
        }

        if (format != "raw")
        {
            StorageDaemon.Convert(image, format, servedDisk, "raw");
        }

        Assert.That(served, Is.EqualTo(own));
        AssertAlikeAndWritten(servedDisk, ownDisk);
    }

    private string MakeDisk(string name)
    {
        string disk = Path.Combine(_folder, name);
        File.WriteAllBytes(disk, TestDisk.Bytes);
        return disk;
    }

    private MachineBuilder Connect(MachineBuilder builder, VirtioProxyServer server, string carrier)
    {
        if (carrier == "in process")
        {
            return builder.WithVirtioProxyServer(server);
        }

        if (carrier == "messages")
        {
            return builder.WithVirtioProxyServer(server, new ProxyOptions { UsesMessages = true });
        }

        server.Listen(UBootProxyTests.AddressOf(carrier, _folder));
        return builder.WithVirtioProxy(server.Address!, new ProxyOptions { Memory = UBootProxyTests.MemoryOf(carrier) });
    }

    private string Run(Func<MachineBuilder, MachineBuilder> addDisk) => Run(addDisk, WorkOnFiles);

    private string Run(Func<MachineBuilder, MachineBuilder> addDisk, Action<Func<string, string>> work)
    {
        string initrd = Path.Combine(_folder, "initrd");
        ModulesDisk.Write(initrd);
        Machine machine = Start(addDisk(new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithKernel(new GuestImage("linux-current")["kernel"]).WithInitrd(initrd)
            .WithCommandLine("console=ttyAMA0 rdinit=/bin/sh quiet").WithVirtio(new VirtioOptions { Latency = TimeSpan.FromMicroseconds(50) })));
        string Ask(string command) => machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;
        _ = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        _ = Ask("mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev");
        _ = Ask(ModulesDisk.Load);
        work(Ask);
        string console = machine.Console.Transcript;
        machine.Dispose();
        return console;
    }

    private static void WorkOnFiles(Func<string, string> ask)
    {
        Assert.That(ask($"mount /dev/vda2 /mnt && cat /mnt/{TestDisk.FileName}"), Does.Contain("line 999\r\n"));
        Assert.That(ask("dd if=/dev/vda of=/mnt/part bs=4096 count=512 && sync"), Does.Contain("512+0 records out"));
        Assert.That(ask("echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/vda of=/part bs=4096 count=512; cmp /part /mnt/part && echo equal"), Does.Contain("\nequal"));
        _ = ask("umount /mnt; sync");
    }

    // Writes the same bytes however long it takes.
    private static void CopyPartition(Func<string, string> ask)
    {
        Assert.That(ask("dd if=/dev/vda2 of=/dev/vda1 bs=4096 count=1024 conv=fsync 2> /dev/null; echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/vda2 of=/part bs=4096 count=1024 2> /dev/null; echo copied"), Does.Contain("\ncopied"));
        Assert.That(ask("dd if=/dev/vda1 bs=4096 count=1024 2> /dev/null | cmp - /part && echo equal"), Does.Contain("\nequal"));
        Assert.That(ask($"mount -t ext4 -o ro,noload /dev/vda2 /mnt && cat /mnt/{TestDisk.FileName} && umount /mnt"), Does.Contain("line 999\r\n"));
    }

    private static void AssertAlikeAndWritten(string disk, string other) =>
        Assert.That(SHA256.HashData(File.ReadAllBytes(disk)), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(other))).And.Not.EqualTo(SHA256.HashData(TestDisk.Bytes)));
}
