using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.Server;

/// <summary>A ring whose requests come by message (docs/virtio-proxy.md, section 5, "Chains").</summary>
/// <param name="memory">Where their buffers go.</param>
/// <param name="queue">The queue's index.</param>
/// <param name="settings">Its size.</param>
/// <param name="features">The features that were negotiated.</param>
/// <param name="used">Told when a request is done: the queue, the request, and what the used ring is to say.</param>
internal sealed class ChainRing(ChainMemory memory, int queue, in VirtqueueSettings settings, ulong features, Action<int, ChainEntry, uint> used)
    : VirtqueueRing(memory.View, settings, features)
{
    private readonly Dictionary<ushort, ChainEntry> _onTheWay = [];
    private readonly List<ChainEntry> _available = [];
    private readonly List<ChainEntry> _taken = [];
    private readonly Stack<ChainEntry> _free = new();
    private uint _mark;

    /// <inheritdoc/>
    public override bool HasUntold => false;

    /// <summary>A request is announced.</summary>
    /// <param name="head">Names it.</param>
    /// <param name="readable">Bytes that the device reads.</param>
    /// <param name="writable">Bytes that it writes.</param>
    /// <param name="bytes">The first of the readable bytes.</param>
    /// <returns>The request, or null when it cannot be one.</returns>
    public ChainEntry? Announce(ushort head, uint readable, uint writable, ReadOnlySpan<byte> bytes)
    {
        long length = (long)readable + writable;
        if (length is 0 or > ChainMemory.Length || bytes.Length > readable || _onTheWay.Count == Size || _onTheWay.ContainsKey(head)
            || !memory.TryTake((int)length, out int start))
        {
            return null;
        }

        ChainEntry entry = _free.TryPop(out ChainEntry? free) ? free : new ChainEntry();
        entry.Set(head, start, (int)readable, (int)writable, missing: (int)readable - bytes.Length);
        bytes.CopyTo(memory.Bytes(start, bytes.Length));
        _onTheWay.Add(head, entry);
        _available.Add(entry);
        return entry;
    }

    /// <summary>More readable bytes of a request have come.</summary>
    /// <param name="head">The request.</param>
    /// <param name="offset">The first of them.</param>
    /// <param name="bytes">The bytes.</param>
    public void Supply(ushort head, uint offset, ReadOnlySpan<byte> bytes)
    {
        if (_onTheWay.TryGetValue(head, out ChainEntry? entry) && offset + (long)bytes.Length <= entry.Readable && bytes.Length <= entry.Missing)
        {
            bytes.CopyTo(memory.Bytes(entry.Start + (int)offset, bytes.Length));
            entry.Missing -= bytes.Length;
        }
    }

    /// <summary>Gives the memory of all requests back.</summary>
    public void Clear()
    {
        foreach (ChainEntry entry in _onTheWay.Values)
        {
            while (memory.TryTakeWritten(entry.Start, entry.Length, out _, out _))
            {
            }

            memory.Return(entry.Start, entry.Length);
        }

        _onTheWay.Clear();
        _available.Clear();
        _taken.Clear();
    }

    /// <inheritdoc/>
    public override VirtqueueFault TryMap() => VirtqueueFault.None;

    /// <inheritdoc/>
    public override bool TryPop(DescriptorChain chain, out VirtqueueFault fault)
    {
        fault = VirtqueueFault.None;

        // In order: frames and characters must not overtake one another.
        if (_available is not [ChainEntry entry, ..] || entry.Missing > 0)
        {
            return false;
        }

        _available.RemoveAt(0);
        _taken.Add(entry);
        _mark++;
        chain.Clear();
        fault = Add(chain, entry.Start, entry.Readable, DescriptorFlags.None);
        fault = fault == VirtqueueFault.None ? Add(chain, entry.WritableStart, entry.Writable, DescriptorFlags.Write) : fault;
        chain.Identify(entry.Head, 1);
        return fault == VirtqueueFault.None;
    }

    /// <inheritdoc/>
    public override uint Mark => _mark;

    /// <inheritdoc/>
    public override void Rewind(uint mark)
    {
        int count = (int)(_mark - mark);
        _available.InsertRange(0, _taken[^count..]);
        _taken.RemoveRange(_taken.Count - count, count);
        _mark = mark;
    }

    /// <inheritdoc/>
    public override void Push(in UsedElement element)
    {
        if (_onTheWay.Remove(element.Id, out ChainEntry? entry))
        {
            _ = _taken.Remove(entry);
            used(queue, entry, element.Written);
            memory.Return(entry.Start, entry.Length);
            _free.Push(entry);
        }
    }

    /// <inheritdoc/>
    public override bool WantsInterrupt() => false;

    /// <inheritdoc/>
    public override void RequestNotification()
    {
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer) => throw new SnapshotException("a device that is served to others has no snapshot");

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader) => throw new SnapshotException("a device that is served to others has no snapshot");

    private VirtqueueFault Add(DescriptorChain chain, int start, int length, DescriptorFlags flags) =>
        length == 0 ? VirtqueueFault.None : chain.Add(Memory, new Descriptor((ulong)start, (uint)length, flags, 0));
}
