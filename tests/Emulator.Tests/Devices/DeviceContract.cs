using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Tests.Devices;

/// <summary>What every device on the bus owes the machine. Each device's test class inherits it.</summary>
/// <typeparam name="TDevice">The device.</typeparam>
internal abstract class DeviceContract<TDevice>
    where TDevice : class, IMmioDevice, ISnapshotState
{
    private static readonly int[] s_sizes = [1, 2, 4, 8];

    /// <summary>Creates a device as its board would, in a world of its own.</summary>
    protected abstract TDevice CreateDevice(DeviceWorld world);

    /// <summary>True for a part that keeps something while power stays on.</summary>
    protected virtual bool KeepsStateOverWarmReset => false;

    /// <summary>Brings the device, fresh from <see cref="CreateDevice"/>, far from its reset state.</summary>
    protected virtual void Disturb(TDevice device, DeviceWorld world)
    {
        ulong random = 0x9e37_79b9_7f4a_7c15;
        foreach (ulong offset in Offsets(device, 4))
        {
            random = (random * 6_364_136_223_846_793_005) + 1_442_695_040_888_963_407;
            _ = device.Write(new BusAccess(offset, 4, BusInitiator.Cpu(0), Secure: false), random >> 32);
        }
    }

    /// <summary>The parts of the window worth visiting byte by byte; all of a small one.</summary>
    protected virtual IEnumerable<(ulong Start, ulong End)> Ranges(TDevice device) => [(0, device.Length)];

    [Test]
    public void ResetOfADisturbedDeviceGivesTheStateOfAFreshOne([Values] ResetKind kind)
    {
        TDevice fresh = CreateDevice(new DeviceWorld());
        var world = new DeviceWorld();
        TDevice device = CreateDevice(world);
        Disturb(device, world);

        device.Reset(kind);
        if (kind == ResetKind.Warm && KeepsStateOverWarmReset)
        {
            // What it keeps has a test of its own; a second reset finds nothing more to do.
            byte[] kept = StateOf(device);
            device.Reset(kind);
            Assert.That(StateOf(device), Is.EqualTo(kept));
            return;
        }

        Assert.That(StateOf(device), Is.EqualTo(StateOf(fresh)));
    }

    [Test]
    public void SavedStateLoadsIntoAnotherDeviceThatThenReadsTheSame()
    {
        var world = new DeviceWorld();
        TDevice device = CreateDevice(world);
        Disturb(device, world);
        byte[] saved = StateOf(device);
        TDevice other = CreateDevice(new DeviceWorld());

        var reader = new SnapshotReader(saved);
        other.Load(reader);

        Assert.That(reader.AtEnd, Is.True);
        Assert.That(StateOf(other), Is.EqualTo(saved));
        foreach (ulong offset in Offsets(device, 4))
        {
            var access = new BusAccess(offset, 4, BusInitiator.Cpu(0), Secure: false);
            if (device.IsPollable(access) && !DependsOnTime(offset))
            {
                Assert.That(other.Read(access), Is.EqualTo(device.Read(access)), $"at 0x{offset:x}");
            }
        }
    }

    /// <summary>True for a register whose value is made from the machine's time, which is no state of the device.</summary>
    protected virtual bool DependsOnTime(ulong offset) => false;

    [Test]
    public void TruncatedStateIsRefusedByName()
    {
        var world = new DeviceWorld();
        TDevice device = CreateDevice(world);
        Disturb(device, world);
        byte[] saved = StateOf(device);
        int step = Math.Max(1, saved.Length / 256);

        for (int length = 0; length < saved.Length; length += step)
        {
            TDevice other = CreateDevice(new DeviceWorld());
            Assert.That(() => other.Load(new SnapshotReader(saved.AsMemory(0, length))), Throws.TypeOf<SnapshotException>(), $"{length} bytes");
        }
    }

    [Test]
    public void EveryWidthAtEveryOffsetIsAnsweredWithinItsWidth()
    {
        TDevice device = CreateDevice(new DeviceWorld());
        foreach (int size in s_sizes)
        {
            foreach (ulong offset in Offsets(device, 1))
            {
                if (offset + (ulong)size > device.Length)
                {
                    continue;
                }

                var access = new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false);
                BusResult result = device.Read(access);
                ulong excess = size == 8 ? 0 : result.Value >> (8 * size);
                Assert.That(excess, Is.Zero, $"read of {size} at 0x{offset:x} gave 0x{result.Value:x}");
                _ = device.Write(access, size == 8 ? ulong.MaxValue : (1ul << (8 * size)) - 1);
            }
        }
    }

    [Test]
    public void AccessesAcrossAndBeyondTheEndOfTheWindowDoNotThrow()
    {
        TDevice device = CreateDevice(new DeviceWorld());
        foreach (int size in s_sizes)
        {
            foreach (ulong offset in (ulong[])[device.Length - 1, device.Length, device.Length + 0x1000, ulong.MaxValue])
            {
                var access = new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: true);
                Assert.That(() => device.Read(access), Throws.Nothing);
                Assert.That(() => device.Write(access, 0x55), Throws.Nothing);
                Assert.That(() => device.IsPollable(access), Throws.Nothing);
            }
        }
    }

    [Test]
    public void PollableReadsLeaveTheStateAlone()
    {
        var world = new DeviceWorld();
        TDevice device = CreateDevice(world);
        Disturb(device, world);
        byte[] before = StateOf(device);
        long reports = world.Unimplemented.Counts.Values.Sum();

        foreach (int size in s_sizes)
        {
            foreach (ulong offset in Offsets(device, size))
            {
                var access = new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false);
                if (device.IsPollable(access))
                {
                    _ = device.Read(access);
                }
            }
        }

        Assert.That(StateOf(device), Is.EqualTo(before));
        Assert.That(world.Unimplemented.Counts.Values.Sum(), Is.EqualTo(reports));
    }

    [Test]
    public void ReadsOfDeclaredRegistersAllocateNothing()
    {
        var world = new DeviceWorld();
        TDevice device = CreateDevice(world);
        List<BusAccess> declared = [];
        foreach (ulong offset in Offsets(device, 4))
        {
            var access = new BusAccess(offset, 4, BusInitiator.Cpu(0), Secure: false);
            long reports = world.Unimplemented.Counts.Values.Sum();
            _ = device.Read(access);
            if (world.Unimplemented.Counts.Values.Sum() == reports)
            {
                declared.Add(access);
            }
        }

        // The run-time may allocate while it compiles a method anew; a device that allocates does so each time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ReadAll(device, declared);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    protected static byte[] StateOf(ISnapshotState component)
    {
        var writer = new SnapshotWriter();
        component.Save(writer);
        return writer.ToArray();
    }

    private static void ReadAll(TDevice device, List<BusAccess> accesses)
    {
        foreach (BusAccess access in accesses)
        {
            _ = device.Read(access);
        }
    }

    private IEnumerable<ulong> Offsets(TDevice device, int step)
    {
        foreach ((ulong start, ulong end) in Ranges(device))
        {
            for (ulong offset = start; offset < end; offset += (ulong)step)
            {
                yield return offset;
            }
        }
    }
}
