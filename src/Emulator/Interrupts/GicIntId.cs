namespace Emulator.Interrupts;

/// <summary>Interrupt identifiers with a meaning of their own (GICv3 architecture, "INTIDs").</summary>
internal static class GicIntId
{
    /// <summary>SGIs are 0 to 15.</summary>
    public const int FirstPpi = 16;

    /// <summary>SPIs are 32 to 1019.</summary>
    public const int FirstSpi = 32;

    /// <summary>Read at EL3 from the Group 0 registers: a Secure Group 1 interrupt is pending.</summary>
    public const int SecurePending = 1020;

    /// <summary>Read at EL3 from the Group 0 registers: a Non-secure Group 1 interrupt is pending.</summary>
    public const int NonSecurePending = 1021;

    /// <summary>Nothing to acknowledge.</summary>
    public const int Spurious = 1023;
}
