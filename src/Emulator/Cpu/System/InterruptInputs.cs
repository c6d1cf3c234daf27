namespace Emulator.Cpu.System;

/// <summary>The CPU's interrupt inputs that are asserted.</summary>
[Flags]
internal enum InterruptInputs
{
    None = 0,

    /// <summary>FIQ.</summary>
    Fiq = 1 << 0,

    /// <summary>IRQ.</summary>
    Irq = 1 << 1,

    /// <summary>SError.</summary>
    SystemError = 1 << 2,

    /// <summary>vFIQ, from the GIC's virtual interface.</summary>
    VirtualFiq = 1 << 3,

    /// <summary>vIRQ, from the GIC's virtual interface.</summary>
    VirtualIrq = 1 << 4,
}
