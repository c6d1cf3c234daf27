using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A request of the guest that a peer has, or is to have. It knows all that is needed to hand it to another peer again.</summary>
internal sealed class RemoteRequest
{
    /// <summary>What the peer reads.</summary>
    public List<DmaRange> Readable { get; } = [];

    /// <summary>What the peer writes.</summary>
    public List<DmaRange> Writable { get; } = [];

    /// <summary>Bytes to read.</summary>
    public long ReadableLength { get; private set; }

    /// <summary>Bytes to write.</summary>
    public long WritableLength { get; private set; }

    /// <summary>Which entry of the guest's ring it is.</summary>
    public UsedElement Element { get; private set; }

    /// <summary>When the guest has notified the device.</summary>
    public VirtualTime Announced { get; private set; }

    /// <summary>The host's timestamp then; zero when nobody looked. It is no state.</summary>
    public long HostAnnounced { get; set; }

    /// <summary>When the guest is to see the answer.</summary>
    public VirtualTime Deadline { get; private set; }

    /// <summary>True while it is in the peer's ring.</summary>
    public bool IsSubmitted { get; set; }

    /// <summary>True when the answer is there.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Bytes that were written to its buffers.</summary>
    public uint Written { get; set; }

    /// <summary>An answer that is made here, because no peer gives one; or null.</summary>
    public byte[]? OwnAnswer { get; set; }

    /// <summary>What kind of request it is, as its first word says; for disks.</summary>
    public uint Type { get; set; }

    /// <summary>How far a flush reaches: <see cref="Unflushed.UnflushedWrites.End"/> when it was sent.</summary>
    public long Reach { get; set; }

    /// <summary>True while the peer has a flush in the place of this write, which it has answered: the guest hears of the write when that is done.</summary>
    public bool IsBeingFlushed { get; set; }

    /// <summary>Its head in the peer's ring.</summary>
    public ushort Head { get; set; }

    /// <summary>Entries that it takes there.</summary>
    public int SegmentCount { get; set; }

    /// <summary>The piece of the shared area that holds copies of its buffers.</summary>
    public int AreaOffset { get; set; }

    /// <summary>Length of that piece, 0 for none.</summary>
    public int AreaLength { get; set; }

    /// <summary>Where in the area that begins which the peer writes.</summary>
    public int WritableOffset { get; set; }

    /// <summary>Makes it the request in a chain.</summary>
    public void Take(DescriptorChain chain, VirtualTime announced, VirtualTime deadline)
    {
        Readable.Clear();
        Writable.Clear();
        ReadableLength = chain.ReadableLength;
        WritableLength = chain.WritableLength;
        Element = chain.Used;
        Announced = announced;
        HostAnnounced = 0;
        Deadline = deadline;
        IsSubmitted = false;
        IsAnswered = false;
        OwnAnswer = null;
        Type = 0;
        IsBeingFlushed = false;
        Written = 0;
        AreaLength = 0;
        while (chain.TryTakeReadable(int.MaxValue, out DmaRange piece))
        {
            Readable.Add(piece);
        }

        while (chain.TryTakeWritable(int.MaxValue, out DmaRange piece))
        {
            Writable.Add(piece);
        }
    }

    /// <summary>The first word that the peer reads, by which disks tell kinds of requests apart.</summary>
    public uint PeekType()
    {
        Span<byte> type = stackalloc byte[sizeof(uint)];
        return TryPeek(type) ? BinaryPrimitives.ReadUInt32LittleEndian(type) : uint.MaxValue;
    }

    /// <summary>Copies the first bytes that the peer reads.</summary>
    /// <returns>False when there are not so many.</returns>
    public bool TryPeek(Span<byte> destination)
    {
        foreach (DmaRange piece in Readable)
        {
            int count = Math.Min(piece.Length, destination.Length);
            piece.Bytes[..count].CopyTo(destination);
            destination = destination[count..];
        }

        return destination.IsEmpty;
    }
}
