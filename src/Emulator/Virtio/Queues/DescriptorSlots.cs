namespace Emulator.Virtio.Queues;

/// <summary>Buffers that have their places: descriptor i names slot i, or a part of it from its first byte, and nothing else.</summary>
/// <param name="First">Where slot 0 begins.</param>
/// <param name="Length">Length of each in bytes.</param>
internal readonly record struct DescriptorSlots(ulong First, uint Length)
{
    /// <summary>True when a descriptor names its slot.</summary>
    public bool Has(int index, in Descriptor descriptor) =>
        !descriptor.IsIndirect && descriptor.Address == First + ((ulong)index * Length) && descriptor.Length <= Length;
}
