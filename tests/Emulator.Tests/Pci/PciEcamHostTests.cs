using Emulator.Memory;
using Emulator.Pci;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Pci;

internal sealed class PciEcamHostTests : DeviceContract<PciEcamHost>
{
    private const ulong WindowLength = 0x1000_0000;

    private PciEcamHost _host = null!;

    [SetUp]
    public void SetUp() => _host = CreateDevice(new DeviceWorld());

    [TestCase(0x00u, 0x0008_1b36u)]
    [TestCase(0x04u, 0x0000_0000u)]
    [TestCase(0x08u, 0x0600_0000u)]
    [TestCase(0x0cu, 0x0000_0000u)]
    [TestCase(0x10u, 0x0000_0000u)]
    [TestCase(0x24u, 0x0000_0000u)]
    [TestCase(0x2cu, 0x1100_1af4u)]
    [TestCase(0x30u, 0x0000_0000u)]
    [TestCase(0x34u, 0x0000_0000u)]
    [TestCase(0x3cu, 0x0000_0000u)]
    [TestCase(0xfcu, 0x0000_0000u)]
    [TestCase(0x100u, 0xffff_ffffu)]
    [TestCase(0xffcu, 0xffff_ffffu)]
    public void ShowsTheHostBridgeAsQemuDoes(uint offset, uint expected)
    {
        Assert.That(_host.Read32(offset), Is.EqualTo(expected));
    }

    [TestCase(0x00u, 0x0008_1b36u)]
    [TestCase(0x04u, 0x0000_0507u)]
    [TestCase(0x08u, 0x0600_0000u)]
    [TestCase(0x0cu, 0x0000_00ffu)]
    [TestCase(0x10u, 0x0000_0000u)]
    [TestCase(0x2cu, 0x1100_1af4u)]
    [TestCase(0x30u, 0x0000_0000u)]
    [TestCase(0x3cu, 0x0000_00ffu)]
    [TestCase(0x40u, 0xffff_ffffu)]
    [TestCase(0xfcu, 0xffff_ffffu)]
    [TestCase(0x100u, 0xffff_ffffu)]
    public void HostBridgeTakesWritesWhereQemusDoes(uint offset, uint expected)
    {
        _host.Write32(offset, uint.MaxValue);
        Assert.That(_host.Read32(offset), Is.EqualTo(expected));
    }

    [TestCase(0x0000_1000u)]
    [TestCase(0x0000_8000u)]
    [TestCase(0x000f_8000u)]
    [TestCase(0x0010_0000u)]
    [TestCase(0x0fff_f000u)]
    public void AbsentFunctionsReadAsOnesAndIgnoreWrites(uint offset)
    {
        _host.Write32(offset + 4, 0);

        Assert.That(_host.Read(offset, 1), Is.EqualTo(0xff));
        Assert.That(_host.Read(offset + 2, 2), Is.EqualTo(0xffff));
        Assert.That(_host.Read32(offset + 4), Is.EqualTo(uint.MaxValue));
        Assert.That(_host.Read(offset + 8, 8), Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void EveryWidthReadsAndWritesItsOwnBytes()
    {
        Assert.That(_host.Read(0, 1), Is.EqualTo(0x36));
        Assert.That(_host.Read(1, 1), Is.EqualTo(0x1b));
        Assert.That(_host.Read(2, 2), Is.EqualTo(0x0008));
        Assert.That(_host.Read(0, 8), Is.EqualTo(0x0008_1b36));

        _host.Write(0x40, 8, 0x1122_3344_5566_7788);
        _host.Write(0x41, 1, 0xaa);
        _host.Write(0x46, 2, 0xbbcc);
        Assert.That(_host.Read(0x40, 8), Is.EqualTo(0xbbcc_3344_5566_aa88));
    }

    [Test]
    public void FunctionsAnswerAtTheirPlace()
    {
        _host.Add(3, 2, new ProbeFunction("probe"));

        Assert.That(_host.Read32(0x1a000), Is.EqualTo(0x5678_1234));
        Assert.That(_host.Read32(0x1a100), Is.Zero, "an Express function has 4 KiB");
        Assert.That(_host.Read32(0x1b000), Is.EqualTo(uint.MaxValue));
    }

    [Test]
    public void APlaceIsGivenOnce()
    {
        Assert.That(() => _host.Add(0, 0, new ProbeFunction("probe")), Throws.ArgumentException);
        Assert.That(() => _host.Add(32, 0, new ProbeFunction("probe")), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => _host.Add(1, 8, new ProbeFunction("probe")), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void BitsThatAreClearedByWritingOneStayOtherwise()
    {
        var probe = new ProbeFunction("probe");
        _host.Add(1, 0, probe);
        probe.RaiseStatus();

        _host.Write(0x8006, 2, 0);
        Assert.That(_host.Read(0x8006, 2), Is.EqualTo(0x8000));
        _host.Write(0x8006, 2, 0x8000);
        Assert.That(_host.Read(0x8006, 2), Is.Zero);
    }

    [Test]
    public void AFunctionLearnsWhatWasWritten()
    {
        var probe = new ProbeFunction("probe");
        _host.Add(1, 0, probe);

        _host.Write(0x8004, 2, 0x0006);
        _host.Write(0x8ffe, 4, 0);
        _ = _host.Read(0x8004, 2);

        Assert.That(probe.Writes, Is.EqualTo(new[] { (0x004, 2), (0xffe, 2) }), "the access that leaves the function is cut off");
    }

    [Test]
    public void WindowsThatHoldNoWholeBusAreRefused([Values(0ul, 0x1000ul, 0x1010_0000ul)] ulong length)
    {
        Assert.That(() => new PciEcamHost("pcie", length), Throws.InstanceOf<ArgumentException>());
    }

    protected override PciEcamHost CreateDevice(DeviceWorld world)
    {
        var host = new PciEcamHost("pcie", WindowLength);
        host.Add(0, 0, new PciHostBridge("pci@00:00.0"));
        return host;
    }

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(PciEcamHost device) =>
        [(0, 0x2000), (0xf_f000, 0x10_1000), (device.Length - 0x1000, device.Length)];

    private sealed class ProbeFunction : PciFunction
    {
        public ProbeFunction(string name)
            : base(name, new PciIdentity(0x1234, 0x5678, 0xff_0000, 1, 0, 0), ExpressLength)
        {
            Define(0x06, 2, 0, clearable: 0xf900);
        }

        public List<(int Offset, int Size)> Writes { get; } = [];

        public void RaiseStatus() => SetConfiguration(0x07, 0x80);

        protected override void OnConfigurationWritten(int offset, int size) => Writes.Add((offset, size));
    }
}
