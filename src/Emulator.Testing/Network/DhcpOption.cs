namespace Emulator.Testing.Network;

/// <summary>Options of DHCP (RFC 2132).</summary>
internal enum DhcpOption : byte
{
    Pad = 0,
    SubnetMask = 1,
    Router = 3,
    RequestedAddress = 50,
    LeaseTime = 51,
    MessageType = 53,
    ServerIdentifier = 54,
    End = 255,
}
