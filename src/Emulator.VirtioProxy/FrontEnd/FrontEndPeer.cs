using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>The front end's side of one connection. What comes goes to the devices.</summary>
internal sealed class FrontEndPeer : ProxyPeer
{
    private readonly ProxyFrontEnd _owner;

    /// <summary>Creates a side that says nothing yet.</summary>
    public FrontEndPeer(ProxyFrontEnd owner, ICarrier carrier, ulong instance, ProxyOptions options)
        : base(carrier, ProxyRole.FrontEnd, BusFeatures.Chains | BusFeatures.Errors, instance, options) => _owner = owner;

    /// <summary>Announces a request.</summary>
    public void Announce(ushort device, ChainSlot slot)
    {
        ReadOnlySpan<byte> bytes = slot.Outgoing;
        int room = Message.Room<Payloads.Chain>(Limit);
        Tell(
            TransportMessage.ChainAvail, device, new Payloads.Chain((uint)slot.Queue, slot.Head, 0, (uint)slot.Readable, (uint)slot.Writable), bytes[..Math.Min(room, bytes.Length)]);
    }

    /// <inheritdoc/>
    protected override ResultCode OnRequest(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (header.IsBus || header.Id != (byte)TransportMessage.ChainRead)
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
