using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Something that libunicorn is known to do otherwise than the architecture says.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Reason">What it does, what is right, and how that is known.</param>
/// <param name="Rows">The rows that it concerns.</param>
/// <param name="Explains">True for a case of these rows, with our result and libunicorn's, whose difference is just this.</param>
internal sealed record KnownDifference(
    string Name,
    string Reason,
    Func<A64Row, bool> Rows,
    Func<OracleCase, OracleResult, OracleResult, bool> Explains)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
