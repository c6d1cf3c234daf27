namespace Emulator.VirtioProxy.Messages;

/// <summary>What an entry of a slot tells (docs/virtio-proxy.md, section 3).</summary>
internal enum SlotTag : ushort
{
    Address = 1,
    Length = 2,
    Interrupt = 3,
    Messages = 4,
    Doorbells = 5,
    DeviceId = 6,
    Areas = 7,
    Flags = 8,
    Setting = 9,
}
