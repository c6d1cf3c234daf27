namespace Emulator.Interrupts;

/// <summary>One wire to an interrupt controller or CPU.</summary>
public interface IInterruptLine
{
    /// <summary>Drives the wire. Driving the level it already has does nothing.</summary>
    /// <param name="level">True for asserted.</param>
    void Set(bool level);
}
