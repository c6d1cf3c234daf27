using System.Runtime.CompilerServices;

namespace Emulator.Cpu.Translator.X64;

/// <summary>
/// Writes x86-64 instructions, just those that translation uses. It writes through one mapping of the code memory what will be executed through another, so
/// that all it knows of places are offsets.
/// </summary>
internal sealed unsafe partial class HostAssembler
{
    // Opcode maps, above the opcode byte.
    private const int Map0F = 0x0f00;
    private const int Map0F38 = 0x0f3800;

    private const byte OperandSize = 0x66;
    private const byte RepeatNotEqual = 0xf2;
    private const byte Repeat = 0xf3;

    private byte* _base;
    private byte* _at;

    /// <summary>Where the next instruction goes, as an offset in the code memory.</summary>
    public int Offset => (int)(_at - _base);

    /// <summary>Goes on writing somewhere.</summary>
    /// <param name="memory">First byte of the code memory, as it can be written.</param>
    /// <param name="offset">Where in it.</param>
    public void Start(byte* memory, int offset)
    {
        _base = memory;
        _at = memory + offset;
    }

    /// <summary>Makes the next instruction start at a multiple of 16.</summary>
    public void Align()
    {
        while ((Offset & 15) != 0)
        {
            Byte(0xcc);
        }
    }

    public void Mov(bool wide, HostRegister destination, in HostOperand source)
    {
        if (wide && source.Is(destination))
        {
            return;
        }

        Emit(wide, 0, 0x8b, (int)destination, source);
    }

    public void Store(bool wide, in HostOperand destination, HostRegister source) => Emit(wide, 0, 0x89, (int)source, destination);

    /// <summary>Stores 1, 2, 4 or 8 bytes.</summary>
    public void StoreSized(int size, in HostOperand destination, HostRegister source)
    {
        switch (size)
        {
            case 1:
                Emit(false, 0, 0x88, (int)source, destination, isByte: true);
                break;
            case 2:
                Emit(false, OperandSize, 0x89, (int)source, destination);
                break;
            default:
                Store(size == 8, destination, source);
                break;
        }
    }

    /// <summary>Loads 1, 2, 4 or 8 bytes, zero-extended.</summary>
    public void LoadSized(int size, HostRegister destination, in HostOperand source)
    {
        switch (size)
        {
            case 1:
                Emit(false, 0, Map0F | 0xb6, (int)destination, source, isByte: true);
                break;
            case 2:
                Emit(false, 0, Map0F | 0xb7, (int)destination, source);
                break;
            default:
                Emit(size == 8, 0, 0x8b, (int)destination, source);
                break;
        }
    }

    /// <summary>Loads 1, 2 or 4 bytes, sign-extended to 32 or 64 bits.</summary>
    public void LoadSigned(int size, bool wide, HostRegister destination, in HostOperand source)
    {
        switch (size)
        {
            case 1:
                Emit(wide, 0, Map0F | 0xbe, (int)destination, source, isByte: true);
                break;
            case 2:
                Emit(wide, 0, Map0F | 0xbf, (int)destination, source);
                break;
            default:
                Emit(wide, 0, wide ? 0x63 : 0x8b, (int)destination, source);
                break;
        }
    }

    /// <summary>Loads a constant; the flags stay.</summary>
    public void MovConstant(HostRegister destination, ulong value)
    {
        if (value <= uint.MaxValue)
        {
            Rex(false, 0, destination);
            Byte((byte)(0xb8 | ((int)destination & 7)));
            Word((int)value);
        }
        else if ((long)value == (int)value)
        {
            Emit(true, 0, 0xc7, 0, destination);
            Word((int)value);
        }
        else
        {
            Rex(true, 0, destination);
            Byte((byte)(0xb8 | ((int)destination & 7)));
            Unsafe.WriteUnaligned(_at, value);
            _at += sizeof(ulong);
        }
    }

