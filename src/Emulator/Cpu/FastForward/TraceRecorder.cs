using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Timing;

namespace Emulator.Cpu.FastForward;

/// <summary>Executes instructions one by one and writes down what each did, as long as it has no effect but on registers, flags and RAM, and depends on these, the counter and idle devices alone.</summary>
internal sealed unsafe class TraceRecorder
{
    private static readonly ushort CurrentLevel = SystemRegisterAccess.Encode(3, 0, 4, 2, 2);
    private static readonly ushort InterruptMask = SystemRegisterAccess.Encode(3, 3, 4, 2, 1);
    private static readonly ushort MultiprocessorId = SystemRegisterAccess.Encode(3, 0, 0, 0, 5);

    private readonly InterpreterEngine _engine = new();
    private readonly SystemBus _bus;

    /// <summary>Creates a recorder.</summary>
    /// <param name="bus">The physical address space.</param>
    public TraceRecorder(SystemBus bus)
    {
        _bus = bus;
    }

    /// <summary>True when the last step read the counter or a device.</summary>
    public bool HasPolled { get; private set; }

    /// <summary>The device that the last step read, or null.</summary>
    public BusRegion? PolledRegion { get; private set; }

    /// <summary>Executes an instruction.</summary>
    /// <param name="processor">The CPU; counts and PC are exact before and after.</param>
    /// <param name="step">What it did.</param>
    /// <returns>False when it was not executed, as it is of another kind, or has ended in an exception.</returns>
    public bool TryStep(Processor processor, ref TraceStep step)
    {
        HasPolled = false;
        PolledRegion = null;
        CpuState* state = processor.State;
        if (processor.FindOperation() is null)
        {
            return false;
        }

        step.Word = CodePage.Of(state->PageOperations).WordAt((int)(state->Pc & 0xfff) >> 2);
        step.Opcode = A64Features.Decode(step.Word, processor.Model.Features);
        step.Address = 0;
        bool isMemory = MemoryOperand.TryDecode(step.Opcode, step.Word, out MemoryOperand access);
        if (isMemory ? !TryResolve(processor, access, ref step) : !IsUnderstood(processor, step))
        {
            return false;
        }

        if (!TryExecute(processor))
        {
            return false;
        }

        step.Flags = state->GetFlags();
        if (!isMemory)
        {
            bool links = step.Opcode is A64Opcode.BranchWithLink or A64Opcode.BranchWithLinkToRegister;
            step.First = state->X[links ? 30 : (int)step.Word & 31];
        }
        else if (PolledRegion is not null)
        {
            step.First = access.First == 31 ? 0 : state->X[access.First];
        }

        return true;
    }

    /// <summary>Executes up to a count of retired instructions without writing anything down.</summary>
    public void RunTo(Processor processor, long limit) => _engine.Run(processor, limit);

    private bool TryExecute(Processor processor)
    {
        CpuState* state = processor.State;
        long before = state->Retired;
        _engine.Run(processor, before + 1);
        return state->Retired == before + 1 && !processor.HasJustTakenException && !processor.IsParked;
    }

    private bool IsUnderstood(Processor processor, in TraceStep step)
    {
        switch (step.Opcode)
        {
            case >= A64Opcode.PcRelativeAddress and <= A64Opcode.UnsignedMultiplyHigh:
            case >= A64Opcode.Branch and <= A64Opcode.ReturnFromSubroutine:
            case A64Opcode.NoOperation or A64Opcode.Hint or A64Opcode.DataSynchronizationBarrier or A64Opcode.DataMemoryBarrier
                or A64Opcode.InstructionSynchronizationBarrier:
                return true;
            case A64Opcode.Yield:
                return !processor.YieldsToOthers;
            case A64Opcode.MoveFromSystemRegister:
                ushort register = (ushort)(step.Word >> 5);
                HasPolled = IsCount(register);
                return HasPolled || IsConstant(register);
            default:
                return false;
        }
    }

    /// <summary>True for a register that counts ticks.</summary>
    public static bool IsCount(ushort register) => register is TimerSystemRegister.PhysicalCount or TimerSystemRegister.VirtualCount;

    // What only a write changes, or an exception; there are none of these in a trace.
    private static bool IsConstant(ushort register)
    {
        if (register == TimerSystemRegister.Frequency || register == CurrentLevel || register == InterruptMask || register == MultiprocessorId)
        {
            return true;
        }

        int index = SystemRegisterTable.Find(register);
        return index >= 0 && SystemRegisterTable.All[index] is { Read: null, Execute: null };
    }

    // Finds out where an access goes, and loads what it will load.
    private bool TryResolve(Processor processor, in MemoryOperand access, ref TraceStep step)
    {
        if (access.Kind == MemoryOperandKind.Prefetch)
        {
            return true;
        }

        CpuState* state = processor.State;
        ulong address = access.Address(state);
        int length = access.IsPair ? access.Size * 2 : access.Size;
        bool isLoad = access.Kind == MemoryOperandKind.Load;
        if ((address & (GuestRam.PageSize - 1)) + (ulong)length > GuestRam.PageSize)
        {
            return false;
        }

        if (!isLoad || !GuestMemoryAccess.TryGetReadPointer(state, address, access.Size, state->TlbContext, out byte* pointer))
        {
            if (!processor.Translate(address, isLoad ? AccessKind.Read : AccessKind.Write, unprivileged: false, out Translation translation))
            {
                return false;
            }

            ulong page = translation.PhysicalAddress & ~(ulong)(GuestRam.PageSize - 1);
            if (!_bus.TryGetPage(page, translation.Secure, out GuestRam memory, out ulong offset, out bool isRam))
            {
                return isLoad && !access.IsPair && TryPoll(processor, translation, access.Size);
            }

            // A store to code or translation tables changes more than data, one to ROM is for the bus to answer.
            if (!isLoad && (!isRam || (memory.Flags(offset) & (RamPageFlags.Code | RamPageFlags.Tables)) != 0))
            {
                return false;
            }

            pointer = memory.Pointer + offset + (address & (GuestRam.PageSize - 1));
        }

        step.Address = (nint)pointer;
        if (isLoad)
        {
            step.First = Load(pointer, access.Size);
            step.Second = access.IsPair ? Load(pointer + access.Size, access.Size) : 0;
        }

        return true;
    }

    private bool TryPoll(Processor processor, in Translation translation, int size)
    {
        BusRegion? region = _bus.FindDevice(translation.PhysicalAddress, size, translation.Secure);
        if (region?.Device is not { } device
            || !device.IsPollable(new BusAccess(translation.PhysicalAddress - region.Base, size, processor.Initiator, translation.Secure)))
        {
            return false;
        }

        HasPolled = true;
        PolledRegion = region;
        return true;
    }

    private static ulong Load(byte* pointer, int size)
    {
        ulong value = 0;
        new ReadOnlySpan<byte>(pointer, size).CopyTo(new Span<byte>(&value, size));
        return value;
    }
}
