namespace Emulator.Firmware;

/// <summary>What the other CPUs do when the first one starts.</summary>
internal enum SecondaryCpus
{
    /// <summary>They are off until the guest switches them on by PSCI.</summary>
    PoweredOff,

    /// <summary>They start together with the first, in the same state: firmware at EL3 sorts them out by <c>MPIDR_EL1</c>.</summary>
    Running,
}
