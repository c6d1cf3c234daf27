namespace Emulator.Firmware;

/// <summary>A loadable segment (<c>PT_LOAD</c>).</summary>
/// <param name="PhysicalAddress"><c>p_paddr</c>: where it goes.</param>
/// <param name="VirtualAddress"><c>p_vaddr</c>: where its code expects to run.</param>
/// <param name="Data">The bytes from the file.</param>
/// <param name="Length"><c>p_memsz</c>: bytes of memory; those after <paramref name="Data"/> are zero.</param>
/// <param name="IsExecutable"><c>PF_X</c>.</param>
internal sealed record ElfSegment(ulong PhysicalAddress, ulong VirtualAddress, ReadOnlyMemory<byte> Data, ulong Length, bool IsExecutable)
{
    /// <summary>The first physical address after it.</summary>
    public ulong End => PhysicalAddress + Length;
}
