using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>
/// Where libunicorn 2.0.1, whose core is QEMU 5.0's, is not what the architecture says. Each entry is as narrow as can be, and a test sees to it that it is still met.
/// </summary>
internal static class UnicornDifferences
{
    /// <summary>A difference that later versions of QEMU have as well.</summary>
    public static KnownDifference StoreExclusiveWithoutMonitor { get; } = new(
        "faults of a store-exclusive that does not store",
        "without a monitor the status is 1 whatever the address is, as in QEMU 7.2; the architecture wants the Alignment fault and leaves the others open (Arm ARM, AArch64.ExclusiveMonitorsPass)",
        row => row.Name.StartsWith("Store", StringComparison.Ordinal) && row.Name.Contains("Exclusive", StringComparison.Ordinal),
        (testCase, ours, theirs) => ours.Outcome == OracleOutcome.DataAbort && theirs.Outcome == OracleOutcome.Completed
            && testCase.Words.Length == 1 && IsUnchanged(testCase, ours) && HasStatus(testCase, theirs, 1));

    /// <summary>The list.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new(
            "alignment of LDAR and STLR",
            "not checked; the architecture wants an Alignment fault (Arm ARM B2.5.2), and QEMU 7.2 raises it",
            row => row.Opcode is A64Opcode.LoadAcquire or A64Opcode.StoreRelease,
            (testCase, ours, theirs) => ours.Outcome == OracleOutcome.DataAbort && theirs.Outcome == OracleOutcome.Completed
                && (testCase.Registers.Base(testCase.Field("Rn")) & ((1UL << (int)testCase.Field("size")) - 1)) != 0
                && IsUnchanged(testCase, ours)),
        StoreExclusiveWithoutMonitor,
        new(
            "FPCR.Len and FPCR.Stride",
            "kept, as libunicorn's CPUs have AArch32 at EL0; ours have not, so that they are RES0 (Arm ARM C5.2.7)",
            row => row.Opcode is A64Opcode.MoveToSystemRegister or A64Opcode.MoveFromSystemRegister,
            (testCase, ours, theirs) => (testCase.Word & SystemRegisterBits) == FpcrBits && Comparison.AreEqual(ours, WithoutFpcrFields(testCase, theirs))),
    ];

    private const uint SystemRegisterBits = 0x1f_ffe0;
    private const uint FpcrBits = 0x1b_4400;
    private const ulong FpcrVectorFields = 0x37_0000;

    private static bool IsUnchanged(OracleCase testCase, OracleResult result)
    {
        RegisterFile before = testCase.Registers;
        before.Pc = result.Registers.Pc;
        return !before.Differences(result.Registers, "", "").Any() && testCase.Data.AsSpan().SequenceEqual(result.Data);
    }

    private static bool HasStatus(OracleCase testCase, OracleResult result, ulong status)
    {
        RegisterFile expected = testCase.Registers;
        expected.Pc = result.Registers.Pc;
        if (testCase.Field("Rs") is var rs and not 31)
        {
            expected.SetBase(rs, status);
        }

        return !expected.Differences(result.Registers, "", "").Any() && testCase.Data.AsSpan().SequenceEqual(result.Data);
    }

    private static unsafe OracleResult WithoutFpcrFields(OracleCase testCase, OracleResult result)
    {
        var cleaned = new OracleResult { Outcome = result.Outcome, Registers = result.Registers };
        result.Data.CopyTo(cleaned.Data, 0);
        cleaned.Registers.Fpcr &= ~FpcrVectorFields;
        uint target = testCase.Words[^1] & 31;
        if (target != 31)
        {
            cleaned.Registers.X[target] &= ~FpcrVectorFields;
        }

        return cleaned;
    }
}
