namespace Emulator.Memory;

/// <summary>
/// A device whose window can also be read, and executed from, as plain memory: ROM, or flash while it shows its array.
/// Writes always go to <see cref="IMmioDevice.Write"/>.
/// </summary>
public interface IMemoryMappedArray : IMmioDevice
{
    /// <summary>The array; as long as the window.</summary>
    GuestRam Array { get; }

    /// <summary>True while reads are plain reads of the array; otherwise they go to <see cref="IMmioDevice.Read"/>.</summary>
    bool IsArrayReadable { get; }

    /// <summary>Raised after <see cref="IsArrayReadable"/> has changed.</summary>
    event Action? ArrayReadableChanged;
}
