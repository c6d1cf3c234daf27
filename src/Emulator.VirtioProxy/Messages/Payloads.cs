using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.Messages;

/// <summary>
/// The fixed fields of each payload, as they lie in the message (docs/virtio-proxy.md, sections 2 to 4); bytes of varying number follow them. A payload that request and response, or
/// several messages, have alike is here once. Messages without fields have <see cref="Nothing"/>, which is no byte long on the wire.
/// </summary>
internal static class Payloads
{
    /// <summary>HELLO: what the sender is and can do; in the response, what both can do.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Hello(
        uint Magic, ushort Major, ushort Minor, uint Revision, uint RevisionFeatures, BusFeatures Features, ushort LongestMessage, ushort Areas, ProxyRole Role, HelloStatus Status, ulong Instance)
    {
        /// <summary>"VPX1".</summary>
        public const uint ExpectedMagic = 0x3158_5056;
    }

    /// <summary>GET_DEVICES, request: which numbers to tell of.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct DeviceRange(ushort Offset, ushort Count);

    /// <summary>GET_DEVICES, response; a bit for each device follows.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct DeviceMap(ushort Offset, ushort Count, ushort NextOffset);

    /// <summary>PING and its response.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Ping(uint Data);

    /// <summary>EVENT_DEVICE: 1 ready, 2 removed.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct DeviceState(ushort Device, ushort State);

    /// <summary>AREA_SHARE.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Area(ushort Number, AreaFlags Flags, uint Reserved, ulong Base, ulong Size, ulong Offset)
    {
        /// <summary>An area without a base lies at its number, shifted by this.</summary>
        public const int NumberShift = 56;

        /// <summary>How many such areas there can be.</summary>
        public const int NumbersWithoutBase = 256;
    }

    /// <summary>AREA_UNSHARE and AREA_RELEASE.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct AreaNumber(ushort Number, ushort Reserved);

    /// <summary>The responses to AREA_SHARE and AREA_UNSHARE.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct AreaResult(ushort Number, ResultCode Result);

    /// <summary>BELL.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Bell(ushort Device, ushort Queue, ushort Kind, ushort Direction, uint Value);

    /// <summary>The responses to BELL and SLOT_BIND.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ShortResult(ResultCode Result, ushort Reserved);

    /// <summary>SLOT_INFO, request; in the response the second field counts the entries that follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Slot(ushort Device, ushort Count);

    /// <summary>SLOT_BIND: 1 bind, 2 unbind.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct SlotBinding(ushort Device, ushort Action, uint DeviceId);

    /// <summary>ERROR; text follows.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Error(ResultCode Code, ushort Device, MessageKind Kind, byte Id, ushort Token);

    /// <summary>GET_DEVICE_INFO, response.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct DeviceInfo(
        uint DeviceId, uint VendorId, uint FeatureBits, uint ConfigurationLength, uint Queues, ushort FirstAdministrationQueue, ushort AdministrationQueues);

    /// <summary>GET_DEVICE_FEATURES, SET_DRIVER_FEATURES: blocks of 32 bits, which follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct FeatureBlocks(uint First, uint Count);

    /// <summary>GET_CONFIG, request.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ConfigurationRange(uint Offset, uint Length);

    /// <summary>GET_CONFIG, response, and SET_CONFIG; bytes follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ConfigurationBytes(uint Generation, uint Offset, uint Length);

    /// <summary>EVENT_CONFIG; bytes follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ConfigurationEvent(uint Status, uint Generation, uint Offset, uint Length);

    /// <summary>GET_DEVICE_STATUS, SET_DEVICE_STATUS.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Status(uint Value);

    /// <summary>GET_VQUEUE, RESET_VQUEUE, EVENT_USED; GET_SHM, where it is a region.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Index(uint Value);

    /// <summary>GET_VQUEUE, response, and SET_VQUEUE, where the second field is reserved.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Queue(uint Index, uint LargestSize, uint Size, uint Reserved, ulong DescriptorArea, ulong DriverArea, ulong DeviceArea);

    /// <summary>GET_SHM, response.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct SharedMemory(uint Region, uint Length, uint Address);

    /// <summary>GET_SHM64, request.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Region(uint Number, uint Reserved);

    /// <summary>GET_SHM64, response.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct LargeSharedMemory(uint Region, uint Reserved, ulong Length, ulong Address);

    /// <summary>EVENT_AVAIL.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Available(uint Queue, uint Next);

    /// <summary>REG_READ, and the response to REG_WRITE.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Register(uint Offset, uint Size);

    /// <summary>REG_WRITE, REG_WRITE_POSTED, and the response to REG_READ.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct RegisterValue(uint Offset, uint Size, ulong Value);

    /// <summary>IRQ_TRIGGER, IRQ_EVENT.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Interrupt(uint Kind, uint Vector, ulong Address, uint Data, uint Reserved);

    /// <summary>The response to IRQ_TRIGGER.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct LongResult(uint Result, uint Reserved);

    /// <summary>CHAIN_AVAIL: readable bytes follow, from the first.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct Chain(uint Queue, ushort Head, ushort Reserved, uint Readable, uint Writable);

    /// <summary>CHAIN_READ; the response has a result where this has a reserved field, and bytes follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ChainRange(uint Queue, ushort Head, ResultCode Result, uint Offset, uint Length);

    /// <summary>CHAIN_USED, where the last field is the number of bytes written, and CHAIN_DATA, where it is their offset; bytes follow.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct ChainBytes(uint Queue, ushort Head, ushort Reserved, uint Value);

    /// <summary>RESET, EVENT_POLL, GET_DEVICE_INFO and GET_DEVICE_STATUS as requests, and responses that tell nothing but that it is done.</summary>
    public readonly record struct Nothing;
}
