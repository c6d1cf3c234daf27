namespace Emulator.Cpu.Translator.X64;

/// <summary>Instructions with a VEX prefix.</summary>
internal sealed unsafe partial class HostAssembler
{
    /// <summary>An instruction on vector registers.</summary>
    /// <param name="instruction">Which.</param>
    /// <param name="register">Number of the destination; of the source, where memory or the operand is the destination.</param>
    /// <param name="second">Number of the first source, anything where there is none.</param>
    /// <param name="operand">Memory, or a register of either kind by its number.</param>
    public void Vector(HostVector instruction, int register, int second, in HostOperand operand) => EmitVector(instruction, register, second, operand, 0);

    /// <summary>An instruction on vector registers with a constant of one byte.</summary>
    public void Vector(HostVector instruction, int register, int second, in HostOperand operand, int constant)
    {
        EmitVector(instruction, register, second, operand, 1);
        Byte((byte)constant);
    }

    /// <summary>An instruction on vector registers alone.</summary>
    public void Vector(HostVector instruction, int register, int second, int operand) => Vector(instruction, register, second, (HostOperand)(HostRegister)operand);

    /// <summary>An instruction on vector registers alone, with a constant of one byte.</summary>
    public void Vector(HostVector instruction, int register, int second, int operand, int constant) =>
        Vector(instruction, register, second, (HostOperand)(HostRegister)operand, constant);

    /// <summary>An instruction whose last source is a register that stands where others have a constant.</summary>
    public void VectorBy(HostVector instruction, int register, int second, in HostOperand operand, int selector) =>
        Vector(instruction, register, second, operand, selector << 4);

    /// <summary>Shifts all elements of 2, 4 or 8 bytes by a constant.</summary>
    public void VectorShift(HostShift shift, int size, int destination, int source, int amount)
    {
        int extension = shift switch
        {
            HostShift.Shl => 6,
            HostShift.Sar => 4,
            _ => 2,
        };
        byte opcode = size switch
        {
            2 => 0x71,
            4 => 0x72,
            _ => 0x73,
        };
        EmitVex(false, 1, 1, opcode, extension, destination, (HostRegister)source, 1);
        Byte((byte)amount);
    }

    /// <summary>Shifts a whole register by bytes.</summary>
    public void VectorShiftBytes(HostShift shift, int destination, int source, int amount)
    {
        EmitVex(false, 1, 1, 0x73, shift == HostShift.Shl ? 7 : 3, destination, (HostRegister)source, 1);
        Byte((byte)amount);
    }

    /// <summary>An instruction of the SHA extensions on vector registers.</summary>
    public void Sha(HostSha instruction, int register, int operand) => Emit(false, 0, (Map0F << 8) | (int)instruction, register, (HostRegister)operand);

    /// <summary>An instruction of the SHA extensions with a constant.</summary>
    public void Sha(HostSha instruction, int register, int operand, int constant)
    {
        Sha(instruction, register, operand);
        Byte((byte)constant);
    }

    private void EmitVector(HostVector instruction, int register, int second, in HostOperand operand, int following)
    {
        const int wide = 0x1000;
        const int noSecond = 0x2000;
        int code = (int)instruction;
        EmitVex((code & wide) != 0, (code >> 8) & 3, (code >> 10) & 3, (byte)code, register, (code & noSecond) != 0 ? 0 : second, operand, following);
    }

    /// <summary>An instruction with a VEX prefix, of two bytes where they suffice.</summary>
    /// <param name="wide">VEX.W.</param>
    /// <param name="prefix">0, 1 for 66, 2 for F3, 3 for F2.</param>
    /// <param name="map">1 for 0F, 2 for 0F38, 3 for 0F3A.</param>
    /// <param name="opcode">Opcode.</param>
    /// <param name="reg">Register of the ModR/M byte.</param>
    /// <param name="second">Register of the prefix.</param>
    /// <param name="rm">The rest of the ModR/M byte.</param>
    /// <param name="following">Bytes that come after that.</param>
    private void EmitVex(bool wide, int prefix, int map, byte opcode, int reg, int second, in HostOperand rm, int following = 0)
    {
        int extensions = ((reg >> 3) << 7) | (rm.IsMemory ? ((int)rm.Index >> 3) << 6 : 0) | (((int)rm.Register >> 3) << 5);
        int rest = ((~second & 15) << 3) | prefix;
        if (map == 1 && !wide && (extensions & 0x60) == 0)
        {
            Byte(0xc5);
            Byte((byte)((~extensions & 0x80) | rest));
        }
        else
        {
            Byte(0xc4);
            Byte((byte)((~extensions & 0xe0) | map));
            Byte((byte)((wide ? 0x80 : 0) | rest));
        }

        Byte(opcode);
        ModRm(reg, rm, following);
    }
}
