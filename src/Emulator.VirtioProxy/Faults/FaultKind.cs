namespace Emulator.VirtioProxy.Faults;

/// <summary>What happens to a message on its way.</summary>
public enum FaultKind
{
    /// <summary>It does not arrive.</summary>
    Drop,

    /// <summary>It arrives later, and what comes behind it too.</summary>
    Delay,

    /// <summary>It arrives twice.</summary>
    Duplicate,

    /// <summary>The next one of the same side overtakes it.</summary>
    Reorder,

    /// <summary>A bit of its header, or of the fields that name a request, is another one.</summary>
    Corrupt,

    /// <summary>The connection ends in its place.</summary>
    Disconnect,

    /// <summary>Neither it nor anything behind it arrives; the connection stays.</summary>
    Stall,
}
