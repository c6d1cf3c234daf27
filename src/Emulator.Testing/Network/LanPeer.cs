namespace Emulator.Testing.Network;

/// <summary>Whom an answer goes to.</summary>
/// <param name="Mac">The station.</param>
/// <param name="Address">Its IPv4 address.</param>
internal readonly record struct LanPeer(MacAddress Mac, uint Address);
