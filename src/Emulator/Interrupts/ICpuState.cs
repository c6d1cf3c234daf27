namespace Emulator.Interrupts;

/// <summary>
/// What the GIC's CPU interface must know of its CPU: the same interrupt is an IRQ in one state and a FIQ in another. A CPU calls
/// <see cref="GicCpuInterface.CpuStateChanged"/> after either value has changed.
/// </summary>
public interface ICpuState
{
    /// <summary>The current exception level, 0 to 3.</summary>
    int ExceptionLevel { get; }

    /// <summary>True in the secure state, which EL3 always is. False where EL3 is not implemented.</summary>
    bool IsSecure { get; }
}
