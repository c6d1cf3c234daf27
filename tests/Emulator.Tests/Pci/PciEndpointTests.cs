using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;
using Moq;

namespace Emulator.Tests.Pci;

public class PciEndpointTests
{
    private const int Command = 0x04;
    private const uint DecodePorts = 1;
    private const uint DecodeMemory = 2;
    private const uint BusMaster = 4;
    private const uint InterruptDisable = 0x400;

    private PciBus _bus = null!;
    private Mock<IMsiTarget> _messages = null!;
    private List<Mock<IInterruptLine>> _lines = null!;
    private TestEndpoint _endpoint = null!;

    [SetUp]
    public void SetUp()
    {
        _bus = new PciBus();
        _messages = new Mock<IMsiTarget>();
        _lines = [new(), new(), new(), new()];
        _bus.Connect([.. _lines.Select(line => line.Object)]);
        _endpoint = new TestEndpoint("test", _messages.Object);
        _bus.Add(6, 0, _endpoint);
    }

    [TestCase(0x10, 0xffff_ffc1u)]
    [TestCase(0x14, 0xffff_f000u)]
    [TestCase(0x18, 0x0000_000cu)]
    [TestCase(0x1c, 0xffff_ffffu)]
    [TestCase(0x24, 0xffff_f000u)]
    [TestCase(0x20, 0u)]
    public void AllOnesWrittenReadBackAsTheLengthsMask(int register, uint expected)
    {
        _endpoint.Write(register, 4, uint.MaxValue);
        Assert.That(_endpoint.Read(register, 4), Is.EqualTo(expected));
    }

    [Test]
    public void RegistersDecodeWhereTheyStandAndWhileTheyAreEnabled()
    {
        _endpoint.Write(0x14, 4, 0x1000_3000);
        _endpoint.Write(0x1c, 4, 0x80);
        Assert.That(Find(PciSpace.Memory, 0x1000_3004), Is.Null, "memory is not enabled");
        _endpoint.Write(Command, 2, DecodeMemory);
        Assert.That(Find(PciSpace.Memory, 0x1000_3004), Is.SameAs(_endpoint.Memory));
        Assert.That(Find(PciSpace.Ports, 0x1000_3004), Is.Null);
        Assert.That(Find(PciSpace.Memory, 0x1000_2fff), Is.Null);
        Assert.That(Find(PciSpace.Memory, 0x1000_3ffd), Is.Null, "four bytes reach over the end");

        _endpoint.Write(0x14, 4, 0x1000_8000);
        Assert.That(Find(PciSpace.Memory, 0x1000_3004), Is.Null);
        Assert.That(Find(PciSpace.Memory, 0x1000_8004), Is.SameAs(_endpoint.Memory));
    }

    [Test]
    public void RegisterDecodesAtZero()
    {
        _endpoint.Write(Command, 2, DecodePorts);
        Assert.That(Find(PciSpace.Ports, 0), Is.SameAs(_endpoint.Ports));
        Assert.That(Find(PciSpace.Ports, 0x3c), Is.SameAs(_endpoint.Ports));
        Assert.That(Find(PciSpace.Ports, 0x40), Is.Null);
    }

    [Test]
    public void WideRegisterDecodesAboveFourGigabytes()
    {
        _endpoint.Write(0x18, 4, 0);
        _endpoint.Write(0x1c, 4, 0x82);
        _endpoint.Write(Command, 2, DecodeMemory);
        Assert.That(Find(PciSpace.Memory, 0x82_1234_5678), Is.SameAs(_endpoint.Wide));
    }

    [Test]
    public void PortsAreReachedThroughTheWindowByTheirOwnAddresses()
    {
        var window = new PciAddressWindow("ports", 0x1_0000, _bus, PciSpace.Ports, busBase: 0);
        _endpoint.Write(0x10, 4, 0x1040);
        _endpoint.Write(Command, 2, DecodePorts);

        Assert.That(window.Read(new BusAccess(0x1048, 1, BusInitiator.Cpu(0), false)).Value, Is.EqualTo(0x77));
        Assert.That(_endpoint.Ports.LastOffset, Is.EqualTo(8));
        Assert.That(window.Read(new BusAccess(0x1080, 2, BusInitiator.Cpu(0), false)).Value, Is.EqualTo(0xffff), "nobody answers there");
        Assert.That(window.Write(new BusAccess(0x107f, 1, BusInitiator.Cpu(0), false), 1), Is.EqualTo(BusStatus.Ok));
        Assert.That(_endpoint.Ports.LastOffset, Is.EqualTo(0x3f));
    }

    [Test]
    public void CapabilitiesAreAList()
    {
        Assert.That(_endpoint.Read(0x06, 2) & 0x10, Is.Not.Zero);
        int first = (int)_endpoint.Read(0x34, 1);
        Assert.That(_endpoint.Read(first, 1), Is.EqualTo(0x11));
        int second = (int)_endpoint.Read(first + 1, 1);
        Assert.That(second, Is.EqualTo(_endpoint.VendorCapability));
        Assert.That(_endpoint.Read(second, 4), Is.EqualTo(0x0403_0009u));
        Assert.That(_endpoint.Read(second + 1, 1), Is.Zero, "it is the last");
    }

