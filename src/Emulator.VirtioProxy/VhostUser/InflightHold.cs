using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>
/// What a front end holds for its back end: memory in which that keeps which requests it has begun. The next back end is given it, and does those again that were begun and not done. It is the peer's thread's; only
/// <see cref="IsHeld"/> is anybody's.
/// </summary>
internal sealed class InflightHold : IDisposable
{
    private VhostUserInflight _place;
    private int _descriptor = -1;
    private volatile bool _isHeld;

    /// <summary>True when there is such memory.</summary>
    public bool IsHeld => _isHeld;

    /// <summary>Gives a back end the memory of the one before, or asks it for some.</summary>
    /// <param name="connection">The connection; the back end knows VHOST_USER_PROTOCOL_F_INFLIGHT_SHMFD.</param>
    /// <param name="queues">Number of queues.</param>
    /// <param name="size">Entries of each.</param>
    /// <exception cref="PeerLostException">The back end is gone, does not answer, or refuses.</exception>
    public void Share(VhostUserConnection connection, int queues, int size)
    {
        if (!_isHeld)
        {
            int descriptor = connection.AskInflight(new VhostUserInflight(0, 0, (ushort)queues, (ushort)size), out _place);
            if (descriptor < 0)
            {
                return;
            }

            LinuxCalls.CloseIfAny(_descriptor);
            _descriptor = descriptor;
        }

        connection.Send(VhostUserRequest.SetInflightMemory, VhostUserPayload.Inflight(_place), _descriptor);
        _isHeld = true;
    }

    /// <summary>Closes it, once nobody shares it any more.</summary>
    public void Dispose()
    {
        _isHeld = false;
        LinuxCalls.CloseIfAny(_descriptor);
        _descriptor = -1;
    }
}
