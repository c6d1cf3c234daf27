using Emulator.Virtio;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>What differs between kinds of devices: who has the configuration space, which queues there are, and what becomes of requests when the back end is lost.</summary>
internal abstract class DeviceProfile
{
    /// <summary>The bits that device types own (virtio 1.3, section 2.2): the others belong to rings and transports, and to the protocol.</summary>
    protected const ulong DeviceTypeFeatures = (1UL << 24) - 1;

    /// <summary>What kind of device it is.</summary>
    public abstract VirtioDeviceType Type { get; }

    /// <summary>What it is, as the first part of its name.</summary>
    public abstract string Name { get; }

    /// <summary>Length of the configuration space that the back end has, 0 when the front end has it.</summary>
    public virtual int PeerConfigurationLength => 0;

    /// <summary>The features of its device type that can be offered.</summary>
    public virtual ulong Features => DeviceTypeFeatures;

    /// <summary>Features that the front end has by itself.</summary>
    public virtual ulong OwnFeatures => 0;

    /// <summary>Entries of a ring that the back end sees.</summary>
    public virtual int RingSize => 1024;

    /// <summary>Most entries of the guest's ring.</summary>
    public virtual int QueueSize => 256;

    /// <summary>True when the device can be driven by the interface of before the standard.</summary>
    public virtual bool HasLegacyInterface => false;

    /// <summary>True when a request can be given to another back end when the first one is lost.</summary>
    public virtual bool SurvivesPeer => true;

    /// <summary>True when the requests of a queue are answered soon by themselves.</summary>
    public virtual bool IsSolicited(int queue) => true;

    /// <summary>Looks whether a back end is fit for the device.</summary>
    /// <param name="offer">What it has.</param>
    /// <exception cref="VhostUserException">It is not.</exception>
    public virtual void Check(VhostUserOffer offer)
    {
    }

    /// <summary>Number of queues.</summary>
    /// <param name="offer">What the back end has.</param>
    public abstract int CountQueues(VhostUserOffer offer);

    /// <summary>The configuration space that the guest sees.</summary>
    /// <param name="offer">What the back end has.</param>
    public abstract byte[] MakeConfiguration(VhostUserOffer offer);

    /// <summary>Keeps what the guest has written to the configuration space when the back end has changed that.</summary>
    /// <param name="before">The configuration space as it was.</param>
    /// <param name="configuration">As it is now.</param>
    public virtual void KeepDriverSettings(ReadOnlySpan<byte> before, Span<byte> configuration)
    {
    }

    /// <summary>True when a guest may write to the configuration space there.</summary>
    public virtual bool CanWrite(ulong features, int offset, int length) => false;

    /// <summary>The features that a back end is told of.</summary>
    /// <param name="features">Those that the guest has accepted.</param>
    /// <param name="offer">What the back end has.</param>
    public virtual ulong FeaturesForPeer(ulong features, VhostUserOffer offer) => features & Features;

    /// <summary>What a back end has to be told of its cache: 1 for on, 0 for off, null for nothing.</summary>
    /// <param name="features">What the guest has accepted.</param>
    /// <param name="configuration">The configuration space.</param>
    /// <param name="offer">What the back end has.</param>
    public virtual byte? WriteCacheForPeer(ulong features, ReadOnlySpan<byte> configuration, VhostUserOffer offer) => null;

    /// <summary>Answers a request that no back end answers any more.</summary>
    public virtual byte[]? MakeError(RemoteRequest request) => null;

    /// <summary>The profile of a device.</summary>
    /// <param name="device">Which kind.</param>
    /// <param name="options">What was chosen about it.</param>
    /// <param name="address">The address of a network device.</param>
    public static DeviceProfile Of(VhostUserDevice device, VhostUserOptions options, byte[] address) => device switch
    {
        VhostUserDevice.Block => new BlockProfile(options),
        VhostUserDevice.FileSystem => new FileSystemProfile(options),
        VhostUserDevice.Net => new NetProfile(address),
        _ => new SocketProfile(options),
    };
}
