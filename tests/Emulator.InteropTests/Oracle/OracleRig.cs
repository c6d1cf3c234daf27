using System.Text;
using Emulator.Cpu;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Executes cases on two subjects and compares all of what they leave.</summary>
internal sealed class OracleRig(CpuModel model, IOracleSubject ours, IOracleSubject theirs, IReadOnlyList<KnownDifference> known)
{
    private const int ShrinkingSteps = 400;

    // A known difference that so many cases of one of its rows do not show is gone.
    private const int CasesToMeetADifference = 20_000;

    private const int BatchLength = 1024;

    private readonly OracleResult[] _batch = [.. Enumerable.Range(0, BatchLength).Select(_ => new OracleResult())];
    private readonly OracleResult _mine = new();
    private readonly OracleResult _others = new();

    /// <summary>Our result of the last case.</summary>
    public OracleResult Ours => _mine;

    /// <summary>Executes a case.</summary>
    /// <param name="testCase">The case.</param>
    /// <param name="explanation">The known difference that shows, if there is a difference and it is known.</param>
    /// <returns>True when both leave the same.</returns>
    public bool Agree(OracleCase testCase, out KnownDifference? explanation)
    {
        ours.Execute(testCase, _mine);
        theirs.Execute(testCase, _others);
        return Agree(testCase, _mine, _others, out explanation);
    }

    /// <summary>Compares many cases of a row with a subject that takes batches of them; a difference that is not known fails the test.</summary>
    /// <param name="row">The row.</param>
    /// <param name="count">How many cases are tried.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="result">Takes what comes of them.</param>
    public void CompareMany(A64Row row, int count, ulong seed, RowResult result)
    {
        var generator = new CaseGenerator(row, model, seed);
        List<OracleCase> cases = [];
        while (result.Executed < count)
        {
            cases.Clear();
            for (int i = 0; i < BatchLength; i++)
            {
                cases.Add(generator.Next());
            }

            CompareBatch(cases, result);
        }
    }

    /// <summary>Compares cases of a row until enough agree; a difference that is not known fails the test. Cases that a known difference hides do not count.</summary>
    public RowResult Compare(A64Row row)
    {
        var generator = new CaseGenerator(row, model, OracleSettings.Seed);
        var result = new RowResult();
        while (result.Agreed < OracleSettings.Cases && result.Executed < 10 * OracleSettings.Cases)
        {
            OracleCase testCase = generator.Next();
            result.Executed++;
            if (Agree(testCase, out KnownDifference? explanation))
            {
                result.Agreed++;
                result.Completed += _mine.Outcome == OracleOutcome.Completed ? 1 : 0;
            }
            else if (explanation is not null)
            {
                result.Explained++;
            }
            else
            {
                Assert.Fail($"{OracleSettings.SeedVariable}={OracleSettings.Seed}, case {result.Executed - 1}: {Explain(testCase)}");
            }
        }

        Assert.That(result.Agreed, Is.GreaterThanOrEqualTo(OracleSettings.DefaultCases), "cases that were compared");
        return result;
    }

