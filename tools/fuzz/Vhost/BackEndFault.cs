namespace Emulator.Fuzz.Vhost;

/// <summary>What a back end can do wrong, as it answers a message or serves a chain.</summary>
internal enum BackEndFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It does not answer, or keeps the chain.</summary>
    Silence,

    /// <summary>It answers twice, or uses the chain twice.</summary>
    Twice,

    /// <summary>A byte of the answer is another, or the used element names another chain or length.</summary>
    Change,

    /// <summary>It sends something else, or uses any chain with any length.</summary>
    Replace,

    /// <summary>It sends something more, or says it has written more than there was room for.</summary>
    Append,

    /// <summary>It sends something before, or its used index jumps.</summary>
    Prepend,

    /// <summary>It ends the connection.</summary>
    HangUp,

    /// <summary>It ends the connection within the answer.</summary>
    HangUpWithin,

    /// <summary>It stops within the answer, or serves the chain after the next one.</summary>
    StopWithin,

    /// <summary>Descriptors come with each byte of the answer.</summary>
    Flood,

    /// <summary>Descriptors come with the answer.</summary>
    Descriptors,

    /// <summary>It makes a request of its own.</summary>
    Request,

    /// <summary>It writes to the memory that it shares with the front end.</summary>
    WriteMemory,

    /// <summary>It signals without a reason.</summary>
    Signal,

    /// <summary>It ends the connection when all is said.</summary>
    HangUpAfter,
}
