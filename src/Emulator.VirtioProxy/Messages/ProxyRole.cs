namespace Emulator.VirtioProxy.Messages;

/// <summary>Which side of a virtio device a peer is.</summary>
internal enum ProxyRole : ushort
{
    /// <summary>The driver's: it has the guest.</summary>
    FrontEnd = 1,

    /// <summary>The device's.</summary>
    BackEnd = 2,
}
