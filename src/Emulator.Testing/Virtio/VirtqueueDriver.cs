using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Virtio.Queues;

namespace Emulator.Testing.Virtio;

/// <summary>
/// The driver's side of a virtqueue: fills rings in guest memory as a guest's driver does, and reads what the device has used. It allocates nothing while it works. With
/// <see cref="WriteDescriptor"/> and the addresses in <see cref="Settings"/> a test can do what a good driver never would.
/// </summary>
public abstract class VirtqueueDriver
{
    private const int DescriptorSize = 16;
    private readonly DmaView _memory;
    private DmaRange _ring;

    private protected VirtqueueDriver(DmaView memory, in VirtqueueSettings settings, bool eventIndex)
    {
        _memory = memory;
        Settings = settings;
        HasEventIndex = eventIndex;
    }

    /// <summary>Where the ring is: what a driver tells its transport.</summary>
    public VirtqueueSettings Settings { get; }

    /// <summary>The first address behind the ring.</summary>
    public abstract ulong End { get; }

    /// <summary>Descriptors that are free.</summary>
    public abstract int Free { get; }

    /// <summary>True when VIRTIO_F_EVENT_IDX was negotiated.</summary>
    private protected bool HasEventIndex { get; }

    private protected int Size => Settings.Size;

    /// <summary>Makes an empty ring, in memory that it sets to zero.</summary>
    /// <param name="memory">Guest memory.</param>
    /// <param name="address">Where the ring starts: a multiple of 4096, so that a legacy device takes a split ring too.</param>
    /// <param name="size">Number of entries; a power of two for a split ring.</param>
    /// <param name="packed">True for a packed ring.</param>
    /// <param name="eventIndex">True when VIRTIO_F_EVENT_IDX was negotiated.</param>
    /// <exception cref="ArgumentException">There is no such memory.</exception>
    public static VirtqueueDriver Create(DmaView memory, ulong address, int size, bool packed = false, bool eventIndex = false)
    {
        ArgumentNullException.ThrowIfNull(memory);
        VirtqueueDriver driver = packed ? new PackedVirtqueueDriver(memory, address, size, eventIndex) : new SplitVirtqueueDriver(memory, address, size, eventIndex);
        if (!memory.TryMap(address, (int)(driver.End - address), forWriting: true, out driver._ring))
        {
            throw new ArgumentException($"no room for a ring of {size} entries at 0x{address:x}", nameof(address));
        }

        driver._ring.Write(0, new byte[driver._ring.Length]);
        return driver;
    }

    /// <summary>Makes buffers available as one chain.</summary>
    /// <param name="buffers">The buffers, at least one.</param>
    /// <param name="table">Where in guest memory to put a table of descriptors, 16 bytes for each buffer; 0 to put them into the ring.</param>
    /// <returns>The chain's id, or -1 when there is no room.</returns>
    public abstract int Add(ReadOnlySpan<DriverBuffer> buffers, ulong table = 0);

    /// <summary>Says whether the device wants to be notified of what was added since the last call.</summary>
    public abstract bool NeedsKick();

    /// <summary>Takes the next chain that the device is done with.</summary>
    /// <param name="used">What it told.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="InvalidOperationException">The device has used what was not available.</exception>
    public abstract bool TryTakeUsed(out UsedBuffer used);

    /// <summary>Asks for an interrupt as soon as a number of further chains are used. With VIRTIO_F_EVENT_IDX it is for once, as a driver does it that has taken all there was.</summary>
    /// <param name="after">1 for the next one; more only with VIRTIO_F_EVENT_IDX.</param>
    public abstract void EnableInterrupts(int after = 1);

    /// <summary>Asks for no interrupts.</summary>
    public abstract void DisableInterrupts();

    /// <summary>What to write to QueueNotify when VIRTIO_F_NOTIFICATION_DATA was negotiated (virtio 1.3, section 2.9).</summary>
    /// <param name="queue">The queue's index.</param>
    public abstract uint NotificationData(int queue);

    /// <summary>Writes a descriptor, whatever it means, to the descriptor area.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="address">Address of the buffer.</param>
    /// <param name="length">Length of the buffer.</param>
    /// <param name="third">Flags in a split ring, the id in a packed one.</param>
    /// <param name="fourth">The next descriptor in a split ring, flags in a packed one.</param>
    public void WriteDescriptor(int index, ulong address, uint length, ushort third, ushort fourth) =>
        WriteDescriptorAt(Settings.DescriptorArea + (ulong)(DescriptorSize * index), address, length, third, fourth);

    private protected static void CheckUsed(in UsedBuffer used, ushort[] countOf)
    {
        if ((uint)used.Id >= (uint)countOf.Length || countOf[used.Id] == 0)
        {
            throw new InvalidOperationException($"the device has used chain {used.Id}, which was not available");
        }
    }

    // The fields go to where they are read from: a copy of bytes that were just written one by one would wait until all stores before it are done.
    private protected void WriteDescriptorAt(ulong at, ulong address, uint length, ushort third, ushort fourth)
    {
        int offset = Offset(at);
        DmaRange descriptor;
        if (offset + DescriptorSize <= _ring.Length)
        {
            descriptor = _ring.Slice(offset, DescriptorSize);
        }
        else if (!_memory.TryMap(at, DescriptorSize, forWriting: true, out descriptor))
        {
            return;
        }

        Span<byte> bytes = descriptor.Writable;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, address);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], third);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], fourth);
        descriptor.MarkWritten(0, DescriptorSize);
    }

    private protected void Write(ulong address, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Write(address, bytes);
    }

    private protected ushort ReadUInt16(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(_ring.Bytes[Offset(address)..]);

    private protected uint ReadUInt32(ulong address) => BinaryPrimitives.ReadUInt32LittleEndian(_ring.Bytes[Offset(address)..]);

    // Nearly all is in the ring, which was looked up once; tables of descriptors are elsewhere.
    private void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        int offset = Offset(address);
        if (offset + bytes.Length <= _ring.Length)
        {
            _ring.Write(offset, bytes);
        }
        else
        {
            _ = _memory.TryWrite(address, bytes);
        }
    }

    private int Offset(ulong address) => (int)Math.Min(address - Settings.DescriptorArea, int.MaxValue / 2);

    private protected static bool HasPassed(ushort wanted, ushort now, ushort before) => (ushort)(now - wanted - 1) < (ushort)(now - before);
}
