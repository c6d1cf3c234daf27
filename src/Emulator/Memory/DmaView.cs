using System.Buffers.Binary;

namespace Emulator.Memory;

/// <summary>Guest memory as one device sees it. Each access says whether it worked; none throws for a guest's bad address.</summary>
public sealed class DmaView
{
    private readonly SystemBus _bus;

    /// <summary>Creates a view.</summary>
    /// <param name="bus">The machine's bus.</param>
    /// <param name="initiator">The device's id on the bus.</param>
    public DmaView(SystemBus bus, BusInitiator initiator)
    {
        ArgumentNullException.ThrowIfNull(bus);
        _bus = bus;
        Initiator = initiator;
    }

    /// <summary>The device's id on the bus.</summary>
    public BusInitiator Initiator { get; }

    /// <summary>Copies from guest memory.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="destination">Where to.</param>
    /// <returns>False when not all of it is memory.</returns>
    public bool TryRead(ulong address, Span<byte> destination) => _bus.TryReadMemory(address, destination, secure: false);

    /// <summary>Copies into guest memory; marks pages dirty and code stale.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="source">What to write.</param>
    /// <returns>False when not all of it is RAM.</returns>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> source) => _bus.TryWriteMemory(address, source, secure: false);

    /// <summary>Looks memory up, so that it can be reached without copying. What is not wholly in one piece of memory is refused.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="forWriting">True when the device will write to it: then it must be RAM.</param>
    /// <param name="range">The memory.</param>
    /// <returns>False when there is no such memory.</returns>
    internal bool TryMap(ulong address, int length, bool forWriting, out DmaRange range) =>
        _bus.TryMapMemory(address, length, forWriting, secure: false, out range);

    /// <summary>Where a piece of memory is that <see cref="TryMap"/> has found.</summary>
    /// <param name="range">The piece.</param>
    /// <returns>Guest physical address.</returns>
    internal ulong AddressOf(in DmaRange range)
    {
        foreach (BusRegion region in _bus.Regions)
        {
            if (region is { Ram: { } ram, SecureOnly: false } && ReferenceEquals(ram, range.Memory))
            {
                return region.Base + range.Offset;
            }
        }

        throw new InvalidOperationException("the memory is not this machine's");
    }

    /// <summary>Reads a big-endian 32-bit value, as fw_cfg's DMA descriptors hold.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when it is not memory.</returns>
    public bool TryReadUInt32BigEndian(ulong address, out uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        bool ok = TryRead(address, bytes);
        value = ok ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return ok;
    }
}
