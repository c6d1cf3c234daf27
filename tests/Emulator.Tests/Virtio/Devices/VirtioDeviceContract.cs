using Emulator.Debugging;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Tests.Debugging;
using Emulator.Tests.Devices;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>What every virtio device owes the machine (rules 3 to 6 of the architecture). Each device's test class inherits it, for both versions of the transport.</summary>
internal abstract class VirtioDeviceContract(VirtioMmioVersion version) : DeviceContract<VirtioMmioTransport>
{
    protected const ulong Ring = GuestMemory.Base + 0x1_0000;
    protected const ulong Data = GuestMemory.Base + 0x10_0000;
    private const ulong Tables = GuestMemory.Base + 0x8_0000;
    private const long Latency = 1000;

    private readonly List<GuestMemory> _memories = [];

    protected VirtioMmioVersion Version => version;

    /// <summary>The queue that <see cref="Request"/> is for.</summary>
    protected virtual int RequestQueue => 0;

    [TearDown]
    public void DisposeMemories()
    {
        _memories.ForEach(memory => memory.Dispose());
        _memories.Clear();
    }

    /// <summary>Creates the back end, always the same.</summary>
    protected abstract VirtioModel CreateModel(VirtioModelSettings settings);

    /// <summary>Puts a request into guest memory at <see cref="Data"/> or behind, different for each index.</summary>
    protected abstract DriverBuffer[] Request(GuestMemory memory, int index);

    protected override VirtioMmioTransport CreateDevice(DeviceWorld world) => CreateRig(world).Transport;

    protected override void Disturb(VirtioMmioTransport device, DeviceWorld world)
    {
        // Everything but the queues and the status, which have tests of their own: random addresses need a reset anyway.
        device.Write32(VirtioMmioDriver.DeviceFeaturesSel, 1);
        device.Write32(VirtioMmioDriver.DriverFeaturesSel, 1);
        device.Write32(VirtioMmioDriver.DriverFeatures, 0x55);
        device.Write32(VirtioMmioDriver.QueueSel, 3);
        device.Write32(VirtioMmioDriver.GuestPageSize, 4096);
        device.Write32(0x0ac, 2);
        device.Write32(VirtioMmioDriver.QueueSel, 0);
        device.Write32(VirtioMmioDriver.QueueSize, 2);
        device.Write32(VirtioMmioDriver.QueueDescLow, 0x1234);
        device.Write32(VirtioMmioDriver.Status, 0x83);
    }

    [Test]
    public void RequestsAreServedAndCounted([Values] bool packed)
    {
        Rig rig = StartRig(ringFeatures: packed && version == VirtioMmioVersion.Modern ? VirtioFeatures.Rings : 0);
        for (int i = 0; i < 20; i++)
        {
            int id = rig.Ring.Add(Request(rig.Memory, i), i % 3 == 1 && rig.Driver.Features != 0 && HasTables(rig) ? Tables : 0);
            rig.Driver.Notify(RequestQueue);

            Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
            Assert.That(used.Id, Is.EqualTo(id));
            Assert.That(rig.Line.Level, Is.True);
            Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(1));
            rig.Transport.Write32(VirtioMmioDriver.InterruptAck, 1);
            Assert.That(rig.Line.Level, Is.False);
            rig.Ring.EnableInterrupts();
        }

