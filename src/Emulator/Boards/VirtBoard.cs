using static Emulator.Boards.BoardInterrupt;

namespace Emulator.Boards;

/// <summary>The <c>virt</c> board: the addresses and interrupts of QEMU's machine of that name, version 7.2.</summary>
internal static class VirtBoard
{
    /// <summary>Where the RAM starts.</summary>
    public const ulong RamBase = 0x4000_0000;

    /// <summary>Number of virtio-mmio transports.</summary>
    public const int VirtioMmioCount = 32;

    private const ulong RedistributorLength = 0x2_0000;
    private const ulong RedistributorsLength = 0xf6_0000;
    private const int GicV2Cpus = 8;
    private const int FirstMessageSpi = 48;
    private const int MessageSpis = 64;

    // The RAM must end where PCI's high windows start at 256 GiB.
    private const ulong MostMemory = 0x40_0000_0000 - RamBase;

    /// <summary>Describes the board.</summary>
    public static BoardDescription Describe(Board board, BoardOptions options)
    {
        int mostCpus = options.GicVersion == 2 ? GicV2Cpus : (int)(RedistributorsLength / RedistributorLength);
        if (options.Cpus > mostCpus)
        {
            throw new BoardOptionException(nameof(BoardOptions.Cpus), $"is {options.Cpus}; {board.Name} with a GICv{options.GicVersion} takes at most {mostCpus}");
        }

        if (options.MemorySize > MostMemory)
        {
            throw new BoardOptionException(nameof(BoardOptions.MemorySize), $"is {options.MemorySize} bytes; {board.Name} takes at most {MostMemory >> 30} GiB");
        }

        List<BoardRegion> regions = [];
        AddMemory(regions, options);
        AddInterruptController(regions, options);
        AddDevices(regions, options);
        AddPci(regions);
        return new BoardDescription(board, options, regions, VirtDeviceTree.Create);
    }

    private static void AddMemory(List<BoardRegion> regions, BoardOptions options)
    {
        bool secure = options.ExceptionLevel == 3;
        regions.Add(new("flash0", BoardRegionKind.Flash, 0x0000_0000, 0x400_0000)
        {
            IsSecureOnly = secure,
            Summary = secure ? "CFI flash, bank 0: firmware; secure only" : "CFI flash, bank 0: firmware",
        });
        regions.Add(new("flash1", BoardRegionKind.Flash, 0x0400_0000, 0x400_0000) { Summary = "CFI flash, bank 1: variables" });
        if (secure)
        {
            regions.Add(new("secram", BoardRegionKind.SecureRam, 0x0e00_0000, 0x100_0000) { IsSecureOnly = true, Summary = "RAM; secure only" });
        }

        regions.Add(new("ram", BoardRegionKind.Ram, RamBase, options.MemorySize) { Summary = "RAM" });
    }

    private static void AddInterruptController(List<BoardRegion> regions, BoardOptions options)
    {
        regions.Add(new("gicd", BoardRegionKind.GicDistributor, 0x0800_0000, 0x1_0000) { Summary = $"GICv{options.GicVersion} distributor" });
        if (options.GicVersion == 3)
        {
            regions.Add(new("its", BoardRegionKind.GicTranslationService, 0x0808_0000, 0x2_0000) { Summary = "GICv3 interrupt translation service" });
            regions.Add(new("gicr", BoardRegionKind.GicRedistributors, 0x080a_0000, RedistributorsLength) { Summary = "GICv3 redistributors, 128 KiB each" });
            return;
        }

        regions.Add(new("v2m", BoardRegionKind.GicMessageFrame, 0x0802_0000, 0x1000)
        {
            Interrupts = [.. Enumerable.Range(FirstMessageSpi, MessageSpis).Select(SpiEdge)],
            Summary = "GICv2m message frame",
        });
        regions.Add(new("gicc", BoardRegionKind.GicCpuInterface, 0x0801_0000, 0x1_0000) { Summary = "GICv2 CPU interface" });
        if (options.ExceptionLevel >= 2)
        {
            regions.Add(new("gich", BoardRegionKind.GicHypervisorInterface, 0x0803_0000, 0x1_0000) { Summary = "GICv2 hypervisor interface" });
            regions.Add(new("gicv", BoardRegionKind.GicVirtualCpuInterface, 0x0804_0000, 0x1_0000) { Summary = "GICv2 CPU interface of virtual machines" });
        }
    }

    private static void AddDevices(List<BoardRegion> regions, BoardOptions options)
    {
        regions.Add(new("uart0", BoardRegionKind.Pl011, 0x0900_0000, 0x1000) { Interrupts = [Spi(1)], Summary = "PL011 UART" });
        regions.Add(new("rtc", BoardRegionKind.Pl031, 0x0901_0000, 0x1000) { Interrupts = [Spi(2)], Summary = "PL031 real-time clock" });
        regions.Add(new("fw-cfg", BoardRegionKind.FwCfg, 0x0902_0000, 0x18) { Summary = "firmware configuration" });
        regions.Add(new("gpio0", BoardRegionKind.Pl061, 0x0903_0000, 0x1000) { Interrupts = [Spi(7)], Summary = "PL061 GPIO: line 3 is the power button" });
        if (options.ExceptionLevel == 3)
        {
            regions.Add(new("uart1", BoardRegionKind.Pl011, 0x0904_0000, 0x1000) { IsSecureOnly = true, Interrupts = [Spi(8)], Summary = "PL011 UART; secure only" });
            regions.Add(new("gpio1", BoardRegionKind.Pl061, 0x090b_0000, 0x1000) { IsSecureOnly = true, Interrupts = [Spi(0)], Summary = "PL061 GPIO: line 0 powers off, line 1 resets; secure only" });
        }

        for (int slot = 0; slot < VirtioMmioCount; slot++)
        {
            regions.Add(new($"virtio-mmio{slot}", BoardRegionKind.VirtioMmio, 0x0a00_0000 + (0x200UL * (ulong)slot), 0x200)
            {
                Interrupts = [SpiEdge(16 + slot)],
                Summary = "virtio-mmio transport",
            });
        }

        regions.Add(new("platform-bus", BoardRegionKind.PlatformBus, 0x0c00_0000, 0x200_0000) { Summary = "platform devices; empty" });
    }

    private static void AddPci(List<BoardRegion> regions)
    {
        regions.Add(new("pci-memory", BoardRegionKind.PciMemory, 0x1000_0000, 0x2eff_0000) { Summary = "PCI memory, 32-bit" });
        regions.Add(new("pci-ports", BoardRegionKind.PciPorts, 0x3eff_0000, 0x1_0000) { Summary = "PCI input and output" });
        regions.Add(new("pci-ecam", BoardRegionKind.PciConfiguration, 0x40_1000_0000, 0x1000_0000)
        {
            Interrupts = [Spi(3), Spi(4), Spi(5), Spi(6)],
            Summary = "PCI configuration space; INTA to INTD",
        });
        regions.Add(new("pci-high", BoardRegionKind.PciHighMemory, 0x80_0000_0000, 0x80_0000_0000) { Summary = "PCI memory, 64-bit" });
    }
}
