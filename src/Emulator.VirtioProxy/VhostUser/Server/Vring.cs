using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser.Server;

/// <summary>What a front end has told of a ring.</summary>
/// <param name="index">The queue's index.</param>
internal sealed class Vring(int index) : IDisposable
{
    /// <summary>The queue's index.</summary>
    public int Index { get; } = index;

    /// <summary>Number of entries.</summary>
    public int Size { get; set; }

    /// <summary>Where the device begins, or went up to when it stopped.</summary>
    public uint Base { get; set; }

    /// <summary>Where the ring is, in the front end's own addresses.</summary>
    public VirtqueueSettings Addresses { get; set; }

    /// <summary>What the front end signals; null when there is nothing, and the ring has to be looked at again and again.</summary>
    public PeerEvent? Kick { get; private set; }

    /// <summary>What the front end waits for; null when it looks at the ring by itself.</summary>
    public PeerEvent? Call { get; private set; }

    /// <summary>What hears of a driver's mistakes, or null.</summary>
    public PeerEvent? Error { get; private set; }

    /// <summary>True from SET_VRING_KICK to GET_VRING_BASE.</summary>
    public bool IsStarted { get; set; }

    /// <summary>True when the front end has enabled the ring.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>True while the device has the ring.</summary>
    public bool IsRunning { get; set; }

    /// <summary>True when the device has to look at the ring.</summary>
    public bool IsDue { get; set; }

    /// <summary>True when it looks again only because something may have come that nobody was told of.</summary>
    public bool IsSecondLook { get; set; }

    /// <summary>Takes the descriptor of SET_VRING_KICK, SET_VRING_CALL or SET_VRING_ERR over; -1 for none.</summary>
    public void Take(VhostUserRequest request, int descriptor)
    {
        PeerEvent? taken = descriptor < 0 ? null : new PeerEvent(descriptor);
        PeerEvent? former;
        switch (request)
        {
            case VhostUserRequest.SetVringKick:
                (former, Kick) = (Kick, taken);
                break;
            case VhostUserRequest.SetVringCall:
                (former, Call) = (Call, taken);
                break;
            default:
                (former, Error) = (Error, taken);
                break;
        }

        former?.Dispose();
    }

    /// <summary>Back to what it was before the front end told of it.</summary>
    public void Clear()
    {
        Size = 0;
        Base = 0;
        Addresses = default;
        IsStarted = IsEnabled = IsRunning = IsDue = IsSecondLook = false;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kick?.Dispose();
        Call?.Dispose();
        Error?.Dispose();
        Kick = Call = Error = null;
    }
}
