using Emulator.Cpu.Isa;

namespace Emulator.Cpu.FastForward;

/// <summary>An instruction as it was executed.</summary>
internal struct TraceStep
{
    /// <summary>The row of the instruction table.</summary>
    public A64Opcode Opcode;

    /// <summary>The instruction word.</summary>
    public uint Word;

    /// <summary>PSTATE.NZCV afterwards, in bits 31 to 28.</summary>
    public uint Flags;

    /// <summary>Where in the host's memory it loads or stores; zero for a device and for anything else.</summary>
    public nint Address;

    /// <summary>The destination register afterwards; for loads from memory what was loaded.</summary>
    public ulong First;

    /// <summary>The second register of a pair that was loaded.</summary>
    public ulong Second;
}
