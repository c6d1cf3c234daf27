using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;
using Emulator.Timing;

namespace Emulator.Cpu.Translator;

/// <summary>
/// How generated code reads or writes a system register: those that nothing hangs on, neither a trap nor an effect, in the mode that code is made for. Others are the
/// interpreter's.
/// </summary>
/// <param name="Kind">Where it is.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Writable">The bits that a write changes.</param>
internal readonly record struct PlainRegister(PlainRegisterKind Kind, SystemRegisterSlot Slot = SystemRegisterSlot.None, ulong Writable = ulong.MaxValue)
{
    private const int DaifSet = 0b011_110;
    private const int DaifClear = 0b011_111;

    private static readonly PlainRegister[] Reads = Find(FindRead);
    private static readonly PlainRegister[] Writes = Find(FindWrite);

    /// <summary>The register that an MRS, MSR (register) or MSR (immediate) accesses, of kind <see cref="PlainRegisterKind.None"/> when that is the interpreter's.</summary>
    public static unsafe PlainRegister Of(DecodedOperation* operation, TranslationMode mode)
    {
        bool isPrivileged = (mode & TranslationMode.PlainRegisters) != 0;
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.MoveImmediateToProcessState:
                uint field = ((operation->Encoding >> 13) & 0b111_000) | ((operation->Encoding >> 5) & 7);
                return !isPrivileged ? default
                    : field == DaifSet ? new(PlainRegisterKind.InterruptMaskSet)
                    : field == DaifClear ? new(PlainRegisterKind.InterruptMaskClear) : default;
            case A64Opcode.MoveFromSystemRegister when operation->C == TimerSystemRegister.PhysicalCount:
                return new(PlainRegisterKind.PhysicalCount);
            case A64Opcode.MoveFromSystemRegister when operation->C == TimerSystemRegister.VirtualCount:
                return new(PlainRegisterKind.VirtualCount);
            case A64Opcode.MoveFromSystemRegister when operation->C == TimerSystemRegister.Frequency:
                return new(PlainRegisterKind.CounterFrequency);
            case A64Opcode.MoveFromSystemRegister or A64Opcode.MoveToSystemRegister when operation->Immediate < (ulong)Reads.Length:
                bool isRead = (A64Opcode)operation->Opcode == A64Opcode.MoveFromSystemRegister;
                PlainRegister register = (isRead ? Reads : Writes)[operation->Immediate];
                int level = SystemRegisterTable.All[(int)operation->Immediate] is { } row ? (isRead ? row.ReadLevel : row.WriteLevel) : 0;
                bool isOfUser = level == 0 && register.Kind is PlainRegisterKind.Slot or PlainRegisterKind.ZeroBlockId;
                return isPrivileged || isOfUser ? register : default;
            default:
                return default;
        }
    }

    private static PlainRegister[] Find(Func<SystemRegister, PlainRegister> find)
    {
        var found = new PlainRegister[SystemRegisterTable.All.Length];
        for (int index = 0; index < found.Length; index++)
        {
            found[index] = find(SystemRegisterTable.All[index]);
        }

        return found;
    }

    private static PlainRegister FindRead(SystemRegister register) => register.Name switch
    {
        "SP_EL0" => new(PlainRegisterKind.StackPointer),
        "DAIF" => new(PlainRegisterKind.InterruptMask),
        "CurrentEL" => new(PlainRegisterKind.ExceptionLevel),
        "DCZID_EL0" => new(PlainRegisterKind.ZeroBlockId),
        _ => IsSlot(register) && register.Read is null && register.ReadLevel <= 1 ? new(PlainRegisterKind.Slot, register.Slot) : default,
    };

    private static PlainRegister FindWrite(SystemRegister register) => register.Name switch
    {
        "SP_EL0" => new(PlainRegisterKind.StackPointer),
        "DAIF" => new(PlainRegisterKind.InterruptMask),
        _ => IsSlot(register) && register is { Write: null, Execute: null, Effects: SystemRegisterEffects.None, WriteLevel: <= 1, WritableWith.Count: 0 }
            ? new(PlainRegisterKind.Slot, register.Slot, register.Writable)
            : default,
    };

    // Registers that every CPU has, and that only HCR_EL2.TVM and TRVM trap. CRn of 11 and 15 is trapped by HCR_EL2.TIDCP.
    private static bool IsSlot(SystemRegister register) =>
        register is { Slot: not SystemRegisterSlot.None, NeedsHost: false, Feature: Features.CpuFeature.Base, Exists: null, Traps: SystemRegisterTraps.None or SystemRegisterTraps.VirtualMemory }
        && register.Encoding >> 14 == 3 && ((register.Encoding >> 7) & 15) is not (11 or 15);
}
