using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.InteropTests.Qtest;

/// <summary>A bus with the device in question, a clock that stands still, and wires that can be read and driven.</summary>
internal sealed class OurMachine : IInstructionCounter, IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private ulong _lines;

    public OurMachine() => Clock = new VirtualClock(this);

    public SystemBus Bus { get; } = new();

    public VirtualClock Clock { get; }

    public UnimplementedAccesses Unimplemented { get; } = new();

    /// <summary>Drives an input of the device, for devices that have some.</summary>
    public Action<int, bool>? SetLine { get; set; }

    /// <summary>Sends a character to the device, for devices that take some.</summary>
    public Action<byte>? SendInput { get; set; }

    public long RetiredInstructions => 0;

    /// <summary>A wire that the comparison watches.</summary>
    /// <param name="number">Its number in <see cref="StepResult.Lines"/>.</param>
    public IInterruptLine Line(int number) => new WatchedLine(this, 1ul << number);

    /// <summary>Makes something disposed with this machine.</summary>
    public T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>Performs the steps of a script. A bus error reads as zero, as it does over qtest.</summary>
    public List<StepResult> Run(DeviceScript script, ulong address)
    {
        List<StepResult> results = [];
        foreach (DeviceStep step in script.Steps)
        {
            ulong value = 0;
            switch (step.Kind)
            {
                case StepKind.Read:
                    value = Bus.Read(address + step.Offset, step.Size, BusInitiator.Cpu(0), secure: false).Value;
                    break;
                case StepKind.Write:
                    _ = Bus.Write(address + step.Offset, step.Value, step.Size, BusInitiator.Cpu(0), secure: false);
                    break;
                case StepKind.SendInput:
                    SendInput!((byte)step.Value);
                    break;
                default:
                    SetLine!((int)step.Offset, step.Value != 0);
                    break;
            }

            results.Add(new StepResult(value, _lines));
        }

        return results;
    }

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    private sealed class WatchedLine(OurMachine machine, ulong bit) : IInterruptLine
    {
        public void Set(bool level) => machine._lines = level ? machine._lines | bit : machine._lines & ~bit;
    }
}
