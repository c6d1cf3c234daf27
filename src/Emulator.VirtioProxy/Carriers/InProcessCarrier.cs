using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers;

/// <summary>Two peers in one process: a message is a call. The receiver works on the sender's thread, so an answer is there when the call returns.</summary>
internal sealed class InProcessCarrier : ICarrier
{
    private InProcessCarrier? _other;
    private ICarrierSink? _sink;
    private int _descriptor = -1;

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
    public bool HasDescriptors => LinuxCalls.IsSupported;

    /// <inheritdoc/>
    public void Start(ICarrierSink sink) => _sink = sink;

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message) => Send(message, -1);

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message, int descriptor)
    {
        if (_other is not { _sink: { } sink } other)
        {
            return;
        }

        // An answer to the message may bring another one, before this one is done with.
        int before = other._descriptor;
        other._descriptor = descriptor < 0 ? -1 : LinuxCalls.Duplicate(descriptor);
        try
        {
            sink.Received(message);
        }
        finally
        {
            int left = other._descriptor;
            other._descriptor = before;
            LinuxCalls.CloseIfAny(left);
        }
    }

    /// <inheritdoc/>
    public int TakeDescriptor() => Interlocked.Exchange(ref _descriptor, -1);

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
