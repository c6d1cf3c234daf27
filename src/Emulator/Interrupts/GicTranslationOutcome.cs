namespace Emulator.Interrupts;

/// <summary>How a command or a translation ended (GICv3 architecture, "ITS command error encodings").</summary>
internal enum GicTranslationOutcome
{
    /// <summary>Carried out.</summary>
    Done,

    /// <summary>Software's mistake: a number out of range, or something that is not mapped. It has no effect, and the queue goes on.</summary>
    Ignored,

    /// <summary>Memory did not answer: the queue stands until software asks to try again.</summary>
    Stalled,
}
