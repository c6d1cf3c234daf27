using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>The front end's side of one connection. What comes goes to the devices.</summary>
internal sealed class FrontEndPeer : ProxyPeer
{
    private const ushort Bind = 1;
    private const ushort Unbind = 2;
    private const int MostSlotBytes = 256;

    private readonly ProxyFrontEnd _owner;
    private readonly HashSet<int> _sharedFiles = [];

    /// <summary>Creates a side that says nothing yet.</summary>
    public FrontEndPeer(ProxyFrontEnd owner, ICarrier carrier, ulong instance, ProxyOptions options)
        : base(carrier, ProxyRole.FrontEnd, FeaturesOf(carrier, options), instance, options)
    {
        _owner = owner;
        StaticMemory = carrier.StaticMemory;
    }

    /// <summary>Memory that the back end has from the start, or null.</summary>
    public IStaticMemory? StaticMemory { get; }

    /// <summary>True when an area may hold one queue with its buffers.</summary>
    public bool HasFatAreas => (Features & BusFeatures.FatAreas) != 0;

    /// <summary>True when rings and buffers lie in areas.</summary>
    public bool HasAreas => (Features & BusFeatures.Areas) != 0;

    /// <summary>Shares memory, if it is not shared already.</summary>
    /// <param name="number">The area's number.</param>
    /// <param name="region">The memory.</param>
    /// <param name="flags">What kind of area it is.</param>
    /// <returns>The wait for the answer, or null when there is none to wait for.</returns>
    public ProxyReply? Share(ushort number, in VhostUserRegion region, AreaFlags flags = AreaFlags.None) => _sharedFiles.Add(region.Descriptor)
        ? RequestBus(BusMessage.AreaShare, new Payloads.Area(number, AreaFlags.Descriptor | flags, 0, region.Address, region.Length, 0), region.Descriptor)
        : null;

    /// <summary>Announces a request.</summary>
    public void Announce(ushort device, ChainSlot slot)
    {
        ReadOnlySpan<byte> bytes = slot.Outgoing;
        int room = Message.Room<Payloads.Chain>(Limit);
        Tell(
            TransportMessage.ChainAvail, device, new Payloads.Chain((uint)slot.Queue, slot.Head, 0, (uint)slot.Readable, (uint)slot.Writable), bytes[..Math.Min(room, bytes.Length)]);
    }

    /// <summary>Ends the connection: the back end does what cannot be. The next one begins anew.</summary>
    public void End(string reason) => Lose(reason);

    /// <summary>Shares a part of the memory that both sides have from the start.</summary>
    /// <param name="number">The area's number.</param>
    /// <param name="address">What stands for its first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="flags">What kind of area it is.</param>
    public ProxyReply ShareStatic(ushort number, ulong address, ulong length, ulong offset, AreaFlags flags) =>
        RequestBus(BusMessage.AreaShare, new Payloads.Area(number, AreaFlags.Static | flags, 0, address, length, offset));

    // Nothing else than what was chosen is offered.
    private static BusFeatures FeaturesOf(ICarrier carrier, ProxyOptions options) => BusFeatures.Errors | BusFeatures.Slots | options.Memory switch
    {
        ProxyMemory.Direct when carrier.StaticMemory is not null => throw new EmulatorException("the guest's RAM is not in the memory that both sides have from the start; use memory=copied"),
        ProxyMemory.Fat when carrier.StaticMemory is not null => BusFeatures.StaticAreas | BusFeatures.FatAreas,
        _ when carrier.StaticMemory is not null => BusFeatures.StaticAreas,
        ProxyMemory.Chains => BusFeatures.Chains,
        ProxyMemory.Fat when carrier.HasDescriptors => BusFeatures.AreaDescriptors | BusFeatures.FatAreas,
        _ when carrier.HasDescriptors => BusFeatures.AreaDescriptors,
        _ => throw new EmulatorException("the back end is reached by a connection that shares no memory; use a Unix socket, or memory=chains"),
    };

    /// <inheritdoc/>
    protected override ResultCode OnRequest(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (header.IsBus)
        {
            return OnBus(header, message);
        }

        if (header.Id != (byte)TransportMessage.ChainRead)
        {
            return ResultCode.UnknownMessage;
        }

        if (!Message.TryRead(message, out Payloads.ChainRange range, out _) || range.Length > Message.Room<Payloads.ChainRange>(Limit))
        {
            return ResultCode.Malformed;
        }

        byte[] bytes = new byte[range.Length];
        bool isThere = _owner.Find(header.Device) is { } device && device.TryReadChain(range, bytes);
        return Reply(
            header, range with { Result = isThere ? ResultCode.Done : ResultCode.AddressFault, Length = isThere ? range.Length : 0 }, isThere ? bytes : []);
    }

    private ResultCode OnBus(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        bool hasSlots = (Features & BusFeatures.Slots) != 0;
        switch ((BusMessage)header.Id)
        {
            case BusMessage.SlotInfo when hasSlots && Message.TryRead(message, out Payloads.Slot slot, out _):
                if (_owner.Find(slot.Device) is not { } device)
                {
                    return ResultCode.NoSuchDevice;
                }

                Span<byte> bytes = stackalloc byte[Math.Min(MostSlotBytes, Message.Room<Payloads.Slot>(Limit))];
                var entries = new SlotEntries(bytes);
                device.Describe(ref entries);
                return Reply(header, slot with { Count = entries.Count }, bytes[..entries.Length]);
            case BusMessage.SlotBind when hasSlots && Message.TryRead(message, out Payloads.SlotBinding binding, out _):
                return Reply(header, new Payloads.ShortResult(Judge(binding), 0));
            case BusMessage.SlotInfo or BusMessage.SlotBind when hasSlots:
                return ResultCode.Malformed;
            default:
                return ResultCode.UnknownMessage;
        }
    }

    // A slot is made for what the back end has said that it has: it can be taken, and is free again when the back end goes.
    private ResultCode Judge(in Payloads.SlotBinding binding) => _owner.Find(binding.Device) switch
    {
        null => ResultCode.NoSuchDevice,
        { } device when binding.DeviceId != (uint)device.DeviceType => ResultCode.Denied,
        _ => binding.Action switch
        {
            Bind => ResultCode.Done,
            Unbind => ResultCode.NotSupported,
            _ => ResultCode.Malformed,
        },
    };

    /// <inheritdoc/>
    protected override void OnEvent(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (!header.IsBus && _owner.Find(header.Device) is { } device && device.Take(this, (TransportMessage)header.Id, message))
        {
            _owner.Signal();
        }
    }

    /// <inheritdoc/>
    protected override void OnReply() => _owner.Signal();

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _owner.PeerLost(this);
}
