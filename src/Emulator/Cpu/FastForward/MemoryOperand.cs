using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.FastForward;

/// <summary>The operands of a load or store of general-purpose registers. Exclusive and unprivileged ones are left out.</summary>
internal readonly struct MemoryOperand
{
    private const int Literal = -1;
    private const int None = -1;

    /// <summary>What it does.</summary>
    public MemoryOperandKind Kind { get; private init; }

    /// <summary>Bytes of each register's datum.</summary>
    public int Size { get; private init; }

    /// <summary>True when it has two registers.</summary>
    public bool IsPair { get; private init; }

    /// <summary>Width in bits of the register that a datum is sign-extended to; 0 for zeros above.</summary>
    public int SignedBits { get; private init; }

    /// <summary>Rt.</summary>
    public int First { get; private init; }

    /// <summary>Rt2.</summary>
    public int Second { get; private init; }

    /// <summary>Rn, 31 being SP.</summary>
    public int Base { get; private init; }

    /// <summary>Rm, 31 being zero.</summary>
    public int Index { get; private init; }

    /// <summary>Bytes that are added to the base, before or after the access.</summary>
    public long Offset { get; private init; }

    /// <summary>True when the sum goes to the base register.</summary>
    public bool WritesBack { get; private init; }

    /// <summary>False for an address relative to PC.</summary>
    public bool HasBase => Base != Literal;

    /// <summary>True when a register is added to the base.</summary>
    public bool HasIndex => Index != None;

    private bool IsPostIndexed { get; init; }

    private int ExtendOption { get; init; }

    private int Shift { get; init; }

    /// <summary>The virtual address that is accessed first.</summary>
    public unsafe ulong Address(CpuState* state)
    {
        if (!HasBase)
        {
            return state->Pc + (ulong)Offset;
        }

        ulong address = state->X[Base] + (IsPostIndexed ? 0 : (ulong)Offset);
        ulong index = !HasIndex || Index == 31 ? 0 : state->X[Index];
        return address + (IntegerHandlers.Extend(index, ExtendOption) << Shift);
    }

    /// <summary>Takes an instruction apart.</summary>
    /// <returns>False when it is no load or store that is known here.</returns>
    public static bool TryDecode(A64Opcode opcode, uint word, out MemoryOperand operand)
    {
        operand = default;
        int size = 1 << (int)(word >> 30);
        int signedBits = (word & (1 << 22)) != 0 ? 32 : 64;
        switch (opcode)
        {
            case A64Opcode.PrefetchLiteral or A64Opcode.PrefetchRegisterOffset or A64Opcode.PrefetchUnscaled or A64Opcode.PrefetchUnsignedOffset:
                operand = new MemoryOperand { Kind = MemoryOperandKind.Prefetch, Base = Literal, Index = None };
                return true;
            case A64Opcode.LoadRegisterLiteral:
                operand = RelativeToPc(word, (word & (1 << 30)) != 0 ? 8 : 4, 0);
                return true;
            case A64Opcode.LoadSignedWordLiteral:
                operand = RelativeToPc(word, 4, 64);
                return true;
            case A64Opcode.StoreRelease:
                operand = Single(MemoryOperandKind.Store, word, size, 0);
                return true;
            case A64Opcode.LoadAcquire:
                operand = Single(MemoryOperandKind.Load, word, size, 0);
                return true;
            case A64Opcode.StoreRegisterUnscaled or A64Opcode.StoreRegisterPostIndexed or A64Opcode.StoreRegisterPreIndexed:
                operand = Unscaled(MemoryOperandKind.Store, word, size, 0);
                return true;
            case A64Opcode.LoadRegisterUnscaled or A64Opcode.LoadRegisterPostIndexed or A64Opcode.LoadRegisterPreIndexed:
                operand = Unscaled(MemoryOperandKind.Load, word, size, 0);
                return true;
            case A64Opcode.LoadSignedRegisterUnscaled or A64Opcode.LoadSignedRegisterPostIndexed or A64Opcode.LoadSignedRegisterPreIndexed:
                operand = Unscaled(MemoryOperandKind.Load, word, size, signedBits);
                return true;
            case A64Opcode.StoreRegisterRegisterOffset:
                operand = Indexed(MemoryOperandKind.Store, word, size, 0);
                return true;
            case A64Opcode.LoadRegisterRegisterOffset:
                operand = Indexed(MemoryOperandKind.Load, word, size, 0);
                return true;
            case A64Opcode.LoadSignedRegisterRegisterOffset:
                operand = Indexed(MemoryOperandKind.Load, word, size, signedBits);
                return true;
            case A64Opcode.StoreRegisterUnsignedOffset:
                operand = Single(MemoryOperandKind.Store, word, size, (word >> 10) & 0xfff);
                return true;
            case A64Opcode.LoadRegisterUnsignedOffset:
                operand = Single(MemoryOperandKind.Load, word, size, (word >> 10) & 0xfff);
                return true;
            case A64Opcode.LoadSignedRegisterUnsignedOffset:
                operand = Single(MemoryOperandKind.Load, word, size, (word >> 10) & 0xfff, signedBits);
                return true;
            case A64Opcode.StoreNonTemporalPair or A64Opcode.StorePairPostIndexed or A64Opcode.StorePairSignedOffset or A64Opcode.StorePairPreIndexed:
                operand = Pair(MemoryOperandKind.Store, word, (word >> 31) != 0 ? 8 : 4, 0);
                return true;
            case A64Opcode.LoadNonTemporalPair or A64Opcode.LoadPairPostIndexed or A64Opcode.LoadPairSignedOffset or A64Opcode.LoadPairPreIndexed:
                operand = Pair(MemoryOperandKind.Load, word, (word >> 31) != 0 ? 8 : 4, 0);
                return true;
            case A64Opcode.LoadPairSignedWordPostIndexed or A64Opcode.LoadPairSignedWordSignedOffset or A64Opcode.LoadPairSignedWordPreIndexed:
                operand = Pair(MemoryOperandKind.Load, word, 4, 64);
                return true;
            default:
                return false;
        }
    }

    private static MemoryOperand RelativeToPc(uint word, int size, int signedBits) => new()
    {
        Kind = MemoryOperandKind.Load,
        Size = size,
        SignedBits = signedBits,
        First = (int)word & 31,
        Base = Literal,
        Index = None,
        Offset = (long)((int)(word << 8) >> 13) * 4,
    };

    private static MemoryOperand Single(MemoryOperandKind kind, uint word, int size, uint scaledOffset, int signedBits = 0) => new()
    {
        Kind = kind,
        Size = size,
        SignedBits = signedBits,
        First = (int)word & 31,
        Base = (int)(word >> 5) & 31,
        Index = None,
        Offset = scaledOffset * (long)size,
    };

    // Bits 11 and 10 say unscaled, post-indexed, -, pre-indexed.
    private static MemoryOperand Unscaled(MemoryOperandKind kind, uint word, int size, int signedBits) => new()
    {
        Kind = kind,
        Size = size,
        SignedBits = signedBits,
        First = (int)word & 31,
        Base = (int)(word >> 5) & 31,
        Index = None,
        Offset = (int)(word << 11) >> 23,
        WritesBack = (word & (1 << 10)) != 0,
        IsPostIndexed = ((word >> 10) & 3) == 1,
    };

    private static MemoryOperand Indexed(MemoryOperandKind kind, uint word, int size, int signedBits) => new()
    {
        Kind = kind,
        Size = size,
        SignedBits = signedBits,
        First = (int)word & 31,
        Base = (int)(word >> 5) & 31,
        Index = (int)(word >> 16) & 31,
        ExtendOption = (int)(word >> 13) & 7,
        Shift = (word & (1 << 12)) != 0 ? (int)(word >> 30) : 0,
    };

    // Bits 24 and 23 say non-temporal, post-indexed, signed offset, pre-indexed.
    private static MemoryOperand Pair(MemoryOperandKind kind, uint word, int size, int signedBits) => new()
    {
        Kind = kind,
        Size = size,
        IsPair = true,
        SignedBits = signedBits,
        First = (int)word & 31,
        Second = (int)(word >> 10) & 31,
        Base = (int)(word >> 5) & 31,
        Index = None,
        Offset = (long)((int)(word << 10) >> 25) * size,
        WritesBack = (word & (1 << 23)) != 0,
        IsPostIndexed = ((word >> 23) & 3) == 1,
    };
}
