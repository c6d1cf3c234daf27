namespace Emulator.Testing.Network;

/// <summary>Types of DHCP messages (RFC 2132, 9.6).</summary>
internal enum DhcpMessage : byte
{
    Discover = 1,
    Offer = 2,
    Request = 3,
    Acknowledge = 5,
    Refuse = 6,
    Inform = 8,
}
