namespace Emulator.Firmware;

/// <summary>A named place in an image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its first byte.</param>
/// <param name="Size">Its length in bytes; 0 when the image does not say.</param>
public readonly record struct Symbol(string Name, ulong Address, ulong Size);
