using Emulator.Firmware;
using Emulator.Gpio;
using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Serial;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Boards;

/// <summary>The devices that a board's description names, made and put on a bus. It is the one place that knows which class stands for which kind of window.</summary>
internal sealed partial class BoardDevices : ISnapshotState, IDisposable
{
    private const int PowerButtonLine = 3;

    private readonly BoardDescription _board;
    private readonly MachineSettings _settings;
    private readonly SystemBus _bus;
    private readonly IMachineClock _clock;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly List<IMmioDevice> _devices = [];
    private readonly List<GuestRam> _memories = [];
    private readonly List<IDisposable> _owned = [];

    /// <summary>Makes the devices.</summary>
    /// <param name="board">The description.</param>
    /// <param name="plan">What must be in memory before the first instruction.</param>
    /// <param name="settings">What the machine is told besides; the devices dispose what it holds.</param>
    /// <param name="bus">The bus.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="unimplemented">Where unknown registers are told of.</param>
    public BoardDevices(
        BoardDescription board,
        LoadPlan plan,
        MachineSettings settings,
        SystemBus bus,
        IMachineClock clock,
        UnimplementedAccesses unimplemented)
    {
        _board = board;
        _settings = settings;
        _bus = bus;
        _clock = clock;
        _unimplemented = unimplemented;
        Gic = board.Options.GicVersion == 2 ? MakeGicV2(board, unimplemented) : MakeGicV3(board, unimplemented, new DmaView(bus, BusInitiator.Host));
        Messages = new MessageBus(bus);
        Remotes = new RemoteGate(bus, settings.TimeProvider);
        Consoles = [];
        try
        {
            foreach (BoardRegion region in board.Regions)
            {
                Add(region, plan);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The interrupt controller.</summary>
    public IInterruptController Gic { get; }

    /// <summary>Where devices send message-signalled interrupts.</summary>
    public IMsiTarget Messages { get; }

    /// <summary>Where what happens outside enters.</summary>
    public RemoteGate Remotes { get; }

    /// <summary>The PCI bus.</summary>
    public PciBus PciBus { get; } = new();

    /// <summary>The host's ends of serial lines: first the UARTs, in the order of their addresses.</summary>
    public List<ConsolePort> Consoles { get; }

    /// <summary>The main memory.</summary>
    public GuestRam Ram => _memories.Find(memory => memory.Name == _board.Ram.Name)!;

    /// <summary>RAM by window.</summary>
    public IReadOnlyList<GuestRam> Memories => _memories;

    /// <summary>The power button's wire; null where the board has none.</summary>
    public IInterruptLine? PowerButton { get; private set; }

    /// <summary>Raised when a guest writes to a GPIO line that powers off or resets the board: true for a reset.</summary>
    public event Action<bool>? PowerRequested;

    /// <summary>Puts every device into its reset state.</summary>
    public void Reset(ResetKind kind)
    {
        Gic.Reset(kind);
        foreach (IMmioDevice device in _devices)
        {
            device.Reset(kind);
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section("devices", 1);
        Gic.Save(writer);
        foreach (ConsolePort port in Consoles)
        {
            port.Save(writer);
        }

        foreach (IMmioDevice device in _devices)
        {
            (device as ISnapshotState)?.Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        _ = reader.Section("devices", 1);
        Gic.Load(reader);
        foreach (ConsolePort port in Consoles)
        {
            port.Load(reader);
        }

        foreach (IMmioDevice device in _devices)
        {
            (device as ISnapshotState)?.Load(reader);
        }
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }

        _owned.Clear();
    }

    private void Add(BoardRegion region, LoadPlan plan)
    {
        switch (region.Kind)
        {
            case BoardRegionKind.Ram:
            case BoardRegionKind.SecureRam:
                GuestRam memory = Own(new GuestRam(region.Name, region.Length, _settings.RamMode));
                _memories.Add(memory);
                _bus.MapRam(region.Base, memory, region.IsSecureOnly);
                break;
            case BoardRegionKind.Flash:
                Map(region, Own(MakeFlash(region, plan, _settings.Flash1)));
                break;
            case BoardRegionKind.GicDistributor:
            case BoardRegionKind.GicRedistributors:
            case BoardRegionKind.GicTranslationService:
            case BoardRegionKind.GicCpuInterface:
            case BoardRegionKind.GicHypervisorInterface:
            case BoardRegionKind.GicVirtualCpuInterface:
                MapGic(region);
                break;
            case BoardRegionKind.GicMessageFrame:
                IInterruptLine[] messages = LinesOf(region);
                Map(region, new GicV2MessageFrame(NameOf("v2m", region), region.Interrupts[0].IntId, messages, _unimplemented));
                break;
            case BoardRegionKind.Pl011:
                var port = new ConsolePort($"console{Consoles.Count}");
                Consoles.Add(port);
                Map(region, new Pl011(NameOf("pl011", region), port, LineOf(region), _clock, _unimplemented));
                break;
            case BoardRegionKind.Pl031:
                uint epoch = (uint)_board.Options.RtcEpoch.ToUnixTimeSeconds();
                Map(region, new Pl031(NameOf("pl031", region), LineOf(region), _clock, _unimplemented, epoch));
                break;
            case BoardRegionKind.Pl061:
                AddGpio(region);
                break;
            case BoardRegionKind.FwCfg:
                var dma = new DmaView(_bus, BusInitiator.Host);
                Map(region, new FwCfg(NameOf("fw-cfg", region), plan.FirmwareConfiguration, dma, _unimplemented));
                break;
            case BoardRegionKind.VirtioMmio:
                Map(region, MakeVirtioMmio(region));
                break;
            case BoardRegionKind.PciConfiguration:
                var host = new PciEcamHost(NameOf("pcie", region), region.Length, PciBus);
                PciBus.Connect(LinesOf(region));
                AddPciFunctions(host);
                Map(region, host);
                break;
            case BoardRegionKind.PciMemory:
            case BoardRegionKind.PciHighMemory:
                Map(region, new PciAddressWindow(NameOf("pci", region), region.Length, PciBus, PciSpace.Memory, region.Base));
                break;
            case BoardRegionKind.PciPorts:
                Map(region, new PciAddressWindow(NameOf("pci", region), region.Length, PciBus, PciSpace.Ports, busBase: 0));
                break;
            case BoardRegionKind.PlatformBus:
                // Nothing is on it, and nothing answers there.
                break;
            default:
                throw new InvalidOperationException($"no device stands for {region.Kind}");
        }
    }

    private IInterruptLine[] LinesOf(BoardRegion region)
    {
        var lines = new IInterruptLine[region.Interrupts.Count];
        for (int index = 0; index < lines.Length; index++)
        {
            lines[index] = Gic.Spi(region.Interrupts[index].Number);
        }

        return lines;
    }

    private static GicV2 MakeGicV2(BoardDescription board, UnimplementedAccesses unimplemented) => new(
        new GicV2Options
        {
            CpuCount = board.Options.Cpus,
            HasSecurityExtensions = board.HasSecureState,
            HasVirtualInterface = board.Options.ExceptionLevel >= 2,
        },
        unimplemented);

    private static GicV3 MakeGicV3(BoardDescription board, UnimplementedAccesses unimplemented, DmaView memory) => new(
        new GicV3Options
        {
            CpuCount = board.Options.Cpus,
            TwoSecurityStates = board.HasSecureState,
            HasVirtualInterface = board.Options.ExceptionLevel >= 2,
            Affinities = AffinitiesOf(board),
        },
        unimplemented,
        memory);

    private static uint[] AffinitiesOf(BoardDescription board)
    {
        var affinities = new uint[board.Options.Cpus];
        for (int cpu = 0; cpu < affinities.Length; cpu++)
        {
            affinities[cpu] = board.AffinityOf(cpu);
        }

        return affinities;
    }

    private static IMmioDevice?[] RedistributorsOf(GicV3 gic)
    {
        var redistributors = new IMmioDevice?[gic.CpuCount];
        for (int cpu = 0; cpu < redistributors.Length; cpu++)
        {
            redistributors[cpu] = gic.Redistributor(cpu);
        }

        return redistributors;
    }

    // The interrupt controller resets and saves its frames itself.
    private void MapGic(BoardRegion region)
    {
        IMmioDevice?[] frames = (Gic, region.Kind) switch
        {
            (GicV3 gic, BoardRegionKind.GicDistributor) => [gic.Distributor],
            (GicV3 gic, BoardRegionKind.GicRedistributors) => RedistributorsOf(gic),
            (GicV3 gic, _) => [gic.TranslationService],
            (GicV2 gic, BoardRegionKind.GicDistributor) => [gic.Distributor],
            (GicV2 gic, BoardRegionKind.GicCpuInterface) => [gic.CpuInterface],
            (GicV2 gic, BoardRegionKind.GicHypervisorInterface) => [gic.HypervisorInterface],
            (GicV2 gic, _) => [gic.VirtualCpuInterface],
            _ => [],
        };
        ulong address = region.Base;
        foreach (IMmioDevice? frame in frames)
        {
            _bus.MapDevice(address, frame!);
            address += frame!.Length;
        }
    }

    private static CfiFlash MakeFlash(BoardRegion region, LoadPlan plan, FlashFile? file)
    {
        if (region.Name == "flash1" && file is not null)
        {
            return new CfiFlash(region.Name, file);
        }

        LoadSegment[] segments = [.. plan.Segments.Where(segment => segment.Region == region)];
        if (segments.Length == 0)
        {
            return new CfiFlash(region.Name, region.Length);
        }

        // A guest can program it, as on QEMU.
        if (segments is [LoadSegment image] && image.Address == region.Base)
        {
            return new CfiFlash(region.Name, region.Length, image.Data.Span);
        }

        byte[] contents = new byte[segments.Max(segment => segment.Address - region.Base + (ulong)segment.Data.Length)];
        foreach (LoadSegment segment in segments)
        {
            segment.Data.Span.CopyTo(contents.AsSpan((int)(segment.Address - region.Base)));
        }

        return new CfiFlash(region.Name, region.Length, contents);
    }

    private void AddGpio(BoardRegion region)
    {
        var gpio = new Pl061(NameOf("pl061", region), LineOf(region), _unimplemented);
        Map(region, gpio);
        if (region.IsSecureOnly)
        {
            gpio.ConnectOutput(0, new PowerLine(this, reset: false));
            gpio.ConnectOutput(1, new PowerLine(this, reset: true));
        }
        else
        {
            PowerButton = gpio.Input(PowerButtonLine);
        }
    }

    private IInterruptLine LineOf(BoardRegion region) => Gic.Spi(region.Interrupts[0].Number);

    private static string NameOf(string kind, BoardRegion region) => $"{kind}@{region.Base:x}";

    private void Map(BoardRegion region, IMmioDevice device)
    {
        _devices.Add(device);
        _bus.MapDevice(region.Base, device, region.IsSecureOnly);
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private sealed class PowerLine(BoardDevices devices, bool reset) : IInterruptLine
    {
        public void Set(bool level)
        {
            if (level)
            {
                devices.PowerRequested?.Invoke(reset);
            }
        }
    }
}
