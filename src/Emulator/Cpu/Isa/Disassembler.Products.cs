namespace Emulator.Cpu.Isa;

/// <summary>Operands of instructions whose sources are not of the destination's arrangement: dot products, matrices, complex numbers, half precision into single.</summary>
internal sealed partial class Disassembler
{
    private string? ProductOperands() => true switch
    {
        _ when NameHas("BFloat") => BFloatOperands(),
        _ when NameHas("MatrixMultiply") => $"{V("Rd", 2, 1)}, {V("Rn", 0, 1)}, {V("Rm", 0, 1)}",
        _ when NameHas("DotProductBy") => $"{V("Rd", 2)}, {V("Rn", 0)}, v{Field("Rm") | (Field("M") << 4)}.4b[{(Field("H") << 1) | Field("L")}]",
        _ when NameHas("DotProduct") => $"{V("Rd", 2)}, {V("Rn", 0)}, {V("Rm", 0)}",
        _ when NameHas("ComplexMultiplyAccumulateBy") => $"{V("Rd", (int)Field("size"))}, {V("Rn", (int)Field("size"))}, {ComplexElement()}, #{90 * Field("rot")}",
        _ when NameHas("Complex") => $"{RegisterOperands($", {Source("Rm")}")}, #{(NameHas("Add") ? 90 + (180 * Field("rot")) : 90 * Field("rot"))}",
        _ when !IsHalfIntoSingle => null,
        _ when NameHas("ByElement") => $"{V("Rd", 2)}, {HalfSource("Rn")}, v{Field("Rm")}.h[{(Field("H") << 2) | (Field("L") << 1) | Field("M")}]",
        _ => $"{V("Rd", 2)}, {HalfSource("Rn")}, {HalfSource("Rm")}",
    };

    private string BFloatOperands() => _row.Opcode switch
    {
        A64Opcode.BFloatConvertNarrow => $"{V("Rd", 1)}, {V("Rn", 2, 1)}",
        A64Opcode.BFloatDotProductVector => $"{V("Rd", 2)}, {V("Rn", 1)}, {V("Rm", 1)}",
        A64Opcode.BFloatDotProductByElement => $"{V("Rd", 2)}, {V("Rn", 1)}, v{Field("Rm") | (Field("M") << 4)}.2h[{(Field("H") << 1) | Field("L")}]",
        A64Opcode.BFloatMultiplyAddLongByElement => $"{V("Rd", 2, 1)}, {V("Rn", 1, 1)}, v{Field("Rm")}.h[{(Field("H") << 2) | (Field("L") << 1) | Field("M")}]",
        _ => $"{V("Rd", 2, 1)}, {V("Rn", 1, 1)}, {V("Rm", 1, 1)}",
    };

    private bool IsHalfIntoSingle => NameHas("FloatMultiplyAddLong") || NameHas("FloatMultiplySubtractLong");

    // Two or four elements, so that they fill half of a register.
    private string HalfSource(string field) => $"v{Field(field)}.{(Field("Q") == 0 ? 2 : 4)}h";

    private string ComplexElement()
    {
        bool isHalf = Field("size") == 1;
        return $"v{Field("Rm") | (Field("M") << 4)}.{(isHalf ? "h" : "s")}[{(isHalf ? (Field("H") << 1) | Field("L") : Field("H"))}]";
    }
}
