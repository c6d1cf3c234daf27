namespace Emulator.Timing;

/// <summary>A message on its way between machines of a <see cref="ClockDomain"/>. Instant, port and sequence number make its place among others unique.</summary>
internal sealed class DomainMessage : IComparable<DomainMessage>
{
    private byte[] _bytes = [];

    /// <summary>When it arrives.</summary>
    public VirtualTime Arrival { get; set; }

    /// <summary>Index of the port that sent it.</summary>
    public int Source { get; set; }

    /// <summary>Index of the port that it is for.</summary>
    public int Destination { get; set; }

    /// <summary>How many its port had sent before.</summary>
    public long Sequence { get; set; }

    /// <summary>How long it is.</summary>
    public int Length { get; private set; }

    /// <summary>What it says.</summary>
    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(0, Length);

    /// <summary>Replaces what it says; the buffer is kept from one use to the next.</summary>
    public void SetPayload(ReadOnlySpan<byte> payload)
    {
        if (_bytes.Length < payload.Length)
        {
            _bytes = new byte[payload.Length];
        }

        payload.CopyTo(_bytes);
        Length = payload.Length;
    }

    /// <inheritdoc/>
    public int CompareTo(DomainMessage? other)
    {
        if (other is null)
        {
            return 1;
        }

        int byTime = Arrival.CompareTo(other.Arrival);
        int byPort = byTime != 0 ? byTime : Source.CompareTo(other.Source);
        return byPort != 0 ? byPort : Sequence.CompareTo(other.Sequence);
    }
}
