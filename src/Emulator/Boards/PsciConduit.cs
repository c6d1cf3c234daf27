namespace Emulator.Boards;

/// <summary>By which instruction a guest calls the machine's own firmware (Arm PSCI, DEN0022, section 5.2.1).</summary>
public enum PsciConduit
{
    /// <summary>There is none: the guest's own firmware at EL3 is in charge.</summary>
    None,

    /// <summary>HVC: the guest starts at EL1.</summary>
    Hvc,

    /// <summary>SMC: the guest starts at EL2.</summary>
    Smc,
}
