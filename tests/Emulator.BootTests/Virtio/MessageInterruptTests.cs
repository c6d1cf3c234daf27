using Emulator.Boards;
using Emulator.Testing;
using Emulator.Virtio;

namespace Emulator.BootTests.Virtio;

/// <summary>
/// The guest <c>guest-images/virtio/messages</c>, which drives each command of the extension by messages of virtio-mmio, in each layout, through the translation service and through a GICv2m frame;
/// and <c>interrupts</c>, which counts requests by either kind of interrupt.
/// </summary>
internal sealed class MessageInterruptTests : MachineFixture
{
    private const int SectorSize = 512;

    [Test]
    public void Every_command_does_what_it_should(
        [Values("v2", "v2-fixed", "dragonball")] string layout, [Values(2, 3)] int gic, [Values("interpreter", "jit")] string engine, [Values(0, 20)] int latencyInMicroseconds)
    {
        Machine machine = Start(Describe("messages.elf", layout, latencyInMicroseconds).WithGic(gic).WithEngine(engine).WithVirtioMemoryDisk(new byte[16 * SectorSize], new() { Queues = 2 }));

        Assert.That(machine.Run(new RunLimits { Until = new(1_000_000_000) }), Is.EqualTo(StopReason.PowerOff), machine.Console.Transcript);

        string heading = layout switch
        {
            "v2" => "v2, mapped vectors",
            "v2-fixed" => "v2, fixed vectors",
            _ => "Dragonball",
        };
        Assert.That(machine.Console.Transcript, Does.Contain(heading).And.Match(@"PASS, \d\d checks passed, 0 failed\n$").And.Not.Contains("FAIL"));
    }

    [Test]
    public void Requests_are_awaited_by_messages_as_by_wires([Values("none", "v2", "dragonball")] string layout)
    {
        Machine machine = Start(Describe("interrupts.elf", layout, latencyInMicroseconds: 1));

        Assert.That(machine.Run(new RunLimits { Until = new(1_000_000_000) }), Is.EqualTo(StopReason.PowerOff), machine.Console.Transcript);

        Assert.That(machine.Console.Transcript, Does.Contain(layout == "none" ? "wires: 100000," : "messages: 100000,").And.Contain("right"));
        Assert.That(machine.Statistics.Devices["virtio-rng@a003e00"]["interrupts"], Is.EqualTo(100_000));
    }

    private static MachineBuilder Describe(string guest, string layout, int latencyInMicroseconds) => new MachineBuilder(Board.Virt)
        .WithKernel(Path.Combine(AppContext.BaseDirectory, guest))
        .WithVirtio(new VirtioOptions { SharesMessageVectors = layout != "v2-fixed", Latency = TimeSpan.FromMicroseconds(latencyInMicroseconds) })
        .WithVirtioMsi(layout switch
        {
            "none" => VirtioMsi.None,
            "dragonball" => VirtioMsi.Dragonball,
            _ => VirtioMsi.Version2,
        })
        .WithVirtioEntropy();
}
