using Emulator.Memory;

namespace Emulator.Virtio.Transports;

// Where the extension by messages comes in.
internal sealed partial class VirtioMmioTransport
{
    /// <inheritdoc/>
    public bool SendsMessages => _messages is { IsEnabled: true } && HasMessages;

    // The proposed layout's registers are there once its feature is agreed on; the other layout is known by VendorID.
    private bool HasMessages => _messages is not null && (_messages.Features == 0 || _device.Has(ProposedMessages.MessagesFeature));

    private bool HasDoorbells => _messages is not null && (_messages.Features == 0 || _device.Has(ProposedMessages.NotificationFeature));

    private uint Vendor => _messages is DragonballMessages ? DragonballMessages.VendorId : VendorId;

    private bool IsMessageRegister(ulong offset) => _messages is not null && offset is >= VirtioMmioMessages.FirstRegister and < VirtioMmioMessages.EndOfRegisters;

    private void WriteMessageRegister(in BusAccess access, ulong value)
    {
        bool isReady = (_device.Status & VirtioStatus.DriverOk) != 0;
        if (HasMessages && !_messages!.Write(access.Offset, Math.Min(access.Size, 4), (uint)value, _queueSelect, isReady))
        {
            _device.Fail();
        }
    }
}
