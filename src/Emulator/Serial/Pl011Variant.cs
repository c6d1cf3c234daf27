namespace Emulator.Serial;

/// <summary>How much of a PL011 there is.</summary>
public enum Pl011Variant
{
    /// <summary>The whole part.</summary>
    Full,

    /// <summary>
    /// The Generic UART of the Arm Server Base System Architecture, appendix B: data, flags and interrupts only; line settings belong to
    /// the platform and the FIFOs are always on.
    /// </summary>
    SbsaGeneric,
}
