using System.Buffers.Binary;
using Emulator.Virtio;
using Emulator.VirtioProxy.Unflushed;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A disk (virtio 1.3, section 5.2). The back end has the configuration space. Requests can be repeated: they read or write what they say, and nothing else.</summary>
internal sealed class BlockProfile(VhostUserOptions options) : DeviceProfile
{
    // As long as back ends know it; some answer nothing to a question for more.
    private const int ConfigurationLength = 60;
    private const int QueueCountOffset = 34;

    /// <inheritdoc/>
    public override VirtioDeviceType Type => VirtioDeviceType.Block;

    /// <inheritdoc/>
    public override string Name => "virtio-blk";

    /// <inheritdoc/>
    public override int PeerConfigurationLength => ConfigurationLength;

    /// <inheritdoc/>
    public override bool HasLegacyInterface => true;

    /// <inheritdoc/>
    public override void Check(VhostUserOffer offer)
    {
        if (offer.Configuration.Length != ConfigurationLength)
        {
            throw new VhostUserException("the vhost-user back end has no configuration space of a disk; use one that knows VHOST_USER_PROTOCOL_F_CONFIG");
        }
    }

    /// <inheritdoc/>
    public override int CountQueues(VhostUserOffer offer) => Math.Clamp(Math.Min(options.Queues, offer.QueueCount), 1, VhostUserOptions.MostQueues);

    /// <inheritdoc/>
    public override byte[] MakeConfiguration(VhostUserOffer offer)
    {
        byte[] configuration = [.. offer.Configuration];
        BinaryPrimitives.WriteUInt16LittleEndian(configuration.AsSpan(QueueCountOffset), (ushort)CountQueues(offer));

        // qemu-storage-daemon says that its cache is off, and has it on: a guest that believed it would never flush.
        if (UnflushedWrites.CanBe(offer.Features) && UnflushedWrites.HasSwitch(offer.Features))
        {
            configuration[UnflushedWrites.WriteCacheOffset] = 1;
        }

        return configuration;
    }

    /// <inheritdoc/>
    public override void KeepDriverSettings(ReadOnlySpan<byte> before, Span<byte> configuration) =>
        configuration[UnflushedWrites.WriteCacheOffset] = before[UnflushedWrites.WriteCacheOffset];

    /// <inheritdoc/>
    public override bool CanWrite(ulong features, int offset, int length) => UnflushedWrites.HasSwitch(features) && offset == UnflushedWrites.WriteCacheOffset && length == 1;

    /// <inheritdoc/>
    public override ulong FeaturesForPeer(ulong features, VhostUserOffer offer) => (features & Features) | (UnflushedWrites.HasSwitch(offer.Features) ? UnflushedWrites.WriteCacheFeature : 0);

    /// <inheritdoc/>
    public override byte? WriteCacheForPeer(ulong features, ReadOnlySpan<byte> configuration, VhostUserOffer offer)
    {
        if (!UnflushedWrites.HasSwitch(offer.Features))
        {
            return null;
        }

        // Back ends do not look at what the guest has accepted: without this they would keep writes of a guest that never flushes.
        byte whenUnknown = UnflushedWrites.CanBe(features) ? (byte)1 : (byte)0;
        return UnflushedWrites.HasSwitch(features) ? configuration[UnflushedWrites.WriteCacheOffset] : whenUnknown;
    }
}
