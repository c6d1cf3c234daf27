using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Emulator.Boards;
using Emulator.BootTests.Linux;
using Emulator.Testing;
using Emulator.Testing.Network;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Socket;
using Emulator.Virtio.Transports;

namespace Emulator.BootTests.Virtio;

/// <summary>Linux mounts an ext4 file system on a virtio disk, reads, writes and syncs it, has its random numbers from the entropy device, talks over the console's ports, pings a network, works in a folder of the host, and talks to it by sockets.</summary>
[TestFixture(VirtioTransport.Mmio, VirtioMmioVersion.Modern, false, 0, 1)]
[TestFixture(VirtioTransport.Mmio, VirtioMmioVersion.Modern, true, 50, 2, Category = "Long")]
[TestFixture(VirtioTransport.Mmio, VirtioMmioVersion.Legacy, false, 50, 1, Category = "Long")]
[TestFixture(VirtioTransport.Pci, VirtioMmioVersion.Modern, false, 0, 1)]
[TestFixture(VirtioTransport.Pci, VirtioMmioVersion.Modern, true, 50, 2, Category = "Long")]
public sealed class LinuxVirtioTests(VirtioTransport transport, VirtioMmioVersion version, bool packed, int latencyInMicroseconds, int cpus) : MachineFixture
{
    private const int SectorSize = 512;
    private const int Ext4Start = 18432 * SectorSize;

    private string _folder = null!;

    // Linux's driver of input devices wants the interface of the standard.
    private bool HasKeyboard => version == VirtioMmioVersion.Modern;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_file_system_is_mounted_read_and_written()
    {
        string disk = Path.Combine(_folder, "disk.img");
        string initrd = Path.Combine(_folder, "initrd");
        File.WriteAllBytes(disk, TestDisk.Bytes);
        ModulesDisk.Write(initrd);
        MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(512.MiB()).WithCpus(cpus)
            .WithKernel(new GuestImage("linux-current")["kernel"]).WithInitrd(initrd).WithCommandLine("console=ttyAMA0 rdinit=/bin/sh quiet")
            .WithVirtio(new VirtioOptions { MmioVersion = version, PackedRings = packed, InOrder = packed, NotificationData = packed, Latency = TimeSpan.FromMicroseconds(latencyInMicroseconds) })
            .WithVirtioBlock(disk, new() { Queues = cpus, Id = "test-disk", Transport = transport }).WithVirtioEntropy(transport).WithVirtioConsole(["agent"], transport)
            .WithVirtioNet(() => new Lan(new LanOptions()), new() { Transport = transport }).WithVirtioShare(MakeShare(), new() { Transport = transport }).WithVirtioBalloon(transport);
        Machine machine = Start(HasKeyboard ? builder.WithVirtioKeyboard(transport).WithVirtioSocket(3, transport) : builder);
        string Ask(string command) => machine.Console.SendLine(command).Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before;
        _ = machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits);
        _ = Ask("mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev");
        _ = Ask(ModulesDisk.Load);

