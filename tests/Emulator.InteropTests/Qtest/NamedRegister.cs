namespace Emulator.InteropTests.Qtest;

/// <summary>A register, or a row of equal ones, as the report calls them.</summary>
/// <param name="Offset">Offset of the first.</param>
/// <param name="Name">Its name in the specification.</param>
/// <param name="Count">How many stand in the row.</param>
/// <param name="Width">Width of one in bytes, 4 or 8 (or what the device has instead).</param>
internal sealed record NamedRegister(ulong Offset, string Name, int Count = 1, int Width = 4)
{
    /// <summary>The bits that general scripts write. Others have scripts of their own.</summary>
    public ulong Writable { get; init; } = ulong.MaxValue;

    /// <summary>The bits that the specification reserves.</summary>
    public ulong Reserved { get; init; }

    public ulong End => Offset + ((ulong)Count * (ulong)Width);

    public bool Contains(ulong offset) => offset >= Offset && offset < End;

    /// <summary>The part of a mask over the register that a 32-bit word at an offset holds.</summary>
    public uint WordOf(ulong mask, ulong offset) => (uint)(mask >> (int)(8 * ((offset - Offset) % (ulong)Width & 4)));
}
