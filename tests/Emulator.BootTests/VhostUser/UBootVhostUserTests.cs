using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.BootTests.UBoot;
using Emulator.BootTests.Virtio;
using Emulator.Debugging;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.BootTests.VhostUser;

/// <summary>U-Boot reads and writes a disk that is served by vhost-user, from and to QEMU's programs: the disk is afterwards what it is when a device of this process served the same script.</summary>
public sealed class UBootVhostUserTests : MachineFixture
{
    private static readonly string[] s_commands =
    [
        "virtio scan; virtio info",
        "part list virtio 0",
        $"fatload virtio 0:1 42000000 {TestDisk.FileName}; ext4load virtio 0:2 43000000 {TestDisk.FileName}",
        "fatwrite virtio 0:1 42000000 COPY.TXT 2345; virtio read 44000000 800 100; virtio write 43000000 100 20; fatls virtio 0:1",
    ];

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("raw", VirtioTransport.Mmio, false)]
    [TestCase("raw", VirtioTransport.Pci, true)]
    [TestCase("qcow2", VirtioTransport.Mmio, true)]
    [TestCase("qcow2", VirtioTransport.Pci, false)]
    public void A_disk_of_the_storage_daemon_is_what_a_disk_of_this_process_is(string format, VirtioTransport transport, bool isDirect)
    {
        string ours = Path.Combine(_folder, "ours.img");
        string theirs = Path.Combine(_folder, "theirs.img");
        File.WriteAllBytes(ours, TestDisk.Bytes);
        File.WriteAllBytes(theirs, TestDisk.Bytes);
        string image = format == "raw" ? theirs : Path.Combine(_folder, "theirs.qcow2");
        if (format != "raw")
        {
            StorageDaemon.Convert(theirs, "raw", image, format);
        }

        (string Console, long Instructions) inProcess = RunScript(new MachineBuilder(Board.Virt).WithVirtioBlock(ours, new() { Transport = transport }));
        (string Console, long Instructions) served;
        using (var daemon = new StorageDaemon(image, format, Path.Combine(_folder, "s.sock")))
        {
            MachineBuilder Describe() => new MachineBuilder(Board.Virt).WithVhostUser(VhostUserDevice.Block, daemon.Socket, new() { Transport = transport, IsDirect = isDirect });
            served = RunScript(Describe());
        }

        if (format != "raw")
        {
            StorageDaemon.Convert(image, format, theirs, "raw");
        }

        Assert.That(served.Console, Is.EqualTo(inProcess.Console));
        Assert.That(SHA256.HashData(File.ReadAllBytes(theirs)), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(ours))));
        Assert.That(SHA256.HashData(File.ReadAllBytes(ours)), Is.Not.EqualTo(SHA256.HashData(TestDisk.Bytes)), "nothing was written");
    }

    [TestCase(VirtioTransport.Mmio, false)]
    [TestCase(VirtioTransport.Pci, true)]
    public void A_disk_of_our_own_back_end_is_what_a_disk_of_this_process_is(VirtioTransport transport, bool isDirect)
    {
        string ours = MakeDisk("ours.img");
        string served = MakeDisk("served.img");
        string socket = Path.Combine(_folder, "s.sock");
        string inProcess = RunScript(new MachineBuilder(Board.Virt).WithVirtioBlock(ours, new() { Transport = transport })).Console;
        using (VhostUserServer server = VhostUserServer.ForBlock(served))
        {
            server.Listen(socket);
            string console = RunScript(new MachineBuilder(Board.Virt).WithVhostUser(VhostUserDevice.Block, socket, new() { Transport = transport, IsDirect = isDirect })).Console;
            Assert.That(console, Is.EqualTo(inProcess));
        }

        Assert.That(SHA256.HashData(File.ReadAllBytes(served)), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(ours))));
    }

    [TestCase("", 1)]
    [TestCase(",packed=on", 1)]
    [TestCase(",event_idx=off,indirect_desc=off,num-queues=2", 2)]
    public void Qemu_boots_from_a_disk_of_our_back_end_and_leaves_it_as_our_machine_does(string device, int queues)
    {
        string ours = MakeDisk("ours.img");
        string served = MakeDisk("served.img");
        string socket = Path.Combine(_folder, "s.sock");
        _ = RunScript(new MachineBuilder(Board.Virt).WithVirtioBlock(ours, new() { Transport = VirtioTransport.Pci }));
        using (VhostUserServer server = VhostUserServer.ForBlock(served, new() { Queues = queues }))
        {
            server.Listen(socket);
            using var qemu = new QemuMachine(
                new GuestImage("u-boot").Path,
                ",memory-backend=ram",
                "-object", "memory-backend-memfd,id=ram,size=256M,share=on",
                "-chardev", $"socket,id=disk,path={socket}",
                "-device", $"vhost-user-blk-pci,chardev=disk{device}");
            _ = qemu.Take(UBootStep.Start);
            _ = qemu.Take(UBootStep.StopCountdown);
            string console = "";
            foreach (string command in s_commands)
            {
                console += qemu.Take(UBootStep.Command(command));
            }

            Assert.That(console, Does.Contain("Capacity: 17.0 MB").And.Contain($"{TestDisk.Contents.Length} bytes read").And.Contain("copy.txt").IgnoreCase);
        }

        Assert.That(SHA256.HashData(File.ReadAllBytes(served)), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(ours))));
        Assert.That(SHA256.HashData(File.ReadAllBytes(served)), Is.Not.EqualTo(SHA256.HashData(TestDisk.Bytes)), "nothing was written");
    }

    [Test]
    public void Qemu_takes_random_bytes_of_our_back_end()
    {
        string socket = Path.Combine(_folder, "s.sock");
        using VhostUserServer server = VhostUserServer.ForEntropy();
        server.Listen(socket);
        using var qemu = new QemuMachine(
            new GuestImage("u-boot").Path,
            ",memory-backend=ram",
            "-object", "memory-backend-memfd,id=ram,size=256M,share=on",
            "-chardev", $"socket,id=rng,path={socket}",
            "-device", "vhost-user-rng-pci,chardev=rng");
        _ = qemu.Take(UBootStep.Start);
        _ = qemu.Take(UBootStep.StopCountdown);
        _ = qemu.Take(UBootStep.Command("setenv efi_selftest random number generator"));
        Assert.That(qemu.Take(new UBootStep("self-test", "bootefi selftest\r", @"Summary: \d+ failures")), Does.Contain("Executing 'random number generator'").And.Contain("Summary: 0 failures"));
    }

    private string MakeDisk(string name)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, TestDisk.Bytes);
        return path;
    }

    private (string Console, long Instructions) RunScript(MachineBuilder builder)
    {
        var trace = new RequestTrace();
        Machine machine = Start(builder.WithFirmware(new GuestImage("u-boot").Path).WithHostLatency().WithTrace(() => trace));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        string Ask(string command) => machine.Console.SendLine(command).Expect(UBootStep.Prompt).Before;
        string console = Ask(s_commands[0]) + Ask(s_commands[1]);
        Assert.That(console, Does.Contain("Capacity: 17.0 MB"));
        string loaded = Ask(s_commands[2]);
        Assert.That(loaded, Does.Contain($"{TestDisk.Contents.Length} bytes read"));
        byte[] bytes = new byte[TestDisk.Contents.Length];
        foreach (ulong address in new ulong[] { 0x4200_0000, 0x4300_0000 })
        {
            Assert.That(machine.Bus.TryReadMemory(address, bytes, secure: false), Is.True);
            Assert.That(bytes, Is.EqualTo(TestDisk.Contents));
        }

        console += Ask(s_commands[3]);
        Assert.That(console, Does.Contain("copy.txt").IgnoreCase);
        long instructions = machine.RetiredInstructions;
        QueueLatency latency = machine.Statistics.Latencies.Values.Single().Single();
        Assert.That((latency.Virtual.Count, latency.Host!.Count), Is.EqualTo((trace.Requests.Count, trace.Requests.Count)));
        Assert.That(trace.Requests, Is.Not.Empty.And.All.Matches<TraceEvent>(e => e.HostNanoseconds > 0 && e.BytesRead >= 16 && e.BytesWritten >= 1 && e.Time >= e.Announced));
        machine.Dispose();
        return (console, instructions);
    }

    private sealed class RequestTrace : ITraceSink
    {
        public List<TraceEvent> Requests { get; } = [];

        public void Record(in TraceEvent traceEvent)
        {
            if (traceEvent.Kind == TraceEventKind.Request)
            {
                Requests.Add(traceEvent);
            }
        }

        public void Dispose()
        {
            // There is nothing to close.
        }
    }
}
