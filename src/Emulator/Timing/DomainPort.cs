using System.Globalization;

namespace Emulator.Timing;

/// <summary>Where a machine meets the others of its <see cref="ClockDomain"/>. Arrivals are timer events of its own clock, so that they come at an exact instant.</summary>
internal sealed class DomainPort : ITimerTarget
{
    private readonly ClockDomain _domain;
    private readonly IDomainReceiver _receiver;
    private readonly TimerId _timer;
    private readonly PriorityQueue<DomainMessage, DomainMessage> _arriving = new();

    internal DomainPort(ClockDomain domain, int index, IDomainMember member, IDomainReceiver receiver)
    {
        _domain = domain;
        _receiver = receiver;
        Index = index;
        Member = member;
        _timer = member.Clock.Register(string.Create(CultureInfo.InvariantCulture, $"hub-port{index}"), this);
    }

    /// <summary>Its index in the domain, in the order of attachment.</summary>
    public int Index { get; }

    /// <summary>The machine.</summary>
    public IDomainMember Member { get; }

    /// <summary>Why the machine has ended for good, or null while it takes part.</summary>
    public StopReason? End { get; internal set; }

    /// <summary>How many messages it has sent; a message to several ports counts once for each.</summary>
    internal long Sent { get; set; }

    /// <summary>The messages that have not arrived yet, in no particular order.</summary>
    internal IEnumerable<DomainMessage> Arriving => _arriving.UnorderedItems.Select(item => item.Element);

    /// <summary>Sends a message to another port, which it reaches a latency later.</summary>
    /// <param name="destination">Index of that port.</param>
    /// <param name="payload">What to send; it is copied.</param>
    public void Send(int destination, ReadOnlySpan<byte> payload) => _domain.Send(this, destination, payload);

    /// <summary>Sends a message to all other ports.</summary>
    /// <param name="payload">What to send; it is copied.</param>
    public void Broadcast(ReadOnlySpan<byte> payload)
    {
        for (int i = 0; i < _domain.Ports.Count; i++)
        {
            if (i != Index)
            {
                Send(i, payload);
            }
        }
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        while (_arriving.TryPeek(out DomainMessage? message, out _) && message.Arrival <= Member.Clock.Now)
        {
            _ = _arriving.Dequeue();
            _receiver.Receive(message.Source, message.Payload);
            _domain.Release(message);
        }

        ArmForNext();
    }

    /// <summary>Takes a message that arrives later.</summary>
    internal void Accept(DomainMessage message)
    {
        _arriving.Enqueue(message, message);
        ArmForNext();
    }

    /// <summary>Replaces all that has not arrived; the timer is its clock's to restore.</summary>
    internal void Restore(IEnumerable<DomainMessage> messages)
    {
        _arriving.Clear();
        foreach (DomainMessage message in messages)
        {
            _arriving.Enqueue(message, message);
        }
    }

    private void ArmForNext()
    {
        if (_arriving.TryPeek(out DomainMessage? next, out _))
        {
            Member.Clock.Arm(_timer, next.Arrival);
        }
    }
}
