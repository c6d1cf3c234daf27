using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Constant folding: what is known of registers (<see cref="KnownValues"/>) is written as a constant, or by the page's address, so that code does not wait for what other instructions
/// have written to memory. Each register is still written by each instruction, since a block may be left before the next one. A register that the host holds is used as it is.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    private readonly KnownValues _known = new();

    // An instruction of the integer groups that sets no flags when its result is known.
    private void WriteFolded()
    {
        bool isKnown = _known.TryEvaluate(_operation, out KnownRegister value);
        if (!isKnown || !TryWriteKnown(value))
        {
            WriteInteger();
        }

        if (isKnown)
        {
            _known.Set(_operation->Rd, value);
        }
    }

    // The host's flags stay.
    private bool TryWriteKnown(KnownRegister value)
    {
        if (!value.IsPageRelative)
        {
            WriteConstant(value.Value);
            return true;
        }

        int source = KnownValues.IsMove(_operation) ? _operation->Rm : _operation->Rn;
        if (!value.IsSignedWord || GuestRegisters.TryGet(source, out _))
        {
            return false;
        }

        WritePageRelative((long)value.Value);
        return true;
    }

    // An address by a base that is known, and is in memory.
    private bool TryWriteKnownAddress(HostRegister destination, int offset)
    {
        if (GuestRegisters.TryGet(_operation->Rn, out _) || !_known.TryGet(_operation->Rn, out KnownRegister value))
        {
            return false;
        }

        value = value with { Value = value.Value + (ulong)offset };
        if (!value.IsPageRelative)
        {
            _assembler.MovConstant(destination, value.Value);
            return true;
        }

        if (!value.IsSignedWord)
        {
            return false;
        }

        _assembler.Mov(true, destination, StateLayout.PageAddress);
        _assembler.Lea(true, destination, HostOperand.At(destination, (int)value.Value));
        return true;
    }
}
