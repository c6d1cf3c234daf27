using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.VhostUser;

/// <summary>Linux works with a disk of qemu-storage-daemon and a folder of virtiofsd, and bears it when that is killed.</summary>
public sealed class LinuxVhostUserTests : MachineFixture
{
    private const int SectorSize = 512;
    private const int FirstStart = 2048 * SectorSize;

    private string _folder = null!;

    private string Disk => Path.Combine(_folder, "disk.img");

    private string Shared => Path.Combine(_folder, "shared");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory().FullName;
        _ = Directory.CreateDirectory(Shared);
        File.WriteAllBytes(Disk, TestDisk.Bytes);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_disk_and_a_folder_are_mounted_read_and_written([Values] bool isDirect)
    {
        File.WriteAllBytes(Path.Combine(Shared, TestDisk.FileName), TestDisk.Contents);
        using var disk = new StorageDaemon(Disk, "raw", Path.Combine(_folder, "disk.sock"), queues: 2);
        using var folder = new FolderDaemon(Shared, Path.Combine(_folder, "folder.sock"));
        Machine machine = Start(LinuxDisk.Describe(_folder)
            .WithVhostUser(VhostUserDevice.Block, disk.Socket, new() { IsDirect = isDirect, Queues = 2 })
            .WithVhostUser(VhostUserDevice.FileSystem, Path.Combine(_folder, "folder.sock"), new() { IsDirect = isDirect, Tag = "shared" }));
        LinuxDisk.Boot(machine);
        string Ask(string command) => LinuxDisk.Ask(machine, command);

        Assert.That(Ask("mount /dev/vda2 /mnt && cat /mnt/HELLO.TXT"), Does.Contain("line 0\r\n").And.Contain("line 999\r\n"));
        Assert.That(Ask("busybox mkdir /shared; mount -t virtiofs shared /shared && cat /shared/HELLO.TXT"), Does.Contain("line 0\r\n").And.Contain("line 999\r\n"));
        Assert.That(Ask("cp() { busybox cp $@; }; cp /bin/busybox /mnt/copy && cp /bin/busybox /shared/copy && sync; echo 3 > /proc/sys/vm/drop_caches; cmp /mnt/copy /bin/busybox && cmp /shared/copy /bin/busybox && echo equal"), Does.Contain("\nequal"));
        Assert.That(Ask("busybox mkdir /shared/new && echo from the guest > /shared/new/file; echo done $?"), Does.Contain("done 0"));
        Assert.That(Ask("dd if=/bin/busybox of=/dev/vda1 bs=65536 count=16 conv=fsync"), Does.Contain("16+0 records out"));
        _ = Ask("umount /mnt");
        Assert.That(machine.Statistics.Devices["virtio-blk@a003e00"]["faults"], Is.Zero);
        Assert.That(machine.Statistics.Devices["virtio-fs@a003c00"]["faults"], Is.Zero);

        // The session is lost with its process: requests fail instead of waiting for ever, and the machine runs on.
        folder.Kill();
        Assert.That(Ask("cat /shared/new/file; ls /shared; echo still here"), Does.Contain("not connected").And.Contain("still here"));
        machine.Dispose();
        disk.Dispose();

        byte[] program = File.ReadAllBytes(new GuestImage("busybox").Path);
        Assert.That(File.ReadAllBytes(Path.Combine(Shared, "copy")), Is.EqualTo(program));
        Assert.That(File.ReadAllText(Path.Combine(Shared, "new", "file")), Is.EqualTo("from the guest\n"));
        Assert.That(File.ReadAllBytes(Disk).AsSpan(FirstStart, 1 << 20).SequenceEqual(program.AsSpan(0, 1 << 20)), Is.True);
        Ext4Partition.AssertClean(File.ReadAllBytes(Disk), _folder);
    }
}
