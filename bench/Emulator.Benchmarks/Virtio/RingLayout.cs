namespace Emulator.Benchmarks.Virtio;

/// <summary>How a driver lays its requests out.</summary>
public enum RingLayout
{
    /// <summary>A split ring, a descriptor for each buffer.</summary>
    Split,

    /// <summary>A split ring, a table of descriptors for each request.</summary>
    SplitIndirect,

    /// <summary>A packed ring, a descriptor for each buffer.</summary>
    Packed,

    /// <summary>A packed ring, a table of descriptors for each request.</summary>
    PackedIndirect,
}
