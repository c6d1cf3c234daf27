namespace Emulator.VirtioProxy.VhostUser.Host;

/// <summary>An eventfd: what one process signals and another waits for.</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    private int _descriptor;

    /// <summary>Creates one that is not signalled.</summary>
    /// <exception cref="VhostUserException">The host has no more descriptors.</exception>
    public EventDescriptor()
    {
        _descriptor = LinuxCalls.CreateEvent();
        if (_descriptor < 0)
        {
            throw new VhostUserException("the host gave no event descriptor; allow the process more open files");
        }
    }

    /// <summary>The descriptor, or -1 once it is closed.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Signals. A closed one is left alone.</summary>
    public void Signal()
    {
        ulong one = 1;
        if (_descriptor >= 0)
        {
            _ = LinuxCalls.Write(_descriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>Takes the signal back.</summary>
    /// <returns>True when it was signalled.</returns>
    public bool TryTake()
    {
        ulong count;
        return _descriptor >= 0 && LinuxCalls.Read(_descriptor, &count, sizeof(ulong)) == sizeof(ulong);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = LinuxCalls.Close(descriptor);
        }
    }
}
