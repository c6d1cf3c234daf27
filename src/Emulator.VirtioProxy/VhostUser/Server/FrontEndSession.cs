using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>One connection of a front end, from its first message to its end. A front end that breaks the protocol is left; a mistake of its guest's driver only stops a queue.</summary>
internal sealed partial class FrontEndSession : IDisposable
{
    // How often a ring is looked at whose front end signals nothing.
    private const int PollingMilliseconds = 1;

    private readonly ServedModel _device;
    private readonly VhostUserServerOptions _options;
    private readonly TimeProvider _time;
    private readonly EventDescriptor _wake;
    private readonly DescriptorSocket _socket;
    private readonly FrontEndMemory _memory;
    private readonly FrontEndMessage _message = new();
    private readonly Vring[] _rings;
    private DescriptorSocket? _channel;
    private InflightMemory? _inflight;
    private VhostUserProtocolFeatures _extensions;
    private ulong? _features;

    /// <summary>Creates a session that has not begun.</summary>
    /// <param name="device">The device, which nobody else drives.</param>
    /// <param name="socket">The connected socket, which is then the session's.</param>
    /// <param name="options">What was chosen.</param>
    /// <param name="time">The host's time.</param>
    /// <param name="wake">Signalled when the server's thread has something else to do.</param>
    public FrontEndSession(ServedModel device, DescriptorSocket socket, VhostUserServerOptions options, TimeProvider time, EventDescriptor wake)
    {
        _device = device;
        _options = options;
        _time = time;
        _wake = wake;
        _socket = socket;
        _memory = new FrontEndMemory(options.AcceptsUnsealedMemory);
        _rings = [.. Enumerable.Range(0, device.QueueCount).Select(index => new Vring(index))];
        device.Session = this;
    }

    /// <summary>Waits for something to do, and does it.</summary>
    /// <returns>True when the server's thread was woken for something else.</returns>
    /// <exception cref="PeerLostException">The front end is gone, or has broken the protocol.</exception>
    public bool Serve()
    {
        bool isWoken = Wait(out bool hasMessage);
        if (hasMessage)
        {
            _message.Receive(_socket, HostDeadline.After(_time, _options.Patience));
            Handle(_message);
            _message.Dispose();
        }

        foreach (Vring ring in _rings)
        {
            if (ring is { IsRunning: true, IsDue: true })
            {
                Look(ring);
            }
        }

        if (_device.Clock.FireDueTimers())
        {
            foreach (Vring ring in _rings)
            {
                ring.IsDue |= ring.IsRunning && _device.HasAvailable(ring.Index);
            }
        }

        return isWoken;
    }

    /// <summary>Ends the connection; for another thread.</summary>
    public void Shutdown() => _socket.Shutdown();

    /// <summary>Tells the front end that the device has used something.</summary>
    public void Call(int queue) => _rings[queue].Call?.Signal();

    /// <summary>Where a queue's requests in flight stand, or null.</summary>
    public InflightQueue? InflightOf(int queue, int size) => _inflight?.QueueOf(queue, size);

    /// <summary>Tells that a driver has made a mistake and its queue stands still. The protocol does not say which.</summary>
    public void TellFault()
    {
        foreach (Vring ring in _rings)
        {
            if (ring.IsRunning)
            {
                ring.Error?.Signal();
            }
        }
    }

