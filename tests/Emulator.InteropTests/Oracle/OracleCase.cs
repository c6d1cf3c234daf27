using System.Text;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Instructions with the state they are executed in.</summary>
internal sealed class OracleCase
{
    /// <summary>The row that is tried.</summary>
    public required A64Row Row { get; init; }

    /// <summary>The instructions.</summary>
    public required OracleProgram Program { get; init; }

    /// <summary>Where the first of them is.</summary>
    public required ulong Address { get; init; }

    /// <summary>What the data holds before.</summary>
    public required byte[] Data { get; init; }

    /// <summary>The registers before.</summary>
    public RegisterFile Registers;

    /// <summary>The instruction words.</summary>
    public uint[] Words => Program.Words;

    /// <summary>The instruction that is tried.</summary>
    public uint Word => Words[Program.Tried];

    /// <summary>Where that is.</summary>
    public ulong WordAddress => Address + (4 * (ulong)Program.Tried);

    /// <summary>A field of the instruction, zero if it has no such field.</summary>
    public uint Field(string name) => Row.Extract(name, Word) ?? 0;

    /// <summary>A copy whose registers can be changed.</summary>
    public OracleCase Copy() => new() { Row = Row, Program = Program, Address = Address, Data = Data, Registers = Registers };

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Words.Length; i++)
        {
            ulong address = Address + (4 * (ulong)i);
            text.AppendLine($"  {address:x}: {Words[i]:x8}  {Disassembler.Disassemble(Words[i], address)}");
        }

        return text.Append($"  before: {Registers}").ToString();
    }
}
