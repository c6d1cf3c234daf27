namespace Emulator.Lockstep;

/// <summary>A place where two engines differ.</summary>
/// <param name="Name">A register, or an address of memory.</param>
/// <param name="Leader">What the leader has there.</param>
/// <param name="Follower">What the follower has there.</param>
internal sealed record StateDifference(string Name, string Leader, string Follower);
