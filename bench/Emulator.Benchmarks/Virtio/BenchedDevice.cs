using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Benchmarks.Virtio;

/// <summary>A device behind the memory-mapped transport, with guest memory, and a driver of ours that has started its queues. Time stands still, and its interrupt goes nowhere.</summary>
internal sealed class BenchedDevice : IInstructionCounter, IInterruptLine, IDisposable
{
    public const ulong RamBase = 0x4000_0000;
    public const ulong Data = RamBase + 0x8_0000;
    public const int QueueSize = 128;

    private const int RamLength = 1 << 20;
    private const ulong Rings = RamBase + 0x1_0000;
    private const ulong RingDistance = 0x1_0000;
    private const ulong Tables = RamBase + 0x7_0000;

    private readonly GuestRam _ram = new("ram", RamLength);
    private readonly RingLayout _layout;
    private readonly VirtioMmioTransport _device;
    private readonly RemoteGate _gate;
    private readonly ManualResetEventSlim _wake = new();

    /// <summary>Starts a device.</summary>
    /// <param name="layout">How its driver uses the rings.</param>
    /// <param name="create">Makes the back end.</param>
    /// <param name="queues">How many of its queues, from the first on, the driver starts.</param>
    public BenchedDevice(RingLayout layout, Func<VirtioModelSettings, IVirtioBackend> create, int queues = 1)
    {
        _layout = layout;
        var bus = new SystemBus();
        bus.MapRam(RamBase, _ram);
        var memory = new DmaView(bus, BusInitiator.VirtioMmio(0));
        ulong features = FeaturesOf(layout);
        _gate = new RemoteGate(bus, TimeProvider.System);
        bus.AnswerReady += () =>
        {
            _wake.Set();
            _gate.Wake();
        };
        var settings = new VirtioModelSettings("device", memory, new VirtualClock(this)) { RingFeatures = features, Remotes = _gate };
        _device = new VirtioMmioTransport("device", create(settings), VirtioMmioVersion.Modern, this, new UnimplementedAccesses());
        Drivers = [.. Enumerable.Range(0, queues).Select(queue => CreateDriver(memory, layout, Rings + ((ulong)queue * RingDistance)))];
        Start(features | VirtioFeatures.Version1);
    }

    /// <summary>The driver's side of each queue that was started.</summary>
    public IReadOnlyList<VirtqueueDriver> Drivers { get; }

    /// <inheritdoc/>
    public long RetiredInstructions => 0;

    /// <summary>The features of the rings that a layout needs.</summary>
    public static ulong FeaturesOf(RingLayout layout) =>
        VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors | (IsPacked(layout) ? VirtioFeatures.PackedRing : 0);

    /// <summary>Makes the driver's side of a ring.</summary>
    public static VirtqueueDriver CreateDriver(DmaView memory, RingLayout layout, ulong address) =>
        VirtqueueDriver.Create(memory, address, QueueSize, IsPacked(layout), eventIndex: true);

    /// <summary>Where a layout has the tables of its requests; 0 for none.</summary>
    public static ulong TableOf(RingLayout layout) => layout is RingLayout.SplitIndirect or RingLayout.PackedIndirect ? Tables : 0;

    /// <summary>Makes a request available on a queue and notifies the device of it.</summary>
    public void Send(int queue, DriverBuffer[] request)
    {
        _ = Drivers[queue].Add(request, TableOf(_layout));
        Write(0x050, (ulong)queue);
    }

    /// <summary>Makes a request available without a notification.</summary>
    public void Offer(int queue, DriverBuffer[] request) => _ = Drivers[queue].Add(request, TableOf(_layout));

    /// <summary>Waits, as a machine does that stands still, until a back end outside of the process has answered.</summary>
    public void WaitForAnswer()
    {
        while (!_gate.TryPass())
        {
            Wait();
        }
    }

    /// <summary>Writes to guest memory.</summary>
    public void WriteMemory(ulong address, ReadOnlySpan<byte> bytes) => _ram.Write(address - RamBase, bytes);

    /// <inheritdoc/>
    public void Set(bool level)
    {
        // The driver polls.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Dispose();
        _ram.Dispose();
        _wake.Dispose();
    }

    private static bool IsPacked(RingLayout layout) => layout is RingLayout.Packed or RingLayout.PackedIndirect;

    private void Start(ulong features)
    {
        Write(0x070, 3);
        Write(0x024, 1);
        Write(0x020, features >> 32);
        Write(0x024, 0);
        Write(0x020, (uint)features);
        Write(0x070, 0xb);
        for (int queue = 0; queue < Drivers.Count; queue++)
        {
            Write(0x030, (ulong)queue);
            Write(0x038, QueueSize);
            Write(0x080, Drivers[queue].Settings.DescriptorArea);
            Write(0x090, Drivers[queue].Settings.DriverArea);
            Write(0x0a0, Drivers[queue].Settings.DeviceArea);
            Write(0x044, 1);
        }

        Write(0x070, 0xf);
    }

    // Repeated while the back end has not answered, as by a CPU that is parked.
    private void Write(ulong register, ulong value)
    {
        while (_device.Write(new BusAccess(register, 4, BusInitiator.Cpu(0), Secure: false), value) == BusStatus.Pending)
        {
            Wait();
        }
    }

    private void Wait()
    {
        if (!_gate.TryWait(100))
        {
            _wake.Wait();
            _wake.Reset();
        }
    }
}
