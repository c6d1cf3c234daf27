using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.System;

/// <summary>One entry of the instruction TLB: where the operations of a virtual page are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CodeTlbEntry
{
    /// <summary>Virtual page and translation context, as in <see cref="TlbEntry"/>.</summary>
    public ulong Tag;

    /// <summary>First operation of the page.</summary>
    public DecodedOperation* Operations;
}
