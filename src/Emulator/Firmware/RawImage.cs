namespace Emulator.Firmware;

/// <summary>Bytes without a header: they go where the board starts.</summary>
internal sealed class RawImage : BootImage
{
    /// <summary>The bytes.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }
}
