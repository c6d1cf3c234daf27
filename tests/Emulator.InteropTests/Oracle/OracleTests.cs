using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;
using Emulator.Testing;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Oracle;

/// <summary>Random instructions of every row, with random state, on the interpreter and on libunicorn: all of the state afterwards must be the same.</summary>
internal sealed class OracleTests
{
    // libunicorn executes ERET whatever is in Rn, where the architecture wants ones; that would leave it at another exception level.
    private const uint ExceptionReturnWithoutRn = 0xd69f_0000;
    private const uint RnBits = 0x3e0;

    // What ends in an exception every time, at EL1 and without a debugger.
    private static readonly A64Opcode[] Exceptional =
    [
        A64Opcode.SupervisorCall, A64Opcode.HypervisorCall, A64Opcode.SecureMonitorCall, A64Opcode.BreakpointInstruction, A64Opcode.HaltInstruction,
        A64Opcode.DebugChangeStateToEl1, A64Opcode.DebugChangeStateToEl2, A64Opcode.DebugChangeStateToEl3,
        A64Opcode.DebugRestoreProcessState, A64Opcode.SystemInstructionWithResult,
    ];

    private static readonly A64Row UnallocatedRow =
        new(A64Opcode.Undefined, ".inst", A64Group.Integer, CpuFeature.Base, 0, 0, [], [], Pending: false);

    private EnginesSubject? _ours;
    private UnicornSubject? _theirs;

    private static IEnumerable<A64Row> ComparedRows => A64Table.Rows.Where(OracleChoice.IsComparedWithUnicorn);

    private static IEnumerable<TestCaseData> Rows() => ComparedRows.Select(row => new TestCaseData(row.Opcode).SetArgDisplayNames(row.Name));

    private static IEnumerable<TestCaseData> Differences() =>
        UnicornDifferences.All.Select(difference => new TestCaseData(difference).SetArgDisplayNames(difference.Name));

    private static IEnumerable<TestCaseData> Mutants() => Mutations.All.Select(mutation => new TestCaseData(mutation).SetArgDisplayNames(mutation.ToString()));

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

        _ours = new EnginesSubject(CpuModel.CortexA57);
        _theirs = new UnicornSubject(UnicornCpuModel.CortexA57);
        TestContext.Progress.WriteLine($"oracle: {OracleSettings.SeedVariable}={OracleSettings.Seed}, {OracleSettings.Cases} cases for each row");
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
        var rig = new OracleRig(CpuModel.CortexA57, _ours!, _theirs!, UnicornDifferences.All);
        RowResult result = rig.Compare(A64Table.Find(opcode)!);
        Conformance.Unicorn[opcode] = result;
        Assert.That(result.Completed, Array.IndexOf(Exceptional, opcode) >= 0 ? Is.Zero : Is.GreaterThan(OracleSettings.Cases / 5), "cases that executed without an exception");
    }

    [Test]
    public void EveryRowIsComparedOrSaidNotToBe()
    {
        A64Opcode[] compared = [.. A64Table.Rows.Where(row => OracleChoice.IsComparedWithUnicorn(row) || OracleChoice.IsComparedWithKeys(row) || OracleChoice.IsComparedWithQemu(row)).Select(row => row.Opcode)];
        IEnumerable<A64Opcode> rest = A64Table.Rows.Where(row => !row.Pending).Select(row => row.Opcode).Except(compared);
        Assert.That(rest, Is.EquivalentTo(NotComparable.Rows.Keys));
        Assert.That(compared, Has.Length.GreaterThan(570));
    }

    [Test]
    public void WordsOfNoRowAreUndefined()
    {
        // Both CPUs are ARMv8.0-A: what later architectures have added is unallocated as well.
        var rig = new OracleRig(CpuModel.CortexA57, _ours!, _theirs!, []);
        int compared = 0;
        foreach (A64Row row in ComparedRows)
        {
            var generator = new CaseGenerator(row, CpuModel.CortexA57, OracleSettings.Seed);
            for (int i = 0; i < OracleSettings.Cases / OracleSettings.DefaultCases; i++)
            {
                compared += CompareNeighbours(rig, generator.Next());
            }
        }

        Assert.That(compared, Is.GreaterThan(1000));
    }

    [TestCaseSource(nameof(Differences))]
    public void KnownDifferenceIsStillMet(KnownDifference difference)
    {
        var rig = new OracleRig(CpuModel.CortexA57, _ours!, _theirs!, [difference]);
        Assert.That(rig.Meets(difference, ComparedRows), Is.True, $"libunicorn does not show this any more; take it from the list: {difference.Reason}");
    }

    [TestCaseSource(nameof(Mutants))]
    public void MutationIsCaught(Mutation mutation)
    {
        using var mutant = new MutatedSubject(_ours!, mutation);
        var rig = new OracleRig(CpuModel.CortexA57, mutant, _theirs!, UnicornDifferences.All);
        Assert.That(rig.Catches(mutation), Is.True, $"{OracleSettings.DefaultCases} cases do not tell the interpreter from one where this is wrong");
    }

    [Test]
    public void MutationsAreOfEveryGroup()
    {
        Assert.That(Mutations.All, Has.Count.GreaterThanOrEqualTo(40));
        Assert.That(Mutations.All.Select(mutation => A64Table.Find(mutation.Row)!.Group).Distinct(), Is.EquivalentTo(Enum.GetValues<A64Group>()));
    }

    [Test]
    public void DocumentNamesEveryException()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "conformance.md"));
        Assert.Multiple(() =>
        {
            foreach (KnownDifference difference in UnicornDifferences.All.Concat(PointerDifferences.All).Concat(QemuDifferences.All))
            {
                Assert.That(document, Does.Contain($"**{difference.Name}**: {difference.Reason}."));
            }

            foreach ((A64Opcode row, string reason) in NotComparable.Rows)
            {
                Assert.That(document, Does.Contain($"**{row}**: {reason}."));
            }
        });
    }

    [Test]
    public void SameSeedMakesTheSameCases()
    {
        A64Row row = A64Table.Find(A64Opcode.LoadPairPostIndexed)!;
        var first = new CaseGenerator(row, CpuModel.CortexA57, 7);
        var second = new CaseGenerator(row, CpuModel.CortexA57, 7);
        Assert.That(first.Next().ToString(), Is.EqualTo(second.Next().ToString()));
        Assert.That(new CaseGenerator(row, CpuModel.CortexA57, 8).Next().ToString(), Is.Not.EqualTo(first.Next().ToString()));
    }

    // Words that differ from one of a row in a single bit and belong to no row.
    private static int CompareNeighbours(OracleRig rig, OracleCase allocated)
    {
        int compared = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            uint word = allocated.Word ^ (1u << bit);
            if (A64Features.Decode(word, CpuModel.CortexA57.Features) != A64Opcode.Undefined || (word & ~RnBits) == ExceptionReturnWithoutRn)
            {
                continue;
            }

            var testCase = new OracleCase
            {
                Row = UnallocatedRow,
                Program = new OracleProgram([word], 0),
                Address = allocated.Address,
                Data = allocated.Data,
                Registers = allocated.Registers,
            };
            Assert.That(rig.Agree(testCase, out _), Is.True, () => rig.Explain(testCase));
            compared++;
        }

        return compared;
    }
}
