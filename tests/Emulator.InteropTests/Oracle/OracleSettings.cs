using System.Globalization;

namespace Emulator.InteropTests.Oracle;

/// <summary>How much is tried, and from which seed.</summary>
internal static class OracleSettings
{
    /// <summary>The environment variable with the count of cases for each row.</summary>
    public const string CasesVariable = "EMULATOR_ORACLE_CASES";

    /// <summary>The environment variable with the seed.</summary>
    public const string SeedVariable = "EMULATOR_ORACLE_SEED";

    /// <summary>The count without that variable, and the least that is accepted.</summary>
    public const int DefaultCases = 100;

    /// <summary>Cases for each row.</summary>
    public static int Cases { get; } =
        int.TryParse(Environment.GetEnvironmentVariable(CasesVariable), CultureInfo.InvariantCulture, out int count) ? Math.Max(count, DefaultCases) : DefaultCases;

    /// <summary>The seed.</summary>
    public static ulong Seed { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out ulong seed) ? seed : 1;
}
