namespace Emulator.Interrupts;

/// <summary>
/// System registers that live outside the CPU: the GIC's CPU interface (ICC_*, ICV_*, ICH_*) and the generic timers (CNT*). A CPU
/// asks its banks for every register that it does not hold itself.
/// </summary>
public interface ISystemRegisterBank
{
    /// <summary>Reads a register.</summary>
    /// <param name="access">Which, from where.</param>
    /// <param name="value">The value.</param>
    SystemRegisterResult Read(in SystemRegisterAccess access, out ulong value);

    /// <summary>Writes a register.</summary>
    /// <param name="access">Which, from where.</param>
    /// <param name="value">The value.</param>
    SystemRegisterResult Write(in SystemRegisterAccess access, ulong value);
}
