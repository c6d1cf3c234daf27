using Emulator.Pci;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our PCI test device and QEMU's, each behind its PCI host.</summary>
internal sealed class PciTestDeviceComparisonTests
{
    private const ulong Configuration = 0x40_1000_8000;
    private const ulong Memory = 0x1000_0000;
    private const ulong MemoryLength = 0x2eff_0000;
    private const ulong Ports = Memory + MemoryLength;
    private const int HeaderLength = 0x30;

    private static ComparedDevice Device => new()
    {
        Name = "PCI test device",
        Address = 0,
        Registers = [new NamedRegister(Configuration, "configuration", 64), new NamedRegister(Memory, "memory", 1024), new NamedRegister(Ports, "ports", 64)],
        QemuArguments = ["-device", "pci-testdev,addr=1"],
        KnownDifferences =
        [
            new("A test with an eventfd counts as well. On QEMU the writes go to the eventfd alone.", d => d.Script == "eventfds" && d.Theirs.Value == 0),
        ],
        Create = () =>
        {
            var machine = new OurMachine();
            var bus = new PciBus();
            var host = new PciEcamHost("pcie", 0x1000_0000, bus);
            host.Add(1, 0, new PciTestDevice("pci-testdev"));
            machine.Bus.MapDevice(0x40_1000_0000, host);
            machine.Bus.MapDevice(Memory, new PciAddressWindow("memory", MemoryLength, bus, PciSpace.Memory, Memory));
            machine.Bus.MapDevice(Ports, new PciAddressWindow("ports", 0x1_0000, bus, PciSpace.Ports, busBase: 0));
            return machine;
        },
    };

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        comparison.Run(ReadConfiguration());
        foreach (ulong block in new[] { Memory, Ports })
        {
            comparison.Run(ReadHeaders(block));
            comparison.Run(WriteWithoutEventfds(block));
        }

        comparison.Run(WriteWithEventfds());
        comparison.AssertAgreement();
    }

    private static DeviceScript ReadConfiguration()
    {
        DeviceScript script = Enabled("configuration");
        for (ulong offset = 0; offset < 0x40; offset += 4)
        {
            script.Read(Configuration + offset);
        }

        return script.Write(Configuration + 0x10, uint.MaxValue).Read(Configuration + 0x10).Write(Configuration + 0x14, uint.MaxValue).Read(Configuration + 0x14);
    }

    private static DeviceScript ReadHeaders(ulong block)
    {
        DeviceScript script = Enabled("headers").Read(block);
        for (uint test = 0; test < 5; test++)
        {
            script.Write(block, test, 1);
            for (ulong offset = 0; offset < HeaderLength; offset++)
            {
                script.Read(block + offset, 1);
            }

            script.Read(block + 4, 2).Read(block + 4, 4).Read(block + 12, 4);
        }

        return script;
    }

    private static DeviceScript WriteWithoutEventfds(ulong block)
    {
        ulong target = block + (block == Memory ? 0x800ul : 0x83);
        return Enabled("no eventfds").Write(block, 0, 1)
            .Write(target, 0xfa, 1).Read(block + 12, 4).Write(target, 0xfa, 1).Read(block + 12, 4)
            .Write(target, 0xfb, 1).Read(block + 12, 4).Write(target + 1, 0xfa, 1).Read(block + 12, 4)
            .Write(block, 0, 1).Read(block + 12, 4);
    }

    private static DeviceScript WriteWithEventfds() => Enabled("eventfds")
        .Write(Memory, 1, 1).Write(Memory + 0x801, 0x12, 1).Read(Memory + 12, 4)
        .Write(Memory, 2, 1).Write(Memory + 0x802, 0xfa, 1).Read(Memory + 12, 4).Write(Memory + 0x802, 0xfb, 1).Read(Memory + 12, 4);

    // The registers where the windows start.
    private static DeviceScript Enabled(string name) => new DeviceScript(name)
        .Write(Configuration + 0x10, Memory).Write(Configuration + 0x14, 0).Write(Configuration + 4, 3, 2);
}
