using System.Runtime.InteropServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// One instruction in decoded form. A page of code has one per word, in order, so that the next instruction is the next operation
/// and an operation's position is its address. What <see cref="A"/>, <see cref="B"/> and <see cref="C"/> hold is the handler's choice.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal unsafe struct DecodedOperation
{
    /// <summary>The <see cref="Opcode"/> of a word that is not decoded yet.</summary>
    public const ushort NotDecoded = ushort.MaxValue;

    /// <summary>Executes the instruction and gives the next operation, or null when the run loop must take over.</summary>
    public delegate*<CpuState*, DecodedOperation*, DecodedOperation*> Handler;

    /// <summary>An immediate, offset or mask, ready for use.</summary>
    public ulong Immediate;

    /// <summary>Index of the destination in <see cref="CpuState.X"/> or the vector registers.</summary>
    public byte Rd;

    /// <summary>Index of the first source.</summary>
    public byte Rn;

    /// <summary>Index of the second source.</summary>
    public byte Rm;

    /// <summary>Index of the third source.</summary>
    public byte Ra;

    /// <summary>Row of the instruction table, an <c>A64Opcode</c>.</summary>
    public ushort Opcode;

    /// <summary>Index of the word in its page, 0 to 1023. Set before binding.</summary>
    public ushort PageIndex;

    /// <summary>The instruction word. Set before binding.</summary>
    public uint Encoding;

    /// <summary>Small operand.</summary>
    public byte A;

    /// <summary>Small operand.</summary>
    public byte B;

    /// <summary>Small operand.</summary>
    public ushort C;
}
