namespace Emulator.InteropTests.Qtest;

/// <summary>A difference that is meant. It must still be met, or the comparison fails: an excuse that nobody needs hides the next fault.</summary>
/// <param name="Reason">Why ours is as it is.</param>
/// <param name="Matches">Which differences it explains.</param>
internal sealed record KnownDifference(string Reason, Predicate<Difference> Matches);
