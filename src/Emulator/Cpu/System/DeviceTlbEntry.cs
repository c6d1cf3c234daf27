using System.Runtime.CompilerServices;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>One entry of the TLB of devices: tags as in <see cref="TlbEntry"/>, and the window of the bus that was last accessed in the page.</summary>
internal struct DeviceTlbEntry
{
    /// <summary>An entry that no access matches.</summary>
    public static readonly DeviceTlbEntry Invalid = new() { ReadTag = TlbEntry.InvalidTag, WriteTag = TlbEntry.InvalidTag };

    /// <summary>Tag that a load must have.</summary>
    public ulong ReadTag;

    /// <summary>Tag that a store must have.</summary>
    public ulong WriteTag;

    /// <summary>What leads from a virtual address to the offset in the window.</summary>
    public ulong Addend;

    /// <summary>Length of the window, 8 at least.</summary>
    public ulong Length;

    /// <summary>The window; a page may hold several.</summary>
    public BusRegion? Region;

    /// <summary>True for the secure address space.</summary>
    public bool IsSecure;

    /// <summary>Finds where in the window an address is.</summary>
    /// <returns>False when it is in another window of the page, or in none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryGetOffset(ulong address, int size, out ulong offset)
    {
        offset = address + Addend;
        return offset <= Length - (uint)size;
    }
}
