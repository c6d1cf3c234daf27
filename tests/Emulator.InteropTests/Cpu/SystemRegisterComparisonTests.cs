using Emulator.InteropTests.Boards;

namespace Emulator.InteropTests.Cpu;

/// <summary>
/// Every encoding of MRS and MSR, and the system instructions, on our CPU and on QEMU's: whether it is there, what it reads as, which bits are kept, to
/// which level it is trapped with which syndrome.
/// </summary>
[TestFixture]
internal sealed class SystemRegisterComparisonTests
{
    // HCR_EL2: RW, then TID0 to TID3, TSC, TIDCP, TACR, TSW, TPC, TPU, TTLB, TDZ.
    private const ulong HypervisorTraps = 0x8000_0000 | (0xfUL << 15) | (0x7fUL << 19) | (1UL << 28);

    // HCR_EL2: RW, TVM, TRVM.
    private const ulong VirtualMemoryTraps = 0x8000_0000 | (1UL << 26) | (1UL << 30);

    // HCR_EL2: RW, TGE.
    private const ulong GeneralTraps = 0x8800_0000;

    // HCR_EL2: RW, E2H; and with TGE.
    private const ulong Host = 0x4_8000_0000;
    private const ulong HostInForce = 0x4_8800_0000;

    // CPTR_EL2 of a host: FPEN.
    private const ulong HostAccess = 3 << 20;

    // SCTLR_EL1: reset value with UMA, DZE, UCT, UCI.
    private const ulong UserAccess = 0xc5_0838 | (1UL << 9) | (1UL << 14) | (1UL << 15) | (1UL << 26);

    private readonly Dictionary<SystemRegisterScenario, IReadOnlyList<SystemRegisterDifference>> _results = [];

    /// <summary>What differs on purpose. Each must be met in some scenario.</summary>
    internal static IReadOnlyList<(string Reason, Predicate<SystemRegisterDifference> Matches)> Explanations { get; } =
    [
        ("AArch32 is not offered at any level: ID_AA64PFR0_EL1 says so.", d => d.Name == "S3_0_C0_C4_0"),
        ("Big-endian data is not implemented: ID_AA64MMFR0_EL1.BigEnd is clear.", d => d.Name == "S3_0_C0_C7_0"),
        ("OSDTRRX_EL1, OSDTRTX_EL1, OSECCR_EL1, DBGPRCR_EL1, DBGCLAIMSET_EL1, DBGCLAIMCLR_EL1, DBGAUTHSTATUS_EL1, DBGDTR_EL0 and DBGDTRRX_EL0 are there, as on the Cortex cores.",
            d => d.Qemu is null && d.Encoding >> 14 == 2),
        ("RMR_ELx of the highest level is there, as on the Cortex cores.", d => d.Qemu is null && d.Name is "S3_0_C12_C0_2" or "S3_4_C12_C0_2" or "S3_6_C12_C0_2"),
        ("MDCCINT_EL1 and DBGVCR32_EL2 are registers; on QEMU reading them leaves the destination as it was.", d => d.Name is "S2_0_C0_C2_0" or "S2_4_C0_C7_0"),
        ("Bits that ARMv8.0 does not define are not kept.", d => d.Scenario.Mode == SystemRegisterMode.Masks && d.KeepsFewerBits),
        ("HCR_EL2.TIDCP traps the encodings left to implementations, allocated or not; QEMU 7.2 has no such trap.", d => d.Ours is not null && d.Ours.StartsWith("T 2", StringComparison.Ordinal) && ((d.Encoding >> 7) & 15) is 11 or 15),
        ("DC ZVA with the MMU off is a store to Device memory and takes an Alignment fault.", d => d.Name == "S1_3_C7_C4_1" && d.Ours!.EndsWith("61", StringComparison.Ordinal)),
        ("MDSCR_EL1.TDCC traps MDCCSR_EL0.", d => d.Name == "S2_3_C0_C1_0"),
        ("PMCEID0_EL0 and PMCEID1_EL0 tell of more events.", d => d.Name is "S3_3_C9_C12_6" or "S3_3_C9_C12_7"),
        ("QEMU's max has more features: its identification registers tell of them and of AArch32, its caches need less maintenance (CLIDR_EL1), and SPSR_ELx holds more.",
            d => d.Scenario.Cpu == "max" && (d.Encoding >> 7 == 0x180 || d.Ours is null || d.Name is "S3_1_C0_C0_1" or "S3_0_C4_C0_0" or "S3_4_C4_C0_0" or "S3_6_C4_C0_0")),
        ("RNDR and RNDRRS read random numbers, here those of the seed.", d => d is { Qemu: not null, Ours: not null, Name: "S3_3_C2_C4_0" or "S3_3_C2_C4_1" }),
        ("TLB maintenance of EL2 is UNDEFINED at EL3 while SCR_EL3.NS is clear.", d => d.Ours is null && d.Name.StartsWith("S1_4_C8", StringComparison.Ordinal)),
    ];

