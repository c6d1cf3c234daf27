using Emulator.Boards;
using Emulator.BootTests.KilledBackEnds;
using Emulator.BootTests.VhostUser;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.BootTests.VirtioProxy;

/// <summary>
/// A machine is saved in the middle of requests to a served disk (<c>guest-images/virtio/durable.c</c>), and ends, and so does the disk's server, whose store loses what was not flushed; another machine with another
/// server goes on. In the end the guest has printed what it prints otherwise, at the same instant, and the disk holds what it is to hold.
/// </summary>
public sealed class SnapshotTests
{
    private const int BlockLength = 4096;
    private const int Rounds = 64;
    private const int Parts = 8;

    private static readonly Timing.VirtualTime s_end = new(60_000_000_000);

    private string _folder = null!;

    private string Image => Path.Combine(_folder, "disk.img");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("snapshot-").FullName;
        MakeImage();
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("unix chains")]
    [TestCase("unix copied")]
    [TestCase("shm copied")]
    [TestCase("tcp chains")]
    [TestCase("messages")]
    [TestCase("in process")]
    [TestCase("vhost-user")]
    [TestCase("storage daemon")]
    public void A_machine_goes_on_alike_with_another_server(string carrier)
    {
        (string console, long instructions) = RunInParts(carrier, parts: 1, instructions: 0);
        byte[] contents = File.ReadAllBytes(Image);
        MakeImage();

        (string inParts, long sum) = RunInParts(carrier, Parts, instructions);

        Assert.That((inParts, sum), Is.EqualTo((console, instructions)));
        Assert.That(console, Does.EndWith("done\n").And.Not.Contain("failed"));
        Assert.That(File.ReadAllBytes(Image).AsSpan().SequenceEqual(contents), Is.True);
    }

    [TestCase("unix chains")]
    [TestCase("unix copied")]
    [TestCase("shm copied")]
    [TestCase("tcp chains")]
    [TestCase("messages")]
    [TestCase("in process")]
    [TestCase("vhost-user")]
    public void A_machine_is_taken_back_while_it_is_connected(string carrier)
    {
        using IDisposable server = Serve(carrier, out Func<MachineBuilder, MachineBuilder> addDisk);
        using Machine machine = Build(addDisk);
        _ = machine.Run(new RunLimits { MaxInstructions = 4_000_000 });
        byte[] snapshot = Save(machine);
        _ = machine.Run(new RunLimits { MaxInstructions = 5_000_000 });
        byte[] later = Save(machine);

        machine.Load(new SnapshotReader(snapshot));

        Assert.That(Save(machine), Is.EqualTo(snapshot), "what was loaded is what was saved");
        _ = machine.Run(new RunLimits { MaxInstructions = 5_000_000 });
        Assert.That(Save(machine), Is.EqualTo(later));
        Assert.That(machine.Run(new RunLimits { Until = s_end }), Is.EqualTo(StopReason.PowerOff));
        Assert.That(machine.Console.Transcript, Does.EndWith("done\n").And.Not.Contain("failed"));
    }

    [TestCase("unix direct")]
    [TestCase("vhost-user direct")]
    public void A_machine_whose_memory_a_server_writes_to_is_not_saved(string carrier)
    {
        using IDisposable server = Serve(carrier, out Func<MachineBuilder, MachineBuilder> addDisk);
        using Machine machine = Build(addDisk);

        Assert.That(() => machine.Save(new SnapshotWriter()), Throws.TypeOf<SnapshotException>().With.Message.Contains("memory=direct").And.Message.Contains("memory=copied"));
    }

    private void MakeImage() => File.WriteAllBytes(Image, new byte[Rounds * BlockLength]);

    private (string Console, long Instructions) RunInParts(string carrier, int parts, long instructions)
    {
        byte[]? snapshot = null;
        string console = "";
        for (int part = 0; ; part++)
        {
            using IDisposable server = Serve(carrier, out Func<MachineBuilder, MachineBuilder> addDisk);
            using Machine machine = Build(addDisk);
            if (snapshot is not null)
            {
                machine.Load(new SnapshotReader(snapshot));
                Assert.That(Save(machine), Is.EqualTo(snapshot), "what was loaded is what was saved");
            }

            bool isLast = part == parts - 1;
            StopReason reason = machine.Run(isLast ? new RunLimits { Until = s_end } : new RunLimits { MaxInstructions = instructions * (part + 1) / parts });
            console += machine.Console.Transcript;
            if (isLast)
            {
                Assert.That(reason, Is.EqualTo(StopReason.PowerOff), console);
                return (console, machine.RetiredInstructions);
            }

            snapshot = Save(machine);
        }
    }

    private static byte[] Save(Machine machine)
    {
        var writer = new SnapshotWriter();
        machine.Save(writer);
        return writer.ToArray();
    }

    private static Machine Build(Func<MachineBuilder, MachineBuilder> addDisk) => addDisk(new MachineBuilder(Board.Virt).WithKernel(Path.Combine(AppContext.BaseDirectory, "durable.elf"))
        .WithVirtio(new VirtioOptions { Latency = TimeSpan.FromMicroseconds(50) })).Build();

    private IDisposable Serve(string carrier, out Func<MachineBuilder, MachineBuilder> addDisk)
    {
        if (carrier == "storage daemon")
        {
            var daemon = new StorageDaemon(Image, "raw", Path.Combine(_folder, "daemon"));
            addDisk = builder => builder.WithVhostUser(VhostUserDevice.Block, daemon.Socket);
            return daemon;
        }

        VirtioBlock Open(VirtioModelSettings settings) => new(settings, new LosingFile(Image, seed: 1));
        if (carrier.StartsWith("vhost-user", StringComparison.Ordinal))
        {
            string path = Path.Combine(_folder, "socket");
            var vhostUser = new VhostUserServer("vhost-user-blk", Open);
            vhostUser.Listen(path);
            addDisk = builder => builder.WithVhostUser(VhostUserDevice.Block, path, new VhostUserOptions { IsDirect = carrier.EndsWith("direct", StringComparison.Ordinal) });
            return vhostUser;
        }

        VirtioProxyServer server = new VirtioProxyServer().Add("virtio-blk", Open);
        if (carrier is "messages" or "in process")
        {
            addDisk = builder => builder.WithVirtioProxyServer(server, new ProxyOptions { UsesMessages = carrier == "messages" });
            return server;
        }

        server.Listen(UBootProxyTests.AddressOf(carrier, _folder));
        addDisk = builder => builder.WithVirtioProxy(server.Address!, new ProxyOptions { Memory = UBootProxyTests.MemoryOf(carrier) });
        return server;
    }
}
