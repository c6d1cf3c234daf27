namespace Emulator.Memory;

/// <summary>
/// Who started a bus access. For a device this is the 32-bit device id that the ITS sees: PCI requester ids are 0 to
/// 0xffff, virtio-mmio slot n is 0x10000 + n. CPUs stand far above, so that no device id collides with them.
/// </summary>
/// <param name="Id">The 32-bit id.</param>
public readonly record struct BusInitiator(uint Id)
{
    private const uint VirtioMmioBase = 0x1_0000;
    private const uint CpuBase = 0x8000_0000;
    private const uint HostId = 0xffff_ffff;

    /// <summary>The host itself: loaders, debuggers, tests.</summary>
    public static BusInitiator Host => new(HostId);

    /// <summary>True for a CPU of the machine.</summary>
    public bool IsCpu => Id is >= CpuBase and < HostId;

    /// <summary>The index of the CPU; 0 for whoever is none.</summary>
    internal int CpuIndex => IsCpu ? (int)(Id - CpuBase) : 0;

    /// <summary>The initiator id of a CPU.</summary>
    /// <param name="index">The CPU's index, from 0.</param>
    public static BusInitiator Cpu(int index) => new(CpuBase + (uint)index);

    /// <summary>The initiator id of a PCI function.</summary>
    /// <param name="requesterId">Bus, device and function as PCI packs them.</param>
    public static BusInitiator Pci(ushort requesterId) => new(requesterId);

    /// <summary>The initiator id of a virtio-mmio slot.</summary>
    /// <param name="slot">The slot's index, from 0.</param>
    public static BusInitiator VirtioMmio(int slot) => new(VirtioMmioBase + (uint)slot);
}
