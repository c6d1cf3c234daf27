using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>
/// What every instruction may touch, in unmanaged memory so that decoded operations and generated code reach it by one pointer.
/// Everything else of a CPU is in <see cref="Processor"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpuState
{
    /// <summary>Index in <see cref="X"/> of the current stack pointer.</summary>
    public const int StackPointer = 31;

    /// <summary>Index in <see cref="X"/> of the zero register as a source. It is never written.</summary>
    public const int Zero = 32;

    /// <summary>Index in <see cref="X"/> of the zero register as a destination. It is never read.</summary>
    public const int Sink = 33;

    /// <summary>Keys of pointers, in the order of <see cref="PointerAuthentication.PointerKey"/>.</summary>
    public const int PointerKeys = 4;

    /// <summary>V0 to V31, two 64-bit halves each. First, so that they are aligned as the allocation is.</summary>
    public fixed ulong V[64];

    /// <summary>X0 to X30, then SP, zero and sink.</summary>
    public fixed ulong X[34];

    /// <summary>Instructions retired over all CPUs of the machine before <see cref="Entry"/>.</summary>
    public long Retired;

    /// <summary>First operation of the straight run that is being executed: those from here on are not yet in <see cref="Retired"/>.</summary>
    public DecodedOperation* Entry;

    /// <summary>A branch that brings <see cref="Retired"/> here must leave: fewer than a page of instructions remain to the limit.</summary>
    public long SoftLimit;

    /// <summary>Program counter while no operation is being executed; see <see cref="AddressOf"/> otherwise.</summary>
    public ulong Pc;

    /// <summary>Virtual address of the page that <see cref="PageOperations"/> stands for.</summary>
    public ulong PageAddress;

    /// <summary>Operations of the page that is being executed.</summary>
    public DecodedOperation* PageOperations;

    /// <summary>PSTATE.N as the sign of this value.</summary>
    public long NegativeFlag;

    /// <summary>PSTATE.Z as this value being zero.</summary>
    public ulong ZeroFlag;

    /// <summary>PSTATE.C, 0 or 1.</summary>
    public ulong CarryFlag;

    /// <summary>PSTATE.V, 0 or 1.</summary>
    public ulong OverflowFlag;

    /// <summary>Data TLB, direct-mapped by virtual page.</summary>
    public TlbEntry* Tlb;

    /// <summary>Instruction TLB, direct-mapped by virtual page.</summary>
    public CodeTlbEntry* CodeTlb;

    /// <summary>Tag bits 11 to 4 of the translation context in force for data, see <see cref="TlbEntry"/>.</summary>
    public ulong TlbContext;

    /// <summary>The same for code, which differs while PSTATE.PAN is set.</summary>
    public ulong CodeTlbContext;

    /// <summary>The same for unprivileged accesses (LDTR, STTR).</summary>
    public ulong UnprivilegedTlbContext;

    /// <summary>15 when accesses must be aligned (SCTLR_ELx.A, or data accesses with the MMU off), else 0.</summary>
    public ulong AlignmentMask;

    /// <summary>15 when a base of SP must be aligned to 16 bytes (SCTLR_ELx.SA), else 0.</summary>
    public ulong StackAlignmentMask;

    /// <summary>Not zero when the run loop must look at something before the next instruction. Checked wherever a slow path returns.</summary>
    public int ExitRequest;

    /// <summary>PSTATE.EL.</summary>
    public int ExceptionLevel;

    /// <summary>PSTATE.SP: 1 when SP is that of the exception level, 0 when it is SP_EL0.</summary>
    public int StackPointerSelect;

    /// <summary>PSTATE.DAIF in bits 9 to 6, as in SPSR_ELx.</summary>
    public uint InterruptMask;

    /// <summary>PSTATE.IL.</summary>
    public int IllegalState;

    /// <summary>PSTATE.SS.</summary>
    public int SoftwareStep;

    /// <summary>Not zero while self-hosted debug wants to look at each instruction or access: see <see cref="System.DebugEvents"/>.</summary>
    public int DebugEvents;

    /// <summary>0 when FP and SIMD instructions execute, else the exception level that they trap to (CPACR_EL1, CPTR_EL2, CPTR_EL3).</summary>
    public int FloatingPointTrap;

    /// <summary>FPCR.</summary>
    public uint FloatingPointControl;

    /// <summary>FPSR.</summary>
    public uint FloatingPointStatus;

    /// <summary>1 while the local exclusive monitor is set.</summary>
    public int ExclusiveSet;

    /// <summary>Size in bytes of the exclusive access that set the monitor.</summary>
    public int ExclusiveSize;

    /// <summary>Physical address the monitor watches.</summary>
    public ulong ExclusiveAddress;

    /// <summary>Bytes that DC ZVA clears, while nothing traps it and stage 1 is on; else 0.</summary>
    public int ZeroBlockLength;

    /// <summary>DCZID_EL0.</summary>
    public ulong ZeroBlockId;

    /// <summary>SP_EL0 to SP_EL3; that of the current one is stale, as it lives in <see cref="X"/>.</summary>
    public fixed ulong StackPointers[4];

    /// <summary>For each entry of <see cref="CodeTlb"/>, 1 while its page is guarded; null on a CPU without FEAT_BTI.</summary>
    public byte* CodeGuards;

    /// <summary>PSTATE.BTYPE, while the next instruction is not being executed yet: see <see cref="BranchTypes"/>.</summary>
    public int BranchType;

    /// <summary>PSTATE.BTYPE of the instruction that is executed when <see cref="Retired"/> is <see cref="BranchRetired"/>.</summary>
    public int BranchTypeOfTarget;

    /// <summary>The count after the last indirect branch whose target was executed.</summary>
    public long BranchRetired;

    /// <summary>PSTATE.SSBS and PSTATE.DIT at their places in SPSR_ELx. They change no result here.</summary>
    public uint SpeculationControls;

    /// <summary>For each key of pointer authentication but the generic one, the number of the <see cref="PointerAuthentication.PointerSettings"/> in force; negative while it must be asked for.</summary>
    public fixed long PointerSettings[PointerKeys];

    /// <summary>The stored values of the system registers, by <see cref="SystemRegisterSlot"/>.</summary>
    public ulong* SystemRegisters;

    /// <summary>1 while nothing hinders an access by its name to a register of EL1 that is just its slot, nor one to SP_EL0 or PSTATE.DAIF; else 0.</summary>
    public int HasPlainRegisters;

    /// <summary>Not zero while clearing a bit of <see cref="InterruptMask"/> may have a consequence: an interrupt is pending, or debug is on.</summary>
    public int WatchesMask;

    /// <summary>Handle of the <see cref="Processor"/>.</summary>
    public nint Owner;

    /// <summary>Where generated code left, and when it is entered: instructions to the limit that its blocks have not taken for themselves yet.</summary>
    public long TranslatedBudget;

    /// <summary>Where generated code is entered; when it has left an instruction to others, that is behind it.</summary>
    public void* TranslatedResume;

    /// <summary>The virtual address of the load or store that generated code left for.</summary>
    public ulong AccessAddress;

    /// <summary>The host's MXCSR in generated code, on the way in and out.</summary>
    public uint TranslatedFloatControl;

    /// <summary>Not zero while generated code has vector registers in registers of the host, to which it brings them back when it is entered again.</summary>
    public int TranslatedVectors;

    /// <summary>Virtual time at the limit of the run, in nanoseconds; it may have wrapped around.</summary>
    public long TimeAtLimit;

    /// <summary>How long an instruction takes, in nanoseconds.</summary>
    public long InstructionTime;

    /// <summary>Nanoseconds of a tick of the system counter, as a power of two.</summary>
    public long TickShift;

    /// <summary>Readings of CNTPCT_EL0 by generated code.</summary>
    public CounterReadings PhysicalCount;

    /// <summary>Readings of CNTVCT_EL0 by generated code.</summary>
    public CounterReadings VirtualCount;

    /// <summary>What CNTFRQ_EL0 reads as, once nothing has trapped a reading; 0 after anything that may trap the next, or change it.</summary>
    public ulong CounterFrequency;

    /// <summary>The processor that this state is of.</summary>
    public static Processor ProcessorOf(CpuState* state) => Unsafe.As<Processor>(GCHandle.FromIntPtr(state->Owner).Target!);

    /// <summary>Virtual address of an operation of the page that is being executed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddressOf(CpuState* state, DecodedOperation* operation) =>
        state->PageAddress + ((ulong)((byte*)operation - (byte*)state->PageOperations) / (ulong)(sizeof(DecodedOperation) / 4));

    /// <summary>The tag of an access as TLBs have it, with bits that none has when the access is not aligned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong TagOf(ulong address, int size) => (address & ~0xfffUL) | TlbContext | (address & (uint)(size - 1));

    /// <summary>Makes <see cref="Retired"/> exact: all instructions before <paramref name="operation"/> are counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CountUpTo(CpuState* state, DecodedOperation* operation)
    {
        state->Retired += operation - state->Entry;
        state->Entry = operation;
    }

    /// <summary>PSTATE.NZCV in bits 31 to 28.</summary>
    public readonly uint GetFlags() =>
        (NegativeFlag < 0 ? 1u << 31 : 0) | (ZeroFlag == 0 ? 1u << 30 : 0) | ((uint)CarryFlag << 29) | ((uint)OverflowFlag << 28);

    /// <summary>Sets PSTATE.NZCV from bits 31 to 28.</summary>
    public void SetFlags(uint nzcv)
    {
        NegativeFlag = (int)nzcv;
        ZeroFlag = ~nzcv & (1u << 30);
        CarryFlag = (nzcv >> 29) & 1;
        OverflowFlag = (nzcv >> 28) & 1;
    }
}