    [Test]
    public void DevicesShareWiresByTurns()
    {
        var other = new TestEndpoint("other", _messages.Object);
        _bus.Add(2, 0, other);
        Mock<IInterruptLine> line = _lines[2];

        _endpoint.Interrupt(true);
        line.Verify(l => l.Set(true));
        Assert.That(_endpoint.Read(0x06, 2) & 8, Is.Not.Zero);

        other.Interrupt(true);
        _endpoint.Interrupt(false);
        line.Verify(l => l.Set(false), Times.Never());
        other.Write(Command, 2, InterruptDisable);
        line.Verify(l => l.Set(false), Times.Once());
        Assert.That(other.Read(0x06, 2) & 8, Is.Not.Zero, "the status does not depend on the disable bit");
        other.Write(Command, 2, 0);
        line.Verify(l => l.Set(true), Times.AtLeast(2));
        Assert.That(_lines.Where(l => l != line).Sum(l => l.Invocations.Count), Is.Zero);
    }

    [Test]
    public void VectorIsSentToItsAddressByTheRequester()
    {
        EnableMessages();
        WriteEntry(3, 0x80_8000_0040, 0x1234, masked: false);

        _endpoint.Signal(3);

        _messages.Verify(m => m.Send(0x80_8000_0040, 0x1234, BusInitiator.Pci(6 << 3)), Times.Once());
    }

    [Test]
    public void MaskedVectorIsPendingUntilItIsUnmasked()
    {
        EnableMessages();
        WriteEntry(69, 0x1000, 7, masked: true);

        _endpoint.Signal(69);
        _endpoint.Signal(69);
        Assert.That(ReadTable(0x800 + 8, 8), Is.EqualTo(1ul << 5));
        WriteEntry(69, 0x1000, 7, masked: false);

        _messages.Verify(m => m.Send(0x1000, 7, It.IsAny<BusInitiator>()), Times.Once());
        Assert.That(ReadTable(0x800 + 8, 8), Is.Zero);
    }

    [TestCase(0xc000u, BusMaster)]
    [TestCase(0x0000u, BusMaster)]
    [TestCase(0x8000u, 0u)]
    public void NothingIsSentWhileTheFunctionMayNot(uint control, uint command)
    {
        EnableMessages();
        WriteEntry(0, 0x1000, 7, masked: false);
        _endpoint.Write(Capability + 2, 2, control);
        _endpoint.Write(Command, 2, DecodeMemory | command);

        _endpoint.Signal(0);
        _messages.Verify(m => m.Send(It.IsAny<ulong>(), It.IsAny<uint>(), It.IsAny<BusInitiator>()), Times.Never());
        EnableMessages();

        _messages.Verify(m => m.Send(0x1000, 7, It.IsAny<BusInitiator>()), Times.Once());
    }

    [Test]
    public void WireIsStillWhileMessagesAreOn()
    {
        EnableMessages();
        _endpoint.Interrupt(true);
        _lines[2].Verify(l => l.Set(true), Times.Never());
        _endpoint.Write(Capability + 2, 2, 0);
        _lines[2].Verify(l => l.Set(true), Times.Once());
    }

    [TestCase(1, 0xff)]
    [TestCase(2, 0xffff)]
    public void TableTakesWholeWordsOnly(int size, int value)
    {
        EnableMessages();
        Table(out ulong _).Write(new BusAccess(0, size, BusInitiator.Cpu(0), false), (ulong)value);
        Assert.That(ReadTable(0, 4), Is.Zero);
    }

    [Test]
    public void EverythingButTheEnabledBitsIsReset()
    {
        var fresh = new TestEndpoint("test", _messages.Object);
        EnableMessages();
        WriteEntry(3, 0x1000, 7, masked: false);
        _endpoint.Interrupt(true);
        _endpoint.Reset();
        Assert.That(StateOf(_endpoint), Is.EqualTo(StateOf(fresh)));
    }

    [Test]
    public void StateIsRestored()
    {
        EnableMessages();
        WriteEntry(3, 0x1000, 7, masked: true);
        _endpoint.Signal(3);
        _endpoint.Interrupt(true);
        byte[] state = StateOf(_endpoint);

        var other = new TestEndpoint("test", _messages.Object);
        var reader = new SnapshotReader(state);
        other.Load(reader);

        Assert.That(reader.AtEnd, Is.True);
        Assert.That(StateOf(other), Is.EqualTo(state));
    }

    private int Capability => (int)_endpoint.Read(0x34, 1);

    private static byte[] StateOf(TestEndpoint endpoint)
    {
        var writer = new SnapshotWriter();
        endpoint.Save(writer);
        return writer.ToArray();
    }

    private IPciRegion? Find(PciSpace space, ulong address) => _bus.Find(space, address, 4, out _);

    private void EnableMessages()
    {
        _endpoint.Write(0x1c, 4, 0x80);
        _endpoint.Write(0x24, 4, 0x2000_0000);
        _endpoint.Write(Command, 2, DecodeMemory | BusMaster);
        _endpoint.Write(Capability + 2, 2, 0x8000);
    }

    private IPciRegion Table(out ulong offset) => _bus.Find(PciSpace.Memory, 0x2000_0000, 4, out offset)!;

    private ulong ReadTable(ulong offset, int size) => Table(out _).Read(new BusAccess(offset, size, BusInitiator.Cpu(0), false)).Value;

    private void WriteEntry(int vector, ulong address, uint data, bool masked)
    {
        IPciRegion table = Table(out _);
        ulong entry = (ulong)vector * 16;
        table.Write(new BusAccess(entry, 8, BusInitiator.Cpu(0), false), address);
        table.Write(new BusAccess(entry + 8, 4, BusInitiator.Cpu(0), false), data);
        table.Write(new BusAccess(entry + 12, 4, BusInitiator.Cpu(0), false), masked ? 1u : 0);
    }
}
