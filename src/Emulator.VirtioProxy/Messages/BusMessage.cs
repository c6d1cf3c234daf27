namespace Emulator.VirtioProxy.Messages;

/// <summary>Ids of bus messages (docs/virtio-proxy.md, section 3).</summary>
internal enum BusMessage : byte
{
    GetDevices = 0x02,
    Ping = 0x03,
    EventDevice = 0x40,
    Hello = 0x80,
    AreaShare = 0x81,
    AreaUnshare = 0x82,
    Reset = 0x83,
    EventPoll = 0x84,
    Bell = 0x85,
    SlotInfo = 0x86,
    SlotBind = 0x87,
    AreaRelease = 0xc0,
    Error = 0xc1,
}
