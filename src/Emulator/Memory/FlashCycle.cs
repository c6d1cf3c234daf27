namespace Emulator.Memory;

/// <summary>What a flash takes the next write for.</summary>
internal enum FlashCycle : byte
{
    /// <summary>A command.</summary>
    Command,

    /// <summary>The data of Word Program.</summary>
    ProgramData,

    /// <summary>The confirmation of Block Erase.</summary>
    EraseConfirm,

    /// <summary>The second cycle of Lock, Unlock and Lock-Down Block.</summary>
    LockConfirm,

    /// <summary>The word count of Buffered Program.</summary>
    BufferCount,

    /// <summary>The data of Buffered Program.</summary>
    BufferData,

    /// <summary>The confirmation of Buffered Program.</summary>
    BufferConfirm,
}
