using Emulator.Cpu.Features;

namespace Emulator.Cpu.Isa;

/// <summary>A row of the instruction table as data, for the disassembler and for tests.</summary>
/// <param name="Opcode">The row.</param>
/// <param name="MnemonicPattern">The mnemonic; <c>{field:a,b,...}</c> stands for a part that a field's value picks.</param>
/// <param name="Group">The group it stands in.</param>
/// <param name="Feature">What a CPU must have for it.</param>
/// <param name="Mask">The bits that are fixed.</param>
/// <param name="Value">The values of these bits.</param>
/// <param name="Fields">The fields, the highest first.</param>
/// <param name="Exclusions">Words that match mask and value and still do not belong to the row.</param>
/// <param name="Pending">Whether it has no semantics yet.</param>
/// <param name="Condition">Words that need another feature than <paramref name="Feature"/>, or null.</param>
/// <param name="Within">The row of which it is a special case, or <see cref="A64Opcode.Undefined"/>.</param>
internal sealed record A64Row(
    A64Opcode Opcode,
    string MnemonicPattern,
    A64Group Group,
    CpuFeature Feature,
    uint Mask,
    uint Value,
    IReadOnlyList<A64Field> Fields,
    IReadOnlyList<(uint Mask, uint Value)> Exclusions,
    bool Pending,
    (uint Mask, uint Value, CpuFeature Feature)? Condition = null,
    A64Opcode Within = A64Opcode.Undefined)
{
    /// <summary>The row's name.</summary>
    internal string Name => Opcode.ToString();

    /// <summary>The names of the fields, with blanks between.</summary>
    internal string Signature { get; } = string.Join(' ', Fields.Select(field => field.Name));

    /// <summary>Whether a word has the row's form. It may still belong to a row that is a special case of this one.</summary>
    internal bool Matches(uint instruction)
    {
        if ((instruction & Mask) != Value)
        {
            return false;
        }

        foreach ((uint mask, uint value) in Exclusions)
        {
            if ((instruction & mask) == value)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A field's value in a word of this row, or null if the row has no such field.</summary>
    internal uint? Extract(string field, uint instruction)
    {
        foreach (A64Field candidate in Fields)
        {
            if (candidate.Name == field)
            {
                return candidate.Extract(instruction);
            }
        }

        return null;
    }
}
