using Emulator.Boards;
using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio;

/// <summary>Virtio devices as parts of a machine.</summary>
internal sealed class MachineVirtioTests
{
    private const ulong LastSlot = 0x0a00_3e00;

    [Test]
    public void DevicesFillTheTransportsFromTheLast()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB())
            .WithVirtioMemoryDisk(new byte[1024]).WithVirtioEntropy().WithVirtioMemoryDisk(new byte[2048]).Build();

        Assert.That(Read(machine, LastSlot + 8), Is.EqualTo(2));
        Assert.That(Read(machine, LastSlot + 0x100), Is.EqualTo(2), "sectors of the first disk");
        Assert.That(Read(machine, LastSlot - 0x200 + 8), Is.EqualTo(4));
        Assert.That(Read(machine, LastSlot - 0x400 + 0x100), Is.EqualTo(4));
        Assert.That(Read(machine, LastSlot - 0x600 + 8), Is.Zero);
    }

    [TestCase(VirtioMmioVersion.Modern, 2u)]
    [TestCase(VirtioMmioVersion.Legacy, 1u)]
    public void EveryTransportHasTheVersionThatWasChosen(VirtioMmioVersion version, uint expected)
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB())
            .WithVirtio(new VirtioOptions { MmioVersion = version }).WithVirtioEntropy().Build();

        Assert.That(Read(machine, LastSlot + 4), Is.EqualTo(expected));
        Assert.That(Read(machine, 0x0a00_0004), Is.EqualTo(expected));
    }

    [Test]
    public void MoreDevicesThanTransportsAreRefused()
    {
        var builder = new MachineBuilder(Board.Virt);
        for (int i = 0; i < 33; i++)
        {
            builder.WithVirtioEntropy();
        }

        Assert.That(builder.Build, Throws.TypeOf<EmulatorException>().With.Message.Contains("32 places"));
    }

    [Test]
    public void ADiskThatIsNotThereIsRefused()
    {
        Assert.That(new MachineBuilder(Board.Virt).WithVirtioBlock("/nowhere/disk.img").Build, Throws.TypeOf<EmulatorException>());
    }

    [Test]
    public void CountersStandInTheStatistics()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithVirtioMemoryDisk(new byte[1024]).Build();
        _ = Read(machine, LastSlot);

        Assert.That(machine.Statistics.Devices["virtio-blk@a003e00"].Keys, Is.SupersetOf(["accesses", "requests", "bytes", "notifications", "interrupts"]));
    }

    [Test]
    public void OptionsThatCannotBeAreRefused()
    {
        Assert.That(() => new VirtioBlockOptions { Id = "123456789012345678901" }, Throws.ArgumentException);
        Assert.That(() => new VirtioBlockOptions { Queues = 0 }, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new VirtioOptions { Latency = TimeSpan.FromTicks(-1) }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static uint Read(Machine machine, ulong address) => (uint)machine.Bus.Read(address, 4, BusInitiator.Host, secure: false).Value;
}
