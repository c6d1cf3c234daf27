using System.Text;
using Emulator.Serial;
using Emulator.Timing;

namespace Emulator.Testing.Tests;

/// <summary>A machine that prints what it is told to, one microsecond a byte, and then stops for a reason.</summary>
internal sealed class FakeMachine : IConsoleHost
{
    private readonly ConsolePort _port = new("console0");
    private readonly Queue<byte> _toPrint = new();
    private bool _stopRequested;

    public FakeMachine(string output = "", StopReason then = StopReason.LockUp)
    {
        Print(output);
        Then = then;
        Console = new MachineConsole(_port, this);
    }

    public MachineConsole Console { get; }

    public StopReason Then { get; set; }

    public Action? OnRun { get; set; }

    public RunLimits LastLimits { get; private set; }

    public int Runs { get; private set; }

    public VirtualTime Now { get; private set; }

    public void Print(string text)
    {
        foreach (byte value in Encoding.Latin1.GetBytes(text))
        {
            _toPrint.Enqueue(value);
        }
    }

    public string TakeInput()
    {
        _port.Pump();
        var text = new StringBuilder();
        while (_port.TryTake(out byte value, out _))
        {
            text.Append((char)value);
        }

        return text.ToString();
    }

    public StopReason Run(RunLimits limits, CancellationToken cancellation)
    {
        Runs++;
        LastLimits = limits;
        OnRun?.Invoke();
        _stopRequested = false;
        while (_toPrint.TryDequeue(out byte value))
        {
            Now = Now.After(1000);
            _port.Transmit(value);
            if (_stopRequested)
            {
                return StopReason.Requested;
            }
        }

        if (cancellation.IsCancellationRequested)
        {
            return StopReason.Cancelled;
        }

        if (Then == StopReason.MaxVirtualTime)
        {
            Now = limits.Until;
        }

        return Then;
    }

    public List<string> Marks { get; } = [];

    public void Mark(string text) => Marks.Add(text);

    public void RequestStop() => _stopRequested = true;

    public string DescribeState() => "cpu0: PC 0x40001234 <board_init_r+0x10> EL1h, last exception data abort\nvirtual time " + Now;
}