    /// <summary>Stores a sign-extended constant of 4 or 8 bytes.</summary>
    public void StoreConstant(bool wide, in HostOperand destination, int value)
    {
        Emit(wide, 0, 0xc7, 0, destination);
        Word(value);
    }

    public void Arithmetic(HostArithmetic operation, bool wide, HostRegister destination, in HostOperand source) =>
        Emit(wide, 0, ((int)operation << 3) | 3, (int)destination, source);

    /// <summary>With a sign-extended constant.</summary>
    public void Arithmetic(HostArithmetic operation, bool wide, in HostOperand destination, int value)
    {
        if (value == (sbyte)value)
        {
            Emit(wide, 0, 0x83, (int)operation, destination);
            Byte((byte)value);
        }
        else
        {
            Emit(wide, 0, 0x81, (int)operation, destination);
            Word(value);
        }
    }

    /// <summary>CMP of a byte in memory.</summary>
    public void CompareByte(in HostOperand left, sbyte value)
    {
        Emit(false, 0, 0x80, (int)HostArithmetic.Cmp, left, isByte: true);
        Byte((byte)value);
    }

    public void Test(bool wide, in HostOperand left, HostRegister right) => Emit(wide, 0, 0x85, (int)right, left);

    public void Test(bool wide, in HostOperand left, int value)
    {
        Emit(wide, 0, 0xf7, 0, left);
        Word(value);
    }

    public void BitTest(bool wide, in HostOperand operand, int bit)
    {
        Emit(wide, 0, Map0F | 0xba, 4, operand);
        Byte((byte)bit);
    }

    public void Lea(bool wide, HostRegister destination, in HostOperand address) => Emit(wide, 0, 0x8d, (int)destination, address);

    public void Shift(HostShift shift, bool wide, in HostOperand operand, int amount)
    {
        if (amount != 0)
        {
            Emit(wide, 0, 0xc1, (int)shift, operand);
            Byte((byte)amount);
        }
    }

    /// <summary>SHLX, SHRX or SARX, which leave the flags alone.</summary>
    public void ShiftBy(HostShift shift, bool wide, HostRegister destination, in HostOperand source, HostRegister amount)
    {
        int prefix = shift switch
        {
            HostShift.Shl => 1,
            HostShift.Sar => 2,
            _ => 3,
        };
        EmitVex(wide, prefix, 2, 0xf7, (int)destination, (int)amount, source);
    }

    /// <summary>RORX, which leaves the flags alone.</summary>
    public void RotateRight(bool wide, HostRegister destination, in HostOperand source, int amount)
    {
        EmitVex(wide, 3, 3, 0xf0, (int)destination, 0, source, 1);
        Byte((byte)amount);
    }

    /// <summary>ROR by CL.</summary>
    public void RotateRightByCl(bool wide, in HostOperand operand) => Emit(wide, 0, 0xd3, (int)HostShift.Ror, operand);

    /// <summary>SHRD: shifts right, and in from the low end of another register.</summary>
    public void ShiftRightDouble(bool wide, HostRegister low, HostRegister high, int amount)
    {
        Emit(wide, 0, Map0F | 0xac, (int)high, low);
        Byte((byte)amount);
    }

    /// <summary>ANDN: destination = ~inverted &amp; source.</summary>
    public void AndNot(bool wide, HostRegister destination, HostRegister inverted, in HostOperand source) =>
        EmitVex(wide, 0, 2, 0xf2, (int)destination, (int)inverted, source);

    public void Not(bool wide, in HostOperand operand) => Emit(wide, 0, 0xf7, 2, operand);

    public void Negate(bool wide, in HostOperand operand) => Emit(wide, 0, 0xf7, 3, operand);

    public void Multiply(bool wide, HostRegister destination, in HostOperand source) => Emit(wide, 0, Map0F | 0xaf, (int)destination, source);

    /// <summary>RDX:RAX = RAX * operand.</summary>
    public void MultiplyWide(bool signed, in HostOperand operand) => Emit(true, 0, 0xf7, signed ? 5 : 4, operand);

