using Emulator.Memory;
using FsCheck;
using FsCheck.Fluent;
using Moq;

namespace Emulator.Tests.Memory;

public class SystemBusTests
{
    private delegate BusResult ReadDevice(in BusAccess access);

    private GuestRam _ram = null!;
    private SystemBus _bus = null!;

    [SetUp]
    public void SetUp()
    {
        _ram = new GuestRam("ram", 0x10000);
        _bus = new SystemBus();
        _bus.MapRam(0x4000_0000, _ram);
    }

    [TearDown]
    public void TearDown() => _ram.Dispose();

    [Test]
    public void RamIsLittleEndianInEveryWidth([Values(1, 2, 4, 8)] int size)
    {
        const ulong Value = 0x8877665544332211;

        BusStatus status = _bus.Write(0x4000_0103, Value, size, BusInitiator.Host, secure: false);

        Assert.That(status, Is.EqualTo(BusStatus.Ok));
        Assert.That(_bus.Read(0x4000_0103, size, BusInitiator.Host, secure: false), Is.EqualTo((BusResult)(Value & (ulong.MaxValue >> (64 - (8 * size))))));
        Assert.That(_bus.Read(0x4000_0103, 1, BusInitiator.Host, secure: false).Value, Is.EqualTo(0x11));
        Assert.That(_ram.IsDirty(0), Is.True);
    }

    [TestCase(0x3fff_ffffUL, 1)]
    [TestCase(0x4001_0000UL, 1)]
    [TestCase(0x4000_ffffUL, 2)]
    [TestCase(0x3fff_fffcUL, 8)]
    [TestCase(0xffff_ffff_ffff_fffeUL, 8)]
    public void NothingThereIsABusError(ulong address, int size)
    {
        Assert.That(_bus.Read(address, size, BusInitiator.Host, secure: false).Status, Is.EqualTo(BusStatus.Error));
        Assert.That(_bus.Write(address, 0, size, BusInitiator.Host, secure: false), Is.EqualTo(BusStatus.Error));
    }

    [Test]
    public void DeviceSeesItsOffsetAndWhoAsks()
    {
        Mock<IMmioDevice> device = Device("uart", 0x1000);
        BusAccess seen = default;
        device.Setup(d => d.Read(It.Ref<BusAccess>.IsAny)).Returns(new ReadDevice((in BusAccess access) =>
        {
            seen = access;
            return 0x55;
        }));
        _bus.MapDevice(0x0900_0000, device.Object);

        BusResult result = _bus.Read(0x0900_0018, 4, BusInitiator.Cpu(2), secure: true);

        Assert.That(result.Value, Is.EqualTo(0x55));
        Assert.That(seen, Is.EqualTo(new BusAccess(0x18, 4, BusInitiator.Cpu(2), Secure: true)));
        Assert.That(_bus.DeviceAccesses, Is.EqualTo(1));
    }

    [Test]
    public void OverlappingWindowsAreRefusedByName()
    {
        Assert.That(
            () => _bus.MapDevice(0x4000_f000, Device("late", 0x1000).Object),
            Throws.ArgumentException.With.Message.Contains("late").And.Message.Contains("ram"));
    }

    [Test]
    public void SecureWindowHidesACommonOneFromTheSecureStateOnly()
    {
        using var secure = new GuestRam("secure", 0x10000);
        _bus.MapRam(0x4000_0000, secure, secureOnly: true);

        _ = _bus.Write(0x4000_0000, 1, 1, BusInitiator.Host, secure: true);

        Assert.That(_bus.Read(0x4000_0000, 1, BusInitiator.Host, secure: false).Value, Is.Zero);
        Assert.That(_bus.Read(0x4000_0000, 1, BusInitiator.Host, secure: true).Value, Is.EqualTo(1));
    }

    [Test]
    public void MemoryCopiesCrossWindowsAndStopAtHoles()
    {
        using var second = new GuestRam("second", 0x1000);
        _bus.MapRam(0x4001_0000, second);

        Assert.That(_bus.TryWriteMemory(0x4000_fffe, [1, 2, 3, 4], secure: false), Is.True);
        byte[] read = new byte[4];
        Assert.That(_bus.TryReadMemory(0x4000_fffe, read, secure: false), Is.True);
        Assert.That(read, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(_bus.TryReadMemory(0x4001_0fff, read, secure: false), Is.False);
        Assert.That(_bus.TryWriteMemory(0x4001_0fff, read, secure: false), Is.False);
    }

    [Test]
    public void DmaReachesMemoryAndNeverADevice()
    {
        Mock<IMmioDevice> device = Device("device", 0x1000);
        _bus.MapDevice(0x0900_0000, device.Object);
        var dma = new DmaView(_bus, BusInitiator.Pci(8));

        Assert.That(dma.TryWrite(0x4000_0000, [0x12, 0x34, 0x56, 0x78]), Is.True);
        Assert.That(dma.TryReadUInt32BigEndian(0x4000_0000, out uint value), Is.True);
        Assert.That(value, Is.EqualTo(0x12345678));
        Assert.That(dma.TryWrite(0x0900_0000, [1]), Is.False);
        Assert.That(dma.TryRead(0x0900_0000, new byte[1]), Is.False);
        device.Verify(d => d.Write(It.Ref<BusAccess>.IsAny, It.IsAny<ulong>()), Times.Never);
    }

    [Test]
    public void MemoryBehavesAsAnArrayOfBytes()
    {
        // Any sequence of writes leaves what the same writes leave in an array.
        Gen<(int Offset, int Size, ulong Value)> write =
            from offset in Gen.Choose(0, 0xfff8)
            from power in Gen.Choose(0, 3)
            from value in ArbMap.Default.GeneratorFor<ulong>()
            select (offset, 1 << power, value);

        Prop.ForAll(write.ArrayOf().ToArbitrary(), writes =>
        {
            byte[] model = new byte[0x10000];
            _ram.Write(0, model);
            foreach ((int offset, int size, ulong value) in writes)
            {
                BitConverter.GetBytes(value).AsSpan(0, size).CopyTo(model.AsSpan(offset));
                _ = _bus.Write(0x4000_0000 + (ulong)offset, value, size, BusInitiator.Host, secure: false);
            }

            byte[] actual = new byte[model.Length];
            _ram.Read(0, actual);
            return actual.AsSpan().SequenceEqual(model);
        }).QuickCheckThrowOnFailure();
    }

    private static Mock<IMmioDevice> Device(string name, ulong length)
    {
        var device = new Mock<IMmioDevice>();
        device.SetupGet(d => d.Name).Returns(name);
        device.SetupGet(d => d.Length).Returns(length);
        return device;
    }
}
