using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>An interrupt controller as the machine sees it, whichever version it is of.</summary>
internal interface IInterruptController : ISnapshotState
{
    /// <summary>The wire of a shared peripheral interrupt.</summary>
    /// <param name="index">Number of the SPI, from 0; its INTID is 32 more.</param>
    IInterruptLine Spi(int index);

    /// <summary>The wire of a private peripheral interrupt.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    /// <param name="intid">The INTID, 16 to 31.</param>
    IInterruptLine Ppi(int cpu, int intid);

    /// <summary>Connects a CPU, once, while the machine is built.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    /// <param name="inputs">Its wires.</param>
    /// <param name="maintenance">The INTID of the maintenance interrupt.</param>
    void Connect(int cpu, in CpuInterruptInputs inputs, int maintenance);

    /// <summary>The system registers that the controller gives to a CPU; null for none.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    ISystemRegisterBank? RegistersOf(int cpu);

    /// <summary>What must hear when a CPU's exception level or security state has changed; null when nothing.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    Action? StateObserverOf(int cpu);

    /// <summary>Resets all of it. The wires keep the levels that devices drive.</summary>
    /// <param name="kind">Which reset.</param>
    void Reset(ResetKind kind);

    /// <summary>
    /// Does what firmware at EL3 does before it starts a kernel: gives all interrupts to Non-secure Group 1, with the most urgent priority that the Non-secure state can name.
    /// </summary>
    void GiveToNonSecure();
}
