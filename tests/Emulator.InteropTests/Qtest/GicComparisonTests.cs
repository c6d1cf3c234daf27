using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.InteropTests.Qtest;

/// <summary>Our GICv3 distributor and redistributor and QEMU's, in one security state as <c>virt</c> has it.</summary>
internal sealed class GicComparisonTests
{
    private const ulong DistributorAddress = 0x0800_0000;
    private const ulong RedistributorAddress = 0x080a_0000;
    private const ulong RedistributorLength = 0x2_0000;
    private const int SpiCount = 224;

    // QEMU numbers the inputs: SPIs first, 32 more than its GICD_TYPER tells of, then 32 for each CPU.
    private const int FirstPpiInput = 256;

    private static readonly NamedRegister[] s_distributorRegisters = [.. ScriptBuilder.RegistersOf(GicDistributor.Registers).Select(Existing)];
    private static readonly NamedRegister[] s_redistributorRegisters = [.. ScriptBuilder.RegistersOf(GicRedistributor.Registers).Select(Existing)];

    internal static ComparedDevice Distributor => new()
    {
        Name = "GIC distributor",
        Address = DistributorAddress,
        Registers = s_distributorRegisters,
        WatchesInterrupts = false,
        Create = () => Create(new GicV3Options { SpiCount = SpiCount }),
        KnownDifferences =
        [
            ScriptBuilder.ReservedBitsAreKept(s_distributorRegisters),
            new(
                "Interrupts beyond GICD_TYPER.ITLinesNumber read as zero and ignore writes. QEMU has 32 more than its GICD_TYPER tells of.",
                d => d.Script == "absent interrupts" && d.Ours.Value == 0),
        ],
    };

    internal static ComparedDevice Redistributor => new()
    {
        Name = "GIC redistributor",
        Address = RedistributorAddress,
        Registers = s_redistributorRegisters,
        WatchesInterrupts = false,
        Create = () => Create(new GicV3Options { SpiCount = SpiCount }),
        KnownDifferences = [ScriptBuilder.ReservedBitsAreKept(s_redistributorRegisters)],
    };

    internal static KnownDifference[] NonSecureRedistributorDifferences =>
    [
        ScriptBuilder.ReservedBitsAreKept(s_redistributorRegisters),
        new(
            "GICR_WAKER reads as zero to Non-secure accesses while there are two security states (GICv3 architecture). QEMU shows it.",
            d => d.Register == "GICR_WAKER" && d.Ours.Value == 0),
    ];

    [Test]
    public void DistributorAgrees() => Compare(Distributor, [0, 1, 2, 31, 32, 33, 223], 0);

    [Test]
    public void RedistributorAgrees() => Compare(Redistributor, [.. Enumerable.Range(16, 16).Select(id => FirstPpiInput + id)], 0x1_0000);

    // What a Non-secure access sees where there are two security states, everything being Secure after reset.
    [Test]
    public void NonSecureViewAgrees()
    {
        var options = new GicV3Options { SpiCount = SpiCount, TwoSecurityStates = true };
        foreach (ComparedDevice device in (ComparedDevice[])[Distributor, Redistributor])
        {
            var comparison = new DeviceComparison(device with
            {
                Name = $"{device.Name}, Non-secure",
                QemuArguments = ["-machine", "secure=on"],
                Create = () => Create(options),
                KnownDifferences = device.Name == Distributor.Name ? [] : NonSecureRedistributorDifferences,
            });
            foreach (DeviceScript script in ScriptBuilder.All(device))
            {
                comparison.Run(script);
            }

            comparison.AssertAgreement();
        }
    }

    // 20 CPUs: affinities go by clusters of 16.
    [Test]
    public void EachCpuHasItsRedistributor()
    {
        const int cpus = 20;
        var comparison = new DeviceComparison(Redistributor with
        {
            Name = "GIC redistributors of 20 CPUs",
            Registers = [.. Enumerable.Range(0, cpus).Select(i => new NamedRegister((ulong)i * RedistributorLength, $"redistributor {i}", 2 * 0x4000))],
            QemuArguments = ["-smp", $"{cpus}"],
            Create = () => Create(new GicV3Options { SpiCount = SpiCount, CpuCount = cpus }),
            KnownDifferences = [],
        });
        var script = new DeviceScript("redistributors");
        for (ulong i = 0; i < cpus; i++)
        {
            ulong frame = i * RedistributorLength;
            script.Read(frame + 4).Read(frame + 8).Read(frame + 12).Read(frame + 8, 8).Read(frame + 0x14).Read(frame + 0xffe8);
            script.Write(frame + 0x1_0100, 1u << (int)i).Read(frame + 0x1_0100);
        }

        for (ulong i = 0; i < cpus; i++)
        {
            script.Read((i * RedistributorLength) + 0x1_0100);
        }

        comparison.Run(script);
        comparison.AssertAgreement();
    }