    /// <summary>RAX = RDX:RAX / operand.</summary>
    public void Divide(bool signed, bool wide, in HostOperand operand) => Emit(wide, 0, 0xf7, signed ? 7 : 6, operand);

    /// <summary>CDQ, CQO: the sign of RAX fills RDX.</summary>
    public void SignToRdx(bool wide)
    {
        Rex(wide, 0, HostRegister.Rax);
        Byte(0x99);
    }

    public void ByteSwap(bool wide, HostRegister register)
    {
        Rex(wide, 0, register);
        Byte(0x0f);
        Byte((byte)(0xc8 | ((int)register & 7)));
    }

    public void CountLeadingZeros(bool wide, HostRegister destination, in HostOperand source) =>
        Emit(wide, Repeat, Map0F | 0xbd, (int)destination, source);

    /// <summary>CRC32 with Castagnoli's polynomial over 1, 2, 4 or 8 bytes.</summary>
    public void Crc32C(int size, HostRegister destination, in HostOperand source)
    {
        if (size == 2)
        {
            Byte(OperandSize);
        }

        Emit(size == 8, RepeatNotEqual, Map0F38 | (size == 1 ? 0xf0 : 0xf1), (int)destination, source, isByte: size == 1);
    }

    public void SetIf(HostCondition condition, in HostOperand destination) =>
        Emit(false, 0, Map0F | 0x90 | (int)condition, 0, destination, isByte: true);

    public void MoveIf(HostCondition condition, bool wide, HostRegister destination, in HostOperand source) =>
        Emit(wide, 0, Map0F | 0x40 | (int)condition, (int)destination, source);

    /// <summary>LDMXCSR.</summary>
    public void LoadFloatControl(in HostOperand memory) => Emit(false, 0, Map0F | 0xae, 2, memory);

    /// <summary>STMXCSR.</summary>
    public void StoreFloatControl(in HostOperand memory) => Emit(false, 0, Map0F | 0xae, 3, memory);

    public void ComplementCarry() => Byte(0xf5);

    /// <summary>SAHF: SF, ZF and CF from bits 7, 6 and 0 of AH.</summary>
    public void LoadFlagsFromAh() => Byte(0x9e);

    /// <summary>MOV AH, value.</summary>
    public void MovAh(byte value)
    {
        Byte(0xb4);
        Byte(value);
    }

    public void Push(HostRegister register)
    {
        Rex(false, 0, register);
        Byte((byte)(0x50 | ((int)register & 7)));
    }

    public void Pop(HostRegister register)
    {
        Rex(false, 0, register);
        Byte((byte)(0x58 | ((int)register & 7)));
    }

    public void Return() => Byte(0xc3);

    public void Jump(in HostOperand target) => Emit(false, 0, 0xff, 4, target);

    /// <summary>A jump to an offset in the code memory.</summary>
    public void JumpTo(int target)
    {
        Byte(0xe9);
        Word(target - Offset - sizeof(int));
    }

    /// <summary>Overwrites what is somewhere by a jump.</summary>
    /// <param name="at">Offset of the jump.</param>
    /// <param name="target">Offset of where it goes.</param>
    public void OverwriteByJump(int at, int target)
    {
        byte* end = _at;
        _at = _base + at;
        JumpTo(target);
        _at = end;
    }

    /// <summary>LEA of a place in the code memory that is not known yet.</summary>
    /// <returns>Where its displacement is, for <see cref="Patch"/>.</returns>
    public int LeaForward(HostRegister destination)
    {
        LeaOf(destination, 0);
        return Offset - sizeof(int);
    }

    /// <summary>LEA of an offset in the code memory.</summary>
    public void LeaOf(HostRegister destination, int target)
    {
        Rex(true, (int)destination, HostRegister.Rax);
        Byte(0x8d);
        Byte((byte)((((int)destination & 7) << 3) | 5));
        Word(target - Offset - sizeof(int));
    }

