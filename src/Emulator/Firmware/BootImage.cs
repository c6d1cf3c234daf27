namespace Emulator.Firmware;

/// <summary>An image whose format is known.</summary>
internal abstract class BootImage
{
    /// <summary>The file's path or the image's name.</summary>
    public required string Name { get; init; }

    /// <summary>The symbols in it; empty when it has none.</summary>
    public SymbolTable Symbols { get; init; } = SymbolTable.Empty;
}
