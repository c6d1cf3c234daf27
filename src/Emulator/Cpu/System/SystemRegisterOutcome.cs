namespace Emulator.Cpu.System;

/// <summary>How a write to a system register has ended.</summary>
internal enum SystemRegisterOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>It is done, and the next instruction must be fetched anew.</summary>
    ContextChanged,

    /// <summary>An exception was taken instead.</summary>
    Exception,
}
