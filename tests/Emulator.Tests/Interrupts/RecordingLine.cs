using Emulator.Interrupts;

namespace Emulator.Tests.Interrupts;

/// <summary>A wire that remembers its level and how often it was driven.</summary>
internal sealed class RecordingLine : IInterruptLine
{
    public bool Level { get; private set; }

    public int Calls { get; private set; }

    public void Set(bool level)
    {
        Level = level;
        Calls++;
    }
}
