namespace Emulator.IsaGenerator;

/// <summary>A field of an instruction row: bits <c>[Shift + Width - 1 : Shift]</c> of the instruction word.</summary>
internal sealed record InstructionField(string Name, int Shift, int Width)
{
    /// <summary>The bits of the field, in place.</summary>
    public uint Mask => ((1u << Width) - 1) << Shift;
}
