using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Which general-purpose registers hold something known at the place in a block that code is made for: what MOVZ with MOVK or ADRP with ADD have made, most of the time. What an
/// instruction makes of known sources the interpreter's own handler says, on a state of its own.
/// </summary>
internal sealed unsafe class KnownValues
{
    private readonly KnownRegister[] _values = new KnownRegister[CpuState.Sink + 1];
    private readonly CpuState[] _memory = GC.AllocateArray<CpuState>(1, pinned: true);
    private readonly CpuState* _state;

    // A bit for each register.
    private ulong _known;

    public KnownValues()
    {
        _state = (CpuState*)global::System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]);
        Clear();
    }

    /// <summary>Nothing is known any more, but of the zero register.</summary>
    public void Clear() => _known = 1UL << CpuState.Zero;

    /// <summary>A register is written with something that is not known.</summary>
    public void Forget(int index) => _known &= ~(1UL << index);

    /// <summary>A register was written with something known.</summary>
    public void Set(int index, KnownRegister value)
    {
        _values[index] = value;
        _known |= 1UL << index;
    }

    /// <summary>Says what a register holds, if that is known.</summary>
    public bool TryGet(int index, out KnownRegister value)
    {
        value = _values[index];
        return (_known & (1UL << index)) != 0;
    }

    /// <summary>Says what a register holds, if that is a known constant.</summary>
    public bool TryGetConstant(int index, out KnownRegister value) => TryGet(index, out value) && !value.IsPageRelative;

    /// <summary>Says what an instruction will write to its destination, if that is known before it.</summary>
    public bool TryEvaluate(DecodedOperation* operation, out KnownRegister value)
    {
        value = default;
        if (operation->Rd == CpuState.Sink || !TryPrepare(operation, out bool isPageRelative))
        {
            return false;
        }

        _ = Fusion.Single(operation)(_state, operation);
        value = new KnownRegister(_state->X[operation->Rd], isPageRelative);
        return true;
    }

    // Sources to the state, whose page is at address 0; the only instructions are those that do nothing but write Rd.
    private bool TryPrepare(DecodedOperation* operation, out bool isPageRelative)
    {
        isPageRelative = false;
        bool isWide = (operation->Encoding >> 31) != 0;
        switch ((A64Opcode)operation->Opcode)
        {
            case A64Opcode.PcRelativeAddress or A64Opcode.PcRelativePageAddress:
                isPageRelative = true;
                return true;
            case A64Opcode.MoveWideWithNot or A64Opcode.MoveWideWithZero:
                return true;
            case A64Opcode.MoveWideWithKeep:
                return TryPrepareConstant(operation->Rd);
            case (A64Opcode.AddImmediate or A64Opcode.SubtractImmediate) when isWide:
                return TryPrepare(operation->Rn, out isPageRelative);
            case A64Opcode.AddImmediate or A64Opcode.SubtractImmediate
                or A64Opcode.AndImmediate or A64Opcode.OrImmediate or A64Opcode.ExclusiveOrImmediate
                or A64Opcode.UnsignedBitfieldMove or A64Opcode.SignedBitfieldMove:
                return TryPrepareConstant(operation->Rn);
            case A64Opcode.OrShiftedRegister when isWide && IsMove(operation):
                return TryPrepare(operation->Rm, out isPageRelative);
            case A64Opcode.AndShiftedRegister or A64Opcode.OrShiftedRegister or A64Opcode.ExclusiveOrShiftedRegister
                or A64Opcode.BitClearShiftedRegister or A64Opcode.OrNotShiftedRegister or A64Opcode.ExclusiveOrNotShiftedRegister
                or A64Opcode.AddShiftedRegister or A64Opcode.SubtractShiftedRegister or A64Opcode.BitfieldMove:
                return TryPrepareConstant(operation->Rn) && TryPrepareConstant(operation->Rm);
            default:
                return false;
        }
    }

    /// <summary>True for ORR of the zero register and another one, unshifted.</summary>
    public static bool IsMove(DecodedOperation* operation) =>
        (A64Opcode)operation->Opcode == A64Opcode.OrShiftedRegister && operation->Rn == CpuState.Zero && (operation->Encoding & 0x00c0_fc00) == 0;

    private bool TryPrepareConstant(int index) => TryPrepare(index, out bool isPageRelative) && !isPageRelative;

    private bool TryPrepare(int index, out bool isPageRelative)
    {
        bool isKnown = TryGet(index, out KnownRegister value);
        isPageRelative = value.IsPageRelative;
        if (isKnown)
        {
            _state->X[index] = value.Value;
        }

        return isKnown;
    }
}
