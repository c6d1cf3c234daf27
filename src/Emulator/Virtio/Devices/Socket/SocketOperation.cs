namespace Emulator.Virtio.Devices.Socket;

/// <summary>What a packet of the socket device is for (virtio 1.3, section 5.10.6).</summary>
internal enum SocketOperation : ushort
{
    /// <summary>VIRTIO_VSOCK_OP_REQUEST: the sender wants a connection.</summary>
    Request = 1,

    /// <summary>VIRTIO_VSOCK_OP_RESPONSE: it has it.</summary>
    Response = 2,

    /// <summary>VIRTIO_VSOCK_OP_RST: there is no such connection, or no longer.</summary>
    Reset = 3,

    /// <summary>VIRTIO_VSOCK_OP_SHUTDOWN: the sender will not send any more, or not receive, or neither.</summary>
    Shutdown = 4,

    /// <summary>VIRTIO_VSOCK_OP_RW: bytes of the stream.</summary>
    Data = 5,

    /// <summary>VIRTIO_VSOCK_OP_CREDIT_UPDATE: tells what room there is.</summary>
    CreditUpdate = 6,

    /// <summary>VIRTIO_VSOCK_OP_CREDIT_REQUEST: asks for that.</summary>
    CreditRequest = 7,
}
