using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.Messages;

/// <summary>Writes and reads whole messages: header, fixed fields, and bytes that follow them. All of it lies on the wire as in memory, so hosts are little-endian.</summary>
internal static class Message
{
    /// <summary>The longest that a header can tell.</summary>
    public const int Longest = ushort.MaxValue;

    /// <summary>The longest before HELLO was answered.</summary>
    public const int LongestBeforeHello = 264;

    /// <summary>Most bytes that can follow the fixed fields.</summary>
    /// <typeparam name="T">The fields.</typeparam>
    /// <param name="limit">The longest message that was agreed on.</param>
    public static int Room<T>(int limit)
        where T : unmanaged => limit - MessageHeader.Length - LengthOf<T>();

    /// <summary>Writes a message.</summary>
    /// <typeparam name="T">The fields.</typeparam>
    /// <param name="destination">Where to; it has to have room.</param>
    /// <param name="kind">Whose it is, and whether it is a response.</param>
    /// <param name="id">What it is.</param>
    /// <param name="device">The device, 0 for the bus.</param>
    /// <param name="token">The token, 0 for events.</param>
    /// <param name="payload">The fields.</param>
    /// <param name="tail">The bytes behind them.</param>
    /// <returns>Its length.</returns>
    public static int Write<T>(Span<byte> destination, MessageKind kind, byte id, ushort device, ushort token, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        int fields = LengthOf<T>();
        int size = MessageHeader.Length + fields + tail.Length;
        MemoryMarshal.Write(destination, new MessageHeader(kind, id, device, token, checked((ushort)size)));
        if (fields > 0)
        {
            MemoryMarshal.Write(destination[MessageHeader.Length..], payload);
        }

        tail.CopyTo(destination[(MessageHeader.Length + fields)..]);
        return size;
    }

    /// <summary>Reads the fields of a message.</summary>
    /// <typeparam name="T">The fields.</typeparam>
    /// <param name="message">All of it, header included.</param>
    /// <param name="payload">The fields.</param>
    /// <param name="tail">The bytes behind them.</param>
    /// <returns>False when it is too short.</returns>
    public static bool TryRead<T>(ReadOnlySpan<byte> message, out T payload, out ReadOnlySpan<byte> tail)
        where T : unmanaged
    {
        int length = MessageHeader.Length + LengthOf<T>();
        if (message.Length < length)
        {
            payload = default;
            tail = default;
            return false;
        }

        payload = length > MessageHeader.Length ? MemoryMarshal.Read<T>(message[MessageHeader.Length..]) : default;
        tail = message[length..];
        return true;
    }

    // An empty structure has a byte in memory.
    private static int LengthOf<T>()
        where T : unmanaged => typeof(T) == typeof(Payloads.Nothing) ? 0 : Unsafe.SizeOf<T>();
}
