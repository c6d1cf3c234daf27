using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Net;

/// <summary>
/// The network device (virtio 1.3, section 5.1). Checksums that the driver leaves to the device are completed here. Large frames pass uncut where link and receiver take them, and are cut here
/// where they do not.
/// </summary>
internal sealed partial class VirtioNet : VirtioModel, ILargeFrameAdapter, IVirtioNetwork
{
    /// <summary>Bytes of the largest frame, with a VLAN's tag.</summary>
    public const int MostFrameBytes = FrameSegmenter.MostFrameBytes;

    private const int QueueSize = 256;
    private const int ControlQueueSize = 64;
    private const int BacklogFrames = 256;
    private const int BacklogBytes = 512 << 10;
    private const int HeaderLength = 12;
    private const int LegacyHeaderLength = 10;
    private const byte NeedsChecksum = 1;
    private const byte CongestionBit = 0x80; // VIRTIO_NET_HDR_GSO_ECN
    private const ushort MaximumPacketBytes = 1500;
    private const int AddressLength = VirtioNetOptions.AddressLength;
    private const int StatusOffset = 6;
    private const int PairsOffset = 8;
    private const int MaximumPacketOffset = 10;

    private readonly INetworkLink _link;
    private readonly FrameBacklog _backlog = new(BacklogFrames, BacklogBytes);
    private readonly ReceiveFilter _filter = new();
    private readonly byte[] _frame = new byte[MostFrameBytes];
    private readonly byte[] _largeFrame = new byte[FrameOffload.MostFrameBytes];
    private readonly byte[] _initialAddress = new byte[AddressLength];
    private readonly byte[] _address = new byte[AddressLength];
    private readonly int _pairs;
    private int _activePairs = 1;
    private bool _isLinkUp = true;

    /// <summary>Creates the device and plugs it in.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="link">What it is plugged into; the device disposes it.</param>
    /// <param name="address">Its Ethernet address, six bytes.</param>
    /// <param name="pairs">Pairs of queues, 1 to <see cref="VirtioNetOptions.MostPairs"/>.</param>
    public VirtioNet(VirtioModelSettings settings, INetworkLink link, ReadOnlySpan<byte> address, int pairs = 1)
        : base(settings, VirtioDeviceType.Network, [.. Enumerable.Repeat(QueueSize, 2 * pairs), ControlQueueSize])
    {
        _link = link;
        _pairs = pairs;
        address.CopyTo(_initialAddress);
        address.CopyTo(_address);
        link.Connect(this, settings.Clock, settings.Name);
    }

    /// <inheritdoc/>
    public override int ConfigurationLength => MaximumPacketOffset + 2;

    /// <summary>Whether the link is up; the driver is told when it changes. Frames are lost while it is not.</summary>
    public bool IsLinkUp
    {
        get => _isLinkUp;
        set
        {
            if (_isLinkUp != value)
            {
                _isLinkUp = value;
                TellConfigurationChanged();
            }
        }
    }

    /// <summary>What it is plugged into.</summary>
    internal INetworkLink Link => _link;

    /// <summary>Frames that came and could not be kept.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures =>
        NetFeatures.Checksum | NetFeatures.MaximumPacket | NetFeatures.Address | NetFeatures.Status | NetFeatures.Control | NetFeatures.ControlReceive
        | NetFeatures.ControlVlan | NetFeatures.ControlReceiveExtra | NetFeatures.ControlAddress | (_pairs > 1 ? NetFeatures.MultipleQueues : 0)
        | NetFeatures.MergedBuffers | NetFeatures.HostTcp4 | NetFeatures.HostTcp6 | NetFeatures.HostCongestion | NetFeatures.HostUdp
        | NetFeatures.GuestChecksum | NetFeatures.GuestTcp4 | NetFeatures.GuestTcp6 | NetFeatures.GuestCongestion | NetFeatures.GuestUdp4 | NetFeatures.GuestUdp6;

    // The header has the number of merged buffers where the standard was agreed on, even if there is never more than one (section 5.1.6.1).
    private int FrameHeaderLength => Has(VirtioFeatures.Version1) || Has(NetFeatures.MergedBuffers) ? HeaderLength : LegacyHeaderLength;

    // Behind all pairs when several were agreed on, else behind the first (section 5.1.2).
    private int ControlQueue => Has(NetFeatures.MultipleQueues) ? 2 * _pairs : 2;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        Span<byte> configuration = stackalloc byte[MaximumPacketOffset + 2];
        _address.CopyTo(configuration);
        BinaryPrimitives.WriteUInt16LittleEndian(configuration[StatusOffset..], (ushort)(_isLinkUp ? 1 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(configuration[PairsOffset..], (ushort)_pairs);
        BinaryPrimitives.WriteUInt16LittleEndian(configuration[MaximumPacketOffset..], MaximumPacketBytes);
        configuration.Slice(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        // Drivers of the legacy interface set the address here (section 5.1.4.2).
        if (!Has(VirtioFeatures.Version1) && offset < AddressLength)
        {
            source[..Math.Min(source.Length, AddressLength - offset)].CopyTo(_address.AsSpan(offset));
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose() => (_link as IDisposable)?.Dispose();

    /// <inheritdoc/>
    protected override bool IsWanted(int queue) => !IsReceive(queue) || (_backlog.Count > 0 && queue == NextReceiveQueue);

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        if (queue == ControlQueue)
        {
            return ExecuteCommand(chain);
        }

        return IsReceive(queue) ? Deliver(queue, chain) : Send(chain);
    }

    /// <inheritdoc/>
    protected override void OnServed(int queue)
    {
        // The next frame may belong to another queue than those before it.
        if (IsReceive(queue) && _backlog.Count > 0 && NextReceiveQueue != queue)
        {
            Look(NextReceiveQueue);
        }
    }

    /// <inheritdoc/>
    protected override void OnFeatures() => _filter.FiltersVlans = Has(NetFeatures.ControlVlan);

    /// <inheritdoc/>
    protected override void OnReset()
    {
        _initialAddress.CopyTo(_address, 0);
        _backlog.Clear();
        _filter.Reset();
        _activePairs = 1;
    }

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) => queue == ControlQueue ? "control" : IsReceive(queue) ? "receive" : "transmit";

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)_address);
        writer.Write(_activePairs);
        writer.Write(_isLinkUp);
        writer.Write(Dropped);
        _backlog.Save(writer);
        _filter.Save(writer);
        _link.Save(writer);
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        reader.ReadBytes(_address);
        _activePairs = Math.Clamp(reader.ReadInt32(), 1, _pairs);
        _isLinkUp = reader.ReadBoolean();
        Dropped = reader.ReadInt64();
        _backlog.Load(reader);
        _filter.Load(reader);
        _link.Load(reader);
    }

    private bool Has(ulong feature) => (NegotiatedFeatures & feature) != 0;

    private bool IsReceive(int queue) => queue != ControlQueue && queue % 2 == 0;
}