    /// <summary>Whether a known difference shows in any of the rows that it concerns.</summary>
    public bool Meets(KnownDifference difference, IEnumerable<A64Row> rows)
    {
        CaseGenerator[] generators = [.. rows.Where(difference.Rows).Select(row => new CaseGenerator(row, model, OracleSettings.Seed))];
        Assert.That(generators, Is.Not.Empty);
        for (int i = 0; i < CasesToMeetADifference; i++)
        {
            foreach (CaseGenerator generator in generators)
            {
                if (!Agree(generator.Next(), out KnownDifference? explanation) && explanation is not null)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether the default count of cases shows that our subject's semantics of a row are wrong.</summary>
    public bool Catches(Mutation mutation)
    {
        var generator = new CaseGenerator(A64Table.Find(mutation.Row)!, model, OracleSettings.Seed);
        for (int i = 0; i < OracleSettings.DefaultCases; i++)
        {
            if (Differ(generator.Next()))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes a case with a difference simpler as long as the difference stays, and says all about it.</summary>
    public string Explain(OracleCase testCase)
    {
        List<string> first = [.. Comparison.Differences(_mine, _others, ours.Name, theirs.Name)];
        OracleCase simple = Shrink(testCase);
        var text = new StringBuilder();
        text.AppendLine($"{simple.Row.Name}: {ours.Name} and {theirs.Name} differ");
        if (Agree(simple, out _))
        {
            text.AppendLine("  once, but not again: this hangs on what was executed before");
            text.AppendLine($"  {string.Join("\n  ", first)}");
        }

        text.AppendLine(simple.ToString());
        foreach (string line in Comparison.Differences(_mine, _others, ours.Name, theirs.Name))
        {
            text.AppendLine($"  {line}");
        }

        return text.ToString();
    }

    private bool Agree(OracleCase testCase, OracleResult mine, OracleResult others, out KnownDifference? explanation)
    {
        explanation = null;
        Comparison.DropUnknown(testCase, mine, others);
        if (Comparison.AreEqual(mine, others))
        {
            return true;
        }

        foreach (KnownDifference candidate in known)
        {
            if (candidate.Rows(testCase.Row) && candidate.Explains(testCase, mine, others))
            {
                explanation = candidate;
                break;
            }
        }

        return false;
    }

    private void CompareBatch(List<OracleCase> cases, RowResult result)
    {
        var batches = theirs as IBatchSubject;
        batches?.Send(cases);
        for (int i = 0; i < cases.Count; i++)
        {
            // The oracle is at work meanwhile.
            ours.Execute(cases[i], _batch[i]);
        }

        batches?.Receive();
        for (int i = 0; i < cases.Count; i++)
        {
            if (batches is null)
            {
                theirs.Execute(cases[i], _others);
            }
            else
            {
                batches.Take(i, cases[i], _others);
            }

            result.Executed++;
            if (Agree(cases[i], _batch[i], _others, out KnownDifference? explanation))
            {
                result.Agreed++;
                result.Completed += _batch[i].Outcome == OracleOutcome.Completed ? 1 : 0;
            }
            else if (explanation is not null)
            {
                result.Explained++;
            }
            else
            {
                _batch[i].CopyTo(_mine);
                throw new AssertionException(Explain(cases[i]));
            }
        }
    }

    private bool Differ(OracleCase testCase) => !Agree(testCase, out KnownDifference? explanation) && explanation is null;

    private unsafe OracleCase Shrink(OracleCase testCase)
    {
        OracleCase best = testCase;
        int steps = 0;
        foreach (int index in Enumerable.Range(0, 31))
        {
            Try(candidate => candidate.Registers.X[index] = 0);
        }

        foreach (int index in Enumerable.Range(0, 64))
        {
            Try(candidate => candidate.Registers.V[index] = 0);
        }

        Try(candidate => candidate.Registers.Sp = 0);
        Try(candidate => candidate.Registers.Flags = 0);
        Try(candidate => candidate.Registers.Fpcr = 0);
        Try(candidate => candidate.Registers.Fpsr = 0);

        // What is left of 64 bits: one byte after the other away.
        foreach (int index in Enumerable.Range(0, 64))
        {
            for (int shift = 0; shift < 64; shift += 8)
            {
                ulong mask = ~(0xffUL << shift);
                if ((best.Registers.V[index] & ~mask) != 0)
                {
                    Try(candidate => candidate.Registers.V[index] &= mask);
                }
            }
        }

        return best;

        void Try(Action<OracleCase> change)
        {
            if (++steps > ShrinkingSteps)
            {
                return;
            }

            OracleCase candidate = best.Copy();
            change(candidate);
            if (Differ(candidate))
            {
                best = candidate;
            }
        }
    }
}
