using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;
using Moq;

namespace Emulator.Tests.Virtio.Transports;

public class VirtioPciTransportTests
{
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Data = GuestMemory.Base + 0x10_0000;
    private const ulong PortsBase = 0x1000;
    private const ulong MessagesBase = 0x1000_0000;
    private const ulong StructuresBase = 0x80_0000_0000;
    private const ulong NotificationPage = StructuresBase + 0x3000;
    private const ulong StatusRegister = StructuresBase + 0x14;

    private GuestMemory _memory = null!;
    private DeviceWorld _world = null!;
    private RecordedLine[] _lines = null!;
    private Mock<IMsiTarget> _messages = null!;
    private PciEcamHost _host = null!;
    private VirtioPciTransport _transport = null!;

    [SetUp]
    public void SetUp()
    {
        _memory = new GuestMemory();
        _world = new DeviceWorld();
        _lines = [new(), new(), new(), new()];
        _messages = new Mock<IMsiTarget>();
        (_host, _transport) = Create(_world);
        Place(_host);
    }

    [TearDown]
    public void TearDown() => _memory.Dispose();

    [Test]
    public void TransitionalDeviceShowsItsLegacyIdentity()
    {
        Assert.That(ReadConfiguration(0x00), Is.EqualTo(0x1005_1af4));
        Assert.That(ReadConfiguration(0x08) & 0xff, Is.Zero, "revision 0");
        Assert.That(ReadConfiguration(0x2c), Is.EqualTo(0x0004_1af4));
    }

    [Test]
    public void ModernDeviceShowsItsOwn()
    {
        using var modern = new VirtioPciTransport("modern", CreateModel(_world), isTransitional: false, _messages.Object, new UnimplementedAccesses());
        Assert.That(modern.Read(0x00, 4), Is.EqualTo(0x1044_1af4));
        Assert.That(modern.Read(0x08, 1), Is.EqualTo(1));
        modern.Write(0x10, 4, uint.MaxValue);
        Assert.That(modern.Read(0x10, 4), Is.Zero, "it has no ports");
    }

    [TestCase(1, 0x0000u)]
    [TestCase(2, 0x3000u)]
    [TestCase(3, 0x1000u)]
    [TestCase(4, 0x2000u)]
    public void CapabilitiesTellWhereTheStructuresAre(int type, uint offset)
    {
        int capability = FindCapability(type);
        Assert.That(_transport.Read(capability + 4, 1), Is.EqualTo(4), "the register");
        Assert.That(_transport.Read(capability + 8, 4), Is.EqualTo(offset));
        if (type == 2)
        {
            Assert.That(_transport.Read(capability + 16, 4), Is.EqualTo(4), "the multiplier");
        }
    }

