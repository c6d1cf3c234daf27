namespace Emulator.Memory;

/// <summary>What a register of a device lets a guest do.</summary>
public enum RegisterAccess
{
    /// <summary>Reads and writes.</summary>
    ReadWrite,

    /// <summary>Reads; writes are ignored.</summary>
    ReadOnly,

    /// <summary>Writes; reads give zero.</summary>
    WriteOnly,
}
