using Emulator.Debugging;
using Emulator.Memory;
using Emulator.Pci;
using Emulator.Serial;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Transports;

namespace Emulator.Boards;

// The virtio devices that were asked for, on the transports that were asked for.
internal sealed partial class BoardDevices
{
    private readonly SortedDictionary<int, IVirtioBackend> _virtioBackends = [];
    private int _virtioSlots;

    /// <summary>The ports of virtio consoles, in the order in which these were asked for.</summary>
    public IEnumerable<ConsolePort> VirtioPorts => VirtioOf<VirtioConsole>().SelectMany(console => console.Lines);

    /// <summary>The counters of the virtio devices on PCI, by their names.</summary>
    public IEnumerable<(string Name, VirtioCounters Counters)> VirtioPciCounters =>
        PciBus.Functions.OfType<VirtioPciTransport>().Select(transport => (transport.Name, transport.Counters));

    /// <summary>The counters of all virtio devices, by their names.</summary>
    public IEnumerable<(string Name, VirtioCounters Counters)> VirtioCounters =>
        _devices.OfType<VirtioMmioTransport>().Select(transport => (transport.Name, transport.Counters)).Concat(VirtioPciCounters);

    /// <summary>Tells somebody of what the virtio devices do.</summary>
    public void StartTrace(ITraceSink sink)
    {
        foreach (VirtioMmioTransport transport in _devices.OfType<VirtioMmioTransport>())
        {
            transport.Trace = new VirtioTrace(sink, transport.Name, _clock);
        }

        foreach (VirtioPciTransport transport in PciBus.Functions.OfType<VirtioPciTransport>())
        {
            transport.Trace = new VirtioTrace(sink, transport.Name, _clock);
        }
    }

    /// <summary>The virtio devices of a kind, in the order in which they were asked for.</summary>
    public IEnumerable<T> VirtioOf<T>() => _virtioBackends.Values.OfType<T>();

    private IReadOnlyList<VirtioDeviceSpecification> VirtioOn(VirtioTransport transport) => [.. _settings.VirtioDevices.Where(device => device.Transport == transport)];

    // Devices fill the slots from the last to the first.
    private IMmioDevice MakeVirtioMmio(BoardRegion region)
    {
        int slot = _virtioSlots++;
        int index = _board.OfKind(BoardRegionKind.VirtioMmio).Count() - 1 - slot;
        IReadOnlyList<VirtioDeviceSpecification> devices = VirtioOn(VirtioTransport.Mmio);
        if (index >= devices.Count)
        {
            return new VirtioMmioEmptySlot(NameOf("virtio_mmio", region), _settings.Virtio.MmioVersion);
        }

        string name = NameOf(devices[index].Kind, region);
        IVirtioBackend backend = MakeBackend(devices[index], name, BusInitiator.VirtioMmio(slot), new VirtioSlot(region.Base, region.Length, region.Interrupts[0].IntId));
        VirtioMmioMessages? messages = MakeMessages(backend, BusInitiator.VirtioMmio(slot));
        return Own(new VirtioMmioTransport(name, backend, _settings.Virtio.MmioVersion, LineOf(region), _unimplemented, messages));
    }

    private VirtioMmioMessages? MakeMessages(IVirtioBackend backend, BusInitiator initiator)
    {
        var vectors = new MessageVectors(backend.QueueSizes.Count + 1, Messages, initiator);
        return _board.Options.VirtioMsi switch
        {
            VirtioMsi.Version2 => new ProposedMessages(vectors, backend.ConfigurationLength, _settings.Virtio.SharesMessageVectors),
            VirtioMsi.Dragonball => new DragonballMessages(vectors, backend.ConfigurationLength),
            _ => null,
        };
    }

    // Devices stand behind the host bridge in the order in which they were asked for.
    private void AddPciFunctions(PciEcamHost host)
    {
        host.Add(0, 0, new PciHostBridge("pci-host-bridge"));
        int device = 0;
        foreach (VirtioDeviceSpecification specification in VirtioOn(VirtioTransport.Pci))
        {
            device++;
            string name = $"{specification.Kind}@00:{device:x2}.0";
            IVirtioBackend backend = MakeBackend(specification, name, BusInitiator.Pci((ushort)(device << 3)), slot: null);
            host.Add(device, 0, Own(new VirtioPciTransport(name, backend, backend.HasLegacyInterface && VirtioPciTransport.HasLegacyInterface(backend.DeviceType), Messages, _unimplemented)));
        }

        if (_settings.HasPciTestDevice)
        {
            device++;
            host.Add(device, 0, new PciTestDevice($"pci-testdev@00:{device:x2}.0"));
        }
    }

    private IVirtioBackend MakeBackend(VirtioDeviceSpecification specification, string name, BusInitiator initiator, VirtioSlot? slot)
    {
        var model = new VirtioModelSettings(name, new DmaView(_bus, initiator), _clock)
        {
            Remotes = Remotes,
            Slot = slot,
            HostTime = _settings.MeasuresHostLatency ? _settings.TimeProvider : null,
            StartDate = _board.Options.RtcEpoch,
            Latency = _settings.Virtio.Latency.Ticks * TimeSpan.NanosecondsPerTick,
            RingFeatures = VirtioModelSettings.UsualRingFeatures | RingFeaturesOf(_settings.Virtio),
        };
        IVirtioBackend backend = specification.Create(model, _board.Options.Seed, _settings.Logger);
        _virtioBackends.Add(_settings.VirtioDevices.ToList().IndexOf(specification), backend);
        if (backend is VirtioConsole console)
        {
            Consoles.AddRange(console.Lines);
        }

        return backend;
    }

    private static ulong RingFeaturesOf(VirtioOptions options) =>
        (options.PackedRings ? VirtioFeatures.PackedRing : 0)
        | (options.InOrder ? VirtioFeatures.InOrder : 0)
        | (options.NotificationData ? VirtioFeatures.NotificationData : 0);
}
