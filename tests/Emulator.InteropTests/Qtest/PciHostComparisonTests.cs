using Emulator.Pci;

namespace Emulator.InteropTests.Qtest;

/// <summary>The configuration space of our PCI Express host and of QEMU's.</summary>
internal sealed class PciHostComparisonTests
{
    private const ulong Address = 0x40_1000_0000;

    internal static ComparedDevice Device => new()
    {
        Name = "PCI host",
        Address = Address,
        Registers = [new NamedRegister(0, "00:00.0, header and capabilities", 64), new NamedRegister(0x100, "00:00.0, extended", 8), new NamedRegister(0x8000, "00:01.0", 8), new NamedRegister(0x10_0000, "01:00.0", 8)],
        Create = () =>
        {
            var machine = new OurMachine();
            var host = new PciEcamHost("pcie@4010000000", 0x1000_0000);
            host.Add(0, 0, new PciHostBridge("host-bridge"));
            machine.Bus.MapDevice(Address, host);
            return machine;
        },
    };

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.AssertAgreement();
    }
}
