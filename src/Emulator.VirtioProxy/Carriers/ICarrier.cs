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
}