    private static IEnumerable<SystemRegisterScenario> Scenarios =>
    [
        new("All", 3, 3, SystemRegisterMode.Reads),
        new("All", 3, 3, SystemRegisterMode.Reads) { Cpu = "cortex-a53" },
        new("All", 3, 3, SystemRegisterMode.Reads) { Cpu = "cortex-a72" },
        new("All", 3, 3, SystemRegisterMode.Masks),
        new("All", 3, 3, SystemRegisterMode.Instructions),
        new("Secure", 3, 3, SystemRegisterMode.Instructions) { Scr = 0x530 },
        new("No EL3", 2, 2, SystemRegisterMode.Reads),
        new("No EL2", 1, 1, SystemRegisterMode.Reads),
        new("All", 3, 2, SystemRegisterMode.Reads),
        new("All", 3, 2, SystemRegisterMode.Instructions),
        new("All", 3, 1, SystemRegisterMode.Reads),
        new("All", 3, 1, SystemRegisterMode.Instructions),
        new("Secure", 3, 1, SystemRegisterMode.Reads) { Scr = 0x530, Hcr = HypervisorTraps },
        new("HCR_EL2 traps", 3, 1, SystemRegisterMode.Reads) { Hcr = HypervisorTraps },
        new("HCR_EL2 traps", 3, 1, SystemRegisterMode.Writes) { Hcr = HypervisorTraps },
        new("HCR_EL2 traps", 3, 1, SystemRegisterMode.Instructions) { Hcr = HypervisorTraps },
        new("HCR_EL2.TVM and TRVM", 3, 1, SystemRegisterMode.Reads) { Hcr = VirtualMemoryTraps },
        new("HCR_EL2.TVM", 3, 1, SystemRegisterMode.Writes) { Hcr = VirtualMemoryTraps & ~(1UL << 30) },
        new("MDCR_EL2 traps", 3, 1, SystemRegisterMode.Reads) { Mdcr2 = 0xfe0 },
        new("MDCR_EL3 traps", 3, 2, SystemRegisterMode.Reads) { Mdcr3 = 0x640 },
        new("CPTR_EL2 traps", 3, 1, SystemRegisterMode.Writes) { Cptr2 = 0x8000_37ff },
        new("CPTR_EL3 traps", 3, 2, SystemRegisterMode.Reads) { Cptr3 = 0x8000_0400 },
        new("Max", 3, 3, SystemRegisterMode.Masks) { Cpu = "max" },
        new("Host", 3, 2, SystemRegisterMode.Reads) { Cpu = "max", Hcr = Host, Cptr2 = HostAccess },
        new("Host", 3, 2, SystemRegisterMode.Masks) { Cpu = "max", Hcr = Host, Cptr2 = HostAccess },
        new("Host", 3, 2, SystemRegisterMode.Instructions) { Cpu = "max", Hcr = HostInForce, Cptr2 = HostAccess },
        new("Host", 3, 1, SystemRegisterMode.Reads) { Cpu = "max", Hcr = Host, Cptr2 = HostAccess },
        new("User of a host", 3, 0, SystemRegisterMode.Reads) { Cpu = "max", Hcr = HostInForce, Cptr2 = HostAccess },
        new("User of a host", 3, 0, SystemRegisterMode.Writes) { Cpu = "max", Hcr = HostInForce, Cptr2 = HostAccess },
        new("User", 3, 0, SystemRegisterMode.Reads),
        new("User", 3, 0, SystemRegisterMode.Writes) { Hcr = GeneralTraps },
        new("User", 3, 0, SystemRegisterMode.Instructions),
        new("User with SCTLR_EL1", 3, 0, SystemRegisterMode.Reads) { Sctlr = UserAccess, Hcr = HypervisorTraps },
        new("User with SCTLR_EL1", 3, 0, SystemRegisterMode.Instructions) { Sctlr = UserAccess },
        new("User without CPACR_EL1, with MDSCR_EL1.TDCC", 3, 0, SystemRegisterMode.Reads) { Cpacr = 0, Mdscr = 0x1000 },
        new("User with PMUSERENR_EL0.EN", 3, 0, SystemRegisterMode.Writes) { Pmuserenr = 1 },
        new("User with PMUSERENR_EL0.SW", 3, 0, SystemRegisterMode.Writes) { Pmuserenr = 2 },
        new("User with PMUSERENR_EL0.CR", 3, 0, SystemRegisterMode.Reads) { Pmuserenr = 4 },
        new("User with PMUSERENR_EL0.ER", 3, 0, SystemRegisterMode.Writes) { Pmuserenr = 8 },
    ];

