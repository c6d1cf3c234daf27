using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;

namespace Emulator.Fuzz.Proxy;

/// <summary>A side of virtio-proxy that says what it is told to, and looks at what it hears.</summary>
internal sealed class SayingPeer : ICarrierSink
{
    private readonly ICarrier _carrier;

    /// <summary>Takes an end of a carrier.</summary>
    public SayingPeer(ICarrier carrier)
    {
        _carrier = carrier;
        carrier.Start(this);
    }

    /// <summary>Told each message, before it is only kept.</summary>
    public Action<byte[]>? OnReceived { get; set; }

    /// <summary>Told the end.</summary>
    public Action? OnLost { get; set; }

    /// <summary>True when the other side has ended the connection.</summary>
    public bool IsLost { get; private set; }

    /// <summary>How many messages have come.</summary>
    public int Heard { get; private set; }

    /// <summary>The last one.</summary>
    public byte[] Last { get; private set; } = [];

    public void Say(ReadOnlySpan<byte> message) => _carrier.Send(message);

    public void HangUp() => _carrier.Dispose();

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> message)
    {
        if (message.Length < MessageHeader.Length || !MessageHeader.TryRead(message, Message.Longest, out MessageHeader header) || header.Size != message.Length)
        {
            throw new InvalidOperationException("what was sent is no message");
        }

        if (header.IsEvent && !header.IsResponse && header.Token != 0)
        {
            throw new InvalidOperationException("an event has no token");
        }

        Heard++;
        Last = message.ToArray();
        OnReceived?.Invoke(Last);
    }

    /// <inheritdoc/>
    public void Lost(string reason)
    {
        IsLost = true;
        OnLost?.Invoke();
    }
}
