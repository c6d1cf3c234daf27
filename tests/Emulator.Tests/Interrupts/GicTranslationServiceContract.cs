using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Tests.Devices;

namespace Emulator.Tests.Interrupts;

[TestFixture]
internal sealed class GicTranslationServiceContract : DeviceContract<GicTranslationService>
{
    protected override GicTranslationService CreateDevice(DeviceWorld world)
    {
        var bus = new SystemBus();
        return new GicV3(new GicV3Options(), world.Unimplemented, new DmaView(bus, BusInitiator.Host)).TranslationService!;
    }

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(GicTranslationService device) => [(0, 0x200), (0xffc0, 0x1_0080)];
}

[TestFixture]
internal sealed class GicRedistributorWithLpisContract : DeviceContract<GicRedistributor>
{
    protected override GicRedistributor CreateDevice(DeviceWorld world) =>
        new GicV3(new GicV3Options(), world.Unimplemented, new DmaView(new SystemBus(), BusInitiator.Host)).Redistributor(0);

    protected override IEnumerable<(ulong Start, ulong End)> Ranges(GicRedistributor device) => [(0, 0x200), (0xffc0, 0x1_0480), (0x1_0c00, 0x1_0e10)];
}
