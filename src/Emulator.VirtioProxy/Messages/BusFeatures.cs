namespace Emulator.VirtioProxy.Messages;

/// <summary>What a side can do beyond the messages that every side understands (docs/virtio-proxy.md, section 2).</summary>
[Flags]
internal enum BusFeatures : uint
{
    None = 0,

    /// <summary>Areas come as file descriptors (F_AREA_FD).</summary>
    AreaDescriptors = 1 << 0,

    /// <summary>Areas lie in memory that both have from the start (F_AREA_STATIC).</summary>
    StaticAreas = 1 << 1,

    /// <summary>Requests travel in messages (F_CHAIN).</summary>
    Chains = 1 << 2,

    /// <summary>Bells are file descriptors (F_BELL_FD).</summary>
    BellDescriptors = 1 << 3,

    /// <summary>Register accesses are messages (F_REG).</summary>
    Registers = 1 << 4,

    /// <summary>Interrupts are messages (F_IRQ).</summary>
    Interrupts = 1 << 5,

    /// <summary>An area may hold a queue with its buffers (F_FAT).</summary>
    FatAreas = 1 << 6,

    /// <summary>Malformed requests are answered by an error (F_ERROR).</summary>
    Errors = 1 << 7,

    /// <summary>Slots can be discovered and bound (F_SLOTS).</summary>
    Slots = 1 << 8,

    /// <summary>With one of these, rings and buffers lie in areas.</summary>
    Areas = AreaDescriptors | StaticAreas,

    /// <summary>One of these is needed for requests to travel.</summary>
    MemoryModes = AreaDescriptors | StaticAreas | Chains | Registers,
}
