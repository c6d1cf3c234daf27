using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>
/// Memory in which the server keeps which requests it has begun, a part for each queue (vhost-user protocol, "Inflight I/O tracking"). The front end holds it when this process ends, and gives it to the next one. It may have
/// written anything to it.
/// </summary>
internal sealed unsafe class InflightMemory : IDisposable
{
    private const int Alignment = 64;

    private readonly GuestRam _memory;
    private readonly VhostUserInflight _place;

    private InflightMemory(GuestRam memory, in VhostUserInflight place)
    {
        _memory = memory;
        _place = place;
    }

    /// <summary>The file, which stays this object's; -1 when it has come from the front end.</summary>
    public int FileDescriptor => _memory.FileDescriptor;

    /// <summary>Makes new memory, in which nothing is begun.</summary>
    public static InflightMemory Create(ushort queues, ushort size, out VhostUserInflight place)
    {
        ulong length = (ulong)(PartLength(size) * queues);
        place = new VhostUserInflight(length, 0, queues, size);
        return new InflightMemory(new GuestRam("in-flight", (length + GuestRam.PageSize - 1) & ~(ulong)(GuestRam.PageSize - 1), RamMode.Shared), place);
    }

    /// <summary>Takes memory that a server has made before.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="descriptor">Its file, which stays the caller's.</param>
    /// <param name="mayShrink">Accepts files that can be cut short.</param>
    /// <exception cref="PeerLostException">It cannot be what it is said to be.</exception>
    public static InflightMemory Map(in VhostUserInflight place, int descriptor, bool mayShrink)
    {
        if (place.Length < (ulong)(PartLength(place.QueueSize) * place.QueueCount))
        {
            throw new PeerLostException($"{place.Length} bytes are too few for the requests in flight of {place.QueueCount} queues of {place.QueueSize}");
        }

        ForeignHostPages pages = ForeignHostPages.TryMap(descriptor, place.Offset, place.Length, mayShrink, out string problem) ?? throw new PeerLostException(problem);
        return new InflightMemory(new GuestRam("in-flight", pages), place);
    }

    /// <summary>The part of a queue; null when it has none, or the queue is longer.</summary>
    public InflightQueue? QueueOf(int queue, int size) =>
        queue < _place.QueueCount && size <= _place.QueueSize ? new InflightQueue(_memory.Pointer + (PartLength(_place.QueueSize) * queue), size) : null;

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static int PartLength(int size) => (InflightQueue.HeaderLength + (InflightQueue.EntryLength * size) + Alignment - 1) / Alignment * Alignment;
}
