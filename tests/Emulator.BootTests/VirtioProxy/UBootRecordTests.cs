using Emulator.Boards;
using Emulator.BootTests.UBoot;
using Emulator.BootTests.VhostUser;
using Emulator.BootTests.Virtio;
using Emulator.Testing;
using Emulator.Virtio;
using Emulator.VirtioProxy;
using Emulator.VirtioProxy.Records;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.BootTests.VirtioProxy;

/// <summary>U-Boot's work with a served disk is recorded; without the disk and its server U-Boot does the same again to the last instruction, and what another script does differently is told.</summary>
public sealed class UBootRecordTests : MachineFixture
{
    private const string Script = "virtio read 44000000 100 20; virtio write 43000000 7000 20";

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("record-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_recorded_session_is_replayed_without_its_back_end([Values("virtio-proxy", "vhost-user")] string protocol)
    {
        string record = Path.Combine(_folder, "record");
        string disk = Path.Combine(_folder, "disk");
        File.WriteAllBytes(disk, TestDisk.Bytes);
        (string Console, long Instructions, long Nanoseconds) recorded = protocol == "virtio-proxy" ? RecordProxy(disk, record) : RecordVhostUser(disk, record);
        File.Delete(disk);

        Assert.That(Run(builder => builder.WithVirtioProxyReplay(record), Script), Is.EqualTo(recorded));

        // The same length, so that nothing but a sector's number is another.
        ReplayException difference = Assert.Throws<ReplayException>(() => Run(builder => builder.WithVirtioProxyReplay(record), Script.Replace("100", "101", StringComparison.Ordinal)))!;
        Assert.That((difference.Queue, difference.Offset), Is.EqualTo((0, 8)), difference.Message);
        Assert.That((difference.Bytes.Span[0], difference.RecordedBytes.Span[0]), Is.EqualTo((1, 0)), difference.Message);
        Assert.That(difference.Device, Does.StartWith("virtio-blk"));
    }

    private (string Console, long Instructions, long Nanoseconds) RecordProxy(string disk, string record)
    {
        using VirtioProxyServer server = new VirtioProxyServer().AddBlock(disk);
        server.Listen(new ProxyAddress(Path.Combine(_folder, "socket"), null));
        return Run(builder => builder.WithVirtioProxy(server.Address!, new ProxyOptions { RecordFile = record }), Script);
    }

    private (string Console, long Instructions, long Nanoseconds) RecordVhostUser(string disk, string record)
    {
        using var daemon = new StorageDaemon(disk, "raw", Path.Combine(_folder, "s.sock"));
        return Run(builder => builder.WithVhostUser(VhostUserDevice.Block, daemon.Socket, new VhostUserOptions { RecordFile = record }), Script);
    }

    private (string Console, long Instructions, long Nanoseconds) Run(Func<MachineBuilder, MachineBuilder> addDisk, string script)
    {
        Machine machine = Start(addDisk(new MachineBuilder(Board.Virt).WithFirmware(new GuestImage("u-boot").Path).WithVirtio(new VirtioOptions { Latency = TimeSpan.FromMicroseconds(20) })));
        _ = machine.Console.Expect(UBootStep.Start.Until!).Send(" ").Expect(UBootStep.Prompt);
        foreach (string command in new[] { "virtio scan; virtio info", $"fatload virtio 0:1 42000000 {TestDisk.FileName}", script })
        {
            _ = machine.Console.SendLine(command).Expect(UBootStep.Prompt);
        }

        (string, long, long) seen = (machine.Console.Transcript, machine.RetiredInstructions, machine.Clock.Now.Nanoseconds);
        machine.Dispose();
        return seen;
    }
}
