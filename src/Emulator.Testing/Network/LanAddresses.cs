namespace Emulator.Testing.Network;

/// <summary>The addresses of a <see cref="Lan"/>, the same as of QEMU's user network, which many scripts take for granted.</summary>
internal static class LanAddresses
{
    /// <summary>10.0.2.2, which is the router, and serves everything.</summary>
    public const uint Server = 0x0a00_0202;

    /// <summary>255.255.255.0.</summary>
    public const uint Mask = 0xffff_ff00;

    /// <summary>10.0.2.15, the first address that is given to a client.</summary>
    public const uint FirstClient = 0x0a00_020f;

    /// <summary>Addresses that can be given to clients.</summary>
    public const int Clients = 200;

    /// <summary>The server's station.</summary>
    public static MacAddress ServerStation => new(0x5255_0a00_0202);
}
