using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Queues;

/// <summary>A ring in guest memory as the device sees it. Its areas are looked up once; what a driver writes there is checked as it is read.</summary>
internal abstract class VirtqueueRing
{
    private readonly ulong _features;

    /// <summary>Creates a ring at its first entry.</summary>
    /// <param name="memory">Guest memory.</param>
    /// <param name="settings">Where it is.</param>
    /// <param name="features">The features that were negotiated.</param>
    protected VirtqueueRing(DmaView memory, in VirtqueueSettings settings, ulong features)
    {
        Memory = memory;
        Settings = settings;
        _features = features;
    }

    /// <summary>Makes the ring that a driver has put into guest memory.</summary>
    /// <inheritdoc cref="VirtqueueRing(DmaView, in VirtqueueSettings, ulong)"/>
    public static VirtqueueRing InMemory(DmaView memory, in VirtqueueSettings settings, ulong features) =>
        (features & VirtioFeatures.PackedRing) != 0 ? new PackedRing(memory, settings, features) : new SplitRing(memory, settings, features);

    /// <summary>Where the ring is.</summary>
    public VirtqueueSettings Settings { get; }

    /// <summary>True when each side says from which entry on it wants to be notified.</summary>
    protected bool HasEventIndex => (_features & VirtioFeatures.EventIndex) != 0;

    /// <summary>Guest memory.</summary>
    protected DmaView Memory { get; }

    /// <summary>Number of entries.</summary>
    protected int Size => Settings.Size;

    /// <summary>Looks the ring's areas up.</summary>
    public abstract VirtqueueFault TryMap();

    /// <summary>Takes the next chain that the driver has made available.</summary>
    /// <param name="chain">Where it goes to.</param>
    /// <param name="fault">Why there is none, if the driver is to blame.</param>
    /// <returns>False when there is none.</returns>
    public abstract bool TryPop(DescriptorChain chain, out VirtqueueFault fault);

    /// <summary>Where the next chain is taken from, for <see cref="Rewind"/>.</summary>
    public abstract uint Mark { get; }

    /// <summary>Goes back to where chains are to be taken from again.</summary>
    /// <param name="mark">What <see cref="Mark"/> was there.</param>
    public abstract void Rewind(uint mark);

    /// <summary>Gives a chain back. The driver sees it at once.</summary>
    public abstract void Push(in UsedElement element);

    /// <summary>True when something was given back since the last call of <see cref="WantsInterrupt"/>.</summary>
    public abstract bool HasUntold { get; }

    /// <summary>Says whether the driver wants to be notified of what was given back since the last call.</summary>
    public abstract bool WantsInterrupt();

    /// <summary>Asks the driver for a notification of the next chain that it makes available.</summary>
    public abstract void RequestNotification();

    /// <summary>Writes where in the ring the device is.</summary>
    public abstract void Save(SnapshotWriter writer);

    /// <summary>Reads where in the ring the device is.</summary>
    public abstract void Load(SnapshotReader reader);

    /// <summary>True when an index has moved over the entry behind <paramref name="wanted"/> (virtio 1.3, section 2.7.7.2).</summary>
    /// <param name="wanted">The entry after which the other side wants to hear of it.</param>
    /// <param name="now">The index as it is now.</param>
    /// <param name="before">The index as it was.</param>
    protected static bool HasPassed(ushort wanted, ushort now, ushort before) => (ushort)(now - wanted - 1) < (ushort)(now - before);

    /// <summary>Looks up the table that a descriptor refers to.</summary>
    protected VirtqueueFault MapIndirect(in Descriptor descriptor, out DmaRange table)
    {
        table = default;
        bool isTable = (_features & VirtioFeatures.IndirectDescriptors) != 0
            && !descriptor.HasNext
            && descriptor.Length is not 0 and <= int.MaxValue
            && descriptor.Length % Descriptor.Size == 0;
        return isTable && Memory.TryMap(descriptor.Address, (int)descriptor.Length, forWriting: false, out table)
            ? VirtqueueFault.None
            : VirtqueueFault.IndirectTable;
    }
}
