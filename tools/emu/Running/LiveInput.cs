using Emulator.Tool.Terminal;

namespace Emulator.Tool.Running;

/// <summary>
/// Standard input as the guest's. What is there before the machine starts, a file or a pipe whose writer has closed it, is on the line
/// from virtual time 0. A terminal, or a pipe whose writer goes on, stays live: what comes enters when it comes.
/// </summary>
internal sealed class LiveInput
{
    /// <summary>How long to wait for a pipe's writer to write or close before it counts as live.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>How much waits for the guest before reading pauses.</summary>
    private const int MostWaiting = 1 << 20;

    private readonly object _lock = new();
    private readonly Stream _input;
    private readonly KeyFilter? _keys;
    private readonly Action _leave;
    private readonly List<byte> _beforeStart = [];
    private Machine? _machine;
    private volatile bool _isOver;

    /// <summary>Starts reading.</summary>
    /// <param name="host">The process.</param>
    /// <param name="leave">Told when the person at the terminal wants to leave; any thread.</param>
    public LiveInput(IToolHost host, Action leave)
    {
        _input = host.Input;
        _leave = leave;
        IsTerminal = host.IsInputTerminal;
        _keys = IsTerminal ? new KeyFilter() : null;
        new Thread(Read) { IsBackground = true, Name = "standard input" }.Start();
        lock (_lock)
        {
            while (!IsTerminal && !_isOver && !IsFull && Monitor.Wait(_lock, Patience))
            {
                // A file is read to its end.
            }
        }
    }

    /// <summary>True when a person types.</summary>
    public bool IsTerminal { get; }

    /// <summary>True while more may come.</summary>
    public bool IsLive => !_isOver;

    private bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return (_machine?.Console.PendingInput ?? _beforeStart.Count) >= MostWaiting;
            }
        }
    }

    /// <summary>Connects a machine: what has come so far is sent now, the rest as it comes. At the end of the input its run is stopped.</summary>
    public void Connect(Machine machine)
    {
        lock (_lock)
        {
            // When the input is over, each of several machines gets all of it.
            machine.Console.Send(_beforeStart.ToArray());
            if (!_isOver)
            {
                _beforeStart.Clear();
            }

            _machine = machine;
        }
    }

    /// <summary>Lets go of the machine, which is about to be disposed of.</summary>
    public void Disconnect()
    {
        lock (_lock)
        {
            _machine = null;
        }
    }

    private void Read()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (_input.Read(buffer) is var count and > 0)
            {
                Take(buffer.AsSpan(0, count));
                while (IsFull)
                {
                    Thread.Sleep(1); // the guest reads more slowly than the writer writes
                }
            }
        }
        catch (IOException)
        {
            // A terminal that has gone away has ended.
        }

        lock (_lock)
        {
            _isOver = true;
            Monitor.PulseAll(_lock);

            // A machine that waits for more would wait for ever.
            _machine?.RequestStop();
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        bool leave = false;
        if (_keys is not null)
        {
            bytes = _keys.Filter(bytes, out leave);
        }

        lock (_lock)
        {
            if (_machine is not null)
            {
                _machine.Console.Send(bytes);
            }
            else
            {
                _beforeStart.AddRange(bytes);
            }

            Monitor.PulseAll(_lock);
        }

        if (leave)
        {
            _leave();
        }
    }
}
