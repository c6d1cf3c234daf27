using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Queues;

/// <summary>
/// A virtqueue as a device sees it, over a split or a packed ring. A driver's mistakes stop it: <see cref="Fault"/> says which, and the device needs a reset then. Requests allocate
/// nothing and copy nothing.
/// </summary>
internal sealed class Virtqueue : ISnapshotState
{
    private readonly string _name;
    private readonly DmaView _memory;
    private readonly IVirtqueueRings? _rings;
    private VirtqueueRing? _ring;
    private ulong _features;

    /// <summary>Creates a queue that is not started.</summary>
    /// <param name="name">A name for snapshots.</param>
    /// <param name="index">Its index in the device.</param>
    /// <param name="memory">Guest memory.</param>
    /// <param name="rings">Makes rings that are not in guest memory, or null.</param>
    public Virtqueue(string name, int index, DmaView memory, IVirtqueueRings? rings = null)
    {
        _rings = rings;
        _name = $"{name}:queue{index}";
        Index = index;
        _memory = memory;
    }

    /// <summary>Its index in the device.</summary>
    public int Index { get; }

    /// <summary>True between <see cref="Start"/> and <see cref="Stop"/>, whatever its driver has done.</summary>
    public bool IsStarted => _ring is not null;

    /// <summary>Number of entries; 0 while it is not started.</summary>
    public int Size => _ring?.Settings.Size ?? 0;

    /// <summary>What the driver has done that stopped the queue.</summary>
    public VirtqueueFault Fault { get; private set; }

    /// <summary>Chains taken and not given back yet.</summary>
    public int InFlight { get; private set; }

    /// <summary>Starts at the first entry of a ring.</summary>
    /// <param name="settings">Where it is.</param>
    /// <param name="features">The features that were negotiated.</param>
    /// <returns>False when it cannot be, see <see cref="Fault"/>.</returns>
    public bool Start(in VirtqueueSettings settings, ulong features)
    {
        Stop();
        _features = features;
        _ring = _rings is not null ? _rings.Create(Index, settings, features) : VirtqueueRing.InMemory(_memory, settings, features);
        Fault = settings.Size is > 0 and <= VirtqueueSettings.LargestSize ? _ring.TryMap() : VirtqueueFault.QueueSize;
        return Fault == VirtqueueFault.None;
    }

    /// <summary>Forgets the ring. Chains that were taken are lost.</summary>
    public void Stop()
    {
        _ring = null;
        _features = 0;
        Fault = VirtqueueFault.None;
        InFlight = 0;
    }

    /// <summary>Takes the next chain that the driver has made available.</summary>
    /// <param name="chain">Where it goes to.</param>
    /// <returns>False when there is none, or when the driver has made a mistake, see <see cref="Fault"/>.</returns>
    public bool TryPop(DescriptorChain chain)
    {
        // A driver that has more in flight than fits into the ring offers the same chain again and again.
        if (_ring is not { } ring || Fault != VirtqueueFault.None || InFlight == ring.Settings.Size)
        {
            return false;
        }

        if (!ring.TryPop(chain, out VirtqueueFault fault))
        {
            Fault = fault;
            return false;
        }

        InFlight++;
        return true;
    }

    /// <summary>Where the next chain is taken from, for <see cref="PutBack"/>.</summary>
    public uint Mark => _ring?.Mark ?? 0;

    /// <summary>Puts the chains that were taken last back into the ring, and asks for a notification when there are more than these.</summary>
    /// <param name="mark">What <see cref="Mark"/> was before the first of them.</param>
    /// <param name="count">How many they are.</param>
    public void PutBack(uint mark, int count)
    {
        RequestNotification();
        _ring?.Rewind(mark);
        InFlight -= count;
    }

    /// <summary>Gives a chain back. The driver sees it at once; call <see cref="WantsInterrupt"/> after the last one.</summary>
    /// <param name="element">What to tell.</param>
    public void Push(in UsedElement element)
    {
        if (_ring is { } ring && Fault == VirtqueueFault.None)
        {
            InFlight--;
            ring.Push(element);
        }
    }

    /// <summary>True when something was given back since the last call of <see cref="WantsInterrupt"/>.</summary>
    public bool HasUntold => _ring is { HasUntold: true };

    /// <summary>Says whether the driver wants to be notified of what was given back since the last call.</summary>
    public bool WantsInterrupt() => _ring is { } ring && Fault == VirtqueueFault.None && ring.WantsInterrupt();

    /// <summary>Asks the driver for a notification of the next chain that it makes available.</summary>
    public void RequestNotification()
    {
        if (_ring is { } ring && Fault == VirtqueueFault.None)
        {
            ring.RequestNotification();
        }
    }

    /// <summary>Stops the queue because of what is in a request.</summary>
    /// <param name="fault">What is wrong with it.</param>
    public void Fail(VirtqueueFault fault) => Fault = fault;

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(_name, 1);
        writer.Write(IsStarted);
        if (_ring is { } ring)
        {
            writer.Write(_features);
            writer.Write(ring.Settings.Size);
            writer.Write(ring.Settings.DescriptorArea);
            writer.Write(ring.Settings.DriverArea);
            writer.Write(ring.Settings.DeviceArea);
            writer.Write((int)Fault);
            writer.Write(InFlight);
            ring.Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(_name, 1);
        Stop();
        if (!reader.ReadBoolean())
        {
            return;
        }

        ulong features = reader.ReadUInt64();
        var settings = new VirtqueueSettings(reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
        bool works = Start(settings, features);
        var fault = (VirtqueueFault)reader.ReadInt32();
        if (!works && fault == VirtqueueFault.None)
        {
            throw new SnapshotException($"the snapshot has a ring of '{_name}' where this machine has no memory; load it into a machine of the same description");
        }

        Fault = fault;
        InFlight = reader.ReadInt32();
        _ring!.Load(reader);
    }
}
