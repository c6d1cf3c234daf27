using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;
using Moq;

namespace Emulator.Tests.Virtio.Transports;

/// <summary>The extension of virtio-mmio by messages: both layouts, both modes, and the register sequence of the driver that was posted for Linux.</summary>
internal sealed class VirtioMmioMessagesTests
{
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Data = GuestMemory.Base + 0x10_0000;
    private const ulong MsiVecNum = 0x0c0;
    private const ulong MsiState = 0x0c4;
    private const ulong MsiCmd = 0x0c8;
    private const ulong MsiVecSel = 0x0d0;
    private const ulong MsiAddrLow = 0x0d4;
    private const ulong MsiAddrHigh = 0x0d8;
    private const ulong MsiData = 0x0dc;
    private const uint NoVector = uint.MaxValue;
    private const ulong Target = 0x1_0808_0040;

    private static readonly BusInitiator Slot = BusInitiator.VirtioMmio(31);

    private GuestMemory _memory = null!;
    private DeviceWorld _world = null!;
    private RecordedLine _line = null!;
    private Mock<IMsiTarget> _target = null!;
    private VirtioEntropy? _model;
    private VirtioMmioTransport? _transport;
    private VirtioMmioDriver _driver = null!;

    [SetUp]
    public void SetUp()
    {
        _memory = new GuestMemory();
        _target = new Mock<IMsiTarget>();
    }

