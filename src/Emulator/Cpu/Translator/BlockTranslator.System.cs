using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>System registers that nothing hangs on: see <see cref="PlainRegister"/>.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private const int InterruptMaskBits = 0x3c0;
    private const int InterruptMaskShift = 6;

    private bool TryWriteSystem()
    {
        PlainRegister register = PlainRegister.Of(_operation, _mode);
        switch (register.Kind)
        {
            case PlainRegisterKind.None:
                return false;
            case PlainRegisterKind.InterruptMaskSet:
                _assembler.Arithmetic(HostArithmetic.Or, false, StateLayout.InterruptMask, _operation->A << InterruptMaskShift);
                return true;
            case PlainRegisterKind.InterruptMaskClear:
                int watched = WriteMaskCheck();
                _assembler.Arithmetic(HostArithmetic.And, false, StateLayout.InterruptMask, ~(_operation->A << InterruptMaskShift));
                Defer(watched);
                return true;
            case PlainRegisterKind.PhysicalCount:
                WriteCounterRead(StateLayout.PhysicalCountLeft, StateLayout.PhysicalCountOffset);
                return true;
            case PlainRegisterKind.VirtualCount:
                WriteCounterRead(StateLayout.VirtualCountLeft, StateLayout.VirtualCountOffset);
                return true;
            case PlainRegisterKind.CounterFrequency:
                _assembler.Mov(true, Rax, StateLayout.CounterFrequency);
                _assembler.Test(true, Rax, Rax);
                int unknown = _assembler.JumpForwardIf(HostCondition.Equal);
                Write(_operation->Rd, Rax);
                Defer(unknown);
                return true;
        }

        if ((A64Opcode)_operation->Opcode == A64Opcode.MoveFromSystemRegister)
        {
            WriteSystemRead(register);
        }
        else
        {
            WriteSystemWrite(register);
        }

        return true;
    }

    // The host's flags stay.
    private void WriteSystemRead(PlainRegister register)
    {
        if (_operation->Rd == CpuState.Sink)
        {
            return;
        }

        HostRegister target = Target(_operation->Rd, Rax);
        switch (register.Kind)
        {
            case PlainRegisterKind.Slot:
                _assembler.Mov(true, Rax, StateLayout.SystemRegisters);
                _assembler.Mov(true, target, SlotOf(register));
                break;
            case PlainRegisterKind.StackPointer:
                _assembler.Mov(true, target, StateLayout.StackPointerEl0);
                break;
            case PlainRegisterKind.InterruptMask:
                _assembler.Mov(false, target, StateLayout.InterruptMask);
                break;
            case PlainRegisterKind.ZeroBlockId:
                _assembler.Mov(true, target, StateLayout.ZeroBlockId);
                break;
            default:
                const int shift = 2;
                _assembler.MovConstant(Rcx, 0);
                _assembler.Mov(false, Rax, StateLayout.ExceptionLevel);
                _assembler.Lea(true, target, HostOperand.Indexed(Rcx, Rax, shift));
                break;
        }

        Write(_operation->Rd, target);
    }

    private void WriteSystemWrite(PlainRegister register)
    {
        switch (register.Kind)
        {
            case PlainRegisterKind.Slot when register.Writable == ulong.MaxValue:
                _assembler.Mov(true, Rax, StateLayout.SystemRegisters);
                _assembler.Store(true, SlotOf(register), Read(_operation->Rn, Rcx));
                break;
            case PlainRegisterKind.Slot:
                _assembler.Mov(true, Rax, StateLayout.SystemRegisters);
                _assembler.MovConstant(Rdx, ~register.Writable);
                _assembler.Arithmetic(HostArithmetic.And, true, Rdx, SlotOf(register));
                _assembler.MovConstant(Rcx, register.Writable);
                _assembler.Arithmetic(HostArithmetic.And, true, Rcx, Operand(_operation->Rn));
                _assembler.Arithmetic(HostArithmetic.Or, true, Rdx, Rcx);
                _assembler.Store(true, SlotOf(register), Rdx);
                break;
            case PlainRegisterKind.StackPointer:
                _assembler.Store(true, StateLayout.StackPointerEl0, Read(_operation->Rn, Rax));
                break;
            default:
                int watched = WriteMaskCheck();
                Copy(Rax, _operation->Rn, wide: false);
                _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rax, InterruptMaskBits);
                _assembler.Store(false, StateLayout.InterruptMask, Rax);
                Defer(watched);
                break;
        }
    }

    // The count before this instruction is known: what it and those behind it have taken from the budget is not executed yet.
    private void WriteCounterRead(in HostOperand left, in HostOperand offset)
    {
        _assembler.Mov(true, Rax, left);
        _assembler.Arithmetic(HostArithmetic.Sub, true, (HostOperand)Rax, 1);
        int none = _assembler.JumpForwardIf(HostCondition.Below);
        _assembler.Store(true, left, Rax);
        _assembler.Lea(true, Rdx, HostOperand.At(GuestRegisters.Budget, _block.Length - _position));
        _assembler.Multiply(true, Rdx, StateLayout.InstructionTime);
        _assembler.Mov(true, Rcx, StateLayout.TickShift);
        _assembler.Mov(true, Rax, StateLayout.TimeAtLimit);
        _assembler.Arithmetic(HostArithmetic.Sub, true, Rax, Rdx);
        _assembler.ShiftBy(HostShift.Shr, true, Rax, Rax, Rcx);
        _assembler.Arithmetic(HostArithmetic.Sub, true, Rax, offset);
        Write(_operation->Rd, Rax);
        Defer(none);
    }

    // The jump for when clearing a bit of PSTATE.DAIF must be looked at.
    private int WriteMaskCheck()
    {
        _assembler.Arithmetic(HostArithmetic.Cmp, false, StateLayout.WatchesMask, 0);
        return _assembler.JumpForwardIf(HostCondition.NotEqual);
    }

    // With the address of the slots in RAX.
    private static HostOperand SlotOf(PlainRegister register) => HostOperand.At(Rax, (int)register.Slot * sizeof(ulong));
}
