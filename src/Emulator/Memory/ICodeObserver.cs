namespace Emulator.Memory;

/// <summary>Who keeps instructions in a decoded form, and must hear of stores to their bytes.</summary>
internal interface ICodeObserver
{
    /// <summary>Bytes of a page that holds decoded instructions have changed.</summary>
    /// <param name="ram">The memory.</param>
    /// <param name="offset">First changed byte in it.</param>
    /// <param name="length">How many; all in one page.</param>
    void CodeChanged(GuestRam ram, ulong offset, int length);

    /// <summary>Stores to a page are not told of any more: whatever is kept of its instructions must be dropped.</summary>
    /// <param name="ram">The memory.</param>
    /// <param name="offset">First byte of the page in it.</param>
    void CodeUnwatched(GuestRam ram, ulong offset);
}
