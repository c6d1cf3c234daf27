using Emulator.Cpu;
using Emulator.Timing;

namespace Emulator;

/// <summary>What the scheduler asks of the machine around it.</summary>
internal interface IMachineHost
{
    /// <summary>Lets input from outside enter; called at an instruction boundary.</summary>
    void BeforeSlice();

    /// <summary>Lets answers from outside enter, after timers have fired.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>False while one is due that has not come: no CPU may run, and the clock stands still. The host has waited a little then.</returns>
    bool TryPassGate(CancellationToken cancellation);

    /// <summary>Looks at why the engine has left.</summary>
    /// <param name="processor">The CPU that ran.</param>
    /// <param name="limit">The count of instructions that it was to run to.</param>
    void AfterRun(Processor processor, long limit);

    /// <summary>Every CPU waits: lets time pass to the next event or input, or waits in host time for one from outside.</summary>
    /// <param name="until">Do not go beyond.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>False when nothing can ever come.</returns>
    bool Idle(VirtualTime until, CancellationToken cancellation);

    /// <summary>A CPU does nothing but wait for time to pass: waits in host time where virtual time must not run ahead of it.</summary>
    /// <param name="target">The instant waited for, <see cref="VirtualTime.Never"/> when only something from outside can end it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The instant up to which time may pass now.</returns>
    VirtualTime LetPass(VirtualTime target, CancellationToken cancellation);

    /// <summary>Why the guest ended the run, if it did; told once.</summary>
    StopReason? TakeGuestStop();
}
