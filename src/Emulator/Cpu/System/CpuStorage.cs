using System.Runtime.InteropServices;
using Emulator.Cpu.PointerAuthentication;

namespace Emulator.Cpu.System;

/// <summary>
/// The unmanaged memory of one CPU: its state, and right behind it what it remembers, the TLBs above all, so that generated code reaches all of them from one register.
/// It is zero at first and costs nothing until it is touched.
/// </summary>
internal sealed unsafe class CpuStorage : IDisposable
{
    /// <summary>Where the instruction TLB is, in bytes behind the start of the state.</summary>
    public static readonly int CodeTlbOffset = (sizeof(CpuState) + Alignment - 1) & -Alignment;

    /// <summary>Where results of pointer authentication are, in bytes behind the start of the state.</summary>
    public static readonly int PointerCodesOffset = CodeTlbOffset + (System.Tlb.CodeEntries * sizeof(CodeTlbEntry));

    /// <summary>Where the data TLB is, in bytes behind the start of the state.</summary>
    public static readonly int TlbOffset = PointerCodesOffset + (2 * PointerCodeEntry.Count * sizeof(PointerCodeEntry));

    private const int Alignment = 64;

    private void* _allocation = NativeMemory.AllocZeroed((nuint)(TlbOffset + (System.Tlb.Entries * sizeof(TlbEntry)) + Alignment));

    /// <summary>The state.</summary>
    public CpuState* State => (CpuState*)Start;

    /// <summary>The entries of the instruction TLB.</summary>
    public CodeTlbEntry* CodeTlb => (CodeTlbEntry*)(Start + CodeTlbOffset);

    /// <summary>Results of pointer authentication: additions of codes, then authentications.</summary>
    public PointerCodeEntry* PointerCodes => (PointerCodeEntry*)(Start + PointerCodesOffset);

    /// <summary>The entries of the data TLB.</summary>
    public TlbEntry* Tlb => (TlbEntry*)(Start + TlbOffset);

    private byte* Start => (byte*)(((nuint)_allocation + Alignment - 1) & ~(nuint)(Alignment - 1));

    public void Dispose()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
    }
}
