using Emulator.Memory;

namespace Emulator;

/// <summary>
/// Where what happens outside enters a machine. While an answer is due that has not come the machine stands still: it waits in the host's time, and its own clock is frozen. So the instant at which a
/// guest sees an answer does not depend on how long the other side took.
/// </summary>
internal sealed class RemoteGate
{
    private readonly List<IRemoteParticipant> _participants = [];
    private IRemoteParticipant? _waiting;
    private int _waitingThread;
    private int _isWoken;

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
    public void Signal()
    {
        // Who waits looks around by itself.
        if (Volatile.Read(ref _waitingThread) != Environment.CurrentManagedThreadId)
        {
            Bus.SignalAnswer();
        }
    }

    /// <summary>Ends <see cref="TryWait"/>, or the next one. Any thread may call it.</summary>
    public void Wake()
    {
        Volatile.Write(ref _isWoken, 1);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _waiting)?.Interrupt();
    }

    /// <summary>
    /// Waits for what the machine stands still for. All of it has to come before the machine goes on, in whatever order: so it waits for the first device that has something due.
    /// </summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>False when no device can be waited for in this way; <see cref="Signal"/> tells of what comes then.</returns>
    public bool TryWait(int milliseconds)
    {
        Volatile.Write(ref _waitingThread, Environment.CurrentManagedThreadId);
        bool hasWaited = false;
        for (int i = 0; i < _participants.Count && !hasWaited; i++)
        {
            Volatile.Write(ref _waiting, _participants[i]);
            Interlocked.MemoryBarrier();
            hasWaited = Interlocked.Exchange(ref _isWoken, 0) != 0 || _participants[i].TryWait(milliseconds);
        }

        Volatile.Write(ref _waiting, null);
        Volatile.Write(ref _waitingThread, 0);
        return hasWaited;
    }

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
