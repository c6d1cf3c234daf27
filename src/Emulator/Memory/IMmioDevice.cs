namespace Emulator.Memory;

/// <summary>
/// A device on the memory-mapped bus. It knows offsets, never addresses; it knows no CPU, no board and no other device.
/// It sees the outside through four ways only: its registers (this interface), guest memory (<see cref="DmaView"/>),
/// interrupt lines or messages, and the virtual clock. It is called on the machine's thread, takes no lock and never throws
/// for anything that a guest does.
/// </summary>
public interface IMmioDevice
{
    /// <summary>A name for logs and statistics, unique in the machine, for instance <c>pl011@9000000</c>.</summary>
    string Name { get; }

    /// <summary>Length of the device's window in bytes.</summary>
    ulong Length { get; }

    /// <summary>Reads a register.</summary>
    /// <param name="access">Where, how wide, by whom.</param>
    /// <returns>The value, a bus error, or <see cref="BusStatus.Pending"/>.</returns>
    BusResult Read(in BusAccess access);

    /// <summary>Writes a register.</summary>
    /// <param name="access">Where, how wide, by whom.</param>
    /// <param name="value">The value, zero-extended from the access size.</param>
    BusStatus Write(in BusAccess access, ulong value);

    /// <summary>Puts the device into its reset state.</summary>
    /// <param name="kind">Which reset.</param>
    void Reset(ResetKind kind);

    /// <summary>
    /// True when reading this register now has no side effect, and its value can change only by a write, a timer event or input
    /// from outside, never by time alone. A loop that polls such a register can be fast-forwarded.
    /// </summary>
    /// <param name="access">The access a polling loop makes.</param>
    bool IsPollable(in BusAccess access) => false;
}
