namespace Emulator.Memory;

/// <summary>What a flash bank knows of one erase block. Blank blocks cost no memory, and no place in a snapshot.</summary>
internal struct FlashBlock
{
    public FlashBlockContent Content;

    /// <summary>Program and erase are refused.</summary>
    public bool Locked;

    /// <summary>The lock stays until reset.</summary>
    public bool LockedDown;

    /// <summary>Changed since the file was last written.</summary>
    public bool Unsaved;
}
