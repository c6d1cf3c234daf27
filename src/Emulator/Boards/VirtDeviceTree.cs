using System.Globalization;
using Emulator.Memory;

namespace Emulator.Boards;

/// <summary>
/// Writes the <c>virt</c> board's device tree from its description: the nodes, properties, phandles and order of QEMU 7.2 with
/// the same options, so that firmware which counts on any of them finds it.
/// </summary>
internal sealed class VirtDeviceTree
{
    private const uint FirstPhandle = 0x8000;
    private const uint ClockFrequency = 24_000_000;

    // Cells of an interrupt specifier (Linux, Documentation/devicetree/bindings/interrupt-controller/arm,gic-v3.yaml).
    private const uint SharedInterrupt = 0;
    private const uint PrivateInterrupt = 1;
    private const uint EdgeRising = 1;
    private const uint LevelHigh = 4;

    // Kinds of PCI ranges (IEEE 1275 PCI Bus Binding, section 2.2.1.1).
    private const uint PciPorts = 0x0100_0000;
    private const uint PciMemory = 0x0200_0000;
    private const uint PciMemory64 = 0x0300_0000;

    private const uint KeyPower = 116;

    private readonly BoardDescription _board;
    private readonly DeviceTree _tree = new();
    private readonly uint _clock;
    private readonly uint[] _cpus;
    private readonly uint _interruptController;
    private readonly uint _messageTarget;
    private readonly uint _gpio;
    private readonly uint _secureGpio;

    private VirtDeviceTree(BoardDescription board)
    {
        _board = board;

        // Phandles are given out in the order in which QEMU makes the devices: the last CPU before the others.
        uint next = FirstPhandle;
        _clock = next++;
        _cpus = new uint[board.Options.Cpus];
        for (int cpu = _cpus.Length - 1; cpu >= 0; cpu--)
        {
            _cpus[cpu] = next++;
        }

        _interruptController = next++;
        if ((board.Find("its") ?? board.Find("v2m")) is not null)
        {
            _messageTarget = next++;
        }

        _gpio = next++;
        _secureGpio = next;
    }

    private DeviceTreeNode Root => _tree.Root;

    /// <summary>Writes the tree.</summary>
    /// <param name="board">The description.</param>
    public static DeviceTree Create(BoardDescription board)
    {
        VirtDeviceTree writer = new(board);
        writer.AddNodes();
        return writer._tree;
    }

    /// <summary>Says how to call PSCI (Linux, Documentation/devicetree/bindings/arm/psci.yaml; the numbers are those of DEN0022, section 5.1).</summary>
    /// <param name="node">The node to fill.</param>
    /// <param name="conduit">HVC or SMC.</param>
    public static void DescribePsci(DeviceTreeNode node, PsciConduit conduit) => node
        .SetCells("migrate", 0xc400_0005)
        .SetCells("cpu_on", 0xc400_0003)
        .SetCells("cpu_off", 0x8400_0002)
        .SetCells("cpu_suspend", 0xc400_0001)
        .SetStrings("method", conduit == PsciConduit.Hvc ? "hvc" : "smc")
        .SetStrings("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci");

