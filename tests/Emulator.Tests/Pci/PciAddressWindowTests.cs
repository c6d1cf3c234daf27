using Emulator.Pci;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Pci;

internal sealed class PciAddressWindowTests : DeviceContract<PciAddressWindow>
{
    [TestCase(1, 0xfful)]
    [TestCase(2, 0xfffful)]
    [TestCase(4, 0xffff_fffful)]
    [TestCase(8, ulong.MaxValue)]
    public void AddressesWithoutABarReadAsOnes(int size, ulong expected)
    {
        PciAddressWindow window = CreateDevice(new DeviceWorld());

        window.Write(0x10, size, 0);

        Assert.That(window.Read(0x10, size), Is.EqualTo(expected));
        Assert.That(window.Read(window.Length - (ulong)size, size), Is.EqualTo(expected));
    }

    protected override PciAddressWindow CreateDevice(DeviceWorld world) => new("pci-mmio64", 0x80_0000_0000);

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(PciAddressWindow device) =>
        [(0, 0x1000), (device.Length - 0x1000, device.Length)];
}