    [TestCaseSource(nameof(Scenarios))]
    public void EveryDifferenceIsExplained(SystemRegisterScenario scenario) =>
        Assert.That(Compare(scenario).Where(d => !Explanations.Any(e => e.Matches(d))), Is.Empty);

    [Test]
    public void EveryExplanationIsNeeded() =>
        Assert.That(
            Explanations.Where(e => !Scenarios.Any(s => Compare(s).Any(d => e.Matches(d)))).Select(e => e.Reason),
            Is.Empty);

    [Test]
    public void DocumentationTellsEveryExplanation() =>
        Assert.That(
            File.ReadLines(Path.Combine(SystemRegisterGuest.RepositoryRoot(), "docs", "cpu.md")).Where(l => l.StartsWith("- ", StringComparison.Ordinal)).Select(l => l[2..]),
            Is.SupersetOf(Explanations.Select(e => e.Reason)));

    private IReadOnlyList<SystemRegisterDifference> Compare(SystemRegisterScenario scenario)
    {
        if (_results.TryGetValue(scenario, out IReadOnlyList<SystemRegisterDifference>? known))
        {
            return known;
        }

        QemuVirt.Require();
        SortedDictionary<int, string> qemu = SystemRegisterGuest.RunOnQemu(scenario);
        SortedDictionary<int, string> ours = SystemRegisterGuest.RunHere(scenario);
        SystemRegisterDifference[] differences =
        [
            .. qemu.Keys.Union(ours.Keys).Order()
                .Select(e => new SystemRegisterDifference(scenario, e, qemu.GetValueOrDefault(e), ours.GetValueOrDefault(e)))
                .Where(d => d.Qemu != d.Ours && !IsOfABank(d.Encoding)),
        ];
        _results.Add(scenario, differences);
        return differences;
    }

    // The GIC's CPU interface and the generic timers are not the CPU's and have comparisons of their own: ICC_PMR_EL1, CRn 12 with CRm from 8, CRn 14 but for the PMU.
    private static bool IsOfABank(int encoding)
    {
        int op1 = (encoding >> 11) & 7;
        int crn = (encoding >> 7) & 15;
        int crm = (encoding >> 3) & 15;
        return encoding >> 14 == 3
            && ((crn == 4 && crm == 6) || (crn == 12 && crm >= 8) || (crn == 14 && (op1 != 3 || crm < 8)));
    }
}
