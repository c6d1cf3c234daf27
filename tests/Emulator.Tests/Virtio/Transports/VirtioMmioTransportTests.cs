using Emulator.Memory;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.Virtio.Transports;
using Moq;

namespace Emulator.Tests.Virtio.Transports;

/// <summary>The register interface, in front of a back end that records what it is asked.</summary>
[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioMmioTransportTests(VirtioMmioVersion version)
{
    private const ulong Offered = VirtioFeatures.EventIndex | VirtioFeatures.RingReset | VirtioFeatures.PackedRing | 0x5;

    private Mock<IVirtioBackend> _backend = null!;
    private IVirtioBackendHost _host = null!;
    private RecordedLine _line = null!;
    private DeviceWorld _world = null!;
    private VirtioMmioTransport _transport = null!;
    private VirtioMmioDriver _driver = null!;

    private bool IsModern => version == VirtioMmioVersion.Modern;

    [SetUp]
    public void SetUp()
    {
        _world = new DeviceWorld();
        _line = new RecordedLine();
        _backend = new Mock<IVirtioBackend>();
        _backend.SetupGet(b => b.DeviceType).Returns(VirtioDeviceType.Block);
        _backend.SetupGet(b => b.Features).Returns(Offered);
        _backend.SetupGet(b => b.QueueSizes).Returns([64, 16]);
        _backend.SetupGet(b => b.ConfigurationLength).Returns(6);
        _backend.SetupGet(b => b.SharedMemory).Returns([new VirtioSharedMemory(0x1_2345_0000, 0x2_0000_1000)]);
        _backend.Setup(b => b.Connect(It.IsAny<IVirtioBackendHost>())).Callback<IVirtioBackendHost>(host => _host = host);
        _transport = new VirtioMmioTransport("virtio-test", _backend.Object, version, _line, _world.Unimplemented);
        _driver = new VirtioMmioDriver(_transport, null!, version);
    }

    [TearDown]
    public void TearDown() => _transport.Dispose();

    [Test]
    public void TheDeviceTellsWhatItIs()
    {
        Assert.That(_transport.Read32(0x000), Is.EqualTo(0x7472_6976));
        Assert.That(_transport.Read32(0x004), Is.EqualTo(IsModern ? 2 : 1));
        Assert.That(_transport.Read32(0x008), Is.EqualTo(2));
        Assert.That(_transport.Read32(0x00c), Is.EqualTo(0x554d_4551));
    }

    [Test]
    public void FeaturesAreTheBackEndsAndTheTransportsOwn()
    {
        ulong expected = IsModern ? Offered | VirtioFeatures.Version1 : (Offered & uint.MaxValue) | VirtioFeatures.AnyLayout;
        Assert.That(_driver.ReadDeviceFeatures(), Is.EqualTo(expected));
        _transport.Write32(VirtioMmioDriver.DeviceFeaturesSel, 2);
        Assert.That(_transport.Read32(VirtioMmioDriver.DeviceFeatures), Is.Zero);
    }

    [Test]
    public void FeaturesAreToldOnceBothSidesAgree()
    {
        _driver.Negotiate();
        if (!IsModern)
        {
            _backend.Verify(b => b.SetFeatures(It.IsAny<ulong>()), Times.Never);
            _driver.SetReady();
        }

        _backend.Verify(b => b.SetFeatures(_driver.Features), Times.Once);
    }

    [TestCase(VirtioFeatures.EventIndex, TestName = "WithoutTheStandard")]
    [TestCase(VirtioFeatures.Version1 | VirtioFeatures.InOrder, TestName = "WithMoreThanWasOffered")]
    public void FeaturesThatCannotBeAreRefused(ulong features)
    {
        _driver.WriteStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver);
        _driver.WriteDriverFeatures(features);
        _driver.WriteStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk);
        if (!IsModern)
        {
            // The legacy interface refuses nothing; what was not offered is left out.
            Assert.That(_driver.ReadStatus(), Is.EqualTo(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk));
            _backend.Verify(b => b.SetFeatures(It.Is<ulong>(f => (f & ~_driver.ReadDeviceFeatures()) == 0)), Times.Once);
            return;
        }

        Assert.That(_driver.ReadStatus(), Is.EqualTo(VirtioStatus.Acknowledge | VirtioStatus.Driver));
        _backend.Verify(b => b.SetFeatures(It.IsAny<ulong>()), Times.Never);
    }

    [Test]
    public void FeaturesThatTheBackEndRefusesAreRefused()
    {
        _backend.Setup(b => b.SetFeatures(It.IsAny<ulong>())).Returns(BackendAnswer.Refused);
        _driver.Negotiate();
        Assert.That(_driver.ReadStatus() & VirtioStatus.FeaturesOk, Is.EqualTo(VirtioStatus.None));
    }

    [Test]
    public void OnceAgreedOnFeaturesStay()
    {
        _driver.Negotiate();
        _driver.SetReady();
        _driver.WriteDriverFeatures(0);
        StartQueue(0, 0x4001_0000);
        _backend.Verify(b => b.SetFeatures(_driver.Features), Times.Once);
    }

    [Test]
    public void AQueueIsStartedWhereTheDriverSays()
    {
        _driver.Negotiate();
        StartQueue(1, 0x4001_0000);

        VirtqueueSettings expected = IsModern
            ? new VirtqueueSettings(16, 0x4001_0000, 0x2_4002_0000, 0x4003_0000)
            : new VirtqueueSettings(16, 0x4001_0000, 0x4001_0100, 0x4001_1000);
        _backend.Verify(b => b.StartQueue(1, expected), Times.Once);
        ulong state = IsModern ? VirtioMmioDriver.QueueReady : VirtioMmioDriver.QueuePfn;
        Assert.That(_transport.Read32(state), Is.EqualTo(IsModern ? 1 : 0x4_0010));

        _transport.Write32(state, 0);

        _backend.Verify(b => b.StopQueue(1), Times.Once);
        Assert.That(_transport.Read32(state), Is.Zero);
    }

    [TestCase(0u)]
    [TestCase(65u)]
    [TestCase(uint.MaxValue)]
    public void AQueueSizeThatCannotBeIsIgnored(uint size)
    {
        _driver.Negotiate();
        _transport.Write32(VirtioMmioDriver.QueueSel, 0);
        _transport.Write32(VirtioMmioDriver.QueueSize, size);
        _transport.Write32(VirtioMmioDriver.GuestPageSize, 4096);
        _transport.Write32(IsModern ? VirtioMmioDriver.QueueReady : VirtioMmioDriver.QueuePfn, 1);

        _backend.Verify(b => b.StartQueue(0, It.Is<VirtqueueSettings>(s => s.Size == 64)), Times.Once);
    }

    [TestCase(2u)]
    [TestCase(uint.MaxValue)]
    public void AQueueThatIsNotThereHasNoSizeAndIgnoresEverything(uint queue)
    {
        _driver.Negotiate();
        _driver.SetReady();
        _transport.Write32(VirtioMmioDriver.QueueSel, queue);
        Assert.That(_transport.Read32(VirtioMmioDriver.QueueSizeMax), Is.Zero);
        foreach (ulong register in (ulong[])[0x38, 0x3c, 0x40, 0x44, 0x80, 0x84, 0x90, 0x94, 0xa0, 0xa4, 0xc0])
        {
            _transport.Write32(register, 1);
        }

        _transport.Write32(VirtioMmioDriver.QueueNotify, queue);

        _backend.Verify(b => b.StartQueue(It.IsAny<int>(), It.IsAny<VirtqueueSettings>()), Times.Never);
        _backend.Verify(b => b.Kick(It.IsAny<int>()), Times.Never);
    }

    [Test]
    public void NotificationsCountOnlyOnceQueueAndDriverAreReady()
    {
        _driver.Negotiate();
        _driver.Notify(0);
        StartQueue(0, 0x4001_0000);
        _driver.Notify(0);
        _backend.Verify(b => b.Kick(0), Times.Never);

        _driver.SetReady();
        _driver.Notify(0);

        _backend.Verify(b => b.Kick(0), Times.Once);
        Assert.That(_transport.Counters.Notifications, Is.EqualTo(3));
    }

    [Test]
    public void WithNotificationDataTheLowerHalfNamesTheQueue()
    {
        _backend.SetupGet(b => b.Features).Returns(Offered | VirtioFeatures.NotificationData);
        _transport = new VirtioMmioTransport("virtio-test", _backend.Object, version, _line, _world.Unimplemented);
        _driver = new VirtioMmioDriver(_transport, null!, version);
        _driver.Negotiate();
        StartQueue(1, 0x4001_0000);
        _driver.SetReady();

        _transport.Write32(VirtioMmioDriver.QueueNotify, 0x8007_0001);

        _backend.Verify(b => b.Kick(1), IsModern ? Times.Once() : Times.Never());
    }

    [Test]
    public void InterruptsAreHeldUntilAcknowledged()
    {
        _driver.Negotiate();
        _driver.SetReady();
        _host.BuffersUsed(0);
        _host.ConfigurationChanged();
        Assert.That((_transport.Read32(VirtioMmioDriver.InterruptStatus), _line.Level), Is.EqualTo((3u, true)));

        _transport.Write32(VirtioMmioDriver.InterruptAck, 1);
        Assert.That((_transport.Read32(VirtioMmioDriver.InterruptStatus), _line.Level), Is.EqualTo((2u, true)));
        _transport.Write32(VirtioMmioDriver.InterruptAck, 2);
        Assert.That((_transport.Read32(VirtioMmioDriver.InterruptStatus), _line.Level), Is.EqualTo((0u, false)));
    }

    [Test]
    public void AResetClearsAllButTheGenerationOfTheConfiguration()
    {
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);
        _driver.SetReady();
        _host.ConfigurationChanged();
        _host.NeedsReset();
        _transport.Write32(VirtioMmioDriver.Status, 0);

        Assert.That(_driver.ReadStatus(), Is.EqualTo(VirtioStatus.None));
        Assert.That((_transport.Read32(VirtioMmioDriver.InterruptStatus), _line.Level), Is.EqualTo((0u, false)));
        Assert.That(_transport.Read32(IsModern ? VirtioMmioDriver.QueueReady : VirtioMmioDriver.QueuePfn), Is.Zero);
        Assert.That(_transport.Read32(VirtioMmioDriver.ConfigGeneration), Is.EqualTo(IsModern ? 1 : 0));
        _backend.Verify(b => b.Reset(), Times.Exactly(2));
    }

    [Test]
    public void ADeviceThatNeedsAResetSaysSoUntilItHasIt()
    {
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);
        _driver.SetReady();
        _host.NeedsReset();
        _driver.Notify(0);
        _driver.WriteStatus(VirtioStatus.Acknowledge);

        Assert.That((_driver.ReadStatus() & VirtioStatus.NeedsReset) != 0, Is.EqualTo(IsModern));
        Assert.That(_transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(IsModern ? 2 : 0));
        _backend.Verify(b => b.Kick(0), Times.Never);
    }

    [Test]
    public void AQueueThatCannotStartMakesTheDeviceNeedAReset()
    {
        _backend.Setup(b => b.StartQueue(0, It.IsAny<VirtqueueSettings>())).Returns(BackendAnswer.Refused);
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);

        Assert.That((_driver.ReadStatus() & VirtioStatus.NeedsReset) != 0, Is.EqualTo(IsModern));
        Assert.That(_transport.Counters.Faults, Is.EqualTo(1));
    }

    [Test]
    public void AQueueCanBeResetByItself()
    {
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);
        _transport.Write32(VirtioMmioDriver.QueueReset, 1);

        _backend.Verify(b => b.StopQueue(0), IsModern ? Times.Once() : Times.Never());
        if (IsModern)
        {
            Assert.That(_transport.Read32(VirtioMmioDriver.QueueReset), Is.Zero);
            Assert.That(_transport.Read32(VirtioMmioDriver.QueueReady), Is.Zero);
        }
    }

    [Test]
    public void AQueueIsNotResetUnlessThatWasNegotiated()
    {
        _driver.Negotiate(wanted: ~VirtioFeatures.RingReset);
        StartQueue(0, 0x4001_0000);
        _transport.Write32(VirtioMmioDriver.QueueReset, 1);

        _backend.Verify(b => b.StopQueue(0), Times.Never);
    }

    [Test]
    public void SharedMemoryIsToldByRegion()
    {
        uint[] Read(uint region)
        {
            _transport.Write32(0x0ac, region);
            return [.. ((ulong[])[0x0b0, 0x0b4, 0x0b8, 0x0bc]).Select(_transport.Read32)];
        }

        Assert.That(Read(0), IsModern ? Is.EqualTo(new uint[] { 0x1000, 2, 0x2345_0000, 1 }) : Is.All.Zero);
        Assert.That(Read(1), Is.All.EqualTo(IsModern ? uint.MaxValue : 0));
    }

    [Test]
    public void TheConfigurationIsReadAndWrittenInAnyWidth()
    {
        byte[] configuration = [1, 2, 3, 4, 5, 6];
        _transport = new VirtioMmioTransport("virtio-test", new PlainConfiguration(configuration), version, _line, _world.Unimplemented);

        Assert.That(_transport.Read(0x100, 4), Is.EqualTo(0x0403_0201));
        Assert.That(_transport.Read(0x102, 4), Is.EqualTo(0x0605_0403));
        Assert.That(_transport.Read(0x101, 2), Is.EqualTo(0x0302));
        Assert.That(_transport.Read(0x105, 1), Is.EqualTo(6));
        Assert.That(_transport.Read(0x103, 4), Is.EqualTo(uint.MaxValue), "across the end");
        _transport.Write(0x104, 2, 0xbbaa);
        _transport.Write(0x104, 4, 0xffff_ffff);
        Assert.That(configuration, Is.EqualTo(new byte[] { 1, 2, 3, 4, 0xaa, 0xbb }));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void ControlRegistersTakeWordsOnly(int size)
    {
        Assert.That(_transport.Read(0x000, size), Is.Zero);
        _transport.Write(VirtioMmioDriver.Status, size, 1);
        Assert.That(_driver.ReadStatus(), Is.EqualTo(VirtioStatus.None));
    }

    [Test]
    public void WhatTheOtherVersionHasIsNotThere()
    {
        foreach (ulong register in IsModern ? (ulong[])[0x028, 0x03c, 0x040] : [0x044, 0x0b0, 0x0c0, 0x0fc])
        {
            Assert.That(_transport.Read32(register), Is.Zero);
        }

        Assert.That(_world.Unimplemented.Counts, Is.Not.Empty);
    }

    [Test]
    public void ABackEndThatTakesItsTimeHoldsTheAccessAndNothingElse()
    {
        var write = new BusAccess(VirtioMmioDriver.Status, 4, BusInitiator.Cpu(0), Secure: false);
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);
        _backend.Setup(b => b.SetStatus(It.IsAny<VirtioStatus>())).Returns(BackendAnswer.Pending);
        VirtioStatus before = _driver.ReadStatus();

        Assert.That(_transport.Write(write, (uint)(before | VirtioStatus.DriverOk)), Is.EqualTo(BusStatus.Pending));
        Assert.That(_driver.ReadStatus(), Is.EqualTo(before));
        _backend.Setup(b => b.SetStatus(It.IsAny<VirtioStatus>())).Returns(BackendAnswer.Done);
        Assert.That(_transport.Write(write, (uint)(before | VirtioStatus.DriverOk)), Is.EqualTo(BusStatus.Ok));
        Assert.That(_driver.ReadStatus(), Is.EqualTo(before | VirtioStatus.DriverOk));

        _backend.Setup(b => b.Reset()).Returns(BackendAnswer.Pending);
        Assert.That(_transport.Write(write, 0), Is.EqualTo(BusStatus.Pending));
        Assert.That(_driver.ReadStatus(), Is.EqualTo(before | VirtioStatus.DriverOk));
        _backend.Setup(b => b.Reset()).Returns(BackendAnswer.Done);
        Assert.That(_transport.Write(write, 0), Is.EqualTo(BusStatus.Ok));
        Assert.That(_driver.ReadStatus(), Is.EqualTo(VirtioStatus.None));
    }

    [Test]
    public void AQueueThatStopsInItsTimeHoldsTheAccess()
    {
        var ready = new BusAccess(VirtioMmioDriver.QueueReady, 4, BusInitiator.Cpu(0), Secure: false);
        var reset = new BusAccess(VirtioMmioDriver.QueueReset, 4, BusInitiator.Cpu(0), Secure: false);
        _driver.Negotiate();
        StartQueue(0, 0x4001_0000);
        _backend.Setup(b => b.StopQueue(0)).Returns(BackendAnswer.Pending);

        if (!IsModern)
        {
            // There are no such registers; a queue stops by its page number.
            Assert.That(_transport.Write(ready, 0), Is.EqualTo(BusStatus.Ok));
            Assert.That(_transport.Write(reset, 1), Is.EqualTo(BusStatus.Ok));
            _backend.Verify(b => b.StopQueue(0), Times.Never);
            Assert.That(_transport.Write(new BusAccess(VirtioMmioDriver.QueuePfn, 4, BusInitiator.Cpu(0), Secure: false), 0), Is.EqualTo(BusStatus.Pending));
            return;
        }

        Assert.That(_transport.Write(ready, 0), Is.EqualTo(BusStatus.Pending));
        Assert.That(_transport.Write(reset, 1), Is.EqualTo(BusStatus.Pending));
        Assert.That(_transport.Read32(VirtioMmioDriver.QueueReset), Is.EqualTo(1));
        Assert.That(_transport.Read32(VirtioMmioDriver.QueueReady), Is.EqualTo(1));
        _backend.Setup(b => b.StopQueue(0)).Returns(BackendAnswer.Done);
        Assert.That(_transport.Write(reset, 1), Is.EqualTo(BusStatus.Ok));
        Assert.That(_transport.Read32(VirtioMmioDriver.QueueReset), Is.Zero);
        Assert.That(_transport.Read32(VirtioMmioDriver.QueueReady), Is.Zero);
    }

    private void StartQueue(int queue, ulong table) =>
        _driver.StartQueue(queue, new VirtqueueSettings(16, table, 0x2_4002_0000, 0x4003_0000));
}
