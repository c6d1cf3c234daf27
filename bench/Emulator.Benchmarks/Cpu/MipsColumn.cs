using System.Collections.Concurrent;
using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Emulator.Benchmarks.Cpu;

/// <summary>Million guest instructions a second, for benchmarks that run a guest.</summary>
public sealed class MipsColumn : IColumn
{
    private static readonly ConcurrentDictionary<string, long> Counts = new();

    public string Id => nameof(MipsColumn);

    public string ColumnName => "MIPS";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Million guest instructions a second";

    /// <summary>Tells how many instructions a guest executes.</summary>
    public static void Tell(string guest, long instructions) => Counts[guest] = instructions;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase]?.ResultStatistics is { } times && benchmarkCase.Parameters["Guest"] is string guest && Counts.TryGetValue(guest, out long count)
            ? (count / times.Median * 1000).ToString("0", CultureInfo.InvariantCulture)
            : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
