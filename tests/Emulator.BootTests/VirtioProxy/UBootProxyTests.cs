using System.Net;
using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.BootTests.UBoot;
using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.Virtio.Transports;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Server;

namespace Emulator.BootTests.VirtioProxy;

/// <summary>U-Boot reads and writes a disk that is served by virtio-proxy as it does one of the machine's own: the same answers, and the same disk afterwards.</summary>
public sealed class UBootProxyTests : MachineFixture
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("proxy-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_served_disk_is_as_good_as_an_own_one(
        [GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image,
        [Values("in process", "messages", "unix", "tcp", "unix copied", "unix direct", "shm copied", "shm fat")] string carrier,
        [Values] VirtioTransport transport)
    {
        string ownDisk = MakeDisk("own");
        string own = Run(image, builder => builder.WithVirtioBlock(ownDisk, new() { Transport = transport }));

        string servedDisk = MakeDisk("served");
        string served;
        using (VirtioProxyServer server = new VirtioProxyServer().AddBlock(servedDisk))
        {
            served = Run(image, builder => Connect(builder, server, carrier, transport));
        }

        Assert.That(served, Is.EqualTo(own));
        Assert.That(SHA256.HashData(File.ReadAllBytes(servedDisk)), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(ownDisk))).And.Not.EqualTo(SHA256.HashData(TestDisk.Bytes)));
    }

    [Test]
    public void A_disk_that_another_machines_guest_serves_is_as_good_as_an_own_one([GuestImage("u-boot-2025.01")] GuestImage image)
    {
        string ownDisk = MakeDisk("own");
        string own = Run(image, builder => builder.WithVirtioBlock(ownDisk));
        ProxyAddress address = AddressOf("shm", _folder);
        using var backEnd = new GuestBackEnd(address, TestDisk.Bytes);

        string served = Run(image, builder => builder.WithVirtioProxy(address));

        Assert.That(served, Is.EqualTo(own));
        Assert.That(SHA256.HashData(backEnd.Stop()), Is.EqualTo(SHA256.HashData(File.ReadAllBytes(ownDisk))));
    }

    /// <summary>What the back end sees of the guest's memory.</summary>
    internal static ProxyMemory MemoryOf(string carrier) => carrier.Split(' ')[^1] switch
    {
        "copied" => ProxyMemory.Copied,
        "direct" => ProxyMemory.Direct,
        "fat" => ProxyMemory.Fat,
        _ => ProxyMemory.Chains,
    };

    /// <summary>Where the back end listens.</summary>
    internal static ProxyAddress AddressOf(string carrier, string folder) => carrier.Split(' ')[0] switch
    {
        "unix" => new ProxyAddress(Path.Combine(folder, "socket"), null),
        "shm" => ProxyAddress.Parse($"shm:{Path.Combine(folder, "window")}"),
        _ => new ProxyAddress(null, new IPEndPoint(IPAddress.Loopback, 0)),
    };

    private string MakeDisk(string name)
    {
        string disk = Path.Combine(_folder, name);
        File.WriteAllBytes(disk, TestDisk.Bytes);
        return disk;
    }

    private string Run(GuestImage image, Func<MachineBuilder, MachineBuilder> addDisk)
    {
        Machine machine = Start(addDisk(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithVirtio(new VirtioOptions { Latency = TimeSpan.FromMicroseconds(20) })));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        string Ask(string command) => machine.Console.SendLine(command).Expect(UBootStep.Prompt).Before;

        Assert.That(Ask("virtio scan; virtio info"), Does.Contain("Capacity: 17.0 MB"));
        Assert.That(Ask($"fatload virtio 0:1 42000000 {TestDisk.FileName}"), Does.Contain($"{TestDisk.Contents.Length} bytes read"));
        Assert.That(Ask($"load virtio 0:2 43000000 {TestDisk.FileName}"), Does.Contain($"{TestDisk.Contents.Length} bytes read"));
        Assert.That(Ask("cmp.b 42000000 43000000 100"), Does.Contain("were the same"));
        Assert.That(Ask("virtio write 42000000 7000 800; virtio read 44000000 7000 800; cmp.b 42000000 44000000 100000"), Does.Contain("were the same"));
        string console = machine.Console.Transcript;
        Assert.That(machine.Statistics.Devices.Values.Sum(counters => counters.GetValueOrDefault("faults")), Is.Zero);
        machine.Dispose();
        return console;
    }

    private MachineBuilder Connect(MachineBuilder builder, VirtioProxyServer server, string carrier, VirtioTransport transport)
    {
        if (carrier == "in process")
        {
            return builder.WithVirtioProxyServer(server, transport: transport);
        }

        if (carrier == "messages")
        {
            return builder.WithVirtioProxyServer(server, new ProxyOptions { UsesMessages = true }, transport);
        }

        ProxyAddress address = AddressOf(carrier, _folder);
        server.Listen(address);
        return builder.WithVirtioProxy(server.Address!, new ProxyOptions { Memory = MemoryOf(carrier) }, transport);
    }
}
