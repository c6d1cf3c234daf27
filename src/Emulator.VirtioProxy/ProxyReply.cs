using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy;

/// <summary>The response to a request, or the wait for it.</summary>
/// <param name="id">What was asked for.</param>
/// <param name="asked">When, by the host's clock.</param>
internal sealed class ProxyReply(byte id, long asked)
{
    private volatile byte[]? _message;

    /// <summary>What was asked for.</summary>
    public byte Id => id;

    /// <summary>When it was asked for, by the host's clock.</summary>
    public long Asked => asked;

    /// <summary>True when the response is there, or will never come.</summary>
    public bool IsDone => _message is not null;

    /// <summary>True when there is no response: the peer has refused the request, or is gone.</summary>
    public bool HasFailed => _message is { Length: 0 };

    /// <summary>Sets the response.</summary>
    /// <param name="message">All of it; empty for a failure.</param>
    public void Complete(ReadOnlySpan<byte> message) => _message = message.ToArray();

    /// <summary>Reads the response.</summary>
    /// <typeparam name="T">Its fields.</typeparam>
    /// <param name="payload">The fields.</param>
    /// <param name="tail">The bytes behind them.</param>
    /// <returns>False when there is none, or it is too short.</returns>
    public bool TryRead<T>(out T payload, out ReadOnlySpan<byte> tail)
        where T : unmanaged => Message.TryRead(_message, out payload, out tail);
}
