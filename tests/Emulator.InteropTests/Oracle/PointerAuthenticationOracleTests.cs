using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Testing;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Oracle;

/// <summary>
/// Pointer authentication on the interpreter and on libunicorn, both with the CPU <c>max</c> and with the same keys, which <c>qemu-aarch64</c> keeps to itself.
/// </summary>
internal sealed class PointerAuthenticationOracleTests
{
    private EnginesSubject? _ours;
    private UnicornSubject? _theirs;

    private static IEnumerable<A64Row> ComparedRows => A64Table.Rows.Where(OracleChoice.IsComparedWithKeys);

    private static IEnumerable<TestCaseData> Rows() => ComparedRows.Select(row => new TestCaseData(row.Opcode).SetArgDisplayNames(row.Name));

    private static IEnumerable<TestCaseData> Mutants() => PointerMutations.All.Select(mutation => new TestCaseData(mutation).SetArgDisplayNames(mutation.ToString()));

    private static IEnumerable<TestCaseData> Differences() =>
        PointerDifferences.All.Select(difference => new TestCaseData(difference).SetArgDisplayNames(difference.Name));

    [OneTimeSetUp]
    public void Open()
    {
        try
        {
            UnicornLibrary.Require();
        }
        catch (UnicornUnavailableException exception)
        {
            Peer.Missing(exception.Message);
        }

        _ours = new EnginesSubject(CpuModel.Max, hasKeys: true);
        _theirs = new UnicornSubject(UnicornCpuModel.Max);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _ours?.Dispose();
        _theirs?.Dispose();
    }

    [TestCaseSource(nameof(Rows))]
    public void RowAgreesWithUnicorn(A64Opcode opcode)
    {
        var rig = new OracleRig(CpuModel.Max, _ours!, _theirs!, PointerDifferences.All);
        RowResult result = rig.Compare(A64Table.Find(opcode)!);
        Conformance.Unicorn[opcode] = result;
        Assert.That(result.Completed, Is.GreaterThan(OracleSettings.Cases / 5), "cases that executed without an exception");
    }

    [TestCaseSource(nameof(Differences))]
    public void KnownDifferenceIsStillMet(KnownDifference difference)
    {
        var rig = new OracleRig(CpuModel.Max, _ours!, _theirs!, [difference]);
        Assert.That(rig.Meets(difference, ComparedRows), Is.True, $"libunicorn does not show this any more; take it from the list: {difference.Reason}");
    }

    [TestCaseSource(nameof(Mutants))]
    public void MutationIsCaught(Mutation mutation)
    {
        using var mutant = new MutatedSubject(_ours!, mutation);
        var rig = new OracleRig(CpuModel.Max, mutant, _theirs!, PointerDifferences.All);
        Assert.That(rig.Catches(mutation), Is.True, $"{OracleSettings.DefaultCases} cases do not tell the interpreter from one where this is wrong");
    }
}
