using System.Buffers.Binary;

namespace Emulator.InteropTests.Oracle;

/// <summary>A case and its result, as mutations want to see them.</summary>
internal sealed unsafe class Mutant(OracleCase testCase, OracleResult result)
{
    private const ulong CarryBit = 1UL << 29;
    private const ulong OverflowBit = 1UL << 28;
    private const ulong ZeroBit = 1UL << 30;

    /// <summary>sf: 64-bit registers.</summary>
    public bool Is64 => Field("sf") == 1;

    /// <summary>Bits of the registers that sf selects.</summary>
    public int Width => Is64 ? 64 : 32;

    /// <summary>The first source before, as wide as sf says.</summary>
    public ulong Rn => Narrow(testCase.Registers.Source(Field("Rn")));

    /// <summary>The second source before, as wide as sf says.</summary>
    public ulong Rm => Narrow(testCase.Registers.Source(Field("Rm")));

    /// <summary>The third source before, as wide as sf says.</summary>
    public ulong Ra => Narrow(testCase.Registers.Source(Field("Ra")));

    /// <summary>The destination before.</summary>
    public ulong OldRd => testCase.Registers.Source(Field("Rd"));

    /// <summary>The destination, as wide as sf says when it is written; XZR swallows it.</summary>
    public ulong Rd
    {
        get => result.Registers.Source(Field("Rd"));
        set => Set(Field("Rd"), Narrow(value));
    }

    /// <summary>The transferred register; XZR swallows it.</summary>
    public ulong Rt
    {
        get => result.Registers.Source(Field("Rt"));
        set => Set(Field("Rt"), value);
    }

    /// <summary>The lower half of the destination vector.</summary>
    public ulong VdLow
    {
        get => result.Registers.V[2 * Field("Rd")];
        set => result.Registers.V[2 * Field("Rd")] = value;
    }

    /// <summary>The upper half of the destination vector.</summary>
    public ulong VdHigh
    {
        get => result.Registers.V[(2 * Field("Rd")) + 1];
        set => result.Registers.V[(2 * Field("Rd")) + 1] = value;
    }

    /// <summary>The lower half of the destination vector before.</summary>
    public ulong OldVdLow => testCase.Registers.V[2 * Field("Rd")];

    /// <summary>The upper half of the destination vector before.</summary>
    public ulong OldVdHigh => testCase.Registers.V[(2 * Field("Rd")) + 1];

    /// <summary>The lower half of the first source vector before.</summary>
    public ulong VnLow => testCase.Registers.V[2 * Field("Rn")];

    /// <summary>The lower half of the second source vector before.</summary>
    public ulong VmLow => testCase.Registers.V[2 * Field("Rm")];

    /// <summary>PSTATE.NZCV before.</summary>
    public ulong OldFlags => testCase.Registers.Flags;

    /// <summary>PSTATE.NZCV.</summary>
    public ulong Flags
    {
        get => result.Registers.Flags;
        set => result.Registers.Flags = value;
    }

    /// <summary>PSTATE.C.</summary>
    public bool Carry
    {
        get => (Flags & CarryBit) != 0;
        set => Flags = value ? Flags | CarryBit : Flags & ~CarryBit;
    }

    /// <summary>PSTATE.C before.</summary>
    public ulong OldCarry => (OldFlags & CarryBit) / CarryBit;

    /// <summary>PSTATE.V.</summary>
    public bool Overflow
    {
        get => (Flags & OverflowBit) != 0;
        set => Flags = value ? Flags | OverflowBit : Flags & ~OverflowBit;
    }

    /// <summary>PSTATE.Z.</summary>
    public bool Zero
    {
        get => (Flags & ZeroBit) != 0;
        set => Flags = value ? Flags | ZeroBit : Flags & ~ZeroBit;
    }

    /// <summary>FPCR before.</summary>
    public ulong Fpcr => testCase.Registers.Fpcr;

    /// <summary>FPSR before.</summary>
    public ulong OldFpsr => testCase.Registers.Fpsr;

    /// <summary>FPSR.</summary>
    public ulong Fpsr
    {
        get => result.Registers.Fpsr;
        set => result.Registers.Fpsr = value;
    }

    /// <summary>The program counter.</summary>
    public ulong Pc
    {
        get => result.Registers.Pc;
        set => result.Registers.Pc = value;
    }

    /// <summary>Where the instruction is.</summary>
    public ulong Address => testCase.WordAddress;

    /// <summary>The instruction word.</summary>
    public uint Word => testCase.Word;

    /// <summary>A field.</summary>
    public uint Field(string name) => testCase.Field(name);

    /// <summary>A field as a signed number.</summary>
    public long Signed(string name)
    {
        int width = testCase.Row.Fields.Single(field => field.Name == name).Width;
        return (long)((ulong)Field(name) << (64 - width)) >> (64 - width);
    }

    /// <summary>A register before; 31 is zero.</summary>
    public ulong Before(string field) => BeforeX(Field(field));

    /// <summary>A general-purpose register before.</summary>
    public ulong BeforeX(uint register) => testCase.Registers.Source(register);

    /// <summary>A base register before; 31 is SP.</summary>
    public ulong Base => testCase.Registers.Base(Field("Rn"));

    /// <summary>The base register after; 31 is SP.</summary>
    public ulong BaseAfter => result.Registers.Base(Field("Rn"));

    /// <summary>Changes a base register; 31 is SP.</summary>
    public void SetBase(ulong value) => result.Registers.SetBase(Field("Rn"), value);

    /// <summary>Changes a register; 31 swallows it.</summary>
    public void Set(uint register, ulong value)
    {
        if (register != 31)
        {
            result.Registers.SetBase(register, value);
        }
    }

    /// <summary>A register after; 31 is zero.</summary>
    public ulong After(string field) => result.Registers.Source(Field(field));

    /// <summary>A half of a vector register after.</summary>
    public ref ulong V(uint register, int half) => ref result.Registers.V[(2 * (register & 31)) + (uint)half];

    /// <summary>A half of a vector register before.</summary>
    public ulong OldV(uint register, int half) => testCase.Registers.V[(2 * (register & 31)) + (uint)half];

    /// <summary>The data after at an address; empty if it is not inside.</summary>
    public Span<byte> Data(ulong address, int length)
    {
        ulong offset = address - OracleLayout.Data;
        return offset + (ulong)length <= (ulong)result.Data.Length && offset < (ulong)result.Data.Length
            ? result.Data.AsSpan((int)offset, length)
            : default;
    }

    /// <summary>The data before at an address, up to 8 bytes, zero where it is not inside.</summary>
    public ulong OldData(ulong address, int length)
    {
        ulong offset = address - OracleLayout.Data;
        Span<byte> bytes = stackalloc byte[8];
        if (offset < (ulong)testCase.Data.Length && offset + (ulong)length <= (ulong)testCase.Data.Length)
        {
            testCase.Data.AsSpan((int)offset, length).CopyTo(bytes);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private ulong Narrow(ulong value) => testCase.Row.Extract("sf", testCase.Word) == 0 ? (uint)value : value;
}
