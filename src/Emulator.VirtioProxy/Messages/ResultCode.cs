namespace Emulator.VirtioProxy.Messages;

/// <summary>Results, and codes of errors (docs/virtio-proxy.md, section 3).</summary>
internal enum ResultCode : ushort
{
    Done = 0,
    Failed = 1,
    Busy = 2,
    UnknownMessage = 3,
    Malformed = 4,
    NoSuchDevice = 5,
    NoSuchArea = 6,
    AddressFault = 7,
    Denied = 8,
    NotSupported = 9,
}
