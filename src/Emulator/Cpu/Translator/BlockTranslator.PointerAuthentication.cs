using Emulator.Cpu.Isa;
using Emulator.Cpu.PointerAuthentication;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Pointer authentication: a result that is remembered (<see cref="PointerCodeEntry"/>) is taken, any other is computed by the interpreter, which remembers it.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private bool TryWritePointerAuthentication()
    {
        switch ((A64Opcode)_operation->Opcode)
        {
            case A64Opcode.PacInstructionAddress or A64Opcode.PacInstructionAddressZero or A64Opcode.PacDataAddress or A64Opcode.PacDataAddressZero
                or A64Opcode.PacX17ByX16 or A64Opcode.PacLinkRegisterByZero or A64Opcode.PacLinkRegisterByStackPointer:
                WritePointerCode(isAddition: true);
                return true;
            case A64Opcode.AuthenticateInstructionAddress or A64Opcode.AuthenticateInstructionAddressZero or A64Opcode.AuthenticateDataAddress
                or A64Opcode.AuthenticateDataAddressZero or A64Opcode.AuthenticateX17ByX16 or A64Opcode.AuthenticateLinkRegisterByZero
                or A64Opcode.AuthenticateLinkRegisterByStackPointer:
                WritePointerCode(isAddition: false);
                return true;
            default:
                return false;
        }
    }

    private void WritePointerCode(bool isAddition)
    {
        const int pointer = 0;
        const int modifier = 8;
        const int result = 16;
        const int settings = 24;
        Copy(Rax, _operation->Rm);
        Copy(Rdx, _operation->Rn);

        // PointerCodeEntry.IndexOf, as the offset of the entry.
        const int entrySizeShift = 5;
        const int modifierShift = 4;
        const int pointerShift = 2;
        _assembler.Mov(false, Rcx, Rdx);
        _assembler.Shift(HostShift.Shr, false, Rcx, modifierShift);
        _assembler.Mov(false, Rdx, Rax);
        _assembler.Shift(HostShift.Shr, false, Rdx, pointerShift);
        _assembler.Arithmetic(HostArithmetic.Add, false, Rcx, Rdx);
        _assembler.Shift(HostShift.Shl, false, Rcx, entrySizeShift);
        _assembler.Arithmetic(HostArithmetic.And, false, (HostOperand)Rcx, (PointerCodeEntry.Count - 1) << entrySizeShift);

        // Every difference is a bit that is set.
        Copy(Rdx, _operation->Rn);
        _assembler.Arithmetic(HostArithmetic.Xor, true, Rax, StateLayout.PointerCode(Rcx, isAddition, pointer));
        _assembler.Arithmetic(HostArithmetic.Xor, true, Rdx, StateLayout.PointerCode(Rcx, isAddition, modifier));
        _assembler.Arithmetic(HostArithmetic.Or, true, Rax, Rdx);
        _assembler.Mov(true, Rdx, StateLayout.PointerSettings(_operation->A));
        _assembler.Arithmetic(HostArithmetic.Xor, true, Rdx, StateLayout.PointerCode(Rcx, isAddition, settings));
        _assembler.Arithmetic(HostArithmetic.Or, true, Rax, Rdx);
        int site = _assembler.JumpForwardIf(HostCondition.NotEqual);
        _assembler.Mov(true, Rax, StateLayout.PointerCode(Rcx, isAddition, result));
        Write(_operation->Rd, Rax);
        Defer(site);
    }
}
