namespace Emulator.Interrupts;

/// <summary>How an access to a system register ended.</summary>
public enum SystemRegisterResult
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>Not a register of this bank.</summary>
    NotHere,

    /// <summary>UNDEFINED at this exception level and state.</summary>
    Undefined,

    /// <summary>An EL0 access that EL1 has not enabled: traps to EL1, or to EL2 when HCR_EL2.TGE is set.</summary>
    TrapToEl1,

    /// <summary>Traps to EL2.</summary>
    TrapToEl2,

    /// <summary>Traps to EL3.</summary>
    TrapToEl3,
}
