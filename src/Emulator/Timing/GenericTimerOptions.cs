namespace Emulator.Timing;

/// <summary>The shape of a CPU's <see cref="GenericTimer"/>.</summary>
public sealed record GenericTimerOptions
{
    /// <summary>The CPU's index, from 0; part of the timers' names on the clock.</summary>
    public int Cpu { get; init; }

    /// <summary>Frequency of the system counter in Hz, up to 10 GHz. QEMU's <c>virt</c> has 62.5 MHz.</summary>
    public long Frequency { get; init; } = 62_500_000;

    /// <summary>True when the CPU has EL2: without it nothing traps there and the virtual counter is the physical one.</summary>
    public bool HasEl2 { get; init; }

    /// <summary>True when EL2 can be that of a host (FEAT_VHE), which brings the virtual timer of EL2.</summary>
    public bool HasHost { get; init; }

    /// <summary>True when the CPU has EL3.</summary>
    public bool HasEl3 { get; init; }
}
