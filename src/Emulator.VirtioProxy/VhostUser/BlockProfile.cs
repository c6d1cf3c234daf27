using System.Buffers.Binary;
using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A disk (virtio 1.3, section 5.2). The back end has the configuration space. Requests can be repeated: they read or write what they say, and nothing else.</summary>
internal sealed class BlockProfile(VhostUserOptions options) : DeviceProfile
{
    /// <summary>Where the configuration space tells whether the cache is on.</summary>
    public const int WriteCacheOffset = 32;

    // As long as back ends know it; some answer nothing to a question for more.
    private const int ConfigurationLength = 60;
    private const int QueueCountOffset = 34;
    private const ulong Flush = 1UL << 9;
    private const ulong ConfigurableWriteCache = 1UL << 11;

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
        return configuration;
    }

    /// <inheritdoc/>
    public override bool CanWrite(ulong features, int offset, int length) => (features & ConfigurableWriteCache) != 0 && offset == WriteCacheOffset && length == 1;

    /// <inheritdoc/>
    public override ulong FeaturesForPeer(ulong features, VhostUserOffer offer) => (features & Features) | (offer.Features & ConfigurableWriteCache);

    /// <inheritdoc/>
    public override bool HasCache(VhostUserOffer offer) => (offer.Features & Flush) != 0;

    /// <inheritdoc/>
    public override bool KnowsCache(ulong features, ReadOnlySpan<byte> configuration) =>
        (features & ConfigurableWriteCache) != 0 ? configuration[WriteCacheOffset] != 0 : (features & Flush) != 0;

    /// <inheritdoc/>
    public override byte? WriteCacheForPeer(ulong features, ReadOnlySpan<byte> configuration, VhostUserOffer offer)
    {
        bool isGuests = (features & ConfigurableWriteCache) != 0;
        if ((offer.Features & ConfigurableWriteCache) == 0 || (!isGuests && (features & Flush) != 0))
        {
            return null;
        }

        // Back ends do not look at what the guest has accepted: without this they would keep writes of a guest that never flushes.
        byte wanted = isGuests ? configuration[WriteCacheOffset] : (byte)0;
        return wanted != offer.Configuration[WriteCacheOffset] ? wanted : null;
    }
}
