namespace Emulator.Firmware;

/// <summary>An address told by the symbol that it belongs to.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Offset">Bytes from its start.</param>
public readonly record struct SymbolLocation(Symbol Symbol, ulong Offset)
{
    /// <summary>For instance <c>memcpy+0x1c</c>, or <c>memcpy</c> alone for its first byte.</summary>
    public override string ToString() => Offset == 0 ? Symbol.Name : $"{Symbol.Name}+0x{Offset:x}";
}
