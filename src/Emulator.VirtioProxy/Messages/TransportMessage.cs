namespace Emulator.VirtioProxy.Messages;

/// <summary>Ids of messages of a device (docs/virtio-proxy.md, section 4).</summary>
internal enum TransportMessage : byte
{
    GetDeviceInfo = 0x02,
    GetDeviceFeatures = 0x03,
    SetDriverFeatures = 0x04,
    GetConfig = 0x05,
    SetConfig = 0x06,
    GetDeviceStatus = 0x07,
    SetDeviceStatus = 0x08,
    GetVqueue = 0x09,
    SetVqueue = 0x0a,
    ResetVqueue = 0x0b,
    GetShm = 0x0c,
    EventConfig = 0x40,
    EventAvail = 0x41,
    EventUsed = 0x42,
    RegRead = 0x80,
    RegWrite = 0x81,
    IrqTrigger = 0x82,
    ChainRead = 0x83,
    GetShm64 = 0x84,
    RegWritePosted = 0xc0,
    IrqEvent = 0xc1,
    ChainAvail = 0xc2,
    ChainUsed = 0xc3,
    ChainData = 0xc4,
}