    private void AddNodes()
    {
        Root.SetCells("interrupt-parent", _interruptController)
            .SetStrings("model", "linux,dummy-virt")
            .SetCells("#size-cells", 2)
            .SetCells("#address-cells", 2)
            .SetStrings("compatible", "linux,dummy-virt");
        if (_board.PsciConduit != PsciConduit.None)
        {
            DescribePsci(Root.Add("psci"), _board.PsciConduit);
        }

        AddMemory("memory", _board.Ram);
        AddPlatformBus(Region("platform-bus"));
        AddDevice("fw-cfg", Region("fw-cfg")).SetEmpty("dma-coherent").SetReg(Region("fw-cfg")).SetStrings("compatible", "qemu,fw-cfg-mmio");
        uint slot = 0;
        foreach (BoardRegion transport in _board.OfKind(BoardRegionKind.VirtioMmio))
        {
            DeviceTreeNode node = AddDevice("virtio_mmio", transport);
            AddMessageParent(node, BusInitiator.VirtioMmio((int)slot++));
            node.SetEmpty("dma-coherent")
                .SetCells("interrupts", Specifier(transport.Interrupts[0]))
                .SetReg(transport)
                .SetStrings("compatible", "virtio,mmio");
        }

        if (_board.HasSecureState)
        {
            AddSecureGpio(Region("gpio1"));
        }

        AddGpio(Region("gpio0"));
        AddPci(Region("pci-ecam"));
        AddClock(Region("rtc"));
        if (_board.HasSecureState)
        {
            AddUart(Region("uart1"));
            AddMemory("secram", Region("secram"));
        }

        AddUart(Region("uart0"));

        Root.Add("pmu")
            .SetCells("interrupts", Specifier(_board.PrivateInterrupts.PerformanceMonitors))
            .SetStrings("compatible", "arm,armv8-pmuv3");
        AddInterruptController();
        AddFlash();
        AddCpus(Root.Add("cpus"));
        AddTimer(Root.Add("timer"));
        Root.Add("apb-pclk")
            .SetCells("phandle", _clock)
            .SetStrings("clock-output-names", "clk24mhz")
            .SetCells("clock-frequency", ClockFrequency)
            .SetCells("#clock-cells", 0)
            .SetStrings("compatible", "fixed-clock");
        if (_board.HasSecureState)
        {
            AddChosen("secure-chosen", Region("uart1"));
        }

        AddChosen("chosen", Region("uart0"));
    }

    // An ITS is told who sends, a GICv2m frame is not.
    private void AddMessageParent(DeviceTreeNode node, BusInitiator initiator)
    {
        if (_board.Options.VirtioMsi != VirtioMsi.None && _messageTarget != 0)
        {
            node.SetCells("msi-parent", _board.Find("its") is null ? [_messageTarget] : [_messageTarget, initiator.Id]);
        }
    }

    private void AddMemory(string name, BoardRegion region) => AddDevice(name, region).SetReg(region).SetStrings("device_type", "memory");

    private void AddPlatformBus(BoardRegion region) => AddDevice("platform-bus", region)
        .SetCells("interrupt-parent", _interruptController)
        .SetCells("ranges", 0, 0, (uint)region.Base, (uint)region.Length)
        .SetCells("#address-cells", 1)
        .SetCells("#size-cells", 1)
        .SetStrings("compatible", "qemu,platform", "simple-bus");

    private void AddSecureGpio(BoardRegion region)
    {
        AddSecureAction("gpio-restart", line: 1);
        AddSecureAction("gpio-poweroff", line: 0);
        AddGpioController(region, _secureGpio);

        void AddSecureAction(string name, uint line) => MarkSecure(Root.Add(name))
            .SetCells("gpios", _secureGpio, line, 0)
            .SetStrings("compatible", name);
    }

    private void AddGpio(BoardRegion region)
    {
        Root.Add("gpio-keys").SetStrings("compatible", "gpio-keys").Add("poweroff")
            .SetCells("gpios", _gpio, 3, 0)
            .SetCells("linux,code", KeyPower)
            .SetStrings("label", "GPIO Key Poweroff");
        AddGpioController(region, _gpio);
    }

    private void AddGpioController(BoardRegion region, uint phandle) => AddDevice("pl061", region)
        .SetCells("phandle", phandle)
        .SetStrings("clock-names", "apb_pclk")
        .SetCells("clocks", _clock)
        .SetCells("interrupts", Specifier(region.Interrupts[0]))
        .SetEmpty("gpio-controller")
        .SetCells("#gpio-cells", 2)
        .SetStrings("compatible", "arm,pl061", "arm,primecell")
        .SetReg(region);

