using Emulator.Memory;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Transports;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our virtio-mmio transport with a disk behind it, and QEMU's, in both versions.</summary>
[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioMmioComparisonTests(VirtioMmioVersion version)
{
    private const ulong Address = 0x0a00_3e00;
    private const ulong RamBase = 0x4000_0000;
    private const int DiskLength = 1 << 20;
    private const uint Line = 16 + 31;

    // What these start is compared by scripts of their own, with addresses that make sense.
    private static readonly string[] s_starters = ["Status", "QueueReady", "QueuePFN", "QueueNotify", "QueueReset", "QueueSel"];

    private bool IsModern => version == VirtioMmioVersion.Modern;

    private ComparedDevice Device => new()
    {
        Name = $"virtio-mmio, {(IsModern ? "version 2" : "legacy")}",
        Address = Address,
        Registers = [.. ScriptBuilder.RegistersOf(VirtioMmioTransport.RegistersOf(version)).Select(WithoutStarting), new NamedRegister(0x100, "Config", 15)],
        Widths = [1, 2, 4],
        KnownDifferences = KnownDifferences,
        QemuArguments =
        [
            "-global", $"virtio-mmio.force-legacy={(IsModern ? "false" : "true")}",
            "-blockdev", $"driver=null-co,node-name=disk,size={DiskLength},read-zeroes=on", "-device", "virtio-blk-device,drive=disk",
        ],
        Create = () =>
        {
            var machine = new OurMachine();
            machine.Bus.MapRam(RamBase, machine.Own(new GuestRam("ram", 1 << 20)));
            var settings = new VirtioModelSettings("virtio-blk", new DmaView(machine.Bus, BusInitiator.VirtioMmio(31)), machine.Clock);
            var disk = new VirtioBlock(settings, new MemoryStorage("virtio-blk", DiskLength));
            machine.Bus.MapDevice(Address, machine.Own(new VirtioMmioTransport("virtio-blk", disk, version, machine.Line((int)Line), machine.Unimplemented)));
            return machine;
        },
    };

    private KnownDifference[] KnownDifferences => [.. CommonDifferences, .. IsModern ? ModernDifferences : LegacyDifferences];

    internal static KnownDifference[] CommonDifferences =>
    [
        new(
            "A queue is as large as its device wants it. QEMU says 1024 whatever the device is.",
            d => d.Register is "QueueSizeMax" or "QueueNumMax"),
        new(
            "Writeback is switched by drivers that have negotiated VIRTIO_BLK_F_CONFIG_WCE. On QEMU by all.",
            d => d.Register == "Config" && d.Script != "life of a driver" && (d.Ours.Value ^ d.Theirs.Value) == 1),
    ];

    internal static KnownDifference[] ModernDifferences =>
    [
        new(
            "There are two words of features. QEMU gives the second for every selector but 0.",
            d => d.Register == "DeviceFeatures" && d.Ours.Value == 0 && d.Theirs.Value == 0x101),
        new(
            "Where there is no shared memory its address has all bits set too (section 4.2.2.1). In QEMU it is zero.",
            d => d.Register is "SHMBaseLow" or "SHMBaseHigh"),
    ];

    internal static KnownDifference[] LegacyDifferences =>
    [
        new(
            "The legacy interface has VIRTIO_F_ANY_LAYOUT, which is so, and neither VIRTIO_F_NOTIFY_ON_EMPTY nor VIRTIO_BLK_F_SCSI. QEMU has it the other way round.",
            d => d.Register == "DeviceFeatures" && (d.Ours.Value ^ d.Theirs.Value) == 0x0900_0080),
    ];

    [Test]
    public void Agrees()
    {
        var comparison = new DeviceComparison(Device);
        foreach (DeviceScript script in ScriptBuilder.All(Device))
        {
            comparison.Run(script);
        }

        comparison.Run(Features());
        comparison.Run(LifeOfADriver());
        comparison.AssertAgreement();
    }

    private static NamedRegister WithoutStarting(NamedRegister register) => s_starters.Contains(register.Name) ? register with { Writable = 0 } : register;

    private static DeviceScript Features()
    {
        var script = new DeviceScript("features");
        foreach (uint word in (uint[])[0, 1, 2, uint.MaxValue])
        {
            script.Write(0x014, word).Read(0x010);
        }

        return script;
    }

    // From the reset to a running queue, without a request, and back.
    private DeviceScript LifeOfADriver()
    {
        DeviceScript script = new DeviceScript("life of a driver").Write(0x070, 0).Read(0x070).Write(0x070, 1).Write(0x070, 3).Read(0x070);
        if (IsModern)
        {
            script.Write(0x024, 1).Write(0x020, 1).Write(0x024, 0).Write(0x020, 0xa44).Write(0x070, 0xb).Read(0x070);
            script.Write(0x030, 0).Read(0x044).Write(0x038, 8).Write(0x080, 0x4001_0000).Write(0x084, 0).Write(0x090, 0x4001_0080).Write(0x094, 0)
                .Write(0x0a0, 0x4001_1000).Write(0x0a4, 0).Write(0x044, 1).Read(0x044).Write(0x070, 0xf).Read(0x070);
            script.Write(0x030, 1).Read(0x044).Write(0x030, 0).Read(0x044);
        }
        else
        {
            script.Write(0x020, 0xa44).Write(0x028, 4096).Write(0x030, 0).Read(0x040).Write(0x038, 8).Write(0x03c, 4096).Write(0x040, 0x4_0010).Read(0x040).Write(0x070, 7).Read(0x070);
            script.Write(0x030, 1).Read(0x040).Write(0x030, 0).Read(0x040);
        }

        script.Write(0x050, 0).Write(0x050, 5).Read(0x060).Write(0x064, 3).Read(0x060).Write(0x120, 0, 1).Read(0x120, 1).Write(0x120, 1, 1).Read(0x120, 1);
        return script.Write(0x070, 0).Read(0x070).Read(IsModern ? 0x044u : 0x040u).Read(0x060);
    }
}
