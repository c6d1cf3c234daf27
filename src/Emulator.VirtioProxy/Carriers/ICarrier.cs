namespace Emulator.VirtioProxy.Carriers;

/// <summary>Carries whole messages to a peer and back, in order (docs/virtio-proxy.md, section 7).</summary>
internal interface ICarrier : IDisposable
{
    /// <summary>The longest message that is taken, in either direction; more ends the connection.</summary>
    int LongestMessage { get; set; }

    /// <summary>Begins to deliver what comes.</summary>
    /// <param name="sink">Who takes it.</param>
    void Start(ICarrierSink sink);

    /// <summary>Sends a message. Any thread, one at a time. A peer that is lost takes it in silence: <see cref="ICarrierSink.Lost"/> tells of that.</summary>
    /// <param name="message">All of it.</param>
    void Send(ReadOnlySpan<byte> message);

    /// <summary>Keeps what is sent, to send all of it at once with <see cref="Flush"/>. Each call needs one of <see cref="Flush"/>.</summary>
    void Hold()
    {
    }

    /// <summary>Sends what was kept.</summary>
    void Flush()
    {
    }

    /// <summary>Waits for something to come, and delivers it on the caller's thread.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>False when it cannot: a thread of the carrier's delivers then.</returns>
    bool TryWait(int milliseconds) => false;

    /// <summary>Ends <see cref="TryWait"/>, or the next one. Any thread may call it.</summary>
    void Interrupt()
    {
    }
}
