using Emulator.Timing;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

// Requests that take several chains, and such as cannot be served with what is there.
internal abstract partial class VirtioModel
{
    private readonly List<UsedElement> _more = [];
    private bool _isPutBack;

    /// <summary>Takes a chain that belongs to the request which is being executed, too; it is completed behind the request's own. Say with <see cref="MarkMore"/> what was written to it.</summary>
    /// <param name="queue">The queue's index.</param>
    /// <param name="chain">Where it goes to.</param>
    /// <returns>False when there is none.</returns>
    protected bool TryTakeMore(int queue, DescriptorChain chain)
    {
        if (!_queues[queue].TryPop(chain))
        {
            return false;
        }

        _more.Add(chain.Used);
        return true;
    }

    /// <summary>Says that the chain which was taken last is written.</summary>
    protected void MarkMore(DescriptorChain chain) => _more[^1] = chain.Used;

    /// <summary>Lets the request that is being executed wait in the ring, with all chains that were taken for it, until the driver makes more available.</summary>
    /// <returns>True, for <see cref="Execute"/>.</returns>
    protected bool PutBack() => _isPutBack = true;

    /// <summary>True when the request that is being executed has taken all entries that a queue has.</summary>
    /// <param name="queue">The queue's index.</param>
    protected bool IsExhausted(int queue) => 1 + _more.Count >= _queues[queue].Size;

    private long FinishMore(Virtqueue queue, VirtualTime now)
    {
        long written = 0;
        for (int i = 0; i < _more.Count; i++)
        {
            written += _more[i].Written;
            Complete(queue, new ServedRequest(_more[i], RequestType, 0, _announced[queue.Index], now, _hostAnnounced[queue.Index]), now);
        }

        _more.Clear();
        _host.Counters.Bytes += written;
        return written;
    }
}
