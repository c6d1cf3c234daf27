using Emulator.Interrupts;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our GICv2 and QEMU's: distributor, CPU interface, hypervisor interface, virtual CPU interface and message frame, as CPU 0 sees them.</summary>
internal sealed class GicV2ComparisonTests
{
    private const int SpiCount = 256;

    private static readonly string[] s_arguments = ["-machine", "gic-version=2"];
    private static readonly NamedRegister[] s_distributorRegisters = [.. ScriptBuilder.RegistersOf(GicV2Distributor.Registers).Select(Existing)];

    internal static ComparedDevice Distributor => new()
    {
        Name = "GICv2 distributor",
        Address = 0x0800_0000,
        Registers = s_distributorRegisters,
        WatchesInterrupts = false,
        Driven = "arm_gic",
        QemuArguments = s_arguments,
        Create = () => Create(1),
        KnownDifferences =
        [
            new(
                "GICD_ITARGETSR has the bit of the only CPU. In QEMU 7.2 it is RAZ/WI with one CPU.",
                d => d.Register == "GICD_ITARGETSR" && d.Theirs.Value == 0 && (d.Ours.Value & ~0x0101_0101_0101_0101ul) == 0),
            new(
                "GICD_SPENDSGIR takes senders that exist. QEMU 7.2 takes eight.",
                d => d.Script == "reserved bits" && d.Register is "GICD_SPENDSGIR" or "GICD_CPENDSGIR"),
            new(
                "GICD_SPENDSGIR makes an SGI pending when a sender is named. QEMU 7.2 shows it in GICD_ISPENDR when none is, too.",
                d => d.Register is "GICD_ISPENDR" or "GICD_ICPENDR" && (d.Ours.Value & ~d.Theirs.Value) == 0 && ((d.Ours.Value ^ d.Theirs.Value) << (8 * (int)(d.Step.Offset & 0x7f)) & ~0xfffful) == 0),
        ],
    };

    internal static ComparedDevice CpuInterface => Distributor with
    {
        Name = "GICv2 CPU interface",
        Address = 0x0801_0000,
        Registers = [.. ScriptBuilder.RegistersOf(GicV2CpuInterface.Registers).Where(IsThere)],
        Widths = [4],
        KnownDifferences = [],
    };

    internal static ComparedDevice HypervisorInterface => Distributor with
    {
        Name = "GICv2 hypervisor interface",
        Address = 0x0803_0000,
        Registers = [.. ScriptBuilder.RegistersOf(GicV2HypervisorInterface.Registers)],
        Widths = [4],
        KnownDifferences = [],
        QemuArguments = [.. s_arguments, "-machine", "virtualization=on"],
    };

    internal static ComparedDevice VirtualCpuInterface => HypervisorInterface with
    {
        Name = "GICv2 virtual CPU interface",
        Address = 0x0804_0000,
        Registers = [.. ScriptBuilder.RegistersOf(GicV2VirtualCpuInterface.Registers).Where(IsThere)],
        KnownDifferences =
        [
            new(
                "GICV_ABPR is at least 3, as GICH_VMCR has it: five bits can preempt. QEMU 7.2 takes less.",
                d => d.Register == "GICV_ABPR" && d.Theirs.Value < 3),
        ],
    };

    internal static ComparedDevice MessageFrame => Distributor with
    {
        Name = "GICv2m frame",
        Address = 0x0802_0000,
        Registers = [.. ScriptBuilder.RegistersOf(GicV2MessageFrame.Registers)],
        Widths = [4],
        KnownDifferences = [],
    };

    [Test]
    public void DistributorAgrees() => Compare(Distributor);

    [Test]
    public void CpuInterfaceAgrees() => Compare(CpuInterface);

    [Test]
    public void HypervisorInterfaceAgrees() => Compare(HypervisorInterface);

    [Test]
    public void VirtualCpuInterfaceAgrees() => Compare(VirtualCpuInterface);

    [Test]
    public void MessageFrameAgrees() => Compare(MessageFrame);

    // What drivers do: interrupts come by wire, message and SGI, are acknowledged, and ended.
    [Test]
    public void InterruptsAreTakenAlike([Range(0, 3)] int index)
    {
        TestContext.Out.WriteLine($"interrupts {index}, seed {ScriptBuilder.Seed}");
        var comparison = new DeviceComparison(Distributor with { Name = $"GICv2 interrupts {index}", KnownDifferences = [] });
        comparison.Run(Interrupts(new Random(ScriptBuilder.Seed + index)));
        comparison.AssertAgreement();
    }

