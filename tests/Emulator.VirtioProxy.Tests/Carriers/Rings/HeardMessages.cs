using Emulator.VirtioProxy.Carriers;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>Numbers that have come over a carrier, in the order in which they came. It can be held where it hears.</summary>
internal sealed class HeardMessages : ICarrierSink, IDisposable
{
    private readonly Queue<int> _heard = [];
    private readonly ManualResetEventSlim _mayGoOn = new(initialState: true);

    /// <summary>Set once the other side is lost.</summary>
    public ManualResetEventSlim Lost { get; } = new();

    /// <summary>Set once it is held with a message.</summary>
    public ManualResetEventSlim IsHeld { get; } = new();

    /// <summary>Performed for each, on the carrier's thread.</summary>
    public Action<int>? Heard { get; set; }

    /// <summary>An event with a number.</summary>
    public static byte[] Numbered(int number) => [0, 0x40, 0, 0, 0, 0, 16, 0, .. BitConverter.GetBytes((long)number)];

    /// <summary>Begins to hear.</summary>
    public void Take(ICarrier carrier) => carrier.Start(this);

    /// <summary>Holds the carrier's thread at the next message.</summary>
    public void Hold() => _mayGoOn.Reset();

    /// <summary>Lets it go on.</summary>
    public void GoOn() => _mayGoOn.Set();

    /// <summary>The next number, if it has come.</summary>
    public bool TryTake(out int number)
    {
        lock (_heard)
        {
            return _heard.TryDequeue(out number);
        }
    }

    /// <summary>The next number; -1 when it does not come.</summary>
    public int Take(TimeSpan patience)
    {
        lock (_heard)
        {
            int number;
            while (!_heard.TryDequeue(out number))
            {
                if (!Monitor.Wait(_heard, patience))
                {
                    return -1;
                }
            }

            return number;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GoOn();
        _mayGoOn.Dispose();
        IsHeld.Dispose();
        Lost.Dispose();
    }

    void ICarrierSink.Received(ReadOnlySpan<byte> message)
    {
        if (!_mayGoOn.IsSet)
        {
            IsHeld.Set();
            _mayGoOn.Wait();
        }

        int number = (int)BitConverter.ToInt64(message[8..]);
        Heard?.Invoke(number);
        lock (_heard)
        {
            _heard.Enqueue(number);
            Monitor.Pulse(_heard);
        }
    }

    void ICarrierSink.Lost(string reason) => Lost.Set();
}
