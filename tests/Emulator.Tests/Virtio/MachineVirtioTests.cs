using Emulator.Boards;
using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio;

/// <summary>Virtio devices as parts of a machine.</summary>
internal sealed class MachineVirtioTests
{
    private const ulong Ecam = 0x40_1000_0000;
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

    [Test]
    public void DevicesOnPciAreTransitionalWhereOldDriversKnewThem()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB())
            .WithVirtioShare(Path.GetTempPath(), new() { Transport = VirtioTransport.Pci }).WithVirtioEntropy(VirtioTransport.Pci).Build();

        Assert.That(Read(machine, Ecam + (1 << 15)), Is.EqualTo(0x1009_1af4));
        Assert.That(Read(machine, Ecam + (2 << 15)), Is.EqualTo(0x1005_1af4));
    }

    [Test]
    public void FolderThatIsNotThereIsAnError() =>
        Assert.That(() => new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithVirtioShare("/no/such/folder").Build(), Throws.InstanceOf<EmulatorException>().With.Message.Contains("/no/such/folder"));

    [Test]
    public void MessageOfATransportReachesTheInterruptController()
    {
        const ulong MessageFrame = 0x0802_0000;
        const ulong Pending = 0x0800_0200;
        const uint Interrupt = 80;
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithGic(2).WithVirtioMsi(VirtioMsi.Version2).WithVirtioEntropy().Build();
        Write(machine, 0x0800_0c14, 2); // GICD_ICFGR: on the edge
        foreach ((ulong offset, uint value) in new (ulong, uint)[]
        {
            (0x070, 1), (0x070, 3), (0x024, 1), (0x020, 0x181), (0x070, 11), // the standard and the extension
            (0x0d0, 1), (0x0d4, (uint)MessageFrame + 0x40), (0x0dc, Interrupt), (0x0c8, 3), (0x0c8, 6), (0x0c8, 1), // a vector for the configuration
        })
        {
            Write(machine, LastSlot + offset, value);
        }

        Assert.That(Read(machine, Pending + (Interrupt / 32 * 4)), Is.Zero);

        // A ring where no memory is breaks the device, which is a change of its configuration.
        Write(machine, LastSlot + 0x070, 15);
        Write(machine, LastSlot + 0x038, 8);
        Write(machine, LastSlot + 0x044, 1);

        Assert.That(Read(machine, LastSlot + 0x070) & 64, Is.Not.Zero);
        Assert.That(Read(machine, Pending + (Interrupt / 32 * 4)), Is.EqualTo(1u << (int)(Interrupt % 32)));
    }

    [Test]
    public void DeviceTreeNamesTheControllerOfMessages([Values(2, 3)] int gic)
    {
        byte[] plain = new MachineBuilder(Board.Virt).WithGic(gic).BuildDeviceTree();
        byte[] extended = new MachineBuilder(Board.Virt).WithGic(gic).WithVirtioMsi(VirtioMsi.Dragonball).BuildDeviceTree();
        Assert.That(extended, Has.Length.EqualTo(plain.Length), "it is padded alike");
        Assert.That(Count(plain, "msi-parent"u8), Is.Zero);
        Assert.That(Count(extended, "msi-parent"u8), Is.EqualTo(1), "the name stands once");

        static int Count(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text) => bytes.Count(text);
    }

    [Test]
    public void MessagesAreOfTheModernInterface()
    {
        MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithVirtioMsi(VirtioMsi.Version2)
            .WithVirtio(new VirtioOptions { MmioVersion = VirtioMmioVersion.Legacy });
        Assert.That(builder.Build, Throws.TypeOf<EmulatorException>().With.Message.Contains("modern"));
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

    private static void Write(Machine machine, ulong address, uint value) =>
        Assert.That(machine.Bus.Write(address, value, 4, BusInitiator.Cpu(0), secure: false), Is.EqualTo(BusStatus.Ok));
}