    private void AddPci(BoardRegion configuration)
    {
        BoardRegion ports = Region("pci-ports");
        BoardRegion memory = Region("pci-memory");
        BoardRegion high = Region("pci-high");

        // The bridge is named after its first window of memory, not after its registers.
        DeviceTreeNode node = AddDevice("pcie", memory)
            .SetCells("interrupt-map-mask", 0x1800, 0, 0, 7)
            .SetCells("interrupt-map", PciInterruptMap(configuration.Interrupts))
            .SetCells("#interrupt-cells", 1)
            .SetCells(
                "ranges",
                [
                    PciPorts, 0, 0, .. Wide(ports.Base), .. Wide(ports.Length),
                    PciMemory, .. Wide(memory.Base), .. Wide(memory.Base), .. Wide(memory.Length),
                    PciMemory64, .. Wide(high.Base), .. Wide(high.Base), .. Wide(high.Length),
                ])
            .SetReg(configuration);
        if (_messageTarget != 0)
        {
            node.SetCells("msi-map", 0, _messageTarget, 0, 0x1_0000);
        }

        node.SetEmpty("dma-coherent")
            .SetCells("bus-range", 0, (uint)(configuration.Length >> 20) - 1)
            .SetCells("linux,pci-domain", 0)
            .SetCells("#size-cells", 2)
            .SetCells("#address-cells", 3)
            .SetStrings("device_type", "pci")
            .SetStrings("compatible", "pci-host-ecam-generic");
    }

    /// <summary>Which line a device's INTA to INTD reach: they turn by one from each slot to the next, so four slots say it all.</summary>
    private uint[] PciInterruptMap(IReadOnlyList<BoardInterrupt> lines)
    {
        List<uint> map = [];
        for (int slot = 0; slot < lines.Count; slot++)
        {
            for (int pin = 0; pin < lines.Count; pin++)
            {
                map.AddRange([(uint)slot << 11, 0, 0, (uint)pin + 1, _interruptController, 0, 0, .. Specifier(lines[(pin + slot) % lines.Count])]);
            }
        }

        return [.. map];
    }

    private void AddClock(BoardRegion region) => AddDevice("pl031", region)
        .SetStrings("clock-names", "apb_pclk")
        .SetCells("clocks", _clock)
        .SetCells("interrupts", Specifier(region.Interrupts[0]))
        .SetReg(region)
        .SetStrings("compatible", "arm,pl031", "arm,primecell");

    private void AddUart(BoardRegion region) => AddDevice("pl011", region)
        .SetStrings("clock-names", "uartclk", "apb_pclk")
        .SetCells("clocks", _clock, _clock)
        .SetCells("interrupts", Specifier(region.Interrupts[0]))
        .SetReg(region)
        .SetStrings("compatible", "arm,pl011", "arm,primecell");

    private void AddInterruptController()
    {
        BoardRegion distributor = Region("gicd");
        DeviceTreeNode node = AddDevice("intc", distributor).SetCells("phandle", _interruptController);
        if (_board.Options.ExceptionLevel >= 2)
        {
            node.SetCells("interrupts", Specifier(_board.PrivateInterrupts.GicMaintenance, toAllCpus: false));
        }

        if (_board.Find("gicr") is { } redistributors)
        {
            node.SetReg(distributor, redistributors)
                .SetCells("#redistributor-regions", 1)
                .SetStrings("compatible", "arm,gic-v3");
        }
        else
        {
            BoardRegion[] interfaces = [.. _board.Regions.Where(region => region.Kind is
                BoardRegionKind.GicCpuInterface or BoardRegionKind.GicHypervisorInterface or BoardRegionKind.GicVirtualCpuInterface)];
            node.SetReg([distributor, .. interfaces]).SetStrings("compatible", "arm,cortex-a15-gic");
        }

        node.SetEmpty("ranges")
            .SetCells("#size-cells", 2)
            .SetCells("#address-cells", 2)
            .SetEmpty("interrupt-controller")
            .SetCells("#interrupt-cells", 3);
        if (_board.Find("its") is { } its)
        {
            node.Add(UnitName("its", its))
                .SetCells("phandle", _messageTarget)
                .SetReg(its)
                .SetCells("#msi-cells", 1)
                .SetEmpty("msi-controller")
                .SetStrings("compatible", "arm,gic-v3-its");
        }
        else if (_board.Find("v2m") is { } frame)
        {
            node.Add(UnitName("v2m", frame))
                .SetCells("phandle", _messageTarget)
                .SetReg(frame)
                .SetEmpty("msi-controller")
                .SetStrings("compatible", "arm,gic-v2m-frame");
        }
    }