    [Test]
    public void RequestIsServedWithTheWire()
    {
        VirtqueueDriver ring = Start(VirtioFeatures.Version1);
        ring.Add([new(Data, 64, true)]);
        Memory.Write(NotificationPage, 2, 0);

        Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(64));
        Assert.That(_lines[1].Level, Is.True);
        Assert.That(Memory.Read(StructuresBase + 0x1000, 1), Is.EqualTo(1));
        Assert.That(_lines[1].Level, Is.False, "reading the status acknowledges it");
    }

    [Test]
    public void RequestIsServedWithAMessage()
    {
        WriteConfiguration(FindCapability(0x11, isVirtio: false), 0x8000_0000);
        WriteVector(1, 0xfee0, 0x55);
        VirtqueueDriver ring = Start(VirtioFeatures.Version1, vector: 1);
        ring.Add([new(Data, 64, true)]);
        Memory.Write(NotificationPage, 2, 0);

        _messages.Verify(m => m.Send(0xfee0, 0x55, BusInitiator.Pci(1 << 3)), Times.Once());
        Assert.That(_lines[1].Level, Is.False);
        Assert.That(Memory.Read(StructuresBase + 0x1000, 1), Is.Zero, "the status tells of queues only without messages");
    }

    [Test]
    public void VectorThatDoesNotExistCannotBeHad()
    {
        Memory.Write(StructuresBase + 0x1a, 2, 2);
        Assert.That(Memory.Read(StructuresBase + 0x1a, 2), Is.EqualTo(0xffff));
        Memory.Write(StructuresBase + 0x10, 2, 1);
        Assert.That(Memory.Read(StructuresBase + 0x10, 2), Is.EqualTo(1));
    }

    [Test]
    public void FeaturesThatWereNotOfferedAreNotAgreedOn()
    {
        Memory.Write(StatusRegister, 1, 3);
        Memory.Write(StructuresBase + 8, 4, 1);
        Memory.Write(StructuresBase + 12, 4, 0xffff_ffff);
        Memory.Write(StatusRegister, 1, 11);
        Assert.That(Memory.Read(StatusRegister, 1), Is.EqualTo(3));
    }

    [Test]
    public void AddressesCanBeWrittenInHalvesOrWhole()
    {
        Memory.Write(StructuresBase + 0x20, 4, 0x1234_5000);
        Memory.Write(StructuresBase + 0x24, 4, 0x1);
        Memory.Write(StructuresBase + 0x28, 8, 0x2_0000_1000);
        Assert.That(Memory.Read(StructuresBase + 0x20, 8), Is.EqualTo(0x1_1234_5000));
        Assert.That(Memory.Read(StructuresBase + 0x2c, 4), Is.EqualTo(2));
    }

    [Test]
    public void DriverOfTheLegacyInterfaceIsServed()
    {
        Ports.Write(PortsBase + 0x12, 1, 0);
        Ports.Write(PortsBase + 0x12, 1, 1);
        Ports.Write(PortsBase + 0x12, 1, 3);
        Assert.That(Ports.Read(PortsBase, 4) & (1u << 27), Is.Not.Zero, "any layout is of the legacy interface alone");
        Ports.Write(PortsBase + 0x04, 4, 0);
        Ports.Write(PortsBase + 0x0e, 2, 0);
        int size = (int)Ports.Read(PortsBase + 0x0c, 2);
        VirtqueueDriver ring = VirtqueueDriver.Create(_memory.View, Ring, size);
        Assert.That(VirtqueueSettings.Legacy(size, Ring, 4096), Is.EqualTo(ring.Settings), "the driver mock lays rings out as the legacy interface does");
        Ports.Write(PortsBase + 0x08, 4, Ring / 4096);
        Assert.That(Ports.Read(PortsBase + 0x08, 4), Is.EqualTo(Ring / 4096));
        Ports.Write(PortsBase + 0x12, 1, 7);
        ring.Add([new(Data, 64, true)]);
        Ports.Write(PortsBase + 0x10, 2, 0);

        Assert.That(ring.TryTakeUsed(out _), Is.True);
        Assert.That(_lines[1].Level, Is.True);
        Assert.That(Ports.Read(PortsBase + 0x13, 1), Is.EqualTo(1));
        Assert.That(_lines[1].Level, Is.False);
    }

    [Test]
    public void ModernDriverAfterALegacyOneSeesTheStandardsFeatures()
    {
        DriverOfTheLegacyInterfaceIsServed();
        Memory.Write(StatusRegister, 1, 0);
        Memory.Write(StatusRegister, 1, 1);
        Memory.Write(StructuresBase, 4, 1);
        Assert.That(Memory.Read(StructuresBase + 4, 4) & 1, Is.EqualTo(1));
    }

    [Test]
    public void StructuresAreReachedThroughConfigurationSpace()
    {
        int capability = FindCapability(5);
        _transport.Write(capability + 4, 1, 4);
        _transport.Write(capability + 8, 4, 0x14);
        _transport.Write(capability + 12, 4, 1);
        _transport.Write(capability + 16, 1, 1);
        Assert.That(_transport.Read(capability + 16, 1), Is.EqualTo(1));
        Assert.That(Memory.Read(StatusRegister, 1), Is.EqualTo(1));
        Assert.That(_host.IsPollable(new BusAccess((1 << 15) + (ulong)capability + 16, 4, BusInitiator.Cpu(0), false)), Is.False);
    }

    [Test]
    public void StateIsRestored()
    {
        VirtqueueDriver ring = Start(VirtioFeatures.Version1);
        ring.Add([new(Data, 64, true)]);
        Memory.Write(NotificationPage, 2, 0);
        byte[] state = StateOf(_host);

        (PciEcamHost host, VirtioPciTransport transport) = Create(new DeviceWorld());
        var reader = new SnapshotReader(state);
        host.Load(reader);

        Assert.That(reader.AtEnd, Is.True);
        Assert.That(StateOf(host), Is.EqualTo(state));
        transport.Dispose();
    }

    [Test]
    public void ResetOfTheBusGivesTheStateOfAFreshDevice()
    {
        _ = Start(VirtioFeatures.Version1, vector: 1);
        _host.Reset(ResetKind.Warm);

        // The stream of random numbers is where it was: a reset does not take it back.
        (PciEcamHost fresh, VirtioPciTransport transport) = Create(new DeviceWorld());
        Assert.That(StateOf(_host), Is.EqualTo(StateOf(fresh)));
        transport.Dispose();
    }

    private PciAddressWindow Ports => new("ports", 0x1_0000, _host.Bus, PciSpace.Ports, 0);

    private PciAddressWindow Memory => new("memory", 0x100_0000_0000, _host.Bus, PciSpace.Memory, 0);

    private (PciEcamHost Host, VirtioPciTransport Transport) Create(DeviceWorld world)
    {
        var host = new PciEcamHost("pcie", 0x100_0000);
        var transport = new VirtioPciTransport("virtio-rng", CreateModel(world), isTransitional: true, _messages.Object, world.Unimplemented);
        host.Add(1, 0, transport);
        host.Bus.Connect(_lines);
        return (host, transport);
    }

    private VirtioEntropy CreateModel(DeviceWorld world) =>
        new(new VirtioModelSettings("entropy", _memory.View, new VirtualClock(world)), new MachineRandom(1, "test"));

    private static void Place(PciEcamHost host)
    {
        host.Write32((1 << 15) + 0x10, (uint)PortsBase);
        host.Write32((1 << 15) + 0x14, (uint)MessagesBase);
        host.Write32((1 << 15) + 0x20, unchecked((uint)StructuresBase));
        host.Write32((1 << 15) + 0x24, (uint)(StructuresBase >> 32));
        host.Write32((1 << 15) + 0x04, 7);
    }

    private VirtqueueDriver Start(ulong features, ushort vector = 0xffff)
    {
        foreach (byte status in (byte[])[0, 1, 3])
        {
            Memory.Write(StatusRegister, 1, status);
        }

        for (uint word = 0; word < 2; word++)
        {
            Memory.Write(StructuresBase + 8, 4, word);
            Memory.Write(StructuresBase + 12, 4, (uint)(features >> (32 * (int)word)));
        }

        Memory.Write(StatusRegister, 1, 11);
        Assert.That(Memory.Read(StatusRegister, 1), Is.EqualTo(11));
        VirtqueueDriver ring = VirtqueueDriver.Create(_memory.View, Ring, 4);
        Memory.Write(StructuresBase + 0x16, 2, 0);
        Memory.Write(StructuresBase + 0x18, 2, 4);
        Memory.Write(StructuresBase + 0x1a, 2, vector);
        Memory.Write(StructuresBase + 0x20, 8, ring.Settings.DescriptorArea);
        Memory.Write(StructuresBase + 0x28, 8, ring.Settings.DriverArea);
        Memory.Write(StructuresBase + 0x30, 8, ring.Settings.DeviceArea);
        Memory.Write(StructuresBase + 0x1c, 2, 1);
        Assert.That(Memory.Read(StructuresBase + 0x1c, 2), Is.EqualTo(1));
        Memory.Write(StatusRegister, 1, 15);
        return ring;
    }

    private void WriteVector(int vector, ulong address, uint data)
    {
        ulong entry = MessagesBase + ((ulong)vector * 16);
        Memory.Write(entry, 8, address);
        Memory.Write(entry + 8, 4, data);
        Memory.Write(entry + 12, 4, 0);
    }

    private uint ReadConfiguration(int offset) => _host.Read32((1 << 15) + (ulong)offset);

    private void WriteConfiguration(int offset, uint value) => _host.Write32((1 << 15) + (ulong)offset, value);

    private int FindCapability(int type, bool isVirtio = true)
    {
        int capability = (int)_transport.Read(0x34, 1);
        while (capability != 0)
        {
            uint id = _transport.Read(capability, 1);
            if (isVirtio ? id == 9 && _transport.Read(capability + 3, 1) == type : id == type)
            {
                return capability;
            }

            capability = (int)_transport.Read(capability + 1, 1);
        }

        Assert.Fail($"no capability {type}");
        return 0;
    }

    private static byte[] StateOf(PciEcamHost host)
    {
        var writer = new SnapshotWriter();
        host.Save(writer);
        return writer.ToArray();
    }
}
