using System.Diagnostics;
using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.VhostUser;

/// <summary>Linux works with disks of qemu-storage-daemon and a folder of virtiofsd, and bears it when they are killed.</summary>
public sealed class LinuxVhostUserTests : MachineFixture
{
    private const int SectorSize = 512;
    private const int FirstStart = 2048 * SectorSize;
    private const int Ext4Start = 18432 * SectorSize;

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
        Machine machine = StartLinux(builder => builder
            .WithVhostUser(VhostUserDevice.Block, disk.Socket, new() { IsDirect = isDirect, Queues = 2 })
            .WithVhostUser(VhostUserDevice.FileSystem, Path.Combine(_folder, "folder.sock"), new() { IsDirect = isDirect, Tag = "shared" }));
        string Ask(string command) => AskLinux(machine, command);

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
        AssertClean();
    }

    [Test]
    [Category("Long")]
    public void A_disk_whose_daemon_is_killed_again_and_again_loses_nothing()
    {
        using var daemon = new StorageDaemon(Disk, "raw", Path.Combine(_folder, "disk.sock"));
        Machine machine = StartLinux(builder => builder.WithVhostUser(VhostUserDevice.Block, daemon.Socket));
        _ = AskLinux(machine, "mount /dev/vda2 /mnt");
        int kills = 0;
        bool isOver = false;
        var killer = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Thread.Sleep(30);
                daemon.Kill();
                daemon.Restart();
                kills++;
            }
        });
        killer.Start();
        string answer;
        try
        {
            // Each write is on the disk before the next begins.
            answer = AskLinux(machine, "for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do echo $i$j > /mnt/file$i$j; dd if=/bin/busybox bs=4096 count=5 conv=fsync >> /mnt/file$i$j 2> /dev/null; done; sync; done; echo written");
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            killer.Join();
        }

        Assert.That(answer, Does.Contain("\nwritten"));
        Assert.That(AskLinux(machine, "umount /mnt && mount /dev/vda2 /mnt && for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do head -n 1 /mnt/file$i$j; done; done | grep -c ^[0-9][0-9]$"), Does.Contain("\n100\r"));
        _ = AskLinux(machine, "umount /mnt");
        Assert.That(machine.Statistics.Devices["virtio-blk@a003e00"]["faults"], Is.Zero);
        machine.Dispose();
        TestContext.Out.WriteLine($"killed {kills} times");
        Assert.That(kills, Is.GreaterThan(2));
        AssertClean();
    }

    private static string AskLinux(Machine machine, string command) => machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;

    private Machine StartLinux(Func<MachineBuilder, MachineBuilder> addDevices)
    {
        string initrd = Path.Combine(_folder, "initrd");
        ModulesDisk.Write(initrd);
        Machine machine = Start(addDevices(new MachineBuilder(Board.Virt).WithMemory(512.MiB())
            .WithKernel(new GuestImage("linux-current")["kernel"]).WithInitrd(initrd).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh quiet")));
        _ = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        _ = AskLinux(machine, "mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev");
        _ = AskLinux(machine, ModulesDisk.Load);
        return machine;
    }

    private void AssertClean()
    {
        string part = Path.Combine(_folder, "part.img");
        File.WriteAllBytes(part, File.ReadAllBytes(Disk)[Ext4Start..]);
        string check = Peer.RequireProgram("e2fsck", "install the package e2fsprogs");
        using Process process = Process.Start(new ProcessStartInfo(check, ["-f", "-n", part]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
    }
}