    private static void Compare(ComparedDevice device)
    {
        var comparison = new DeviceComparison(device);
        foreach (DeviceScript script in ScriptBuilder.All(device))
        {
            comparison.Run(script);
        }

        comparison.AssertAgreement();
    }

    private static DeviceScript Interrupts(Random random)
    {
        const ulong cpuInterface = 0x1_0000;
        const ulong messages = 0x2_0000;
        int[] ids = [0, 3, 15, 16, 27, 31, 32, 47, 80, 143];
        var script = new DeviceScript("interrupts");
        script.Write(0, 3).Write(cpuInterface, 7).Write(cpuInterface + 4, 0xff);
        foreach (int id in ids)
        {
            script.Write(0x100 + (4 * ((ulong)id / 32)), 1u << (id % 32)).Write(0x400 + (ulong)id, (uint)random.Next(256) & 0xf8, 1);
        }

        script.Write(0xc00 + (4 * 5), 0xaaaa_aaaa).Write(0xc00 + (4 * 8), 0xaaaa_aaaa);
        for (int i = 0; i < 600; i++)
        {
            int id = ids[random.Next(ids.Length)];
            switch (random.Next(7))
            {
                case 0 when id >= 32 && id < 80:
                    script.SetLine(id - 32, random.Next(2) == 0);
                    break;
                case 1 when id is >= 16 and < 32:
                    script.SetLine(SpiCount + id, random.Next(2) == 0);
                    break;
                case 2:
                    script.Write(messages + 0x40, (uint)id);
                    break;
                case 3:
                    script.Write(0xf00, (2u << 24) | ((uint)id & 15));
                    break;
                case 4:
                    script.Read(cpuInterface + 0x0c);
                    break;
                case 5:
                    script.Write(cpuInterface + 0x10, (uint)id);
                    break;
                default:
                    script.Read(cpuInterface + 0x18);
                    break;
            }

            script.Read(cpuInterface + 0x14).Read(0x200).Read(0x204).Read(0x208).Read(0x300).Read(0x304);
        }

        return script;
    }

    // QEMU 7.2 lacks the aliases of Group 1.
    private static bool IsThere(NamedRegister register) => register.Name[5..] is not ("AIAR" or "AEOIR" or "AHPPIR");

    // The registers of interrupts that exist.
    private static NamedRegister Existing(NamedRegister register) => register.Name[5..] switch
    {
        "IGROUPR" or "ISENABLER" or "ICENABLER" or "ISPENDR" or "ICPENDR" or "ISACTIVER" or "ICACTIVER" => register with { Count = (SpiCount + 32) / 32 },
        "ICFGR" or "NSACR" => register with { Count = (SpiCount + 32) / 16 },
        "IPRIORITYR" or "ITARGETSR" => register with { Count = (SpiCount + 32) / 4 },

        // A reserved filter sends to all CPUs on QEMU 7.2, and to none here.
        "SGIR" => register with { Writable = 0xfdff_ffff },
        "CPENDSGIR" or "SPENDSGIR" => register with { Writable = 0x0101_0101, Reserved = 0xfefe_fefe },
        _ => register,
    };

    private static OurMachine Create(int cpus)
    {
        var machine = new OurMachine();
        var gic = new GicV2(new GicV2Options { CpuCount = cpus, SpiCount = SpiCount, HasVirtualInterface = true }, machine.Unimplemented);
        machine.Bus.MapDevice(0x0800_0000, gic.Distributor);
        machine.Bus.MapDevice(0x0801_0000, gic.CpuInterface);
        machine.Bus.MapDevice(0x0803_0000, gic.HypervisorInterface!);
        machine.Bus.MapDevice(0x0804_0000, gic.VirtualCpuInterface!);
        IInterruptLine[] messages = [.. Enumerable.Range(48, 64).Select(gic.Spi)];
        machine.Bus.MapDevice(0x0802_0000, new GicV2MessageFrame("v2m", 80, messages, machine.Unimplemented));
        machine.SetLine = (line, level) => (line < SpiCount ? gic.Spi(line) : gic.Ppi(0, line - SpiCount)).Set(level);
        return machine;
    }
}
