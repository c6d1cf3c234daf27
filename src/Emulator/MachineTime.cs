namespace Emulator;

/// <summary>Which clock a machine follows.</summary>
public enum MachineTime
{
    /// <summary>Virtual time: a function of retired instructions; waiting costs no host time.</summary>
    Virtual,

    /// <summary>Virtual time that never runs ahead of the host's: a second of waiting takes a second.</summary>
    Host,
}
