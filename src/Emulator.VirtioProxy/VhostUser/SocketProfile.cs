using System.Buffers.Binary;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Sockets between guest and host (virtio 1.3, section 5.10): queues for what comes, for what goes, and for events. Connections end with the back end.</summary>
internal sealed class SocketProfile(VhostUserOptions options) : DeviceProfile
{
    private const int ConfigurationLength = sizeof(ulong);
    private const int Transmit = 1;

    /// <inheritdoc/>
    public override VirtioDeviceType Type => VirtioDeviceType.Socket;

    /// <inheritdoc/>
    public override string Name => "virtio-vsock";

    /// <inheritdoc/>
    public override int PeerConfigurationLength => ConfigurationLength;

    /// <inheritdoc/>
    public override ulong Features => 0x7;

    /// <inheritdoc/>
    public override int RingSize => 256;

    /// <inheritdoc/>
    public override bool IsSolicited(int queue) => queue == Transmit;

    /// <inheritdoc/>
    public override int CountQueues(VhostUserOffer offer) => 3;

    /// <inheritdoc/>
    public override byte[] MakeConfiguration(VhostUserOffer offer)
    {
        if (offer.Configuration.Length == ConfigurationLength)
        {
            return [.. offer.Configuration];
        }

        byte[] configuration = new byte[ConfigurationLength];
        BinaryPrimitives.WriteUInt32LittleEndian(configuration, options.ContextId);
        return configuration;
    }
}
