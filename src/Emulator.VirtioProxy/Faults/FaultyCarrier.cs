using Emulator.VirtioProxy.Carriers;

namespace Emulator.VirtioProxy.Faults;

/// <summary>A front end's carrier on whose way things go wrong.</summary>
internal sealed class FaultyCarrier : ICarrier, ICarrierSink
{
    private readonly ICarrier _carrier;
    private readonly FaultLane _there;
    private readonly FaultLane _back;
    private ICarrierSink? _sink;
    private int _isLost;

    /// <summary>Takes a carrier.</summary>
    /// <param name="carrier">The carrier; disposed with this.</param>
    /// <param name="injector">Decides what goes wrong.</param>
    /// <param name="time">The host's time, for what is late.</param>
    public FaultyCarrier(ICarrier carrier, FaultInjector injector, TimeProvider time)
    {
        _carrier = carrier;
        _there = new FaultLane(FaultSide.FrontEnd, injector, time, message => _carrier.Send(message), Lose);
        _back = new FaultLane(FaultSide.BackEnd, injector, time, message => _sink!.Received(message), Lose);
    }

    /// <inheritdoc/>
    public int LongestMessage
    {
        get => _carrier.LongestMessage;
        set => _carrier.LongestMessage = _there.Longest = _back.Longest = value;
    }

    /// <inheritdoc/>
    public int MostMessage => _carrier.MostMessage;

    /// <inheritdoc/>
    public bool HasDescriptors => _carrier.HasDescriptors;

    /// <inheritdoc/>
    public IStaticMemory? StaticMemory => _carrier.StaticMemory;

    /// <inheritdoc/>
    public void Start(ICarrierSink sink)
    {
        _sink = sink;
        _carrier.Start(this);
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message) => _there.Take(message);

    /// <summary>Sends a message; one with a descriptor arrives as it is, as the descriptor cannot wait.</summary>
    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message, int descriptor)
    {
        if (descriptor < 0)
        {
            _there.Take(message);
        }
        else if (!_there.IsStalled)
        {
            _carrier.Send(message, descriptor);
        }
    }

    /// <inheritdoc/>
    public int TakeDescriptor() => _carrier.TakeDescriptor();

    /// <inheritdoc/>
    public void Hold() => _carrier.Hold();

    /// <inheritdoc/>
    public void Flush() => _carrier.Flush();

    /// <inheritdoc/>
    public bool TryWait(int milliseconds) => _carrier.TryWait(milliseconds);

    /// <inheritdoc/>
    public void Interrupt() => _carrier.Interrupt();

    /// <inheritdoc/>
    public void Received(ReadOnlySpan<byte> message) => _back.Take(message);

    /// <inheritdoc/>
    public void Lost(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            _sink!.Lost(reason);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Interlocked.Exchange(ref _isLost, 1);
        _there.Dispose();
        _back.Dispose();
        _carrier.Dispose();
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            _there.Dispose();
            _back.Dispose();
            _carrier.Dispose();
            _sink!.Lost(reason);
        }
    }
}
