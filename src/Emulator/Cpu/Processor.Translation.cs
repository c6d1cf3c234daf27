using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>Address translation.</summary>
internal sealed unsafe partial class Processor
{
    /// <summary>Translates a virtual address in the present context.</summary>
    public bool Translate(ulong address, AccessKind kind, bool unprivileged, out Translation translation)
    {
        translation = new Translation { PhysicalAddress = address, CanRead = true, CanWrite = true, BlockShift = 12 };
        return true;
    }
}
