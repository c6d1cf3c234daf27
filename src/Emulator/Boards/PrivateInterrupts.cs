namespace Emulator.Boards;

/// <summary>The interrupts that each CPU has of its own (the numbers of Arm's Base System Architecture, DEN0094, section 3.8).</summary>
public sealed record PrivateInterrupts
{
    /// <summary>The secure physical timer.</summary>
    public BoardInterrupt SecurePhysicalTimer { get; } = BoardInterrupt.Ppi(13);

    /// <summary>The non-secure physical timer of EL1.</summary>
    public BoardInterrupt PhysicalTimer { get; } = BoardInterrupt.Ppi(14);

    /// <summary>The virtual timer.</summary>
    public BoardInterrupt VirtualTimer { get; } = BoardInterrupt.Ppi(11);

    /// <summary>The physical timer of EL2.</summary>
    public BoardInterrupt HypervisorTimer { get; } = BoardInterrupt.Ppi(10);

    /// <summary>The virtual timer of EL2, where EL2 can be that of a host.</summary>
    public BoardInterrupt HypervisorVirtualTimer { get; } = BoardInterrupt.Ppi(12);

    /// <summary>Overflow of a performance counter.</summary>
    public BoardInterrupt PerformanceMonitors { get; } = BoardInterrupt.Ppi(7);

    /// <summary>The interrupt controller's maintenance interrupt for hypervisors.</summary>
    public BoardInterrupt GicMaintenance { get; } = BoardInterrupt.Ppi(9);
}
