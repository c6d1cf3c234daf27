using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>
/// One AArch64 processing element: architectural state, system registers, exception model, address translation. What executes its instructions
/// is an <see cref="ICpuEngine"/>. It is owned by its machine's thread.
/// </summary>
internal sealed unsafe partial class Processor : IDisposable
{
    private readonly CpuStorage _storage = new();
    private GCHandle _handle;

    /// <summary>Creates a processor in its cold reset state.</summary>
    /// <param name="index">Its index in the machine, from 0.</param>
    /// <param name="model">What it implements.</param>
    /// <param name="bus">The physical address space.</param>
    /// <param name="code">The machine's decoded code.</param>
    /// <param name="unimplemented">Where unknown encodings and registers are told of.</param>
    public Processor(int index, CpuModel model, SystemBus bus, CodeCache code, UnimplementedAccesses unimplemented)
    {
        Index = index;
        Model = model;
        Bus = bus;
        Code = code;
        Unimplemented = unimplemented;
        Initiator = BusInitiator.Cpu(index);
        Tlb = new Tlb(_storage);
        _handle = GCHandle.Alloc(this);
        State = _storage.State;
        State->Owner = GCHandle.ToIntPtr(_handle);
        State->SystemRegisters = (ulong*)Unsafe.AsPointer(ref _slots[0]);
        State->Tlb = Tlb.Data;
        State->CodeTlb = Tlb.Code;
        State->CodeGuards = model.Has(CpuFeature.Bti) ? Tlb.CodeGuards : null;
        code.Attach(this);
        bus.MappingChanged += Tlb.Flush;
        InitializeSystem();
    }

    /// <summary>Its index in the machine, from 0.</summary>
    public int Index { get; }

    /// <summary>What it implements.</summary>
    public CpuModel Model { get; }

    /// <summary>The physical address space.</summary>
    public SystemBus Bus { get; }

    /// <summary>The machine's decoded code.</summary>
    public CodeCache Code { get; }

    /// <summary>Where unknown encodings and registers are told of.</summary>
    public UnimplementedAccesses Unimplemented { get; }

    /// <summary>Its id on the bus.</summary>
    public BusInitiator Initiator { get; }

    /// <summary>Its TLBs.</summary>
    public Tlb Tlb { get; }

    /// <summary>The state that instructions touch.</summary>
    public CpuState* State { get; private set; }

    /// <summary>Who is told of reads of the counter and of devices, or null.</summary>
    public PollDetector? Polls { get; set; }

    /// <summary>Where this CPU stores is noted here, or null. While it is not null every store comes to the slow path, so set it before the first one.</summary>
    public List<StoreRecord>? StoreJournal { get; set; }

    /// <summary>True while an access waits for a device's answer: the instruction at PC is repeated when it runs on.</summary>
    public bool IsParked { get; set; }

    /// <summary>
    /// The operation at <see cref="CpuState.Pc"/>, in the present translation context; or null when fetching it took an exception, so that the
    /// caller looks again, or while instructions are executed one by one for the debugger.
    /// </summary>
    public DecodedOperation* FindOperation()
    {
        CpuState* state = State;
        ulong address = state->Pc;
        CodeTlbEntry* entry = Tlb.CodeEntryFor(address);
        if (entry->Tag != ((address & ~0xfffUL) | state->CodeTlbContext | (address & 3)) || (state->IllegalState | state->DebugEvents) != 0)
        {
            if (!FetchPage(address))
            {
                return null;
            }
        }

        if (state->BranchType != 0 && !CheckBranchTarget(address, entry->Operations))
        {
            return null;
        }

        DecodedOperation* operation = entry->Operations + ((address & 0xfff) >> 2);
        state->PageAddress = address & ~0xfffUL;
        state->PageOperations = entry->Operations;
        state->Entry = operation;
        return operation;
    }

    /// <summary>Counts an encoding that the CPU does not have.</summary>
    public void ReportUndefined(uint encoding) => Unimplemented.Report($"instruction 0x{encoding:x8}");

    /// <summary>Asks the engine to leave before the next instruction.</summary>
    public void RequestExit() => State->ExitRequest = 1;

    public void Dispose()
    {
        if (State is not null)
        {
            Bus.MappingChanged -= Tlb.Flush;
            Tlb.Dispose();
            _storage.Dispose();
            State = null;
            _handle.Free();
        }
    }

    // Fills the instruction TLB for an address, or takes the exception that fetching from it gives.
    private bool FetchPage(ulong address)
    {
        if (State->DebugEvents != 0 && !_isExecutingDebugged)
        {
            return false;
        }

        if (State->IllegalState != 0)
        {
            TakeIllegalState();
            return false;
        }

        ulong canonical = CanonicalCodeAddress(address);
        if (canonical != address)
        {
            State->Pc = canonical;
            return false;
        }

        if ((address & 3) != 0)
        {
            TakePcAlignment(address);
            return false;
        }

        if (!Translate(address, AccessKind.Execute, unprivileged: false, out Translation translation))
        {
            TakeInstructionAbort(address, translation);
            return false;
        }

        if (!Bus.TryGetPage(translation.PhysicalAddress & ~0xfffUL, translation.Secure, out GuestRam memory, out ulong offset, out _))
        {
            translation.Fault = FaultStatus.External;
            TakeInstructionAbort(address, translation);
            return false;
        }

        CodePage page = Code.PageAt(memory, offset);
        CodeTlbEntry* entry = Tlb.CodeEntryFor(address);
        entry->Tag = (address & ~0xfffUL) | State->CodeTlbContext;
        entry->Operations = page.Operations;
        Tlb.CodeGuards[Tlb.CodeIndexOf(address)] = translation.IsGuarded ? (byte)1 : (byte)0;
        return true;
    }
}