    public void JumpIf(HostCondition condition, int target)
    {
        Byte(0x0f);
        Byte((byte)(0x80 | (int)condition));
        Word(target - Offset - sizeof(int));
    }

    /// <summary>A jump whose target is not known yet.</summary>
    /// <returns>Where its displacement is, for <see cref="Patch"/>.</returns>
    public int JumpForward()
    {
        JumpTo(0);
        return Offset - sizeof(int);
    }

    /// <summary>A conditional jump whose target is not known yet.</summary>
    /// <returns>Where its displacement is, for <see cref="Patch"/>.</returns>
    public int JumpForwardIf(HostCondition condition)
    {
        JumpIf(condition, 0);
        return Offset - sizeof(int);
    }

    /// <summary>Lets a jump go to the present place.</summary>
    public void PatchHere(int site) => Patch(site, Offset);

    /// <summary>Lets a jump go to an offset in the code memory.</summary>
    /// <param name="site">Where its displacement is.</param>
    /// <param name="target">The offset.</param>
    public void Patch(int site, int target) => Unsafe.WriteUnaligned(_base + site, target - site - sizeof(int));

    private void Byte(byte value) => *_at++ = value;

    private void Word(int value)
    {
        Unsafe.WriteUnaligned(_at, value);
        _at += sizeof(int);
    }

    private void Rex(bool wide, int reg, HostRegister rm)
    {
        int rex = (wide ? 8 : 0) | ((reg >> 3) << 2) | ((int)rm >> 3);
        if (rex != 0)
        {
            Byte((byte)(0x40 | rex));
        }
    }

    private void Emit(bool wide, byte prefix, int opcode, int reg, in HostOperand rm, bool isByte = false)
    {
        if (prefix != 0)
        {
            Byte(prefix);
        }

        int rex = (wide ? 8 : 0) | ((reg >> 3) << 2) | ((int)rm.Register >> 3);
        if (rm.IsMemory)
        {
            rex |= ((int)rm.Index >> 3) << 1;
        }

        // SPL, BPL, SIL and DIL instead of AH to BH.
        bool isNewByte = isByte && (reg is >= 4 and < 8 || (!rm.IsMemory && (int)rm.Register is >= 4 and < 8));
        if (rex != 0 || isNewByte)
        {
            Byte((byte)(0x40 | rex));
        }

        if (opcode >= Map0F38)
        {
            Byte(0x0f);
            Byte((byte)(opcode >> 8));
        }
        else if (opcode >= Map0F)
        {
            Byte(0x0f);
        }

        Byte((byte)opcode);
        ModRm(reg, rm);
    }

    // What follows the operand counts for a displacement from the next instruction.
    private void ModRm(int reg, in HostOperand rm, int following = 0)
    {
        int field = (reg & 7) << 3;
        if (rm.IsConstant)
        {
            Byte((byte)(field | 5));
            Word(rm.Displacement - Offset - sizeof(int) - following);
            return;
        }

        int low = (int)rm.Register & 7;
        if (!rm.IsMemory)
        {
            Byte((byte)(0xc0 | field | low));
            return;
        }

        bool hasIndex = rm.Index != HostRegister.Rsp;
        bool hasByte = rm.Displacement == (sbyte)rm.Displacement;
        bool hasNone = rm.Displacement == 0 && low != 5;
        int mode = hasNone ? 0 : hasByte ? 0x40 : 0x80;
        if (hasIndex || low == 4)
        {
            Byte((byte)(mode | field | 4));
            Byte((byte)((rm.Scale << 6) | (((int)rm.Index & 7) << 3) | low));
        }
        else
        {
            Byte((byte)(mode | field | low));
        }

        if (hasNone)
        {
            return;
        }

        if (hasByte)
        {
            Byte((byte)rm.Displacement);
        }
        else
        {
            Word(rm.Displacement);
        }
    }
}
