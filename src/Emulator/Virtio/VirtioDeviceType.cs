namespace Emulator.Virtio;

/// <summary>Device ids (virtio 1.3, section 5).</summary>
internal enum VirtioDeviceType
{
    Network = 1,
    Block = 2,
    Console = 3,
    Entropy = 4,
    Balloon = 5,
    Share = 9,
    Clock = 17,
    Input = 18,
    Socket = 19,
    FileSystem = 26,
}
