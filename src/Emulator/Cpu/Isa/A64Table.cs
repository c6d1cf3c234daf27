namespace Emulator.Cpu.Isa;

/// <summary>The instruction table as data. A run does not touch it: the decoder and the binder are code.</summary>
internal static partial class A64Table
{
    private static readonly A64Row[] AllRows = CreateRows();

    /// <summary>The rows in the order of the table.</summary>
    internal static IReadOnlyList<A64Row> Rows => AllRows;

    /// <summary>A row, or null for <see cref="A64Opcode.Undefined"/>.</summary>
    internal static A64Row? Find(A64Opcode opcode) => opcode == A64Opcode.Undefined ? null : AllRows[(int)opcode - 1];
}