    private void AddFlash()
    {
        BoardRegion bank0 = Region("flash0");
        BoardRegion bank1 = Region("flash1");
        if (_board.HasSecureState)
        {
            DescribeFlash(AddDevice("flash", bank1), bank1);
            DescribeFlash(AddDevice("secflash", bank0), bank0);
        }
        else
        {
            DescribeFlash(AddDevice("flash", bank0), bank0, bank1);
        }

        static void DescribeFlash(DeviceTreeNode node, params ReadOnlySpan<BoardRegion> banks) => node
            .SetCells("bank-width", 4)
            .SetReg(banks)
            .SetStrings("compatible", "cfi-flash");
    }

    private void AddCpus(DeviceTreeNode cpus)
    {
        cpus.SetCells("#size-cells", 0).SetCells("#address-cells", 1);
        DeviceTreeNode cluster = cpus.Add("cpu-map").Add("socket0").Add("cluster0");
        for (int cpu = 0; cpu < _cpus.Length; cpu++)
        {
            cluster.Add($"core{cpu}").SetCells("cpu", _cpus[cpu]);
            DeviceTreeNode node = cpus.Add($"cpu@{cpu}").SetCells("phandle", _cpus[cpu]).SetCells("reg", _board.AffinityOf(cpu));
            if (_cpus.Length > 1)
            {
                node.SetStrings("enable-method", "psci");
            }

            // "max" is a Cortex-A57 with more features, and says so here.
            string model = _board.Options.CpuModel == "max" ? "cortex-a57" : _board.Options.CpuModel;
            node.SetStrings("compatible", $"arm,{model}").SetStrings("device_type", "cpu");
        }
    }

    private void AddTimer(DeviceTreeNode node)
    {
        PrivateInterrupts interrupts = _board.PrivateInterrupts;
        node.SetCells(
                "interrupts",
                [
                    .. Specifier(interrupts.SecurePhysicalTimer), .. Specifier(interrupts.PhysicalTimer),
                    .. Specifier(interrupts.VirtualTimer), .. Specifier(interrupts.HypervisorTimer),
                ])
            .SetEmpty("always-on")
            .SetStrings("compatible", "arm,armv8-timer", "arm,armv7-timer");
    }

    private void AddChosen(string name, BoardRegion console)
    {
        Span<byte> seed = stackalloc byte[32];
        DeviceTreeNode node = Root.Add(name).SetStrings("stdout-path", $"/{UnitName("pl011", console)}");
        foreach ((string property, int length) in new[] { ("rng-seed", 32), ("kaslr-seed", 8) })
        {
            new MachineRandom(_board.Options.Seed, $"{name}/{property}").Fill(seed[..length]);
            node.SetBytes(property, seed[..length]);
        }
    }

    private BoardRegion Region(string name) => _board.Find(name) ?? throw new InvalidOperationException($"{_board.Board} has no {name}");

    private DeviceTreeNode AddDevice(string name, BoardRegion region)
    {
        DeviceTreeNode node = Root.Add(UnitName(name, region));
        return region.IsSecureOnly ? MarkSecure(node) : node;
    }

    /// <summary>Hides a node from what runs in the non-secure state (Linux, Documentation/devicetree/bindings/arm/secure.txt).</summary>
    private static DeviceTreeNode MarkSecure(DeviceTreeNode node) => node.SetStrings("secure-status", "okay").SetStrings("status", "disabled");

    private static string UnitName(string name, BoardRegion region) => string.Create(CultureInfo.InvariantCulture, $"{name}@{region.Base:x}");

    private static uint[] Wide(ulong value) => [(uint)(value >> 32), (uint)value];

    private uint[] Specifier(BoardInterrupt interrupt, bool toAllCpus = true)
    {
        uint flags = interrupt.IsEdge ? EdgeRising : LevelHigh;

        // A GICv2 wants to know which CPUs have a private interrupt.
        if (interrupt.IsPrivate && toAllCpus && _board.Options.GicVersion == 2)
        {
            flags |= ((1u << _board.Options.Cpus) - 1) << 8;
        }

        return [interrupt.IsPrivate ? PrivateInterrupt : SharedInterrupt, (uint)interrupt.Number, flags];
    }
}
