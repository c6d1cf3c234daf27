using System.Runtime.InteropServices;

namespace Emulator.Cpu.System;

/// <summary>
/// One entry of the data TLB. A tag is the virtual address of a 4 KiB page with the translation context in bits 11 to 4; bits 3 to 0 are zero,
/// so that a misaligned access that must fault misses by having a bit there.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TlbEntry
{
    /// <summary>A tag that no access can have.</summary>
    public const ulong InvalidTag = ulong.MaxValue;

    /// <summary>
    /// Turned around in the write tag of a CPU whose stores are written to a journal: no store passes by such an entry, but it is known all the same that the page may be
    /// written, so that the tables are looked at as seldom as on a CPU without a journal. No virtual address differs in this bit alone from its neighbours.
    /// </summary>
    public const ulong Journaled = 1UL << 53;

    /// <summary>Tag that a load must have.</summary>
    public ulong ReadTag;

    /// <summary>Tag that a store must have; invalid while the page is clean, holds code, or may not be written.</summary>
    public ulong WriteTag;

    /// <summary>Host address minus virtual address.</summary>
    public nint Addend;

    /// <summary>Physical address of the page; bit 0 is set for the secure address space.</summary>
    public ulong PhysicalPage;
}