        VirtioCounters counters = rig.Transport.Counters;
        Assert.That((counters.Requests, counters.Notifications, counters.Interrupts, counters.Faults), Is.EqualTo((20L, 20L, 20L, 0L)));
        Assert.That(counters.Bytes, Is.GreaterThan(0));
    }

    [Test]
    public void WhatWasMadeAvailableBeforeTheDriverWasReadyIsServedThen()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate();
        rig.Ring = rig.Driver.StartQueue(RequestQueue, Ring);
        rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.False);

        rig.Driver.SetReady();

        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }

    [Test]
    public void WithALatencyTheCompletionComesAtItsInstant()
    {
        Rig rig = StartRig(latency: Latency);
        rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);

        rig.World.Advance(Latency - 1);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.False);
        rig.World.Advance(1);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
        Assert.That(rig.Line.Level, Is.True);
    }

    [Test]
    public void TimeFromNotificationToCompletionIsMeasured([Values(0, Latency)] long latency, [Values] bool isHostTimeAskedFor)
    {
        Rig rig = CreateRig(new DeviceWorld(), latency, hostTime: isHostTimeAskedFor ? TimeProvider.System : null);
        rig.Driver.Negotiate();
        rig.Ring = rig.Driver.StartQueue(RequestQueue, Ring);
        rig.Driver.SetReady();
        rig.World.Advance(12_345);
        rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);
        if (latency > 0)
        {
            rig = Restore(rig);
            rig.World.Advance(latency);
        }

        QueueLatency measured = rig.Transport.Counters.Latencies.ToList().Single();
        Assert.That((measured.Queue, measured.Virtual.Count, measured.Virtual.Max), Is.EqualTo((RequestQueue, 1L, latency)));
        Assert.That(measured.Host?.Count, Is.EqualTo(isHostTimeAskedFor && latency == 0 ? 1 : null), "the host's time is none of a snapshot's");
    }

    [Test]
    public void WhatADeviceDoesIsTraced([Values(0, Latency)] long latency)
    {
        Rig rig = CreateRig(new DeviceWorld(), latency);
        using var sink = new RecordingSink();
        rig.Transport.Trace = new VirtioTrace(sink, "disk", rig.World.Clock);
        rig.Driver.Negotiate();
        rig.Ring = rig.Driver.StartQueue(RequestQueue, Ring);
        rig.Driver.SetReady();
        Assert.That(sink.Events[0].Kind, Is.EqualTo(TraceEventKind.DeviceReset));
        Assert.That(sink.Events.Skip(1).Select(e => e.Kind), Is.All.EqualTo(TraceEventKind.DeviceStatus));
        Assert.That(sink.Events[^1].Text, Does.Contain("DriverOk"));
        sink.Events.Clear();
        rig.World.Advance(100);
        int head = rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);
        rig.World.Advance(latency);
        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);

        VirtualTime announced = sink.Events[0].Time;
        var expected = new TraceEvent { Kind = TraceEventKind.Notification, Time = announced, Source = "disk", Queue = RequestQueue };
        TraceEvent request = sink.Events[1];
        Assert.That(sink.Events, Has.Count.EqualTo(3));
        Assert.That(sink.Events[0], Is.EqualTo(expected));
        Assert.That(request, Is.EqualTo(expected with
        {
            Kind = TraceEventKind.Request,
            Time = announced.After(latency),
            Announced = announced,
            Started = announced,
            Head = (ushort)head,
            BytesRead = rig.Transport.Counters.Bytes - used.Written,
            BytesWritten = used.Written,
            Text = request.Text,
        }));
        Assert.That(request.Text, Is.Not.Empty);
        Assert.That(sink.Events[2], Is.EqualTo(expected with { Kind = TraceEventKind.Interrupt, Time = announced.After(latency), Text = "wire" }));
    }

    [Test]
    public void AMistakeOfTheDriverIsTraced()
    {
        Rig rig = StartRig();
        using var sink = new RecordingSink();
        rig.Transport.Trace = new VirtioTrace(sink, "disk", rig.World.Clock);
        rig.Driver.Notify(1000);
        rig.Ring.Add([new(GuestMemory.DeviceWindow, 16, false), new(GuestMemory.DeviceWindow, 16, true)]);
        rig.Driver.Notify(RequestQueue);

        Assert.That((sink.Events[0].Kind, sink.Events[0].Queue, sink.Events[0].Text), Is.EqualTo((TraceEventKind.Notification, (int?)null, "no such queue")));
        TraceEvent fault = sink.Events.Single(e => e.Kind == TraceEventKind.Fault);
        Assert.That((fault.Queue, fault.Text), Is.EqualTo(((int?)RequestQueue, "BufferAddress")));
        Assert.That(sink.Events.Any(e => e.Kind == TraceEventKind.DeviceStatus && e.Text!.Contains("NeedsReset")), Is.EqualTo(version == VirtioMmioVersion.Modern));
    }

    [Test]
    public void ASnapshotAtAnyInstantGoesOnAlike()
    {
        const int Steps = 12;
        (string Memory, string Device) whole = Run(int.MaxValue);
        for (int at = 0; at < Steps; at++)
        {
            Assert.That(Run(at), Is.EqualTo(whole), $"taken at step {at}");
        }

        (string Memory, string Device) Run(int snapshotAt)
        {
            Rig rig = StartRig(latency: Latency);
            for (int step = 0; step < Steps; step++)
            {
                if (step == snapshotAt)
                {
                    rig = Restore(rig);
                }

                if (rig.Ring.Free >= 4 && step % 3 != 2)
                {
                    rig.Ring.Add(Request(rig.Memory, step));
                    rig.Driver.Notify(RequestQueue);
                }

                rig.World.Advance(Latency / 3);
                while (rig.Ring.TryTakeUsed(out _))
                {
                    rig.Transport.Write32(VirtioMmioDriver.InterruptAck, 3);
                    rig.Ring.EnableInterrupts();
                }
            }

            return (rig.Memory.Fingerprint(), Convert.ToHexString(StateOf(rig.Transport)));
        }
    }

    [Test]
    public void WhatADeviceWritesMakesPagesDirtyAndCodeStale()
    {
        Rig rig = StartRig();
        DriverBuffer[] request = Request(rig.Memory, 0);
        DriverBuffer written = Array.Find(request, buffer => buffer.IsWritable);
        if (written.Length == 0)
        {
            rig.Memory.Ram.ClearDirty();
            rig.Ring.Add(request);
            rig.Driver.Notify(RequestQueue);
            Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
            Assert.That(rig.Memory.Ram.IsDirty((int)((request[0].Address - GuestMemory.Base) >> 12)), Is.False, "what a device reads stays clean");
            return;
        }

        var observer = new CodeChanges();
        rig.Memory.Ram.AddCodeObserver(observer);
        rig.Memory.Ram.ClearDirty();
        ulong page = (written.Address - GuestMemory.Base) & ~4095UL;
        rig.Memory.Ram.MarkCode(page);
        rig.Ring.Add(request);
        rig.Driver.Notify(RequestQueue);

        Assert.That(rig.Memory.Ram.IsDirty((int)(page >> 12)), Is.True);
        Assert.That(observer.Changed, Does.Contain(written.Address - GuestMemory.Base));
    }

    [Test]
    public void ABrokenRingNeedsAResetAndAResetIsEnough()
    {
        Rig rig = StartRig();
        rig.Ring.Add([new(GuestMemory.DeviceWindow, 16, false), new(GuestMemory.DeviceWindow, 16, true)]);
        rig.Driver.Notify(RequestQueue);

        bool isModern = version == VirtioMmioVersion.Modern;
        Assert.That((rig.Driver.ReadStatus() & VirtioStatus.NeedsReset) != 0, Is.EqualTo(isModern));
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(isModern ? 2 : 0), "a configuration change tells of it");
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
        Assert.That(rig.Memory.Bus.DeviceAccesses, Is.Zero);

        rig.Driver.Negotiate();
        rig.Ring = rig.Driver.StartQueue(RequestQueue, Ring);
        rig.Driver.SetReady();
        rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
    }

    [Test]
    public void AResetInFlightLeavesNothingBehind()
    {
        Rig rig = StartRig(latency: Latency);
        rig.Ring.Add(Request(rig.Memory, 0));
        rig.Driver.Notify(RequestQueue);
        rig.Transport.Write32(VirtioMmioDriver.Status, 0);
        string memory = rig.Memory.Fingerprint();

        rig.World.Advance(10 * Latency);

        Assert.That(rig.Memory.Fingerprint(), Is.EqualTo(memory));
        Assert.That(rig.Line.Level, Is.False);
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Status), Is.Zero);
    }

    [Test]
    public void RequestsAllocateNothing([Values(0, Latency)] long latency)
    {
        Rig rig = StartRig(latency: latency);
        DriverBuffer[] request = Request(rig.Memory, 0);
        var notification = new BusAccess(VirtioMmioDriver.QueueNotify, 4, BusInitiator.Cpu(0), Secure: false);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                rig.Ring.Add(request);
                _ = rig.Transport.Write(notification, (uint)RequestQueue);
                rig.World.Advance(latency);
                _ = rig.Ring.TryTakeUsed(out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    [Test]
    public void WhateverADriverWritesTheMachineGoesOn()
    {
        Prop.ForAll<(byte Kind, ushort Where, uint What)[]>(writes =>
        {
            Rig rig = StartRig(latency: writes.Length % 2 * Latency);
            Span<byte> word = stackalloc byte[4];
            for (int i = 0; i < writes.Length; i++)
            {
                (byte kind, ushort where, uint what) = writes[i];
                if (kind % 8 == 7)
                {
                    rig = StartRig(latency: Latency);
                }

                if (rig.Ring.Free >= 4)
                {
                    rig.Ring.Add(Request(rig.Memory, i));
                }

                System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(word, what);
                switch (kind & 3)
                {
                    case 0:
                        _ = rig.Transport.Write(new BusAccess(where % 0x200u & ~3u, 4, BusInitiator.Cpu(0), Secure: false), what);
                        break;
                    case 1:
                        rig.Memory.Write(Data + (where & 0x1ffu), word);
                        break;
                    default:
                        rig.Memory.Write(Ring + (where % 0x2000u), word);
                        break;
                }

                rig.Driver.Notify(RequestQueue);
                rig.World.Advance(Latency);
                rig.Transport.Load(new SnapshotReader(StateOf(rig.Transport)));
            }

            return rig.Memory.Bus.DeviceAccesses == 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    protected Rig CreateRig(DeviceWorld world, long latency = 0, ulong ringFeatures = 0, GuestMemory? memory = null, TimeProvider? hostTime = null)
    {
        if (memory is null)
        {
            memory = new GuestMemory();
            _memories.Add(memory);
        }

        var line = new RecordedLine();
        var settings = new VirtioModelSettings("virtio-test", memory.View, world.Clock) { Latency = latency, HostTime = hostTime };
        settings = ringFeatures == 0 ? settings : settings with { RingFeatures = ringFeatures };
        VirtioModel model = CreateModel(settings);
        var transport = new VirtioMmioTransport("virtio-test", model, version, line, world.Unimplemented);
        return new Rig(world, memory, line, model, transport, new VirtioMmioDriver(transport, memory.View, version));
    }

    /// <summary>A device whose driver is ready.</summary>
    protected Rig StartRig(long latency = 0, ulong ringFeatures = 0)
    {
        Rig rig = CreateRig(new DeviceWorld(), latency, ringFeatures);
        rig.Driver.Negotiate();
        rig.Ring = rig.Driver.StartQueue(RequestQueue, Ring);
        rig.Driver.SetReady();
        return rig;
    }

    private static bool HasTables(Rig rig) => (rig.Driver.Features & VirtioFeatures.IndirectDescriptors) != 0;

    // Another device goes on from the state of the first; the driver is part of the guest and goes on by itself.
    private Rig Restore(Rig rig)
    {
        var writer = new SnapshotWriter();
        rig.World.Clock.Save(writer);
        rig.Transport.Save(writer);
        var world = new DeviceWorld();
        world.Advance(rig.World.RetiredInstructions);
        Rig other = CreateRig(world, Latency, memory: rig.Memory);
        var reader = new SnapshotReader(writer.ToArray());
        world.Clock.Load(reader);
        other.Transport.Load(reader);
        Assert.That(reader.AtEnd, Is.True);
        other.Ring = rig.Ring;
        return other;
    }

    private sealed class CodeChanges : ICodeObserver
    {
        public List<ulong> Changed { get; } = [];

        public void CodeChanged(GuestRam ram, ulong offset, int length) => Changed.Add(offset);

        public void CodeUnwatched(GuestRam ram, ulong offset)
        {
        }
    }
}
