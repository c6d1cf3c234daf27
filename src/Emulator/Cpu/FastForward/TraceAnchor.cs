using System.Runtime.CompilerServices;

namespace Emulator.Cpu.FastForward;

/// <summary>A place in a trace right after a poll: where iterations begin and end.</summary>
internal struct TraceAnchor
{
    /// <summary>Devices whose accesses are counted.</summary>
    public const int Regions = 4;

    /// <summary>Index of the next step.</summary>
    public int Step;

    /// <summary>PC.</summary>
    public ulong Pc;

    /// <summary>NZCV in bits 31 to 28.</summary>
    public uint Flags;

    /// <summary>Instructions retired.</summary>
    public long Retired;

    /// <summary>X0 to X30 and SP.</summary>
    public Registers X;

    /// <summary>Accesses so far to the devices that the trace has met.</summary>
    public Counts Accesses;

    /// <summary>X0 to X30 and SP.</summary>
    [InlineArray(32)]
    internal struct Registers
    {
        private ulong _first;
    }

    /// <summary>A count per device.</summary>
    [InlineArray(Regions)]
    internal struct Counts
    {
        private long _first;
    }
}
