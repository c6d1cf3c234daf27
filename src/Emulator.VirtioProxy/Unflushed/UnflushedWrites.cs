using System.Numerics;
using Emulator.Snapshots;
using Emulator.Virtio.Devices.Block;

namespace Emulator.VirtioProxy.Unflushed;

/// <summary>
/// Writes to a disk that a back end has answered and may have in a cache only: its end would take them away, and the guest counts on them. They are kept, in their order, until a flush has been answered that was
/// sent when they had been answered; another back end gets them again before anything else. What is kept has a limit: a write that finds no room is to be followed by a flush before the guest hears of it.
/// </summary>
/// <remarks>It allocates only until it has grown to what a guest needs. One thread at a time uses it.</remarks>
internal sealed class UnflushedWrites
{
    /// <summary>Bytes of requests that are kept at most, unless told otherwise.</summary>
    public const int UsualCapacity = 64 << 20;

    /// <summary>Where a disk's configuration space tells whether its cache is on.</summary>
    public const int WriteCacheOffset = 32;

    /// <summary>VIRTIO_BLK_F_CONFIG_WCE.</summary>
    public const ulong WriteCacheFeature = 1UL << 11;

    private const int LeastRoom = 64 << 10;
    private const uint SecureErase = 14; // VIRTIO_BLK_T_SECURE_ERASE
    private const ulong FlushFeature = 1UL << 9; // VIRTIO_BLK_F_FLUSH

    // Most requests are small: a large one must not turn out the others.
    private const int LargestShare = 4;

    private readonly int _capacity;
    private readonly List<(long Start, int Length)> _requests = [];
    private byte[] _bytes = [];
    private int _first;
    private long _origin;

    /// <summary>Creates it, empty.</summary>
    /// <param name="capacity">Bytes that are kept at most.</param>
    public UnflushedWrites(int capacity = UsualCapacity) => _capacity = capacity;

    /// <summary>Number of requests that are kept.</summary>
    public int Count => _requests.Count - _first;

    /// <summary>True when a write that has been answered is to be kept.</summary>
    /// <param name="isCached">False when it is safe by itself, as its guest knows of no cache. It is kept all the same behind others, which would undo it in another back end.</param>
    public bool Wants(bool isCached) => isCached || Count > 0;

    /// <summary>Where the next one goes: a flush that is sent now covers all before.</summary>
    public long End { get; private set; }

    private long Start => Count == 0 ? End : _requests[_first].Start;

    /// <summary>A request that is kept: all that the device reads of it.</summary>
    /// <param name="index">0 for the oldest.</param>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            (long start, int length) = _requests[_first + index];
            return _bytes.AsSpan((int)(start - _origin), length);
        }
    }

    /// <summary>True when a disk may have a cache, which can be flushed.</summary>
    /// <param name="features">What it offers.</param>
    public static bool CanBe(ulong features) => (features & FlushFeature) != 0;

    /// <summary>True when a disk's cache can be switched on and off.</summary>
    /// <param name="features">What it offers, or what was agreed on.</param>
    public static bool HasSwitch(ulong features) => (features & WriteCacheFeature) != 0;

    /// <summary>True when a guest knows of the cache, and so flushes it; otherwise a write is to be safe when it is done (virtio 1.3, section 5.2.6.2).</summary>
    /// <param name="features">What the guest has accepted.</param>
    /// <param name="configuration">The configuration space.</param>
    public static bool AreKnown(ulong features, ReadOnlySpan<byte> configuration) =>
        HasSwitch(features) && configuration.Length > WriteCacheOffset ? configuration[WriteCacheOffset] != 0 : CanBe(features);

    /// <summary>True for requests that change the disk, and so may stay in a cache (virtio 1.3, section 5.2.6).</summary>
    public static bool IsWrite(uint type) => (BlockRequestType)type is BlockRequestType.Out or BlockRequestType.Discard or BlockRequestType.WriteZeroes or (BlockRequestType)SecureErase;

    /// <summary>True for a request that empties the cache.</summary>
    public static bool IsFlush(uint type) => (BlockRequestType)type == BlockRequestType.Flush;

    /// <summary>Keeps a request that has been answered.</summary>
    /// <param name="length">Bytes that the device reads of it, not zero.</param>
    /// <param name="bytes">Where they are to be put.</param>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(int length, out Span<byte> bytes)
    {
        bytes = default;
        if (length > _capacity / LargestShare || End - Start + length > _capacity)
        {
            return false;
        }

        MakeRoom(length);
        bytes = _bytes.AsSpan((int)(End - _origin), length);
        _requests.Add((End, length));
        End += length;
        return true;
    }

    /// <summary>A flush has been answered.</summary>
    /// <param name="end">What <see cref="End"/> was when it was sent.</param>
    public void Flushed(long end)
    {
        while (_first < _requests.Count && _requests[_first].Start < end)
        {
            _first++;
        }

        if (_first > _requests.Count / 2)
        {
            _requests.RemoveRange(0, _first);
            _first = 0;
        }

        if (Count == 0)
        {
            _origin = End;
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => Flushed(End);

    /// <summary>Writes what is kept into a snapshot: the back end that the machine has when it is loaded may lack it.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(Count);
        for (int i = 0; i < Count; i++)
        {
            writer.Write(this[i]);
        }
    }

    /// <summary>Replaces what is kept by what <see cref="Save"/> wrote.</summary>
    /// <exception cref="SnapshotException">There is no room for it.</exception>
    public void Load(SnapshotReader reader)
    {
        Clear();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            ReadOnlySpan<byte> request = reader.ReadBytes();
            if (request.IsEmpty || !TryAdd(request.Length, out Span<byte> kept))
            {
                throw new SnapshotException("the snapshot has more unflushed writes of a disk than this machine keeps; load it into a machine of the same description");
            }

            request.CopyTo(kept);
        }
    }

    // Moving what is kept frees at least as much as it moves.
    private void MakeRoom(int length)
    {
        if (End - _origin + length <= _bytes.Length)
        {
            return;
        }

        int kept = (int)(End - Start);
        byte[] target = kept + length <= _bytes.Length / 2 ? _bytes : new byte[Math.Max(LeastRoom, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * (kept + length))))];
        _bytes.AsSpan((int)(Start - _origin), kept).CopyTo(target);
        _bytes = target;
        _origin = Start;
    }
}
