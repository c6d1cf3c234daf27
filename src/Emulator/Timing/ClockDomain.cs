using Emulator.Snapshots;

namespace Emulator.Timing;

/// <summary>
/// Machines that share one virtual time and send messages to one another over links of one latency. They run in turns on the caller's thread, each for a quantum no
/// longer than the latency: what is sent in a quantum arrives after its end, so that no machine can tell in which order they ran, nor how long the quanta were. While
/// all of them wait, a quantum starts at the next thing that any of them has to do. It is owned by one thread, as its machines are.
/// </summary>
internal sealed class ClockDomain : ISnapshotState
{
    private readonly List<DomainPort> _ports = [];
    private readonly List<DomainMessage> _sent = [];
    private readonly Stack<DomainMessage> _free = new();
    private VirtualTime _quantumEnd;
    private bool _isInQuantum;

    /// <summary>Creates a domain without machines.</summary>
    /// <param name="latency">How long a message travels, in nanoseconds, at least 1.</param>
    public ClockDomain(long latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, 1);
        Latency = latency;
    }

    /// <summary>How long a message travels, in nanoseconds.</summary>
    public long Latency { get; }

    /// <summary>The machines' ports, in the order of attachment.</summary>
    public IReadOnlyList<DomainPort> Ports => _ports;

    /// <summary>The instant that all machines have reached.</summary>
    public VirtualTime Now { get; private set; }

    /// <summary>Attaches a machine.</summary>
    /// <param name="member">The machine, at the same instant as the domain.</param>
    /// <param name="receiver">Who gets what arrives for it.</param>
    /// <exception cref="ArgumentException">The machine's clock is elsewhere.</exception>
    public DomainPort Attach(IDomainMember member, IDomainReceiver receiver)
    {
        if (member.Clock.Now != Now || _isInQuantum)
        {
            throw new ArgumentException($"the machine's clock is at {member.Clock.Now}, the domain's at {Now}; attach machines before they run", nameof(member));
        }

        var port = new DomainPort(this, _ports.Count, member, receiver);
        _ports.Add(port);
        return port;
    }

    /// <summary>Runs all machines to an instant.</summary>
    /// <param name="until">How far. A run that goes on in the middle of a quantum first brings that to its end.</param>
    /// <param name="leader">The machine whose end ends the run; null to go on while any machine is left.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <returns>
    /// <see cref="StopReason.MaxVirtualTime"/> at that instant; <see cref="StopReason.Requested"/>, <see cref="StopReason.Cancelled"/> or <see cref="StopReason.MaxInstructions"/> when a machine
    /// was stopped, and the next run goes on from there; what ended the leader, or the last machine when none is left; <see cref="StopReason.LockUp"/> when all wait for one another.
    /// </returns>
    public StopReason Run(VirtualTime until, IDomainMember? leader = null, CancellationToken cancellation = default)
    {
        if (_ports.Find(port => port.Member == leader)?.End is { } end)
        {
            return end;
        }

        while (true)
        {
            if (!_isInQuantum)
            {
                if (Now >= until)
                {
                    return StopReason.MaxVirtualTime;
                }

                if (StartQuantum(until) is { } reason)
                {
                    return reason;
                }
            }

            if (RunQuantum(leader, cancellation) is { } stop)
            {
                return stop;
            }

            EndQuantum();
        }
    }

    /// <summary>A machine goes as if it had switched itself off.</summary>
    public void Leave(IDomainMember member) => End(member, StopReason.PowerOff);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("clock-domain", 1);
        writer.Write(Now.Nanoseconds);
        writer.Write(_quantumEnd.Nanoseconds);
        writer.Write(_isInQuantum);
        writer.Write(_ports.Count);
        foreach (DomainPort port in _ports)
        {
            writer.Write(port.Sent);
            writer.Write(port.End is { } end ? (int)end : -1);
            Save(writer, port.Arriving.Order());
        }

        Save(writer, _sent.Order());
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("clock-domain", 1);
        Now = new VirtualTime(reader.ReadInt64());
        _quantumEnd = new VirtualTime(reader.ReadInt64());
        _isInQuantum = reader.ReadBoolean();
        int count = reader.ReadInt32();
        if (count != _ports.Count)
        {
            throw new SnapshotException($"the snapshot has {count} machines, this domain {_ports.Count}; load it into a domain of the same description");
        }

        foreach (DomainPort port in _ports)
        {
            port.Sent = reader.ReadInt64();
            int end = reader.ReadInt32();
            port.End = end < 0 ? null : (StopReason)end;
            port.Restore(LoadMessages(reader));
        }

        _sent.Clear();
        _sent.AddRange(LoadMessages(reader));
    }

    /// <summary>Takes a message that a port sends now.</summary>
    internal void Send(DomainPort source, int destination, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)destination, (uint)_ports.Count, nameof(destination));
        if (!_free.TryPop(out DomainMessage? message))
        {
            message = new DomainMessage();
        }

        message.Source = source.Index;
        message.Destination = destination;
        message.Sequence = source.Sent++;
        message.Arrival = source.Member.Clock.Now.After(Latency);
        message.SetPayload(payload);
        _sent.Add(message);
    }

    /// <summary>Takes back a message that has been received.</summary>
    internal void Release(DomainMessage message) => _free.Push(message);

    private static void Save(SnapshotWriter writer, IEnumerable<DomainMessage> messages)
    {
        DomainMessage[] all = [.. messages];
        writer.Write(all.Length);
        foreach (DomainMessage message in all)
        {
            writer.Write(message.Arrival.Nanoseconds);
            writer.Write(message.Source);
            writer.Write(message.Destination);
            writer.Write(message.Sequence);
            writer.Write(message.Payload);
        }
    }

    private List<DomainMessage> LoadMessages(SnapshotReader reader)
    {
        int count = reader.ReadInt32();
        var messages = new List<DomainMessage>();
        for (int i = 0; i < count; i++)
        {
            var message = new DomainMessage
            {
                Arrival = new VirtualTime(reader.ReadInt64()),
                Source = reader.ReadInt32(),
                Destination = reader.ReadInt32(),
                Sequence = reader.ReadInt64(),
            };
            message.SetPayload(reader.ReadBytes());
            if ((uint)message.Source >= (uint)_ports.Count || (uint)message.Destination >= (uint)_ports.Count)
            {
                throw new SnapshotException("a message of the snapshot is of a port that this domain lacks; load it into a domain of the same description");
            }

            messages.Add(message);
        }

        return messages;
    }

    // Nothing happens before the earliest activity, so that nothing arrives before a latency after it.
    private StopReason? StartQuantum(VirtualTime until)
    {
        VirtualTime next = VirtualTime.Never;
        StopReason? lastEnd = null;
        bool hasMembers = false;
        foreach (DomainPort port in _ports)
        {
            if (port.End is { } end)
            {
                lastEnd = end;
                continue;
            }

            hasMembers = true;
            VirtualTime activity = port.Member.NextActivity;
            next = activity < next ? activity : next;
        }

        if (!hasMembers)
        {
            return lastEnd ?? StopReason.LockUp;
        }

        if (next == VirtualTime.Never)
        {
            return StopReason.LockUp;
        }

        VirtualTime start = next > Now ? next : Now;
        VirtualTime quantumEnd = start.After(Latency);
        _quantumEnd = quantumEnd < until ? quantumEnd : until;
        _isInQuantum = true;
        return null;
    }

    // A machine may have several ports.
    private void End(IDomainMember member, StopReason reason)
    {
        foreach (DomainPort port in _ports)
        {
            if (port.Member == member)
            {
                port.End ??= reason;
            }
        }
    }

    private StopReason? RunQuantum(IDomainMember? leader, CancellationToken cancellation)
    {
        foreach (DomainPort port in _ports)
        {
            if (port.End is not null)
            {
                continue;
            }

            StopReason reason = port.Member.RunUntil(_quantumEnd, cancellation);
            if (reason is StopReason.Requested or StopReason.Cancelled or StopReason.MaxInstructions)
            {
                return reason;
            }

            if (reason != StopReason.MaxVirtualTime)
            {
                End(port.Member, reason);
                if (port.Member == leader)
                {
                    return reason;
                }
            }
        }

        return null;
    }

    private void EndQuantum()
    {
        Now = _quantumEnd;
        _isInQuantum = false;
        foreach (DomainMessage message in _sent)
        {
            // A machine that the host has woken in the middle of a long wait may have sent earlier than it had been expected to act.
            message.Arrival = message.Arrival < Now ? Now : message.Arrival;
            DomainPort destination = _ports[message.Destination];
            if (destination.End is null)
            {
                destination.Accept(message);
            }
            else
            {
                Release(message);
            }
        }

        _sent.Clear();
    }
}
