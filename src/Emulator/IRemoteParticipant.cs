namespace Emulator;

/// <summary>A device whose work is done outside of the machine, by a process that has its own time.</summary>
internal interface IRemoteParticipant
{
    /// <summary>True when input can come from it that nobody has asked for: idle time is then paced by the host's clock.</summary>
    bool HasUnsolicitedInput { get; }

    /// <summary>Takes what has come from outside. Called on the machine's thread, between instructions, whenever somebody has called <see cref="RemoteGate.Signal"/>, and when timers have fired.</summary>
    /// <returns>True while the machine must stand still, because an answer is due at this instant that has not come. The device sees to it by the host's clock that it does not last for ever.</returns>
    bool Pump();

    /// <summary>
    /// Waits on the machine's own thread for what is due, and takes it there: an answer that another thread takes first comes a change of threads later.
    /// </summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>False when nothing is due from this device, or it has no such way: then somebody calls <see cref="RemoteGate.Signal"/>. True when something may have come, or the time has passed.</returns>
    bool TryWait(int milliseconds) => false;

    /// <summary>Ends <see cref="TryWait"/>, or the next one. Any thread may call it.</summary>
    void Interrupt()
    {
    }
}
