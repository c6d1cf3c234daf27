using Emulator.Memory;

namespace Emulator;

/// <summary>
/// Where what happens outside enters a machine. While an answer is due that has not come the machine stands still: it waits in the host's time, and its own clock is frozen. So the instant at which a
/// guest sees an answer does not depend on how long the other side took.
/// </summary>
internal sealed class RemoteGate
{
    private readonly List<IRemoteParticipant> _participants = [];

    /// <summary>Creates a gate that nobody uses.</summary>
    /// <param name="bus">The machine's bus.</param>
    /// <param name="time">The host's time.</param>
    public RemoteGate(SystemBus bus, TimeProvider time)
    {
        Bus = bus;
        HostTime = time;
    }

    /// <summary>The machine's bus.</summary>
    public SystemBus Bus { get; }

    /// <summary>The host's time, to wait no longer than is sensible.</summary>
    public TimeProvider HostTime { get; }

    /// <summary>True when input can come that nobody has asked for.</summary>
    public bool HasUnsolicitedInput { get; private set; }

    /// <summary>Adds a device, while the machine is built.</summary>
    public void Add(IRemoteParticipant participant)
    {
        _participants.Add(participant);
        HasUnsolicitedInput |= participant.HasUnsolicitedInput;
    }

    /// <summary>Something has come from outside, or an answer is waited for: the machine looks around at its next instruction boundary. Any thread may call it.</summary>
    public void Signal() => Bus.SignalAnswer();

    /// <summary>Lets what has come from outside enter.</summary>
    /// <returns>False while the machine must stand still.</returns>
    public bool TryPass()
    {
        bool isHeld = false;
        foreach (IRemoteParticipant participant in _participants)
        {
            isHeld |= participant.Pump();
        }

        return !isHeld;
    }
}
