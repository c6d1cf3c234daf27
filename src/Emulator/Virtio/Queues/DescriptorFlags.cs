namespace Emulator.Virtio.Queues;

/// <summary>Flags of a descriptor (virtio 1.3, sections 2.7.5 and 2.8.13); the last two stand in packed rings only.</summary>
[Flags]
internal enum DescriptorFlags : ushort
{
    None = 0,

    /// <summary>VIRTQ_DESC_F_NEXT: the buffer goes on in another descriptor.</summary>
    Next = 1 << 0,

    /// <summary>VIRTQ_DESC_F_WRITE: the device writes the buffer; otherwise it reads it.</summary>
    Write = 1 << 1,

    /// <summary>VIRTQ_DESC_F_INDIRECT: the buffer holds a table of descriptors.</summary>
    Indirect = 1 << 2,

    /// <summary>VIRTQ_DESC_F_AVAIL: equals the driver's wrap counter when the driver has made it available.</summary>
    Available = 1 << 7,

    /// <summary>VIRTQ_DESC_F_USED: equals the device's wrap counter when the device has used it.</summary>
    Used = 1 << 15,
}
