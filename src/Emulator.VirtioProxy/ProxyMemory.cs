namespace Emulator.VirtioProxy;

/// <summary>What a back end sees of a guest's memory.</summary>
public enum ProxyMemory
{
    /// <summary>Nothing: requests travel in messages, with what is read and written. Every carrier but rings in shared memory can do that; and those use <see cref="Copied"/> instead.</summary>
    Chains,

    /// <summary>An area of its own, into which rings and buffers are copied. Both sides have to be on one host.</summary>
    Copied,

    /// <summary>
    /// The guest's RAM itself; only rings are copied. It saves the copies. A back end that does not keep to the protocol can then spoil the guest. The machine needs shared memory, see
    /// <see cref="MachineBuilder.WithSharedMemory"/>.
    /// </summary>
    Direct,

    /// <summary>
    /// An area for each queue, which holds its ring and a slot of its own for each descriptor (a fat virtqueue): so what a back end may touch is known from the index. Requests are cut to slots.
    /// Both sides have to be on one host.
    /// </summary>
    Fat,
}
