using Emulator.Serial;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Serial;

internal sealed class Pl011SbsaGenericTests : DeviceContract<Pl011>
{
    private readonly ConsolePort[] _ports = new ConsolePort[1];

    [Test]
    public void HasTheGenericSubsetOnly()
    {
        var world = new DeviceWorld();
        Pl011 uart = CreateDevice(world);
        uint[] declared = [.. Enumerable.Range(0, 0x400).Select(i => (uint)i * 4).Where(offset =>
        {
            int before = world.Unimplemented.Counts.Count;
            _ = uart.Read32(offset);
            return world.Unimplemented.Counts.Count == before;
        })];

        Assert.That(declared, Is.EqualTo(new uint[] { 0x00, 0x04, 0x18, 0x38, 0x3c, 0x40, 0x44 }));
    }

    [Test]
    public void FifoIsAlwaysOnAndInterruptsAtHalf()
    {
        Pl011 uart = CreateDevice(new DeviceWorld());
        ConsolePort port = _ports[0];

        port.Send("1234567"u8);
        port.Pump();
        Assert.That(uart.Read32(0x3c), Is.Zero);
        port.Send("8"u8);
        port.Pump();
        Assert.That(uart.Read32(0x3c), Is.EqualTo(1 << 4));
        Assert.That(uart.Read32(0x18) & 0x40, Is.Zero);
    }

    protected override Pl011 CreateDevice(DeviceWorld world)
    {
        _ports[0] = new ConsolePort("console");
        return new Pl011("uart", _ports[0], new RecordedLine(), world.Clock, world.Unimplemented, Pl011Variant.SbsaGeneric);
    }
}
