namespace Emulator.Interrupts;

/// <summary>A CPU as an interrupt controller is wired to it.</summary>
/// <param name="State">Tells the CPU's present state.</param>
/// <param name="Irq">The physical IRQ.</param>
/// <param name="Fiq">The physical FIQ.</param>
/// <param name="VirtualIrq">The virtual IRQ.</param>
/// <param name="VirtualFiq">The virtual FIQ.</param>
internal readonly record struct CpuInterruptInputs(ICpuState State, IInterruptLine Irq, IInterruptLine Fiq, IInterruptLine VirtualIrq, IInterruptLine VirtualFiq);
