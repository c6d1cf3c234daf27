using System.Buffers.Binary;
using Emulator.Memory;

namespace Emulator.Virtio.Transports;

/// <summary>The device's configuration space as a transport's bus accesses see it, in any width. Outside of it reads are ones and writes are lost, as on QEMU.</summary>
internal static class ConfigurationAccess
{
    /// <summary>Reads the configuration space.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="size">Width in bytes, 1 to 8.</param>
    public static BusResult ReadConfiguration(this VirtioDevice device, ulong offset, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        switch (device.ReadConfiguration(offset, bytes[..size]))
        {
            case BackendAnswer.Pending:
                return BusResult.Pending;
            case BackendAnswer.Refused:
                bytes[..size].Fill(0xff);
                break;
            default:
                break;
        }

        bytes[size..].Clear();
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Writes the configuration space.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="size">Width in bytes, 1 to 8.</param>
    /// <param name="value">The value.</param>
    public static BusStatus WriteConfiguration(this VirtioDevice device, ulong offset, int size, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return device.WriteConfiguration(offset, bytes[..size]) == BackendAnswer.Pending ? BusStatus.Pending : BusStatus.Ok;
    }
}