        Assert.That(Ask("cat /sys/block/vda/serial; echo"), Does.Contain("test-disk"));
        Assert.That(Ask("cat /sys/block/vda/size; ls /sys/block/vda/mq"), Does.Contain($"{TestDisk.Bytes.Length / SectorSize}").And.Contain($"{cpus - 1}"));
        Assert.That(FeatureBit(Ask("cat /sys/block/vda/device/features; echo"), 34), Is.EqualTo(packed ? '1' : '0'));
        Assert.That(FeatureBit(Ask("cat /sys/block/vda/device/features; echo"), 38), Is.EqualTo(packed ? '1' : '0'), "notification data");
        Assert.That(Ask($"mount /dev/vda2 /mnt && cat /mnt/{TestDisk.FileName}"), Does.Contain("line 0\r\n").And.Contain("line 999\r\n"));
        Assert.That(Ask("dd if=/dev/hwrng of=/mnt/random bs=4096 count=256 && sync"), Does.Contain("256+0 records out"));
        Assert.That(Ask("dd if=/dev/vda of=/dev/null bs=65536"), Does.Contain($"{TestDisk.Bytes.Length / 65536}+0 records out"));
        Assert.That(Ask("echo 3 > /proc/sys/vm/drop_caches; cat /mnt/random > /random; cmp /random /mnt/random && echo equal"), Does.Contain("\nequal"));
        Assert.That(Ask("cat /sys/class/misc/hw_random/rng_current"), Does.Contain("virtio_rng"));
        Assert.That(Ask("cat /sys/class/virtio-ports/vport*p1/name"), Does.Contain("agent"));
        _ = Ask("echo to the terminal > /dev/hvc0; port=$(ls -d /dev/vport*p1); echo to the port > $port");
        Assert.That(machine.VirtioConsoles.Select(console => console.Transcript), Is.EqualTo(["to the terminal\r\n", "to the port\n"]));
        _ = machine.VirtioConsoles[1].Send("from the host\n");
        Assert.That(Ask("head -n 1 $port"), Does.Contain("from the host"));
        _ = Ask("ip link set eth0 up; ip addr add 10.0.2.77/24 dev eth0");
        Assert.That(Ask("ip link show eth0"), Does.Contain("UP").And.Contain("mtu 1500"));
        Assert.That(Ask("ping -c 3 10.0.2.2"), Does.Contain("3 packets transmitted, 3 packets received, 0% packet loss"));
        Assert.That(Ask("cat /proc/interrupts"), Does.Match(transport == VirtioTransport.Pci ? @"ITS-PCI-MSIX\S*\s+\d+ \S*\s+virtio0-req\.0" : @"GICv3\s+79 Edge\s+virtio\d"));
        machine.VirtioDisks[0].Resize(TestDisk.Bytes.Length + (1 << 20));
        Assert.That(Ask("sleep 0.1; cat /sys/block/vda/size"), Does.Contain($"{(TestDisk.Bytes.Length + (1 << 20)) / SectorSize}"));
        string sum = Regex.Match(Ask("umount /mnt; sync; sha256sum /dev/vda"), "[0-9a-f]{64}").Value;
        AssertFolderIsShared(Ask);
        AssertBalloonAndKeyboardWork(machine, Ask);
        AssertSocketsWork(machine);
        foreach ((string name, IReadOnlyDictionary<string, long> counters) in machine.Statistics.Devices.Where(device => device.Key.StartsWith("virtio-", StringComparison.Ordinal)))
        {
            Assert.That(counters["faults"], Is.Zero, name);
            Assert.That(counters["interrupts"], Is.GreaterThan(0), name);
        }

        machine.Dispose();

