using System.Collections.Concurrent;
using Emulator.Cpu;
using Emulator.Cpu.Isa;
using Emulator.Testing;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Oracle;

/// <summary>Millions of random instructions, each row with its share, on both oracles at once.</summary>
[Category("Long")]
internal sealed class OracleLongTests
{
    private const int LeastSum = 5_000_000;

    // Other cases than those of the quick tests.
    private const ulong SeedDistance = 1000;

    private readonly ConcurrentBag<string> _differences = [];

    [OneTimeSetUp]
    public void Require()
    {
        QemuUserSubject.Require();
        try
        {
            UnicornLibrary.Require();
        }
        catch (UnicornUnavailableException exception)
        {
            Peer.Missing(exception.Message);
        }
    }

    [Test]
    public void MillionsOfInstructionsAgree()
    {
        A64Row[] unicornRows = [.. A64Table.Rows.Where(OracleChoice.IsComparedWithUnicorn)];
        A64Row[] qemuRows = [.. A64Table.Rows.Where(OracleChoice.IsComparedWithQemu)];
        A64Row[] rowsWithKeys = [.. A64Table.Rows.Where(OracleChoice.IsComparedWithKeys)];
        int each = (LeastSum / (unicornRows.Length + rowsWithKeys.Length + qemuRows.Length)) + 1;
        Task<int>[] runs =
        [
            Task.Factory.StartNew(
                () => Compare(unicornRows, CpuModel.CortexA57, new UnicornSubject(UnicornCpuModel.CortexA57), UnicornDifferences.All, Conformance.Unicorn, each)
                    + Compare(rowsWithKeys, CpuModel.Max, new UnicornSubject(UnicornCpuModel.Max), PointerDifferences.All, Conformance.Unicorn, each),
                TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => Compare(qemuRows, CpuModel.Max, new QemuUserSubject(), QemuDifferences.All, Conformance.Qemu, each), TaskCreationOptions.LongRunning),
        ];
        int[] sums = [.. runs.Select(run => run.GetAwaiter().GetResult())];
        Assert.That(_differences, Is.Empty, string.Join('\n', _differences));
        TestContext.Progress.WriteLine($"oracle: {sums[0]} cases agree with libunicorn, {sums[1]} with qemu-aarch64");
        Assert.That(sums.Sum(), Is.GreaterThanOrEqualTo(LeastSum));
    }

    private int Compare(
        A64Row[] rows, CpuModel model, IOracleSubject oracle, IReadOnlyList<KnownDifference> known, Dictionary<A64Opcode, RowResult> results, int each)
    {
        using IOracleSubject theirs = oracle;
        using var ours = new EnginesSubject(model, ignoresTopByte: oracle is QemuUserSubject, hasKeys: model == CpuModel.Max && oracle is UnicornSubject);
        var rig = new OracleRig(model, ours, theirs, known);
        int sum = 0;
        foreach (A64Row row in rows)
        {
            // Those that a known difference hides do not count, nor does what is CONSTRAINED UNPREDICTABLE: that is not tried.
            var result = new RowResult();
            results[row.Opcode] = result;
            try
            {
                rig.CompareMany(row, each + (each / 10), OracleSettings.Seed + SeedDistance, result);
            }
            catch (AssertionException difference)
            {
                _differences.Add(difference.Message);
            }

            sum += result.Agreed;
        }

        return sum;
    }
}
