namespace Emulator.VirtioProxy.Server;

/// <summary>
/// A virtio device of your own, to be served by <see cref="VirtioProxyServer.Add(CustomDevice)"/>: what it is, and what it does with a request. Rings, features of rings, notifications and messages are the server's. Calls come one at a
/// time, on threads of the server's or of a machine's.
/// </summary>
public abstract class CustomDevice
{
    /// <summary>What <see cref="Serve"/> returns for a request that no driver which keeps to the standard makes: the device needs a reset then.</summary>
    public const int Malformed = -1;

    private readonly int[] _queueSizes;

    /// <summary>Creates a device.</summary>
    /// <param name="deviceId">Its device id (virtio 1.3, section 5), for instance 2 for a disk and 4 for a source of entropy, which are those that this project's front end takes.</param>
    /// <param name="queueSizes">The largest size of each queue, powers of two from 1 to 1024.</param>
    /// <exception cref="ArgumentException">There is no queue, or one has another size.</exception>
    protected CustomDevice(int deviceId, params ReadOnlySpan<int> queueSizes)
    {
        if (queueSizes.IsEmpty || queueSizes.ContainsAnyExcept([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]))
        {
            throw new ArgumentException("a device has a queue at least, whose size is a power of two from 1 to 1024", nameof(queueSizes));
        }

        DeviceId = deviceId;
        _queueSizes = queueSizes.ToArray();
    }

    /// <summary>The device id.</summary>
    public int DeviceId { get; }

    /// <summary>The largest size of each queue.</summary>
    public IReadOnlyList<int> QueueSizes => _queueSizes;

    /// <summary>The features of the device type that are offered, bits 0 to 23 and 50 to 63. VIRTIO_F_VERSION_1 and the features of rings are the server's.</summary>
    public virtual ulong Features => 0;

    /// <summary>The configuration space as it stands now. Its length stays the same.</summary>
    public virtual ReadOnlySpan<byte> Configuration => [];

    /// <summary>Serves a request.</summary>
    /// <param name="queue">The index of its queue.</param>
    /// <param name="readable">What the driver has to say, however it has cut it.</param>
    /// <param name="writable">Room for the answer, zeros at first.</param>
    /// <returns>How many bytes of the answer there are, from its first on; or <see cref="Malformed"/>.</returns>
    public abstract int Serve(int queue, ReadOnlySpan<byte> readable, Span<byte> writable);

    /// <summary>The driver has reset the device, or has gone.</summary>
    public virtual void Reset()
    {
    }
}
