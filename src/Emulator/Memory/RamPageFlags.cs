namespace Emulator.Memory;

/// <summary>What the machine knows of one 4 KiB page of RAM.</summary>
[Flags]
internal enum RamPageFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Written since the flags were last cleared.</summary>
    Dirty = 1,

    /// <summary>Some CPU holds decoded or translated instructions of it: a store must tell the <see cref="ICodeObserver"/>s.</summary>
    Code = 2,

    /// <summary>Some CPU has read translation tables in it: what stores to it is no mere data.</summary>
    Tables = 4,
}
