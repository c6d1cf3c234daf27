namespace Emulator.InteropTests.Qtest;

/// <summary>A register, or a row of equal ones, as the report calls them.</summary>
/// <param name="Offset">Offset of the first.</param>
/// <param name="Name">Its name in the specification.</param>
/// <param name="Count">How many stand in the row.</param>
/// <param name="Width">Width of one in bytes.</param>
internal sealed record NamedRegister(ulong Offset, string Name, int Count = 1, int Width = 4)
{
    public ulong End => Offset + ((ulong)Count * (ulong)Width);

    public bool Contains(ulong offset) => offset >= Offset && offset < End;
}
