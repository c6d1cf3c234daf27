namespace Emulator.Network;

/// <summary>What a large frame is to be cut into (virtio 1.3, section 5.1.6.1, <c>gso_type</c>).</summary>
internal enum SegmentationKind : byte
{
    /// <summary>It is a frame as it is.</summary>
    None = 0,

    /// <summary>TCP over IPv4.</summary>
    Tcp4 = 1,

    /// <summary>TCP over IPv6.</summary>
    Tcp6 = 4,

    /// <summary>UDP over either: datagrams of one size.</summary>
    Udp = 5,
}