    [TearDown]
    public void TearDown()
    {
        _transport?.Dispose();
        _model?.Dispose();
        _memory.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void SequenceOfThePostedLinuxDriverGetsMessages(bool sharing)
    {
        Create(vectors => new ProposedMessages(vectors, 0, sharing));

        // Features, then the number of vectors, then each vector's message.
        _driver.Negotiate();
        Assert.That(_driver.Features & (3UL << 39), Is.EqualTo(3UL << 39));
        uint doorbells = Transport.Read32(VirtioMmioDriver.QueueNotify);
        Assert.That((Transport.Read32(MsiState) & 0x4000_0000) != 0, Is.EqualTo(sharing));
        Assert.That(Transport.Read32(MsiVecNum), Is.EqualTo(2));
        Configure(0, 0x100);
        Configure(1, 0x101);

        // It is switched on before anything is mapped.
        Assert.That(Transport.Read32(MsiState) & 0x8000_0001, Is.Zero);
        Transport.Write32(MsiCmd, 1);
        Assert.That(Transport.Read32(MsiState) & 0x8000_0001, Is.EqualTo(0x8000_0001));
        Command(0, 5);
        if (sharing)
        {
            Command(0, 6);
            Command(1, 5);
        }

        VirtqueueDriver ring = _driver.StartQueue(0, Ring);
        if (sharing)
        {
            Command(1, 7);
        }
        else
        {
            Command(1, 5);
        }

        _driver.SetReady();
        ring.Add([new(Data, 32, true)]);
        Transport.Write32((doorbells & 0xffff) + (0 * (doorbells >> 16)), 0);

        Assert.That(ring.TryTakeUsed(out _), Is.True);
        VerifySent(0x101, 1);
        Assert.That(_line.Level, Is.False);
        Assert.That(Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.Zero);

        // When it goes it writes the command to switch on again, and resets.
        Transport.Write32(MsiCmd, 1);
        Transport.Write32(VirtioMmioDriver.Status, 0);
        _driver.Negotiate();
        Assert.That(Transport.Read32(MsiState) & 0x8000_0001, Is.Zero);
    }

    [Test]
    public void ConfigurationHasTheVectorThatItIsMappedTo()
    {
        Create(vectors => new ProposedMessages(vectors, 0, isSharing: true));
        _driver.Negotiate();
        Configure(1, 0x55);
        Transport.Write32(MsiCmd, 1);
        _driver.SetReady();
        Transport.SignalConfiguration();
        _target.VerifyNoOtherCalls();
        Command(1, 6);
        Transport.SignalConfiguration();
        VerifySent(0x55, 1);
        Command(NoVector, 6);
        Transport.SignalConfiguration();
        VerifySent(0x55, 1);
    }

    [Test]
    public void MaskedVectorSendsOnceItIsUnmasked()
    {
        VirtqueueDriver ring = StartMessages();
        Command(1, 4);
        for (int request = 0; request < 2; request++)
        {
            ring.Add([new(Data, 32, true)]);
            _driver.Notify(0);
        }

        _target.VerifyNoOtherCalls();
        Command(1, 5);
        VerifySent(0x101, 1);
        Command(1, 5);
        VerifySent(0x101, 1);
    }

    [Test]
    public void SwitchedOffItIsTheWireAgain()
    {
        VirtqueueDriver ring = StartMessages();
        Transport.Write32(MsiCmd, 2);
        ring.Add([new(Data, 32, true)]);
        _driver.Notify(0);
        Assert.That(_line.Level, Is.True);
        _target.VerifyNoOtherCalls();
    }

    [Test]
    public void WithoutItsFeatureThereAreNoRegisters()
    {
        Create(vectors => new ProposedMessages(vectors, 0, isSharing: true));
        _driver.Negotiate(~(3UL << 39));
        Assert.That(Transport.Read32(MsiVecNum), Is.Zero);
        Transport.Write32(MsiCmd, 1);
        VirtqueueDriver ring = _driver.StartQueue(0, Ring);
        _driver.SetReady();
        ring.Add([new(Data, 32, true)]);
        _driver.Notify(0);
        Assert.That(_line.Level, Is.True);
    }

    [Test]
    public void BackEndHearsNothingOfTheTransportsFeatures()
    {
        Create(vectors => new ProposedMessages(vectors, 0, isSharing: true));
        Assert.That(_model!.Features & VirtioFeatures.RingReset, Is.Not.Zero, "bit 40 means something else to it");
        _driver.Negotiate();
        VirtqueueDriver ring = _driver.StartQueue(0, Ring);
        _driver.SetReady();
        ring.Add([new(Data, 32, true)]);
        _driver.Notify(0);
        Assert.That(ring.TryTakeUsed(out _), Is.True);
        Transport.Write32(VirtioMmioDriver.QueueReset, 1);
        Assert.That(Transport.Read32(VirtioMmioDriver.QueueReady), Is.EqualTo(1), "there is no reset of single queues");
    }

    [TestCase(1u)]
    [TestCase(99u)]
    [TestCase(NoVector)]
    public void CommandForAVectorThatIsNotThereDoesNothing(uint command)
    {
        StartMessages();
        for (uint each = 0; each < 10; each++)
        {
            Command(2, each == 2 ? 3 : each);
            Command(NoVector, command);
        }

        _target.VerifyNoOtherCalls();
    }

    [Test]
    public void DragonballsDriverGetsMessages()
    {
        Create(vectors => new DragonballMessages(vectors, 0));
        Assert.That(Transport.Read32(0x00c), Is.EqualTo(0xdbfc_db06));
        Assert.That(Transport.Read(0x0c0, 2), Is.EqualTo(0x8000));
        uint doorbells = Transport.Read32(VirtioMmioDriver.QueueNotify);
        _driver.Negotiate();
        for (uint vector = 0; vector < 2; vector++)
        {
            Transport.Write32(0x0c4, unchecked((uint)Target));
            Transport.Write32(0x0c8, (uint)(Target >> 32));
            Transport.Write32(0x0cc, 0x100 + vector);
            Transport.Write(0x0c2, 2, 0x1000 | vector);
        }

        Transport.Write(0x0c0, 2, 0x8000);
        VirtqueueDriver ring = _driver.StartQueue(0, Ring);
        _driver.SetReady();
        Transport.Write(0x0c2, 2, 0x2001);
        ring.Add([new(Data, 32, true)]);
        Transport.Write32(doorbells & 0xffff, 0);
        Assert.That(ring.TryTakeUsed(out _), Is.True);
        _target.VerifyNoOtherCalls();
        Transport.Write(0x0c2, 2, 0x3001);
        VerifySent(0x101, 1);
        Assert.That(_line.Level, Is.False);

        Transport.Write(0x0c0, 2, 0);
        Assert.That(_driver.ReadStatus() & VirtioStatus.Failed, Is.Not.EqualTo(VirtioStatus.None), "a ready driver cannot switch it off");
    }

    [Test]
    public void QueuesWithoutRoomForDoorbellsHaveOne()
    {
        var messages = new ProposedMessages(new MessageVectors(40, _target.Object, Slot), 0, isSharing: true);
        Assert.That(messages.Doorbells, Is.EqualTo(0x050));
        Assert.That(messages.TryFindDoorbell(0x180, out _), Is.False);
        messages = new ProposedMessages(new MessageVectors(3, _target.Object, Slot), 0x80, isSharing: true);
        Assert.That(messages.Doorbells, Is.EqualTo(0x0004_0180));
        Assert.That(messages.TryFindDoorbell(0x184, out uint queue), Is.True);
        Assert.That(queue, Is.EqualTo(1));
        Assert.That(messages.TryFindDoorbell(0x188, out _), Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void StateIsRestored(bool proposed)
    {
        Func<MessageVectors, VirtioMmioMessages> make = proposed ? v => new ProposedMessages(v, 0, isSharing: true) : v => new DragonballMessages(v, 0);
        Create(make);
        _driver.Negotiate();
        for (ulong offset = 0x0c0; offset < 0x0e0; offset += 4)
        {
            Transport.Write32(offset, proposed && offset == MsiCmd ? 3 : (uint)offset | 0x8000);
        }

        byte[] state = StateOf();
        Create(make);
        var reader = new SnapshotReader(state);
        Transport.Load(reader);
        Assert.That(reader.AtEnd, Is.True);
        Assert.That(StateOf(), Is.EqualTo(state));
    }

    private VirtioMmioTransport Transport => _transport!;

    private void Create(Func<MessageVectors, VirtioMmioMessages> make)
    {
        _world = new DeviceWorld();
        _line = new RecordedLine();
        _model = new VirtioEntropy(new VirtioModelSettings("virtio-rng", _memory.View, _world.Clock), new MachineRandom(1, "test"));
        var vectors = new MessageVectors(2, _target.Object, Slot);
        _transport = new VirtioMmioTransport("virtio-rng", _model, VirtioMmioVersion.Modern, _line, _world.Unimplemented, make(vectors));
        _driver = new VirtioMmioDriver(_transport, _memory.View, VirtioMmioVersion.Modern);
    }

    private VirtqueueDriver StartMessages()
    {
        Create(vectors => new ProposedMessages(vectors, 0, isSharing: false));
        _driver.Negotiate();
        Configure(0, 0x100);
        Configure(1, 0x101);
        Transport.Write32(MsiCmd, 1);
        VirtqueueDriver ring = _driver.StartQueue(0, Ring);
        _driver.SetReady();
        return ring;
    }

    private void Configure(uint vector, uint data)
    {
        Transport.Write32(MsiVecSel, vector);
        Transport.Write32(MsiAddrLow, unchecked((uint)Target));
        Transport.Write32(MsiAddrHigh, (uint)(Target >> 32));
        Transport.Write32(MsiData, data);
        Transport.Write32(MsiCmd, 3);
    }

    private void Command(uint vector, uint command)
    {
        Transport.Write32(MsiVecSel, vector);
        Transport.Write32(MsiCmd, command);
    }

    private void VerifySent(uint data, int times) => _target.Verify(t => t.Send(Target, data, Slot), Times.Exactly(times));

    private byte[] StateOf()
    {
        var writer = new SnapshotWriter();
        Transport.Save(writer);
        return writer.ToArray();
    }
}
