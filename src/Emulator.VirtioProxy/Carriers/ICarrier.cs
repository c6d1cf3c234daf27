using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Carries whole messages to a peer and back, in order (docs/virtio-proxy.md, section 7).</summary>
internal interface ICarrier : IDisposable
{
    /// <summary>The longest message that is taken, in either direction; more ends the connection.</summary>
    int LongestMessage { get; set; }

    /// <summary>The longest message that it can carry at all.</summary>
    int MostMessage => Message.Longest;

    /// <summary>True when messages can have file descriptors with them.</summary>
    bool HasDescriptors => false;

    /// <summary>Memory that both sides have from the start, or null.</summary>
    IStaticMemory? StaticMemory => null;

    /// <summary>Begins to deliver what comes.</summary>
    /// <param name="sink">Who takes it.</param>
    void Start(ICarrierSink sink);

    /// <summary>Sends a message. Any thread, one at a time. A peer that is lost takes it in silence: <see cref="ICarrierSink.Lost"/> tells of that.</summary>
    /// <param name="message">All of it.</param>
    void Send(ReadOnlySpan<byte> message);

    /// <summary>Sends a message with a file descriptor, where <see cref="HasDescriptors"/> is true.</summary>
    /// <param name="message">All of it.</param>
    /// <param name="descriptor">The descriptor; it stays the caller's. -1 for none.</param>
    void Send(ReadOnlySpan<byte> message, int descriptor) => Send(message);

    /// <summary>Takes the descriptor that has come with the message which is being delivered; the taker closes it. What is not taken is closed when the message is done with.</summary>
    /// <returns>-1 when there is none.</returns>
    int TakeDescriptor() => -1;

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
