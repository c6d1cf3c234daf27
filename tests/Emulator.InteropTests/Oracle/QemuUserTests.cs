using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Random instructions of every row of the user's view, with random state, on the interpreter and on <c>qemu-aarch64</c>, both with the CPU <c>max</c>.</summary>
internal sealed class QemuUserTests
{
    private InterpreterSubject? _ours;
    private QemuUserSubject? _theirs;

    private static IEnumerable<A64Row> ComparedRows => A64Table.Rows.Where(OracleChoice.IsComparedWithQemu);

    private static IEnumerable<TestCaseData> Rows() => ComparedRows.Select(row => new TestCaseData(row.Opcode).SetArgDisplayNames(row.Name));

    private static IEnumerable<TestCaseData> Differences() =>
        QemuDifferences.All.Select(difference => new TestCaseData(difference).SetArgDisplayNames(difference.Name));

    private static IEnumerable<TestCaseData> Mutants() =>
        Mutations.All.Concat(LaterMutations.All).Where(mutation => OracleChoice.IsComparedWithQemu(A64Table.Find(mutation.Row)!)).Select(mutation => new TestCaseData(mutation).SetArgDisplayNames(mutation.ToString()));

    [OneTimeSetUp]
    public void Open()
    {
        QemuUserSubject.Require();
        _ours = new InterpreterSubject(CpuModel.Max, ignoresTopByte: true);
        _theirs = new QemuUserSubject();
    }

    [OneTimeTearDown]
    public void Close()
    {
        _ours?.Dispose();
        _theirs?.Dispose();
    }

    [TestCaseSource(nameof(Rows))]
    public void RowAgreesWithQemu(A64Opcode opcode)
    {
        var rig = new OracleRig(CpuModel.Max, _ours!, _theirs!, QemuDifferences.All);
        RowResult result = rig.Compare(A64Table.Find(opcode)!);
        Conformance.Qemu[opcode] = result;
        Assert.That(result.Completed, Is.GreaterThan(OracleSettings.Cases / 5), "cases that executed without an exception");
    }

    [TestCaseSource(nameof(Differences))]
    public void KnownDifferenceIsStillMet(KnownDifference difference)
    {
        var rig = new OracleRig(CpuModel.Max, _ours!, _theirs!, [difference]);
        Assert.That(rig.Meets(difference, ComparedRows), Is.True, $"qemu-aarch64 does not show this any more; take it from the list: {difference.Reason}");
    }

    [TestCaseSource(nameof(Mutants))]
    public void MutationIsCaught(Mutation mutation)
    {
        using var mutant = new MutatedSubject(_ours!, mutation);
        var rig = new OracleRig(CpuModel.Max, mutant, _theirs!, QemuDifferences.All);
        Assert.That(rig.Catches(mutation), Is.True, $"{OracleSettings.DefaultCases} cases do not tell the interpreter from one where this is wrong");
    }

    [Test]
    public void EveryLaterFeatureHasAMutation()
    {
        IEnumerable<CpuFeature> features = ComparedRows.Where(row => !OracleChoice.IsComparedWithUnicorn(row)).Select(row => row.Feature).Distinct();
        Assert.That(LaterMutations.All.Select(mutation => A64Table.Find(mutation.Row)!.Feature).Distinct(), Is.SupersetOf(features));
    }
}
