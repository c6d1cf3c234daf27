using System.Buffers.Binary;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A network device (virtio 1.3, section 5.1) with one pair of queues. The front end has the configuration space. Frames that are under way when the back end is lost may be lost or sent twice.</summary>
internal sealed class NetProfile(byte[] address) : DeviceProfile
{
    /// <summary>Checksums, segmentation, merged buffers: what concerns the frames alone. There is no control queue, and so nothing that needs one.</summary>
    public const ulong FrameFeatures = 0x3 | 0x7f80 | (1UL << 15);

    private const int ConfigurationLength = 12;
    private const int StatusOffset = 6;
    private const ushort LinkUp = 1;
    private const ulong HasAddress = 1UL << 5;
    private const ulong HasStatus = 1UL << 16;

    /// <inheritdoc/>
    public override VirtioDeviceType Type => VirtioDeviceType.Network;

    /// <inheritdoc/>
    public override string Name => "virtio-net";

    /// <inheritdoc/>
    public override ulong Features => FrameFeatures;

    /// <inheritdoc/>
    public override ulong OwnFeatures => HasAddress | HasStatus;

    /// <inheritdoc/>
    public override bool IsSolicited(int queue) => queue == 1;

    /// <inheritdoc/>
    public override int CountQueues(VhostUserOffer offer) => 2;

    /// <inheritdoc/>
    public override byte[] MakeConfiguration(VhostUserOffer offer)
    {
        byte[] configuration = new byte[ConfigurationLength];
        address.CopyTo(configuration, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(configuration.AsSpan(StatusOffset), LinkUp);
        return configuration;
    }
}
