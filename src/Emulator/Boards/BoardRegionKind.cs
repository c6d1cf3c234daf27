namespace Emulator.Boards;

/// <summary>What stands in a window of the memory map.</summary>
public enum BoardRegionKind
{
    /// <summary>The machine's memory.</summary>
    Ram,

    /// <summary>Memory that only the secure state sees.</summary>
    SecureRam,

    /// <summary>A bank of CFI flash.</summary>
    Flash,

    /// <summary>The interrupt controller's distributor.</summary>
    GicDistributor,

    /// <summary>The GICv3 redistributors, 128 KiB for each CPU; as many as the window holds, the board has fewer.</summary>
    GicRedistributors,

    /// <summary>The GICv2 CPU interface.</summary>
    GicCpuInterface,

    /// <summary>The GICv2 hypervisor interface.</summary>
    GicHypervisorInterface,

    /// <summary>The GICv2 CPU interface of virtual machines.</summary>
    GicVirtualCpuInterface,

    /// <summary>The GICv3 interrupt translation service.</summary>
    GicTranslationService,

    /// <summary>The GICv2m frame, which turns messages into SPIs.</summary>
    GicMessageFrame,

    /// <summary>A PL011 UART.</summary>
    Pl011,

    /// <summary>The PL031 real-time clock.</summary>
    Pl031,

    /// <summary>A PL061 GPIO controller.</summary>
    Pl061,

    /// <summary>QEMU's firmware configuration device.</summary>
    FwCfg,

    /// <summary>A virtio-mmio transport.</summary>
    VirtioMmio,

    /// <summary>Room for platform devices that are added at run time; nothing answers there.</summary>
    PlatformBus,

    /// <summary>PCI memory below 4 GiB.</summary>
    PciMemory,

    /// <summary>PCI input and output ports.</summary>
    PciPorts,

    /// <summary>PCI configuration space (ECAM).</summary>
    PciConfiguration,

    /// <summary>PCI memory above 4 GiB.</summary>
    PciHighMemory,
}
