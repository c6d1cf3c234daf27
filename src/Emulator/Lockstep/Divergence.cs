namespace Emulator.Lockstep;

/// <summary>The first difference between two engines.</summary>
/// <param name="Address">Virtual address of the instruction, or of the first one of the block.</param>
/// <param name="Retired">Instructions retired over all CPUs before it.</param>
/// <param name="Differences">What is not alike.</param>
/// <param name="Report">All that there is to tell, in lines.</param>
internal sealed record Divergence(ulong Address, long Retired, IReadOnlyList<StateDifference> Differences, string Report);
