using Emulator.Timing;

namespace Emulator;

/// <summary>How far a run may go. Both are absolute, counted from the machine's start; default is no limit.</summary>
public readonly record struct RunLimits
{
    private readonly long? _maxInstructions;
    private readonly VirtualTime? _until;

    /// <summary>Stops when so many instructions have retired over all CPUs; exact.</summary>
    public long MaxInstructions
    {
        get => _maxInstructions ?? long.MaxValue;
        init => _maxInstructions = value;
    }

    /// <summary>Stops at this instant; exact to the instruction.</summary>
    public VirtualTime Until
    {
        get => _until ?? VirtualTime.Never;
        init => _until = value;
    }
}
