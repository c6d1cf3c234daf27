using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Faults;

/// <summary>One direction of a connection with faults. Messages leave in order and one at a time, without a lock held, as who takes one may send another.</summary>
/// <param name="side">Whose messages.</param>
/// <param name="injector">Decides.</param>
/// <param name="time">The host's time, for what is late.</param>
/// <param name="forward">Takes what arrives.</param>
/// <param name="end">Ends the connection.</param>
internal sealed class FaultLane(FaultSide side, FaultInjector injector, TimeProvider time, Action<byte[]> forward, Action<string> end) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _leaving = new();
    private byte[]? _overtaken;
    private ITimer? _late;
    private bool _isLate;
    private bool _isLeaving;
    private bool _isStalled;

    /// <summary>The longest message that a carrier would take.</summary>
    public int Longest { get; set; } = Message.LongestBeforeHello;

    /// <summary>True when nothing arrives any more.</summary>
    public bool IsStalled
    {
        get
        {
            lock (_lock)
            {
                return _isStalled;
            }
        }
    }

    /// <summary>Takes a message.</summary>
    public void Take(ReadOnlySpan<byte> original)
    {
        byte[] message = original.ToArray();
        FaultKind? fault = injector.Judge(side, message);
        lock (_lock)
        {
            if (_isStalled || fault == FaultKind.Stall)
            {
                _isStalled = true;
                return;
            }

            switch (fault)
            {
                case FaultKind.Drop or FaultKind.Disconnect:
                    break;
                case FaultKind.Reorder when _overtaken is null:
                    _overtaken = message;
                    break;
                default:
                    _leaving.Enqueue(message);
                    break;
            }

            if (fault == FaultKind.Duplicate)
            {
                _leaving.Enqueue(message);
            }

            if (fault != FaultKind.Reorder && fault != FaultKind.Drop && _overtaken is { } overtaken)
            {
                _leaving.Enqueue(overtaken);
                _overtaken = null;
            }

            if (fault == FaultKind.Delay && !_isLate)
            {
                _isLate = true;
                _late = time.CreateTimer(_ => LetGo(), null, injector.Delay, Timeout.InfiniteTimeSpan);
            }
        }

        if (fault == FaultKind.Disconnect)
        {
            end("a fault of the plan has ended the connection");
            return;
        }

        // What cuts a stream into messages does not survive another length or an impossible kind.
        if (fault == FaultKind.Corrupt && (!MessageHeader.TryRead(message, Longest, out MessageHeader header) || header.Size != message.Length))
        {
            end("a header that is none has come");
            return;
        }

        Leave();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isStalled = true;
            _leaving.Clear();
            _late?.Dispose();
        }
    }

    private void LetGo()
    {
        lock (_lock)
        {
            _isLate = false;
            _late?.Dispose();
        }

        Leave();
    }

    private void Leave()
    {
        while (true)
        {
            byte[]? message;
            lock (_lock)
            {
                if (_isLeaving || _isLate || !_leaving.TryDequeue(out message))
                {
                    return;
                }

                _isLeaving = true;
            }

            forward(message);
            lock (_lock)
            {
                _isLeaving = false;
            }
        }
    }
}
