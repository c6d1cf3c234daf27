namespace Emulator.Cpu.Translator;

/// <summary>Why generated code has left.</summary>
internal enum ExitKind
{
    /// <summary>The next block would go beyond the limit.</summary>
    Budget,

    /// <summary>The interpreter must execute one instruction.</summary>
    Interpret,

    /// <summary>
    /// The data TLB does not know where a load or store goes. It has a single register and changes no other, so that it is done here when it is one of a device;
    /// <see cref="CpuState.AccessAddress"/> is where.
    /// </summary>
    Access,

    /// <summary>A branch inside the page whose target was not translated when the branch was: it can be linked now.</summary>
    Link,

    /// <summary>The code at <see cref="CpuState.Pc"/> must be looked up.</summary>
    Lookup,
}
