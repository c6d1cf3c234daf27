using System.Security.Cryptography;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Device;

/// <summary>A connection of a front end to a guest that is its back end: greets in the guest's name, and passes everything else on.</summary>
internal sealed class GuestBackEndPeer : ProxyPeer
{
    private readonly VirtioProxyDevice _device;

    /// <summary>Creates a side that says nothing yet.</summary>
    public GuestBackEndPeer(VirtioProxyDevice device, ICarrier carrier, ProxyOptions options)
        : base(carrier, ProxyRole.BackEnd, BusFeatures.StaticAreas | BusFeatures.Errors, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))), options) => _device = device;

    /// <inheritdoc/>
    protected override void OnOpen() => _device.Begin(this);

    /// <inheritdoc/>
    protected override ResultCode OnRequest(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        _device.PassToGuest(message);
        return ResultCode.Done;
    }

    /// <inheritdoc/>
    protected override void OnEvent(in MessageHeader header, ReadOnlySpan<byte> message) => _device.PassToGuest(message);

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _device.End(this);
}
