using System.Runtime.CompilerServices;
using Emulator.Cpu.Interpreter;
using Emulator.Memory;

namespace Emulator.Cpu.Translator;

/// <summary>A load or store in generated code that has accessed a device, and all that is the same when it does so again.</summary>
internal unsafe struct AccessSite
{
    /// <summary>Where generated code goes on behind it.</summary>
    public void* Resume;

    /// <summary>The virtual address that it has accessed.</summary>
    public ulong Address;

    /// <summary>The translation context in which it has.</summary>
    public ulong Context;

    /// <summary>The instruction.</summary>
    public DecodedOperation* Operation;

    /// <summary>Where that is in its page, in bytes.</summary>
    public uint PageOffset;

    /// <summary>Instructions of its block that are not executed yet.</summary>
    public int Refund;

    /// <summary>The window of the bus.</summary>
    public BusRegion? Region;

    /// <summary>The access as the device sees it.</summary>
    public BusAccess Access;

    /// <summary>Index of the register that is loaded or stored.</summary>
    public int Register;

    /// <summary>True for a store.</summary>
    public bool IsStore;

    /// <summary>How far what is loaded is shifted up and down again, so that its sign is extended; else 0.</summary>
    public byte SignShift;

    /// <summary>Bits of what is loaded that the register gets.</summary>
    public ulong Mask;

    /// <summary>Tells whether it is here that generated code has left, for the same address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsAt(CpuState* state) =>
        (((ulong)Resume ^ (ulong)state->TranslatedResume) | (Address ^ state->AccessAddress) | (Context ^ state->TlbContext)) == 0;

    /// <summary>What a load makes of a value from the device, which is zero-extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Extend(ulong value) => (ulong)((long)(value << SignShift) >> SignShift) & Mask;
}
