namespace Emulator.Unicorn;

/// <summary>What a call of libunicorn answers (<c>uc_err</c>).</summary>
internal enum UnicornError
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>The host has not so much memory.</summary>
    OutOfMemory = 1,

    /// <summary>The library was built without this architecture.</summary>
    Architecture = 2,

    /// <summary>Not an engine.</summary>
    Handle = 3,

    /// <summary>A mode that the architecture does not have.</summary>
    Mode = 4,

    /// <summary>The binding is for another version.</summary>
    Version = 5,

    /// <summary>The run ended at a load from unmapped memory.</summary>
    ReadUnmapped = 6,

    /// <summary>The run ended at a store to unmapped memory.</summary>
    WriteUnmapped = 7,

    /// <summary>The run ended at a fetch from unmapped memory.</summary>
    FetchUnmapped = 8,

    /// <summary>A hook of an unknown kind.</summary>
    Hook = 9,

    /// <summary>The run ended at an encoding that is not allocated.</summary>
    InvalidInstruction = 10,

    /// <summary>Memory cannot be mapped so.</summary>
    Map = 11,

    /// <summary>The run ended at a store to memory that may not be written.</summary>
    WriteProtected = 12,

    /// <summary>The run ended at a load from memory that may not be read.</summary>
    ReadProtected = 13,

    /// <summary>The run ended at a fetch from memory that may not be executed.</summary>
    FetchProtected = 14,

    /// <summary>An argument that the call does not take.</summary>
    Argument = 15,

    /// <summary>The run ended at a load that is not aligned.</summary>
    ReadUnaligned = 16,

    /// <summary>The run ended at a store that is not aligned.</summary>
    WriteUnaligned = 17,

    /// <summary>The run ended at a fetch that is not aligned.</summary>
    FetchUnaligned = 18,

    /// <summary>The hook exists already.</summary>
    HookExists = 19,

    /// <summary>Runs are nested too deep.</summary>
    Resource = 20,

    /// <summary>The run ended at an exception that no hook took.</summary>
    UnhandledException = 21,
}
