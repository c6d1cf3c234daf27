namespace Emulator.InteropTests.Cpu;

/// <summary>What the guest <c>sysregs</c> does with each encoding.</summary>
internal enum SystemRegisterMode
{
    /// <summary>Reads the register.</summary>
    Reads,

    /// <summary>Writes ones, then zeros, and reads back.</summary>
    Masks,

    /// <summary>Writes what it has read.</summary>
    Writes,

    /// <summary>Executes the system instruction.</summary>
    Instructions,
}
