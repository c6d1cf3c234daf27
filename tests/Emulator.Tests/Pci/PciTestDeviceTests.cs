using System.Text;
using Emulator.Boards;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;

namespace Emulator.Tests.Pci;

internal sealed class PciTestDeviceTests
{
    private const int Command = 0x04;
    private const uint DecodeBoth = 3;
    private const uint MemoryAddress = 0x1000_0000;
    private const uint PortsAddress = 0x1000;

    private PciBus _bus = null!;
    private PciTestDevice _device = null!;

    [SetUp]
    public void SetUp()
    {
        _bus = new PciBus();
        _device = new PciTestDevice("test");
        _bus.Add(1, 0, _device);
        _device.Write(0x10, 4, MemoryAddress);
        _device.Write(0x14, 4, PortsAddress);
        _device.Write(Command, 2, DecodeBoth);
    }

    [TestCase(0x00, 0x0005_1b36u)]
    [TestCase(0x08, 0x00ff_0000u)]
    [TestCase(0x2c, 0x1100_1af4u)]
    [TestCase(0x34, 0u)]
    [TestCase(0x3c, 0u)]
    public void SaysWhatItIs(int register, uint expected) => Assert.That(_device.Read(register, 4), Is.EqualTo(expected));

    [TestCase(0x10, 0xffff_f000u)]
    [TestCase(0x14, 0xffff_ff01u)]
    public void HasAMemoryAndAPortRegister(int register, uint expected)
    {
        _device.Write(register, 4, uint.MaxValue);
        Assert.That(_device.Read(register, 4), Is.EqualTo(expected));
    }

    [Test]
    public void CountsWhatATestWrites(
        [Values] bool ports,
        [Values(0, 1, 2)] int test)
    {
        PciSpace space = ports ? PciSpace.Ports : PciSpace.Memory;
        Write(space, 0, 1, (ulong)test);
        ulong target = Read(space, 4, 4);
        ulong data = Read(space, 8, 4);
        Assert.That(Read(space, 1, 1), Is.EqualTo(1));
        Assert.That(Read(space, 12, 4), Is.Zero);

        for (int write = 0; write < 300; write++)
        {
            Write(space, target, 1, data);
        }

        Assert.That(Read(space, 12, 4), Is.EqualTo(300));
        Assert.That(Read(space, 13, 1), Is.EqualTo(1));
        Write(space, 0, 1, (ulong)test);
        Assert.That(Read(space, 12, 4), Is.Zero);
    }

    [TestCase(0, 300)]
    [TestCase(1, 301)]
    [TestCase(2, 300)]
    public void OtherDataCountsOnlyForTheWildcard(int test, int expected)
    {
        Write(PciSpace.Memory, 0, 1, (ulong)test);
        ulong target = Read(PciSpace.Memory, 4, 4);
        ulong data = Read(PciSpace.Memory, 8, 4);
        for (int write = 0; write < 300; write++)
        {
            Write(PciSpace.Memory, target, 1, data);
        }

        Write(PciSpace.Memory, target, 1, data ^ 1);
        Write(PciSpace.Memory, target + 1, 1, data);
        Write(PciSpace.Memory, target - 1, 1, data);
        Assert.That(Read(PciSpace.Memory, 12, 4), Is.EqualTo(expected));
    }

    [TestCase(PciSpace.Memory, "mmio-no-eventfd", "mmio-wildcard-eventfd", "mmio-datamatch-eventfd")]
    [TestCase(PciSpace.Ports, "portio-no-eventfd", "portio-wildcard-eventfd", "portio-datamatch-eventfd")]
    public void TestsHaveNamesAndEnd(PciSpace space, params string[] expected)
    {
        var names = new List<string>();
        for (ulong test = 0; test < 256; test++)
        {
            Write(space, 0, 1, test);
            if (Read(space, 1, 1) == 1)
            {
                names.Add(NameOf(space));
            }
        }

        Assert.That(names, Is.EqualTo(expected));
        Assert.That(Read(space, 0, 8), Is.Zero, "there is no test 255");
    }

    [TestCase(0x39ul, 8)]
    [TestCase(0x40ul, 1)]
    [TestCase(0x800ul, 4)]
    [TestCase(0xff8ul, 8)]
    public void NothingStandsBehindTheName(ulong offset, int size)
    {
        Write(PciSpace.Memory, 0, 1, 0);
        Assert.That(Read(PciSpace.Memory, offset, size), Is.Zero);
    }

    [Test]
    public void StateIsRestoredAndReset()
    {
        byte[] fresh = StateOf(new PciTestDevice("test"));
        Write(PciSpace.Memory, 0, 1, 1);
        Write(PciSpace.Memory, Read(PciSpace.Memory, 4, 4), 1, 5);
        Write(PciSpace.Ports, 0, 1, 2);
        byte[] state = StateOf(_device);

        var other = new PciTestDevice("test");
        var reader = new SnapshotReader(state);
        other.Load(reader);
        Assert.That(reader.AtEnd, Is.True);
        Assert.That(StateOf(other), Is.EqualTo(state));
        Assert.That(state, Is.Not.EqualTo(fresh));

        _device.Reset();
        Assert.That(StateOf(_device), Is.EqualTo(fresh));
    }

    [Test]
    public void StandsBehindTheVirtioDevicesOfAMachine()
    {
        using Machine machine = new MachineBuilder(Board.Virt).WithMemory(16.MiB()).WithVirtioEntropy(Emulator.Virtio.VirtioTransport.Pci).WithPciTestDevice().Build();
        foreach ((int place, uint expected) in new (int, uint)[] { (0, 0x0008_1b36), (1, 0x1005_1af4), (2, 0x0005_1b36), (3, uint.MaxValue) })
        {
            ulong address = 0x40_1000_0000 + ((ulong)place << 15);
            Assert.That(machine.Bus.Read(address, 4, BusInitiator.Host, secure: false).Value, Is.EqualTo(expected), $"00:{place:x2}.0");
        }
    }

    private static byte[] StateOf(PciTestDevice device)
    {
        var writer = new SnapshotWriter();
        device.Save(writer);
        return writer.ToArray();
    }

    private string NameOf(PciSpace space)
    {
        var name = new StringBuilder();
        for (ulong offset = 16; Read(space, offset, 1) is not 0 and var letter; offset++)
        {
            name.Append((char)letter);
        }

        return name.ToString();
    }

    private ulong Read(PciSpace space, ulong offset, int size) =>
        _bus.Find(space, AddressOf(space) + offset, size, out ulong within)!.Read(new BusAccess(within, size, BusInitiator.Cpu(0), false)).Value;

    private void Write(PciSpace space, ulong offset, int size, ulong value) =>
        _bus.Find(space, AddressOf(space) + offset, size, out ulong within)!.Write(new BusAccess(within, size, BusInitiator.Cpu(0), false), value);

    private static ulong AddressOf(PciSpace space) => space == PciSpace.Memory ? MemoryAddress : PortsAddress;
}
