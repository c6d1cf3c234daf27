namespace Emulator.Virtio.Devices.Net;

/// <summary>Feature bits of the network device (virtio 1.3, section 5.1.3).</summary>
internal static class NetFeatures
{
    /// <summary>VIRTIO_NET_F_CSUM: the device completes checksums of frames that the driver sends.</summary>
    public const ulong Checksum = 1UL << 0;

    /// <summary>VIRTIO_NET_F_GUEST_CSUM: the driver takes frames whose checksum is not complete.</summary>
    public const ulong GuestChecksum = 1UL << 1;

    /// <summary>VIRTIO_NET_F_MTU: the device tells the largest packet.</summary>
    public const ulong MaximumPacket = 1UL << 3;

    /// <summary>VIRTIO_NET_F_MAC: the device has an address of its own.</summary>
    public const ulong Address = 1UL << 5;

    /// <summary>VIRTIO_NET_F_GUEST_TSO4: the driver takes large frames of TCP over IPv4.</summary>
    public const ulong GuestTcp4 = 1UL << 7;

    /// <summary>VIRTIO_NET_F_GUEST_TSO6: the driver takes large frames of TCP over IPv6.</summary>
    public const ulong GuestTcp6 = 1UL << 8;

    /// <summary>VIRTIO_NET_F_GUEST_ECN: these may say that the network is congested.</summary>
    public const ulong GuestCongestion = 1UL << 9;

    /// <summary>VIRTIO_NET_F_HOST_TSO4: the device takes large frames of TCP over IPv4.</summary>
    public const ulong HostTcp4 = 1UL << 11;

    /// <summary>VIRTIO_NET_F_HOST_TSO6: the device takes large frames of TCP over IPv6.</summary>
    public const ulong HostTcp6 = 1UL << 12;

    /// <summary>VIRTIO_NET_F_HOST_ECN: these may say that the network is congested.</summary>
    public const ulong HostCongestion = 1UL << 13;

    /// <summary>VIRTIO_NET_F_MRG_RXBUF: a frame may be received in several buffers.</summary>
    public const ulong MergedBuffers = 1UL << 15;

    /// <summary>VIRTIO_NET_F_STATUS: the device tells whether its link is up.</summary>
    public const ulong Status = 1UL << 16;

    /// <summary>VIRTIO_NET_F_CTRL_VQ: there is a queue for commands.</summary>
    public const ulong Control = 1UL << 17;

    /// <summary>VIRTIO_NET_F_CTRL_RX: the driver can say which frames it wants.</summary>
    public const ulong ControlReceive = 1UL << 18;

    /// <summary>VIRTIO_NET_F_CTRL_VLAN: the driver can say which VLANs it wants.</summary>
    public const ulong ControlVlan = 1UL << 19;

    /// <summary>VIRTIO_NET_F_CTRL_RX_EXTRA: more of <see cref="ControlReceive"/>.</summary>
    public const ulong ControlReceiveExtra = 1UL << 20;

    /// <summary>VIRTIO_NET_F_MQ: there are several pairs of queues.</summary>
    public const ulong MultipleQueues = 1UL << 22;

    /// <summary>VIRTIO_NET_F_CTRL_MAC_ADDR: the driver sets the address by a command.</summary>
    public const ulong ControlAddress = 1UL << 23;

    /// <summary>VIRTIO_NET_F_GUEST_USO4: the driver takes large frames of UDP over IPv4.</summary>
    public const ulong GuestUdp4 = 1UL << 54;

    /// <summary>VIRTIO_NET_F_GUEST_USO6: the driver takes large frames of UDP over IPv6.</summary>
    public const ulong GuestUdp6 = 1UL << 55;

    /// <summary>VIRTIO_NET_F_HOST_USO: the device takes large frames of UDP.</summary>
    public const ulong HostUdp = 1UL << 56;
}
