using Emulator.Memory;
using Emulator.Virtio.Queues;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>A split ring whose requests in flight stand in memory that outlives this process. It begins with those that another process has begun.</summary>
internal sealed class TrackedRing : SplitRing
{
    private readonly InflightQueue _inflight;

    // The heads that were taken, by their place in the available ring.
    private readonly ushort[] _taken;

    // How many of them are to be taken again, and the place behind the last of those that were found.
    private int _again;
    private ushort _foundEnd;
    private bool _hasFound;

    /// <summary>Creates a ring that is not mapped yet.</summary>
    /// <param name="memory">The memory that it is in.</param>
    /// <param name="settings">Where it is.</param>
    /// <param name="features">The features that were negotiated.</param>
    /// <param name="inflight">Where requests in flight stand.</param>
    public TrackedRing(DmaView memory, in VirtqueueSettings settings, ulong features, InflightQueue inflight)
        : base(memory, settings, features)
    {
        _inflight = inflight;
        _taken = new ushort[settings.Size];
    }

    /// <inheritdoc/>
    public override bool HasAvailable => _again > 0 || base.HasAvailable;

    /// <inheritdoc/>
    public override uint Mark => (ushort)(base.Mark - (uint)_again);

    /// <inheritdoc/>
    public override VirtqueueFault TryMap()
    {
        VirtqueueFault fault = base.TryMap();
        if (fault != VirtqueueFault.None || _inflight.Recover(UsedIndex) is not { Count: > 0 } found)
        {
            return fault;
        }

        _again = found.Count;
        _foundEnd = (ushort)(UsedIndex + found.Count);
        _hasFound = true;
        GoTo(_foundEnd);
        for (int i = 0; i < found.Count; i++)
        {
            _taken[PlaceOf((ushort)(UsedIndex + i))] = found[i];
        }

        return VirtqueueFault.None;
    }

    /// <inheritdoc/>
    public override bool TryPop(DescriptorChain chain, out VirtqueueFault fault)
    {
        uint place = Mark;
        if (_again > 0)
        {
            bool isTaken = TryTake(_taken[PlaceOf(place)], chain, out fault);
            _again -= isTaken ? 1 : 0;
            return isTaken;
        }

        if (!base.TryPop(chain, out fault))
        {
            return false;
        }

        _taken[PlaceOf(place)] = chain.Used.Id;
        _hasFound &= (ushort)(base.Mark - _foundEnd) <= Size;
        _inflight.Begin(chain.Used.Id);
        return true;
    }

    /// <inheritdoc/>
    public override void Rewind(uint mark)
    {
        // Those that were found stay begun.
        ushort first = (ushort)mark;
        if (_hasFound && (short)(_foundEnd - first) > 0)
        {
            _again = (ushort)(_foundEnd - first);
            first = _foundEnd;
        }

        for (ushort place = first; place != (ushort)base.Mark; place++)
        {
            _inflight.Undo(_taken[PlaceOf(place)]);
        }

        base.Rewind(first);
    }

    /// <inheritdoc/>
    public override void Push(in UsedElement element)
    {
        _inflight.End(element.Id);
        base.Push(element);
        _inflight.Ended(element.Id, UsedIndex);
    }

    // The ring's size is a power of two.
    private int PlaceOf(uint place) => (int)(place & (uint)(Size - 1));
}
