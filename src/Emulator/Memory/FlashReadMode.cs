namespace Emulator.Memory;

/// <summary>What reads of a flash give.</summary>
internal enum FlashReadMode : byte
{
    /// <summary>The array.</summary>
    Array,

    /// <summary>The status register, everywhere.</summary>
    Status,

    /// <summary>Manufacturer, device and block locks.</summary>
    Identifier,

    /// <summary>The CFI query table.</summary>
    Query,
}
