namespace Emulator.Cpu.Translator;

/// <summary>Why generated code has left.</summary>
internal enum ExitKind
{
    /// <summary>The next block would go beyond the limit.</summary>
    Budget,

    /// <summary>The interpreter must execute one instruction.</summary>
    Interpret,

    /// <summary>A branch inside the page whose target was not translated when the branch was: it can be linked now.</summary>
    Link,

    /// <summary>The code at <see cref="CpuState.Pc"/> must be looked up.</summary>
    Lookup,
}
