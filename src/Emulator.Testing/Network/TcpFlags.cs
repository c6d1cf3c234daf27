namespace Emulator.Testing.Network;

/// <summary>Control bits of a TCP segment (RFC 9293, 3.1).</summary>
[Flags]
internal enum TcpFlags
{
    None = 0,
    Finish = 1,
    Synchronize = 2,
    Reset = 4,
    Push = 8,
    Acknowledge = 16,
}
