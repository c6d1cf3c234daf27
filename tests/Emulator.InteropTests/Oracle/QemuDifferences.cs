using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Where <c>qemu-aarch64</c> 7.2 and the CPU <c>max</c> are not alike.</summary>
internal static class QemuDifferences
{
    /// <summary>The list.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        UnicornDifferences.StoreExclusiveWithoutMonitor,
        new(
            "alignment of LDAPR",
            "not checked; the architecture wants an Alignment fault where FEAT_LSE2 is not there (Arm ARM B2.5.2)",
            row => row.Opcode == A64Opcode.LoadAcquireRcpc,
            (testCase, ours, theirs) => ours.Outcome == OracleOutcome.DataAbort && theirs.Outcome == OracleOutcome.Completed
                && (testCase.Registers.Base(testCase.Field("Rn")) & ((1UL << (int)testCase.Field("size")) - 1)) != 0),
        new(
            "sign of FCVTZS from half precision to a fixed-point scalar",
            "extended to 32 bits; the architecture clears what is above the element (Arm ARM C7.2, FCVTZS (vector, fixed-point))",
            row => row.Opcode == A64Opcode.FloatConvertToSignedFixedScalarHalf,
            (testCase, ours, theirs) => IsSignExtended(testCase.Field("Rd"), ours.Registers, theirs.Registers)),
    ];

    private static unsafe bool IsSignExtended(uint register, RegisterFile ours, RegisterFile theirs)
    {
        ours.V[2 * register] = (uint)(short)ours.V[2 * register];
        return !ours.Differences(theirs, "", "").Any();
    }
}
