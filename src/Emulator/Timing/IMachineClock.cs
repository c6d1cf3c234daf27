namespace Emulator.Timing;

/// <summary>The machine's clock as devices see it.</summary>
public interface IMachineClock
{
    /// <summary>The present instant, exact to the instruction that asks.</summary>
    VirtualTime Now { get; }

    /// <summary>Registers a timer, once, while the machine is built. It starts unarmed.</summary>
    /// <param name="id">A stable name, unique in the machine: snapshots find the timer by it.</param>
    /// <param name="target">What to call.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    TimerId Register(string id, ITimerTarget target);

    /// <summary>Arms a timer, replacing its former deadline. A deadline not after <see cref="Now"/> fires at the next instruction boundary.</summary>
    /// <param name="timer">Which timer.</param>
    /// <param name="deadline">When; <see cref="VirtualTime.Never"/> disarms.</param>
    void Arm(TimerId timer, VirtualTime deadline);

    /// <summary>Disarms a timer.</summary>
    /// <param name="timer">Which timer.</param>
    void Disarm(TimerId timer);
}