    private static void Compare(ComparedDevice device, int[] lines, ulong frame)
    {
        var comparison = new DeviceComparison(device);
        foreach (DeviceScript script in ScriptBuilder.All(device))
        {
            comparison.Run(script);
        }

        for (int i = 0; i < 4; i++)
        {
            comparison.Run(RandomLines(device, lines, frame, i));
        }

        if (frame == 0)
        {
            comparison.Run(AbsentInterrupts());
        }

        comparison.AssertAgreement();
    }

    // The registers of interrupts that exist, with the bits that mean something: a priority has five, and affinities have no more than their bytes.
    private static NamedRegister Existing(NamedRegister register)
    {
        int interrupts = register.Name.StartsWith("GICD", StringComparison.Ordinal) ? SpiCount + 32 : 32;
        return register.Name[5..] switch
        {
            "IGROUPR" or "ISENABLER" or "ICENABLER" or "ISPENDR" or "ICPENDR" or "ISACTIVER" or "ICACTIVER" or "IGRPMODR" => register with { Count = interrupts / 32 },
            "ICFGR" or "NSACR" => register with { Count = Math.Min(register.Count, interrupts / 16) },
            "IPRIORITYR" => register with { Count = interrupts / 4, Writable = 0xf8f8_f8f8, Reserved = 0x0707_0707 },
            "IROUTER" => register with { Count = interrupts, Width = 8, Writable = 0xff_80ff_ffff, Reserved = 0xffff_ff00_7f00_0000 },

            // QEMU's tables would have to be memory.
            "CTLR" when register.Name == "GICR_CTLR" => register with { Writable = 0 },
            "PROPBASER" => register with { Width = 8, Count = 1, Writable = 0x070f_ffff_ffff_ff9f, Reserved = 0x0000_0000_0000_0060 },
            "PENDBASER" => register with { Width = 8, Count = 1, Writable = 0x070f_ffff_ffff_0f80, Reserved = 0xb8f0_0000_0000_f07f },
            _ => register,
        };
    }

    private static DeviceScript AbsentInterrupts()
    {
        const ulong firstBank = (SpiCount + 32) / 32;
        var script = new DeviceScript("absent interrupts");
        foreach (ulong row in (ulong[])[0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, 0xd00])
        {
            for (ulong bank = firstBank; bank < 32; bank++)
            {
                script.Write(row + (4 * bank), uint.MaxValue).Read(row + (4 * bank)).Write(row + (4 * bank), 0).Read(row + (4 * bank));
            }
        }

        for (ulong id = 32 * firstBank; id < 1024; id += 4)
        {
            script.Write(0x400 + id, uint.MaxValue).Read(0x400 + id);
            script.Write(0xc00 + (id / 4 & ~3ul), uint.MaxValue).Read(0xc00 + (id / 4 & ~3ul));
            script.Write(0x6000 + (8 * id), uint.MaxValue, 8).Read(0x6000 + (8 * id), 8);
        }

        return script;
    }

    private static OurMachine Create(GicV3Options options)
    {
        var machine = new OurMachine();
        var gic = new GicV3(options, machine.Unimplemented, new DmaView(machine.Bus, BusInitiator.Host));
        machine.Bus.MapDevice(DistributorAddress, gic.Distributor);
        for (int cpu = 0; cpu < options.CpuCount; cpu++)
        {
            machine.Bus.MapDevice(RedistributorAddress + ((ulong)cpu * RedistributorLength), gic.Redistributor(cpu));
        }

        machine.SetLine = (line, level) => (line < SpiCount ? gic.Spi(line) : gic.Ppi(0, line - FirstPpiInput)).Set(level);
        return machine;
    }

    // Lines come and go while pending, active, enable and trigger are changed beneath them.
    private static DeviceScript RandomLines(ComparedDevice device, int[] lines, ulong frame, int index)
    {
        TestContext.Out.WriteLine($"{device.Name}: random lines {index}, seed {ScriptBuilder.Seed}");
        var random = new Random(ScriptBuilder.Seed + index);
        var script = new DeviceScript($"random lines {index}");
        ulong[] banks = [.. lines.Select(l => frame == 0 ? (ulong)(l + 32) / 32 : 0).Distinct()];
        ulong[] rows = [0x100, 0x180, 0x200, 0x280, 0x300, 0x380];
        for (int i = 0; i < 2000; i++)
        {
            ulong bank = banks[random.Next(banks.Length)];
            switch (random.Next(3))
            {
                case 0:
                    script.SetLine(lines[random.Next(lines.Length)], random.Next(2) == 0);
                    break;
                case 1:
                    script.Write(frame + 0xc00 + (8 * bank) + (4 * (ulong)random.Next(2)), (uint)random.Next());
                    break;
                default:
                    script.Write(frame + rows[random.Next(rows.Length)] + (4 * bank), (uint)random.Next() & (uint)random.Next());
                    break;
            }

            foreach (ulong row in rows)
            {
                script.Read(frame + row + (4 * bank));
            }
        }

        return script;
    }
}
