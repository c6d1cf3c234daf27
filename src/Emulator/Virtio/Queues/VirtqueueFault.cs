namespace Emulator.Virtio.Queues;

/// <summary>What a driver has done that a device cannot go on with: it needs a reset then (virtio 1.3, section 2.1.2).</summary>
internal enum VirtqueueFault
{
    None,

    /// <summary>The queue's size is zero, above the most that the device takes, or no power of two in a split ring.</summary>
    QueueSize,

    /// <summary>The ring does not lie in RAM.</summary>
    RingAddress,

    /// <summary>The available index moved by more than the queue's size.</summary>
    AvailableIndex,

    /// <summary>A descriptor's index is not below the table's size.</summary>
    DescriptorIndex,

    /// <summary>A chain is longer than its table, which a loop is too, or than <see cref="DescriptorChain.MostBuffers"/>.</summary>
    ChainTooLong,

    /// <summary>A table of descriptors is not in memory, is empty or no whole number of descriptors long, is nested, or was not negotiated.</summary>
    IndirectTable,

    /// <summary>A buffer has no length, or more than 2 GiB, or a chain has more than 4 GiB.</summary>
    BufferLength,

    /// <summary>A buffer does not lie in memory, or the device should write one that is not in RAM.</summary>
    BufferAddress,

    /// <summary>A buffer that the device reads comes behind one that it writes.</summary>
    BufferOrder,

    /// <summary>A request is too short for what the device must find in it or write to it.</summary>
    Request,
}
