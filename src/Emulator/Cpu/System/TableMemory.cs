using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Emulator.Memory;

namespace Emulator.Cpu.System;

/// <summary>Translation table descriptors in physical memory.</summary>
internal static unsafe class TableMemory
{
    private const ulong PageMask = GuestRam.PageSize - 1;

    /// <summary>Reads a descriptor.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="address">Physical address, a multiple of 8.</param>
    /// <param name="secure">True in the secure address space.</param>
    /// <param name="bigEndian">SCTLR_ELx.EE.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>False when there is no memory: an external abort.</returns>
    public static bool TryRead(SystemBus bus, ulong address, bool secure, bool bigEndian, out ulong descriptor)
    {
        if (!bus.TryGetPage(address & ~PageMask, secure, out GuestRam memory, out ulong offset, out _))
        {
            descriptor = 0;
            return false;
        }

        memory.MarkTables(offset);
        descriptor = Unsafe.ReadUnaligned<ulong>(memory.Pointer + offset + (address & PageMask));
        if (bigEndian)
        {
            descriptor = BinaryPrimitives.ReverseEndianness(descriptor);
        }

        return true;
    }

    /// <summary>Writes a descriptor.</summary>
    /// <param name="bus">The physical address space.</param>
    /// <param name="address">Physical address, a multiple of 8.</param>
    /// <param name="secure">True in the secure address space.</param>
    /// <param name="bigEndian">SCTLR_ELx.EE.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <returns>False when there is no RAM.</returns>
    public static bool TryWrite(SystemBus bus, ulong address, bool secure, bool bigEndian, ulong descriptor)
    {
        if (!bus.TryGetPage(address & ~PageMask, secure, out GuestRam memory, out ulong offset, out bool isRam) || !isRam)
        {
            return false;
        }

        offset += address & PageMask;
        Unsafe.WriteUnaligned(memory.Pointer + offset, bigEndian ? BinaryPrimitives.ReverseEndianness(descriptor) : descriptor);
        memory.MarkWritten(offset, sizeof(ulong));
        return true;
    }
}
