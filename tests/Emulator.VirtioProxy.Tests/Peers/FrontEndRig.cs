using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Server;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A device whose back end is a peer, with a driver that fills its ring, and no machine around it.</summary>
internal sealed class FrontEndRig : IVirtioBackendHost, IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const ulong Header = Base + 0x1_0000;
    public const ulong Data = Base + 0x2_0000;
    public const ulong Status = Base + 0x8_0000;
    public const int SectorSize = 512;
    public const int RamLength = 0x80_0000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly GuestRam _ram;
    private readonly SystemBus _bus = new();
    private readonly ManualResetEventSlim _signal = new();

    public FrontEndRig(Func<ICarrier> connect, ProxyOptions? options = null, VirtioSlot? slot = null)
    {
        ProxyOptions chosen = options ?? new ProxyOptions();
        _ram = new GuestRam("ram", RamLength, chosen.Memory == ProxyMemory.Direct ? RamMode.Shared : RamMode.Private);
        _bus.MapRam(Base, _ram);
        _bus.AnswerReady += _signal.Set;
        Memory = new DmaView(_bus, BusInitiator.VirtioMmio(0));
        var gate = new RemoteGate(_bus, TimeProvider.System);
        FrontEnd = new ProxyFrontEnd(connect, chosen, gate, instance: 0x1111);
        ushort number = FrontEnd.FindDevices()[0];
        Device = FrontEnd.Attach(number, new VirtioModelSettings("disk", Memory, new ServedClock()) { RingFeatures = 0, Slot = slot }, gate);
        Counters = new VirtioCounters(Device.QueueSizes.Count);
        Device.Connect(this);
    }

    public DmaView Memory { get; }

    public ProxyFrontEnd FrontEnd { get; }

    public ProxyBackend Device { get; }

    public VirtqueueDriver Ring { get; private set; } = null!;

    public VirtioCounters Counters { get; }

    public VirtioTrace? Trace => null;

    public bool IsBroken { get; private set; }

    public int Interrupts { get; private set; }

    public int ConfigurationChanges { get; private set; }

    /// <summary>Takes the device to where requests can be made.</summary>
    public void StartDriver(int ringSize = 16, ulong features = 0)
    {
        Ring = VirtqueueDriver.Create(Memory, Base, ringSize);
        Assert.That(Until(() => Device.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver)), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Until(() => Device.SetFeatures(VirtioFeatures.Version1 | features)), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Until(() => Device.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk)), Is.EqualTo(BackendAnswer.Done));
        Assert.That(Until(() => Device.StartQueue(0, Ring.Settings)), Is.EqualTo(BackendAnswer.Done));
        Assert.That(
            Until(() => Device.SetStatus(VirtioStatus.Acknowledge | VirtioStatus.Driver | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk)), Is.EqualTo(BackendAnswer.Done));
    }

    /// <summary>Takes the device to where requests can be made, if it lets it.</summary>
    public bool TryStartDriver()
    {
        const VirtioStatus Begun = VirtioStatus.Acknowledge | VirtioStatus.Driver;
        Ring = VirtqueueDriver.Create(Memory, Base, 16);
        return new Func<BackendAnswer>[]
        {
            () => Device.SetStatus(Begun),
            () => Device.SetFeatures(VirtioFeatures.Version1),
            () => Device.SetStatus(Begun | VirtioStatus.FeaturesOk),
            () => Device.StartQueue(0, Ring.Settings),
            () => Device.SetStatus(Begun | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk),
        }.All(access => Until(access) == BackendAnswer.Done);
    }

    /// <summary>Reads or writes sectors, and waits for the end of it.</summary>
    /// <returns>The request's status, or null when the device is broken.</returns>
    public byte? Transfer(bool writes, ulong sector, int length)
    {
        Begin(writes, sector, length);
        return Finish();
    }

    /// <summary>Makes a request available.</summary>
    public void Begin(bool writes, ulong sector, int length)
    {
        Span<byte> header = stackalloc byte[16];
        header.Clear();
        header[0] = writes ? (byte)1 : (byte)0;
        BitConverter.TryWriteBytes(header[8..], sector);
        _ = Memory.TryWrite(Header, header);
        _ = Memory.TryWrite(Status, [0xff]);
        Assert.That(Ring.Add([new(Header, 16, false), new(Data, (uint)length, !writes), new(Status, 1, true)]), Is.GreaterThanOrEqualTo(0));
        Device.Kick(0);
    }

    /// <summary>Puts a request into the ring, without telling of it.</summary>
    /// <param name="slot">Which of the request's buffers, 0 to 7.</param>
    /// <param name="type">What kind it is.</param>
    /// <param name="sector">Its sector.</param>
    /// <param name="data">What the device reads.</param>
    public void Offer(int slot, uint type, ulong sector = 0, params ReadOnlySpan<byte> data)
    {
        ulong at = (ulong)slot * 0x1000;
        _ = Memory.TryWrite(Header + at, [.. BitConverter.GetBytes((ulong)type), .. BitConverter.GetBytes(sector)]);
        _ = Memory.TryWrite(Data + at, data);
        _ = Memory.TryWrite(Status + (ulong)slot, [0xff]);
        DriverBuffer[] middle = data.IsEmpty ? [] : [new(Data + at, (uint)data.Length, false)];
        Assert.That(Ring.Add([new(Header + at, 16, false), .. middle, new(Status + (ulong)slot, 1, true)]), Is.GreaterThanOrEqualTo(0));
    }

    /// <summary>Makes a request and waits for its end.</summary>
    /// <returns>Its status, or null when the device is broken.</returns>
    public byte? Do(uint type, ulong sector = 0, params ReadOnlySpan<byte> data)
    {
        Offer(0, type, sector, data);
        Device.Kick(0);
        return Finish();
    }

    /// <summary>Waits for the end of so many requests.</summary>
    public void FinishAll(int count) => Assert.That(
        Wait(() =>
        {
            while (Ring.TryTakeUsed(out _))
            {
                count--;
            }

            return count == 0;
        }),
        Is.True);

    /// <summary>Waits for a request's end.</summary>
    public byte? Finish()
    {
        Assert.That(Wait(() => IsBroken || Ring.TryTakeUsed(out _)), Is.True, "the device answers, or breaks");
        if (IsBroken)
        {
            return null;
        }

        byte[] status = new byte[1];
        _ = Memory.TryRead(Status, status);
        return status[0];
    }

    /// <summary>Lets the device work until something is so, as a machine does that stands still.</summary>
    public bool Wait(Func<bool> condition)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < s_patience)
        {
            _ = Device.Pump();
            if (condition())
            {
                return true;
            }

            _ = _signal.Wait(5);
            _signal.Reset();
        }

        return false;
    }

    /// <summary>Repeats an access until it is answered, as a CPU does that is parked.</summary>
    public BackendAnswer Until(Func<BackendAnswer> access)
    {
        BackendAnswer answer = BackendAnswer.Pending;
        Assert.That(Wait(() => (answer = access()) != BackendAnswer.Pending), Is.True, "there is an answer at last");
        return answer;
    }

    /// <summary>The driver has reset the device.</summary>
    public void ForgetBreakage() => IsBroken = false;

    void IVirtioBackendHost.BuffersUsed(int queue) => Interrupts++;

    void IVirtioBackendHost.ConfigurationChanged() => ConfigurationChanges++;

    void IVirtioBackendHost.NeedsReset() => IsBroken = true;

    public void Dispose()
    {
        FrontEnd.Dispose();
        _ram.Dispose();
        _signal.Dispose();
    }
}
