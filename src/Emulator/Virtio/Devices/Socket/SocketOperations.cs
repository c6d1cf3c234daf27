namespace Emulator.Virtio.Devices.Socket;

/// <summary>What a stream has yet to tell the guest.</summary>
[Flags]
internal enum SocketOperations : byte
{
    None = 0,
    Request = 1 << 0,
    Response = 1 << 1,
    Reset = 1 << 2,
    CreditUpdate = 1 << 3,
}
