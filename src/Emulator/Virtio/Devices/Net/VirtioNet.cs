using System.Buffers.Binary;
using Emulator.Network;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Net;

/// <summary>
/// The network device (virtio 1.3, section 5.1). Frames pass whole: checksums that the driver leaves to the device are completed here. Segmentation is not offered, and neither are merged
/// receive buffers: each frame has one.
/// </summary>
internal sealed partial class VirtioNet : VirtioModel, INetworkAdapter
{
    /// <summary>Bytes of the largest frame, with a VLAN's tag.</summary>
    public const int MostFrameBytes = 1518;

    private const int QueueSize = 256;
    private const int ControlQueueSize = 64;
    private const int BacklogFrames = 256;
    private const int HeaderLength = 12;
    private const int LegacyHeaderLength = 10;
    private const byte NeedsChecksum = 1;
    private const byte NoSegmentation = 0;
    private const ushort MaximumPacketBytes = 1500;
    private const int AddressLength = VirtioNetOptions.AddressLength;
    private const int StatusOffset = 6;
    private const int PairsOffset = 8;
    private const int MaximumPacketOffset = 10;

    private readonly INetworkLink _link;
    private readonly FrameBacklog _backlog = new(BacklogFrames, MostFrameBytes);
    private readonly ReceiveFilter _filter = new();
    private readonly byte[] _frame = new byte[MostFrameBytes];
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
        | NetFeatures.ControlVlan | NetFeatures.ControlReceiveExtra | NetFeatures.ControlAddress | (_pairs > 1 ? NetFeatures.MultipleQueues : 0);

    // The header has the number of merged buffers where the standard was agreed on, although there is never more than one (section 5.1.6.1).
    private int FrameHeaderLength => Has(VirtioFeatures.Version1) ? HeaderLength : LegacyHeaderLength;

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
    public void Receive(ReadOnlySpan<byte> frame)
    {
        if (!_isLinkUp || !_filter.Accepts(frame, ReceiveFilter.ReadAddress(_address)))
        {
            return;
        }

        if (!_backlog.TryAdd(frame))
        {
            Dropped++;
            return;
        }

        Look(NextReceiveQueue);
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

        return IsReceive(queue) ? Deliver(chain) : Send(chain);
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

    // Frames of one conversation come by one queue, in their order: which one follows from the addresses.
    private int NextReceiveQueue
    {
        get
        {
            if (_activePairs == 1 || _backlog.Count == 0)
            {
                return 0;
            }

            uint hash = 0;
            ReadOnlySpan<byte> frame = _backlog.First;
            foreach (byte value in frame[..Math.Min(frame.Length, 38)])
            {
                hash = (hash * 31) + value;
            }

            return 2 * (int)(hash % (uint)_activePairs);
        }
    }

    private bool Has(ulong feature) => (NegotiatedFeatures & feature) != 0;

    private bool IsReceive(int queue) => queue != ControlQueue && queue % 2 == 0;

    private bool Deliver(DescriptorChain chain)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        header[LegacyHeaderLength] = 1;
        ReadOnlySpan<byte> frame = _backlog.First;

        // A driver must give room for the largest frame (section 5.1.6.3.1).
        if (!chain.TryWrite(header[..FrameHeaderLength]) || !chain.TryWrite(frame))
        {
            return false;
        }

        _backlog.RemoveFirst();
        if (_backlog.Count > 0 && _activePairs > 1)
        {
            Look(NextReceiveQueue);
        }

        return true;
    }

    private bool Send(DescriptorChain chain)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (!chain.TryRead(header[..FrameHeaderLength]))
        {
            return false;
        }

        // Nothing longer can have been agreed on, and segmentation was not: such a frame goes nowhere.
        int length = (int)Math.Min(chain.ReadableLength, MostFrameBytes + 1);
        if (length > MostFrameBytes || length == 0 || header[1] != NoSegmentation || !_isLinkUp)
        {
            return true;
        }

        // Nearly every frame lies in one piece, and then needs no copy.
        bool isSummed = (header[0] & NeedsChecksum) == 0;
        ReadOnlySpan<byte> piece = default;
        if (isSummed && chain.TryTakeReadable(length, out piece) && piece.Length == length)
        {
            _link.Transmit(piece);
            return true;
        }

        Span<byte> frame = _frame.AsSpan(0, length);
        piece.CopyTo(frame);
        _ = chain.TryRead(frame[piece.Length..]);
        if (isSummed || TryComplete(frame, header))
        {
            _link.Transmit(frame);
        }

        return true;
    }

    // The driver has put the sum of the pseudo header where the checksum belongs (section 5.1.6.2).
    private static bool TryComplete(Span<byte> frame, ReadOnlySpan<byte> header)
    {
        int start = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        int place = start + BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (place + 2 > frame.Length)
        {
            return false;
        }

        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(0, frame[start..]));
        BinaryPrimitives.WriteUInt16BigEndian(frame[place..], checksum == 0 ? (ushort)0xffff : checksum);
        return true;
    }
}
