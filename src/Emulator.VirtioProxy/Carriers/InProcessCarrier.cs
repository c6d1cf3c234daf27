using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Two peers in one process: a message is a call. The receiver works on the sender's thread, so an answer is there when the call returns.</summary>
internal sealed class InProcessCarrier : ICarrier
{
    private InProcessCarrier? _other;
    private ICarrierSink? _sink;

    private InProcessCarrier()
    {
    }

    /// <inheritdoc/>
    public int LongestMessage { get; set; } = Message.LongestBeforeHello;

    /// <summary>Makes the two ends.</summary>
    public static (ICarrier One, ICarrier Other) CreatePair()
    {
        var one = new InProcessCarrier();
        var other = new InProcessCarrier { _other = one };
        one._other = other;
        return (one, other);
    }

    /// <inheritdoc/>
    public void Start(ICarrierSink sink) => _sink = sink;

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message) => _other?._sink?.Received(message);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_other is { } other)
        {
            _other = null;
            other._other = null;
            other._sink?.Lost("the other side was disposed of");
        }
    }
}
