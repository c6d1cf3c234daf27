namespace Emulator.Memory;

/// <summary>What an erase block holds.</summary>
internal enum FlashBlockContent : byte
{
    /// <summary>Zeroes, as a bank without contents does.</summary>
    Zero,

    /// <summary>All bits set.</summary>
    Erased,

    /// <summary>Anything.</summary>
    Data,
}
