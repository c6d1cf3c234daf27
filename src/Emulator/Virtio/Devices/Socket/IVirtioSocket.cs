using System.Diagnostics.CodeAnalysis;

namespace Emulator.Virtio.Devices.Socket;

/// <summary>The host's end of a virtio socket device: streams between programs of the guest (AF_VSOCK) and the host, CID 2. It is used while the machine does not run, by the thread that runs it.</summary>
public interface IVirtioSocket
{
    /// <summary>The guest's address.</summary>
    uint GuestCid { get; }

    /// <summary>All streams that the guest knows of, in the order in which they began; after a snapshot was loaded, those that it holds.</summary>
    IReadOnlyList<VirtioSocketStream> Streams { get; }

    /// <summary>Lets programs of the guest connect to a port of the host.</summary>
    /// <param name="port">The port.</param>
    void Listen(uint port);

    /// <summary>Takes a stream that a program of the guest has begun, the oldest first.</summary>
    /// <param name="port">The port that <see cref="Listen"/> was called for.</param>
    /// <param name="stream">The stream.</param>
    /// <returns>False when there is none.</returns>
    bool TryAccept(uint port, [NotNullWhen(true)] out VirtioSocketStream? stream);

    /// <summary>Begins a stream to a program of the guest. It is <see cref="VirtioSocketState.Open"/> when that has answered, while the machine runs.</summary>
    /// <param name="port">The guest's port.</param>
    /// <exception cref="InvalidOperationException">There are too many streams.</exception>
    VirtioSocketStream Connect(uint port);
}
