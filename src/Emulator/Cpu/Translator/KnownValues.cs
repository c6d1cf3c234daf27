using System.Runtime.CompilerServices;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Which general-purpose registers hold a known constant at the place in a block that code is made for, as behind MOVZ and MOVK. What an instruction makes of constants the
/// interpreter's own handler says, on a state of its own. Addresses by their page are none: code is kept by physical page.
/// </summary>
internal sealed unsafe class KnownValues
{
    private readonly ulong[] _values = new ulong[CpuState.Sink + 1];
    private readonly CpuState[] _memory = GC.AllocateArray<CpuState>(1, pinned: true);
    private readonly CpuState* _state;

    // A bit for each register.
    private ulong _known;

    public KnownValues()
    {
        _state = (CpuState*)Unsafe.AsPointer(ref _memory[0]);
        Clear();
    }

    /// <summary>Nothing is known any more, but the zero register.</summary>
    public void Clear() => _known = 1UL << CpuState.Zero;

    /// <summary>A register is written with something that is not known.</summary>
    public void Forget(int index) => _known &= ~(1UL << index);

    /// <summary>A register is written with a constant.</summary>
    public void Set(int index, ulong value)
    {
        _values[index] = value;
        _known |= 1UL << index;
    }

    /// <summary>Says what a register holds, if that is known.</summary>
    public bool TryGet(int index, out ulong value)
    {
        value = _values[index];
        return (_known & (1UL << index)) != 0;
    }

    /// <summary>Says what an instruction will write to its destination, if that is known before it.</summary>
    public bool TryEvaluate(DecodedOperation* operation, out ulong value)
    {
        value = 0;
        if (operation->Rd == CpuState.Sink || !TryPrepareSources(operation))
        {
            return false;
        }

        _ = Fusion.Single(operation)(_state, operation);
        value = _state->X[operation->Rd];
        return true;
    }

    // The only instructions are those that do nothing but write Rd.
    private bool TryPrepareSources(DecodedOperation* operation)
    {
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.MoveWideWithNot or A64Opcode.MoveWideWithZero:
                return true;
            case A64Opcode.MoveWideWithKeep:
                return TryPrepare(operation->Rd);
            case A64Opcode.AddImmediate or A64Opcode.SubtractImmediate
                or A64Opcode.AndImmediate or A64Opcode.OrImmediate or A64Opcode.ExclusiveOrImmediate
                or A64Opcode.UnsignedBitfieldMove or A64Opcode.SignedBitfieldMove:
                return TryPrepare(operation->Rn);
            case A64Opcode.AndShiftedRegister or A64Opcode.OrShiftedRegister or A64Opcode.ExclusiveOrShiftedRegister
                or A64Opcode.BitClearShiftedRegister or A64Opcode.OrNotShiftedRegister or A64Opcode.ExclusiveOrNotShiftedRegister
                or A64Opcode.AddShiftedRegister or A64Opcode.SubtractShiftedRegister or A64Opcode.BitfieldMove:
                return TryPrepare(operation->Rn) && TryPrepare(operation->Rm);
            default:
                return false;
        }
    }

    private bool TryPrepare(int index)
    {
        bool isKnown = TryGet(index, out ulong value);
        if (isKnown)
        {
            _state->X[index] = value;
        }

        return isKnown;
    }
}
