using Emulator.Virtio.Devices.Block;

namespace Emulator.VirtioProxy.Unflushed;

/// <summary>
/// Gives a new back end what the last one may have taken along: one request after the other, because they overlap and a back end may work on several at once. What is kept does not change meanwhile, as no request of the
/// guest's is answered.
/// </summary>
/// <param name="writes">What is kept.</param>
internal sealed class Restoration(UnflushedWrites writes)
{
    private IOwnRequests? _way;
    private int _done;

    /// <summary>True from <see cref="Begin"/> on, until all was taken or there is no hope.</summary>
    public bool IsUnderWay => _way is not null;

    /// <summary>Sends the first request; there is one.</summary>
    /// <param name="way">How to reach the back end.</param>
    public void Begin(IOwnRequests way)
    {
        _way = way;
        _done = 0;
        way.SendOwn(writes[0]);
    }

    /// <summary>Takes answers, and sends what is next.</summary>
    /// <returns>False when the back end does not take what the guest counts on: it is not the disk that it was. It is then forgotten.</returns>
    public bool TryGoOn()
    {
        while (_way is { } way && way.TryTakeOwn(out byte status))
        {
            if (status != (byte)BlockStatus.Ok)
            {
                _way = null;
                writes.Clear();
                return false;
            }

            if (++_done == writes.Count)
            {
                _way = null;
            }
            else
            {
                way.SendOwn(writes[_done]);
            }
        }

        return true;
    }

    /// <summary>The back end is lost: all begins anew with the next.</summary>
    public void Stop() => _way = null;
}
