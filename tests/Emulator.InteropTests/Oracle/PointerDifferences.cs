using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Where libunicorn's CPU <c>max</c> is not what the architecture says about pointer authentication.</summary>
internal static class PointerDifferences
{
    private const ulong UpperBits = 3UL << 62;

    /// <summary>The list.</summary>
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new(
            "code of an address that is not canonical",
            "bit 63 of the code is inverted; the architecture inverts bit 62 (Arm ARM, AddPAC), and so does QEMU 7.2",
            row => row.Feature == CpuFeature.PAuth && row.Name.StartsWith("Pac", StringComparison.Ordinal) && row.Opcode != A64Opcode.PacGeneric,
            (_, ours, theirs) => IsOtherBitInverted(ours.Registers, theirs.Registers)),
        new(
            "modifier of LDRAA and LDRAB",
            "SP; the architecture and QEMU 7.2 have zero (Arm ARM C6.2, LDRAA)",
            row => row.Opcode is A64Opcode.LoadRegisterAuthenticatedOffset or A64Opcode.LoadRegisterAuthenticatedPreIndexed,
            (testCase, ours, theirs) => testCase.Registers.Sp != 0 && ours.Outcome == OracleOutcome.Completed && theirs.Outcome == OracleOutcome.DataAbort),
    ];

    private static unsafe bool IsOtherBitInverted(RegisterFile ours, RegisterFile theirs)
    {
        int inverted = 0;
        for (int i = 0; i < 31; i++)
        {
            if ((ours.X[i] ^ theirs.X[i]) == UpperBits)
            {
                ours.X[i] = theirs.X[i];
                inverted++;
            }
        }

        return inverted == 1 && !ours.Differences(theirs, "", "").Any();
    }
}
