namespace Emulator.Cpu.System;

/// <summary>Offset of a kind of exception in a quarter of a vector table (Arm ARM D1.10.2).</summary>
internal enum ExceptionVector
{
    /// <summary>Synchronous exceptions.</summary>
    Synchronous = 0x000,

    /// <summary>IRQ and vIRQ.</summary>
    Irq = 0x080,

    /// <summary>FIQ and vFIQ.</summary>
    Fiq = 0x100,

    /// <summary>SError and vSError.</summary>
    SystemError = 0x180,
}
