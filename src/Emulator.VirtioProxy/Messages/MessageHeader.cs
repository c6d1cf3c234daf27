using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.Messages;

/// <summary>What every message begins with (docs/virtio-proxy.md, section 1).</summary>
/// <param name="Kind">Bit 0: a response; bit 1: a bus message.</param>
/// <param name="Id">What it is, <c>msg_id</c>.</param>
/// <param name="Device">The device, <c>dev_num</c>; 0 in bus messages.</param>
/// <param name="Token">Joins a response to its request; 0 in events.</param>
/// <param name="Size">Length of the whole message, in bytes.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct MessageHeader(MessageKind Kind, byte Id, ushort Device, ushort Token, ushort Size)
{
    /// <summary>Its length in bytes.</summary>
    public const int Length = 8;

    private const byte EventBit = 0x40;

    /// <summary>True for a message that has no response.</summary>
    public bool IsEvent => (Id & EventBit) != 0;

    /// <summary>True for the answer to a request.</summary>
    public bool IsResponse => (Kind & MessageKind.Response) != 0;

    /// <summary>True for a message of the bus, false for one of a device.</summary>
    public bool IsBus => (Kind & MessageKind.Bus) != 0;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">At least its length.</param>
    /// <param name="limit">The longest message that was agreed on.</param>
    /// <param name="header">The header.</param>
    /// <returns>False when the stream is lost (section 1, rule 7).</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int limit, out MessageHeader header)
    {
        header = MemoryMarshal.Read<MessageHeader>(bytes);
        return (header.Kind & ~(MessageKind.Response | MessageKind.Bus)) == 0 && header.Size >= Length && header.Size <= limit;
    }
}