        Assert.That(sum, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(disk)))));
        AssertClean(disk);
    }

    private void AssertBalloonAndKeyboardWork(Machine machine, Func<string, string> ask)
    {
        const long Bytes = 64 << 20;
        long free = Free();
        machine.VirtioBalloons[0].TargetBytes = Bytes;
        Assert.That(ask("sleep 2"), Is.Not.Null);
        Assert.That(machine.VirtioBalloons[0].ActualBytes, Is.EqualTo(Bytes));
        Assert.That(free - Free(), Is.GreaterThan(Bytes * 9 / 10));
        machine.VirtioBalloons[0].RequestStatistics();
        Assert.That(ask("sleep 0.1"), Is.Not.Null);
        Assert.That(machine.VirtioBalloons[0].Statistics[4], Is.GreaterThan(0), "free memory");

        if (!HasKeyboard)
        {
            return;
        }

        _ = machine.Console.SendLine("dd if=/dev/input/event0 bs=24 count=2 2> /dev/null | od -An -tx2");
        _ = machine.Run(new RunLimits { Until = machine.Clock.Now.After(500_000_000) });
        machine.VirtioKeyboards[0].SetKey(30, isPressed: true);
        Assert.That(machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before, Does.Match(@"0001 001e 0001 0000\s").And.Match(@"0000 0000 0000 0000\s"));

        long Free() => 1024 * long.Parse(Regex.Match(ask("b grep MemFree /proc/meminfo"), @"(\d+) kB").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    // Programs of the guest talk to the host (guest-images/linux/vsock.c): one begins a stream and hears back all that it has sent, the other one sends back what it is sent.
    private void AssertSocketsWork(Machine machine)
    {
        if (!HasKeyboard)
        {
            return;
        }

        const int Count = 300_000;
        byte[] content = [.. Enumerable.Range(0, Count).Select(i => (byte)((i * 167) >> 8))];
        IVirtioSocket sockets = machine.VirtioSockets[0];
        sockets.Listen(1234);
        _ = machine.Console.SendLine($"vsock send 1234 {Count}");
        VirtioSocketStream? stream;
        while (!sockets.TryAccept(1234, out stream))
        {
            RunOn();
        }

        byte[] heard = Transfer(stream, [], Count, RunOn);
        Assert.That(heard, Is.EqualTo(content));
        _ = Transfer(stream, heard, 0, RunOn);
        stream.Close();
        Assert.That(machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before, Does.Contain($"sum {content.Sum(value => (long)value)}"));

        _ = machine.Console.SendLine("vsock echo 99").Expect("listening", LinuxRecord.Limits);
        stream = sockets.Connect(99);
        Assert.That(Transfer(stream, content, Count, RunOn), Is.EqualTo(content));
        stream.Close();
        Assert.That(machine.Console.Expect(LinuxRecord.Prompt, LinuxRecord.Limits).Before, Does.Contain("echoed"));

        void RunOn()
        {
            Assert.That(machine.Clock.Now, Is.LessThan(new VirtualTime(600_000_000_000)), "the guest gets on");
            _ = machine.Run(new RunLimits { Until = machine.Clock.Now.After(1_000_000) });
        }
    }

    // Writes all of a text to a stream, and reads so many bytes.
    private static byte[] Transfer(VirtioSocketStream stream, ReadOnlySpan<byte> text, int count, Action runOn)
    {
        byte[] read = new byte[count];
        int done = 0;
        while (!text.IsEmpty || done < count || stream.Unsent > 0)
        {
            text = stream.State == VirtioSocketState.Open ? text[stream.Write(text)..] : text;
            done += stream.Read(read.AsSpan(done));
            runOn();
        }

        return read;
    }

    private string MakeShare()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "share")).FullName;
        File.WriteAllText(Path.Combine(folder, "hello"), "hello, guest\n");
        return folder;
    }

    private void AssertFolderIsShared(Func<string, string> ask)
    {
        string folder = Path.Combine(_folder, "share");
        const string Big = "if=/dev/vda bs=65536 count=40";
        _ = ask("alias b=/bin/busybox; mount -t 9p -o trans=virtio,version=9p2000.L share /mnt");
        Assert.That(ask("cat /mnt/hello; b stat -c 'size %s' /mnt/hello"), Does.Contain("hello, guest").And.Contain("size 13"));
        Assert.That(ask("b mkdir -p /mnt/a/b && dd of=/mnt/a/b/big " + Big), Does.Contain("40+0 records out"));
        Assert.That(ask("echo one > /mnt/a/one; echo two >> /mnt/a/one; b chmod 600 /mnt/a/one; b mv /mnt/a/one /mnt/two; b ln -s two /mnt/three; ls -la /mnt"), Does.Contain("-rw-------").And.Contain("not permitted"));
        Assert.That(ask($"dd of=/compare {Big}; cmp /compare /mnt/a/b/big && echo equal; b rm /mnt/hello; ls /mnt/hello"), Does.Contain("\nequal").And.Contain("No such file"));
        Assert.That(ask("for i in 1 2 3 4 5 6 7 8 9; do b mkdir /mnt/a/d$i; done; b rm -r /mnt/a/d*; ls /mnt/a; b df /mnt | b tail -n 1; umount /mnt; echo done"), Does.Match(@"\nb\s+share\s").And.Contain("\ndone"));

        Assert.That(Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "a", "two" }));
        Assert.That(File.ReadAllText(Path.Combine(folder, "two")), Is.EqualTo("one\ntwo\n"));
        Assert.That(File.ReadAllBytes(Path.Combine(folder, "a", "b", "big")), Is.EqualTo(TestDisk.Bytes[..(40 * 65536)]));
    }

    // Linux prints them with the lowest bit first.
    private static char FeatureBit(string answer, int bit) => Regex.Match(answer, "[01]{64}").Value[bit];

    // What the guest has written is a sound file system to the host's tools too.
    private void AssertClean(string disk)
    {
        string part = Path.Combine(_folder, "part.img");
        File.WriteAllBytes(part, File.ReadAllBytes(disk)[Ext4Start..]);
        string check = Peer.RequireProgram("e2fsck", "install the package e2fsprogs");
        using Process process = Process.Start(new ProcessStartInfo(check, ["-f", "-n", part]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
    }
}
