using Emulator.Cpu;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>What came to the leader's CPUs from outside, in order, until the follower has come as far.</summary>
internal sealed unsafe class LeaderLog : IBusObserver
{
    private readonly List<LeaderEvent> _events = [];
    private int _next;

    /// <summary>True when the follower has seen everything.</summary>
    public bool IsEmpty => _next == _events.Count;

    /// <summary>What the follower sees next; there must be something.</summary>
    public LeaderEvent Next => _events[_next];

    /// <summary>What the follower must ask for next, or null.</summary>
    public LeaderEvent? NextAccess
    {
        get
        {
            int index = _events.FindIndex(_next, e => e.IsAccess);
            return index < 0 ? null : _events[index];
        }
    }

    /// <summary>The CPU whose turn it is.</summary>
    public Processor? Leader { get; set; }

    /// <summary>Notes an event.</summary>
    public void Add(in LeaderEvent leaderEvent) => _events.Add(Leader is null ? leaderEvent : leaderEvent with { Retired = Leader.State->Retired });

    /// <summary>The follower has seen <see cref="Next"/>.</summary>
    public void Advance()
    {
        if (++_next == _events.Count)
        {
            Clear();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _events.Clear();
        _next = 0;
    }

    /// <summary>Forgets accesses of an instruction that a device has parked: it will be executed again.</summary>
    /// <param name="retired">The count of instructions before it.</param>
    public void ForgetAccessesAt(long retired) => _ = _events.RemoveAll(e => e.IsAccess && e.Retired == retired);

    /// <inheritdoc/>
    public void DeviceRead(ulong address, int size, BusInitiator initiator, BusResult result)
    {
        if (initiator.IsCpu && result.Status != BusStatus.Pending)
        {
            Add(new LeaderEvent(LeaderEventKind.DeviceRead, initiator.CpuIndex, address, size, result.Value, (int)result.Status));
        }
    }

    /// <inheritdoc/>
    public void DeviceWritten(ulong address, ulong value, int size, BusInitiator initiator, BusStatus status)
    {
        if (initiator.IsCpu && status != BusStatus.Pending)
        {
            Add(new LeaderEvent(LeaderEventKind.DeviceWrite, initiator.CpuIndex, address, size, value, (int)status));
        }
    }
}
