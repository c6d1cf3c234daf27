using Emulator.Tests.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Transports;

internal sealed class VirtioMmioEmptySlotTests : DeviceContract<VirtioMmioEmptySlot>
{
    [TestCase(0x000u, 0x7472_6976u)]
    [TestCase(0x004u, 2u)]
    [TestCase(0x008u, 0u)]
    [TestCase(0x00cu, 0x554d_4551u)]
    [TestCase(0x010u, 0u)]
    [TestCase(0x070u, 0u)]
    [TestCase(0x0fcu, 0u)]
    [TestCase(0x100u, 0u)]
    public void IdentifiesItselfAsASlotWithoutADevice(uint offset, uint expected)
    {
        Assert.That(CreateDevice(new DeviceWorld()).Read32(offset), Is.EqualTo(expected));
    }

    [Test]
    public void TellsTheLegacyVersionWhereThatIsTheBoardsInterface()
    {
        Assert.That(new VirtioMmioEmptySlot("virtio-mmio@a000000", VirtioMmioVersion.Legacy).Read32(0x004), Is.EqualTo(1));
    }

    [Test]
    public void NarrowReadsAnswerOnlyAtTheFirstByteOfARegister()
    {
        VirtioMmioEmptySlot slot = CreateDevice(new DeviceWorld());

        Assert.That(slot.Read(0, 1), Is.EqualTo(0x76));
        Assert.That(slot.Read(1, 1), Is.Zero);
        Assert.That(slot.Read(2, 2), Is.Zero);
        Assert.That(slot.Read(0, 8), Is.EqualTo(0x2_7472_6976));
    }

    [Test]
    public void WritesChangeNothing()
    {
        VirtioMmioEmptySlot slot = CreateDevice(new DeviceWorld());

        slot.Write32(0x000, 0);
        slot.Write32(0x070, 0xf);

        Assert.That(slot.Read32(0x000), Is.EqualTo(0x7472_6976));
        Assert.That(slot.Read32(0x070), Is.Zero);
    }

    protected override VirtioMmioEmptySlot CreateDevice(DeviceWorld world) => new("virtio-mmio@a000000");
}
