namespace Emulator.Virtio.Devices.Net;

/// <summary>What a driver wants beside what is addressed to it (virtio 1.3, section 5.1.6.5.1): the commands of the class, as bits.</summary>
[Flags]
internal enum ReceiveModes
{
    None = 0,
    Promiscuous = 1 << 0,
    AllMulticast = 1 << 1,
    AllUnicast = 1 << 2,
    NoMulticast = 1 << 3,
    NoUnicast = 1 << 4,
    NoBroadcast = 1 << 5,
}
