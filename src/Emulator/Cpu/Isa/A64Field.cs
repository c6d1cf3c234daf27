namespace Emulator.Cpu.Isa;

/// <summary>A field of an instruction: bits <c>[Shift + Width - 1 : Shift]</c>.</summary>
/// <param name="Name">The Arm ARM's name.</param>
/// <param name="Shift">Its lowest bit.</param>
/// <param name="Width">How many bits it has.</param>
internal readonly record struct A64Field(string Name, int Shift, int Width)
{
    /// <summary>The field's value in an instruction word.</summary>
    internal uint Extract(uint instruction) => (instruction >> Shift) & ((1u << Width) - 1);
}