    /// <summary>Tells that the configuration has changed, when the front end wants to hear of it.</summary>
    public void TellConfigurationChanged()
    {
        const uint configurationChanged = 2;
        Span<byte> message = stackalloc byte[VhostUserHeader.Length];
        new VhostUserHeader(configurationChanged, VhostUserFlags.Version, 0).Write(message);
        try
        {
            _channel?.Send(message, [], HostDeadline.After(_time, TimeSpan.Zero));
        }
        catch (PeerLostException)
        {
            // It is only this channel that is of no use any more.
            CloseChannel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Session = null;
        _device.Reset();
        foreach (Vring ring in _rings)
        {
            ring.Dispose();
        }

        CloseChannel();
        _inflight?.Dispose();
        _message.Dispose();
        _memory.Dispose();
        _socket.Dispose();
    }

    // Brings the device in line with what was told of a ring.
    private void Refresh(Vring ring)
    {
        bool isWanted = ring is { IsStarted: true, IsEnabled: true };
        if (isWanted && !ring.IsRunning)
        {
            Start(ring);
        }
        else if (!isWanted && ring.IsRunning)
        {
            Stop(ring);
        }
    }

    private void Start(Vring ring)
    {
        if (_features is null)
        {
            throw new PeerLostException("a ring is started before features were agreed on");
        }

        if (!TryTranslate(ring, out VirtqueueSettings settings) || !_device.Start(ring.Index, settings, ring.Base, _memory.View))
        {
            throw new PeerLostException($"ring {ring.Index} of {ring.Size} entries from {ring.Base:x} on does not lie in the memory of the front end, or has a size or a position that no ring has");
        }

        ring.IsRunning = true;
        ring.IsDue = true;
        ring.IsSecondLook = false;
    }

    private void Stop(Vring ring)
    {
        ring.Base = _device.Stop(ring.Index);
        ring.IsRunning = false;
        ring.IsDue = false;
    }

    private bool TryTranslate(Vring ring, out VirtqueueSettings settings)
    {
        settings = default;
        if (!_memory.TryTranslate(ring.Addresses.DescriptorArea, out ulong descriptors)
            || !_memory.TryTranslate(ring.Addresses.DriverArea, out ulong driver)
            || !_memory.TryTranslate(ring.Addresses.DeviceArea, out ulong device))
        {
            return false;
        }

        settings = new VirtqueueSettings(ring.Size, descriptors, driver, device);
        return true;
    }

    private void Look(Vring ring)
    {
        bool isSecondLook = ring.IsSecondLook;
        ring.IsDue = ring.IsSecondLook = false;
        bool hasMoved = _device.Kick(ring.Index);

        // A driver that has not seen yet that the device wants to be notified again does not notify it.
        if (_device.HasAvailable(ring.Index) && (hasMoved || !isSecondLook))
        {
            ring.IsDue = true;
            ring.IsSecondLook = !hasMoved;
        }
    }

    private unsafe bool Wait(out bool hasMessage)
    {
        const int fixedEntries = 2;
        int milliseconds = _device.Clock.WaitMilliseconds;
        LinuxCalls.PollEntry* entries = stackalloc LinuxCalls.PollEntry[fixedEntries + _rings.Length];
        entries[0] = new LinuxCalls.PollEntry { Descriptor = _wake.Descriptor, Events = LinuxCalls.PollIn };
        entries[1] = new LinuxCalls.PollEntry { Descriptor = _socket.Descriptor, Events = LinuxCalls.PollIn };
        foreach (Vring ring in _rings)
        {
            bool isSignalled = ring is { IsRunning: true, Kick.Descriptor: >= 0 };
            entries[fixedEntries + ring.Index] = new LinuxCalls.PollEntry { Descriptor = isSignalled ? ring.Kick!.Descriptor : -1, Events = LinuxCalls.PollIn };
            if (ring is { IsRunning: true, Kick: null } && milliseconds is < 0 or > PollingMilliseconds)
            {
                milliseconds = PollingMilliseconds;
            }

            milliseconds = ring.IsDue ? 0 : milliseconds;
        }

        int count = LinuxCalls.Poll(entries, (nuint)(fixedEntries + _rings.Length), milliseconds);
        foreach (Vring ring in _rings)
        {
            if (count > 0 && entries[fixedEntries + ring.Index].Returned != 0)
            {
                ring.Kick!.Take();
                ring.IsDue = true;
            }

            ring.IsDue |= ring is { IsRunning: true, Kick: null } && _device.HasAvailable(ring.Index);
        }

        hasMessage = count > 0 && entries[1].Returned != 0;
        return count > 0 && entries[0].Returned != 0;
    }

    private void CloseChannel()
    {
        _channel?.Dispose();
        _channel = null;
    }
}
