namespace Emulator.Virtio.Devices.Net;

/// <summary>Feature bits of the network device (virtio 1.3, section 5.1.3).</summary>
internal static class NetFeatures
{
    /// <summary>VIRTIO_NET_F_CSUM: the device completes checksums of frames that the driver sends.</summary>
    public const ulong Checksum = 1UL << 0;

    /// <summary>VIRTIO_NET_F_MTU: the device tells the largest packet.</summary>
    public const ulong MaximumPacket = 1UL << 3;

    /// <summary>VIRTIO_NET_F_MAC: the device has an address of its own.</summary>
    public const ulong Address = 1UL << 5;

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
}
