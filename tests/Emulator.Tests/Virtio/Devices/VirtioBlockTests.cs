using System.Buffers.Binary;
using System.Text;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioBlockTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const int Sectors = 64;
    private const uint In = 0;
    private const uint Out = 1;
    private const uint Flush = 4;
    private const uint GetId = 8;
    private const uint Discard = 11;
    private const uint WriteZeroes = 13;
    private const byte Ok = 0;
    private const byte IoError = 1;
    private const byte Unsupported = 2;
    private const ulong Buffer = Data + 0x1000;

    private Func<IBlockStorage> _storage = null!;
    private int _queues;

    [SetUp]
    public void SetUp()
    {
        _storage = static () => new MemoryStorage("test", Sectors * VirtioBlock.SectorSize);
        _queues = 1;
    }

    [Test]
    public void WhatWasWrittenIsReadAgainHoweverItIsCut()
    {
        Rig rig = StartRig();
        byte[] content = [.. Enumerable.Range(0, 1024).Select(i => (byte)(i * 7))];
        rig.Memory.Write(Buffer, content);
        Assert.That(Do(rig, Out, 5, [new(Buffer, 100, false), new(Buffer + 100, 924, false)]), Is.EqualTo(Ok));
        rig.Memory.Write(Buffer, new byte[1024]);

        Assert.That(Do(rig, In, 5, [new(Buffer, 1000, true), new(Buffer + 1000, 24, true)]), Is.EqualTo(Ok));

        Assert.That(rig.Memory.Read(Buffer, 1024), Is.EqualTo(content));
    }

    [Test]
    public void HeaderAndStatusMayBeCutAnywhere()
    {
        Rig rig = StartRig();
        rig.Memory.Write(Data, Header(In, 0));
        rig.Memory.Write(Buffer, Enumerable.Repeat((byte)0x55, 513).ToArray());
        rig.Ring.Add([new(Data, 3, false), new(Data + 3, 13, false), new(Buffer, 513, true)]);
        rig.Driver.Notify(0);

        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(513));
        Assert.That(rig.Memory.Read(Buffer, 513), Is.All.Zero);
    }

    [TestCase(In, Sectors, 512u, IoError)]
    [TestCase(In, Sectors - 1, 1024u, IoError)]
    [TestCase(In, Sectors - 1, 512u, Ok)]
    [TestCase(In, long.MaxValue, 512u, IoError)]
    [TestCase(In, -1, 512u, IoError)]
    [TestCase(In, 0, 511u, IoError)]
    [TestCase(Out, Sectors, 512u, IoError)]
    [TestCase(Out, -1, 1024u, IoError)]
    [TestCase(77u, 0, 512u, Unsupported)]
    public void WhatIsNotOnTheDiskIsAnError(uint type, long sector, uint length, byte status)
    {
        Rig rig = StartRig();
        Assert.That(Do(rig, type, (ulong)sector, [new(Buffer, length, type != Out)]), Is.EqualTo(status));
    }

    [TestCase(new[] { 15u }, new uint[0])]
    [TestCase(new[] { 16u, 512u }, new uint[0])]
    public void ARequestWithoutHeaderOrStatusNeedsAReset(uint[] readable, uint[] writable)
    {
        Rig rig = StartRig();
        rig.Memory.Write(Data, Header(Out, 0));
        rig.Ring.Add([.. readable.Select(length => new DriverBuffer(Data, length, false)), .. writable.Select(length => new DriverBuffer(Data, length, true))]);
        rig.Driver.Notify(0);

        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
    }

    [Test]
    public void AReadOnlyDiskSaysSoAndStaysAsItIs()
    {
        var storage = new RecordingStorage(Sectors) { IsReadOnly = true };
        _storage = () => storage;
        Rig rig = StartRig();
        const ulong ReadOnlyFeature = 1 << 5;
        const ulong Changes = (1 << 13) | (1 << 14);

        Assert.That(rig.Driver.Features & (ReadOnlyFeature | Changes), Is.EqualTo(ReadOnlyFeature));
        Assert.That(Do(rig, Out, 0, [new(Buffer, 512, false)]), Is.EqualTo(IoError));
        Assert.That(DoRange(rig, WriteZeroes, 0, 1, 0), Is.EqualTo(IoError));
        Assert.That(DoRange(rig, Discard, 0, 1, 0), Is.EqualTo(IoError));
        Assert.That(storage.Log, Is.Empty);
    }

    [Test]
    public void TheIdIsGivenPaddedWithZeros()
    {
        Rig rig = StartRig();
        Assert.That(Do(rig, GetId, 0, [new(Buffer, 20, true)]), Is.EqualTo(Ok));
        Assert.That(Encoding.ASCII.GetString(rig.Memory.Read(Buffer, 20)), Is.EqualTo("disk-0".PadRight(20, '\0')));
    }

    [Test]
    public void ZerosAreWrittenAndFlagsAreLookedAt()
    {
        Rig rig = StartRig();
        rig.Memory.Write(Buffer, Enumerable.Repeat((byte)0xaa, 2048).ToArray());
        Assert.That(Do(rig, Out, 0, [new(Buffer, 2048, false)]), Is.EqualTo(Ok));

        Assert.That(DoRange(rig, WriteZeroes, 1, 2, 1), Is.EqualTo(Ok));
        Assert.That(DoRange(rig, WriteZeroes, 0, 1, 2), Is.EqualTo(Unsupported));
        Assert.That(DoRange(rig, Discard, 0, 1, 1), Is.EqualTo(Unsupported));
        Assert.That(DoRange(rig, WriteZeroes, Sectors, 1, 0), Is.EqualTo(IoError));
        Assert.That(DoRange(rig, WriteZeroes, 0, uint.MaxValue, 0), Is.EqualTo(IoError));

        Assert.That(Do(rig, In, 0, [new(Buffer, 2048, true)]), Is.EqualTo(Ok));
        Assert.That(rig.Memory.Read(Buffer, 512), Is.All.EqualTo(0xaa));
        Assert.That(rig.Memory.Read(Buffer + 512, 1024), Is.All.Zero);
        Assert.That(rig.Memory.Read(Buffer + 1536, 512), Is.All.EqualTo(0xaa));
    }

    [Test]
    public void ADriverThatKnowsFlushMustAskForIt()
    {
        var storage = new RecordingStorage(Sectors);
        _storage = () => storage;
        Rig rig = StartRig();
        _ = Do(rig, Out, 0, [new(Buffer, 512, false)]);
        Assert.That(storage.Log, Is.EqualTo(["write 0+512"]));
        _ = Do(rig, Flush, 0, []);
        Assert.That(storage.Log, Is.EqualTo(["write 0+512", "flush"]));
    }

    [Test]
    public void WithoutFlushEveryWriteIsSafeBeforeItIsDone()
    {
        var storage = new RecordingStorage(Sectors);
        _storage = () => storage;
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate(wanted: VirtioFeatures.Version1);
        rig.Ring = rig.Driver.StartQueue(0, Ring);
        rig.Driver.SetReady();

        _ = Do(rig, Out, 0, [new(Buffer, 512, false)]);

        Assert.That(storage.Log, Is.EqualTo(["write 0+512", "flush"]));
    }

    [Test]
    public void WritebackCanBeSwitchedOff()
    {
        var storage = new RecordingStorage(Sectors);
        _storage = () => storage;
        Rig rig = StartRig();
        rig.Transport.Write(VirtioMmioDriver.Configuration + 32, 1, 0);
        Assert.That(rig.Transport.Read(VirtioMmioDriver.Configuration + 32, 1), Is.Zero);

        _ = Do(rig, Out, 0, [new(Buffer, 512, false)]);

        Assert.That(storage.Log, Is.EqualTo(["write 0+512", "flush"]));
    }

    [Test]
    public void AStorageThatFailsIsAnIoErrorForTheGuest()
    {
        var storage = new RecordingStorage(Sectors) { Fails = true };
        _storage = () => storage;
        Rig rig = StartRig();
        Assert.That(Do(rig, In, 0, [new(Buffer, 512, true)]), Is.EqualTo(IoError));
        Assert.That(Do(rig, Out, 0, [new(Buffer, 512, false)]), Is.EqualTo(IoError));
        Assert.That(Do(rig, Flush, 0, []), Is.EqualTo(IoError));
        Assert.That(DoRange(rig, Discard, 0, 1, 0), Is.EqualTo(IoError));
        Assert.That(rig.Transport.Counters.Faults, Is.Zero);
    }

    [Test]
    public void TheConfigurationDescribesTheDisk()
    {
        _queues = 3;
        Rig rig = CreateRig(new DeviceWorld());
        ulong Field(ulong offset, int size) => rig.Transport.Read(VirtioMmioDriver.Configuration + offset, size);

        Assert.That(Field(0, 4), Is.EqualTo(Sectors));
        Assert.That(Field(12, 4), Is.EqualTo(254), "seg_max leaves room for header and status");
        Assert.That(Field(20, 4), Is.EqualTo(512));
        Assert.That(Field(34, 2), Is.EqualTo(3));
        Assert.That(Field(56, 4), Is.EqualTo(uint.MaxValue), "across the end");
        rig.Transport.Write32(VirtioMmioDriver.QueueSel, 2);
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.QueueSizeMax), Is.EqualTo(256));
        rig.Transport.Write32(VirtioMmioDriver.QueueSel, 3);
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.QueueSizeMax), Is.Zero);
    }

    [Test]
    public void EveryQueueOfSeveralServes()
    {
        _queues = 3;
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate();
        VirtqueueDriver[] rings = [.. Enumerable.Range(0, 3).Select(i => rig.Driver.StartQueue(i, Ring + (ulong)(0x1_0000 * i)))];
        rig.Driver.SetReady();
        for (int queue = 2; queue >= 0; queue--)
        {
            rings[queue].Add(Request(rig.Memory, queue));
            rig.Driver.Notify(queue);
            Assert.That(rings[queue].TryTakeUsed(out _), Is.True);
        }
    }

    [Test]
    public void AResizeIsTold()
    {
        var storage = new MemoryStorage("test", Sectors * 512);
        _storage = () => storage;
        Rig rig = StartRig();
        Assert.That(Do(rig, In, Sectors, [new(Buffer, 512, true)]), Is.EqualTo(IoError));
        rig.Transport.Write32(VirtioMmioDriver.InterruptAck, 3);

        ((IVirtioDisk)rig.Model).Resize(2 * Sectors * 512);

        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.EqualTo(2));
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Configuration), Is.EqualTo(2 * Sectors));
        if (Version == VirtioMmioVersion.Modern)
        {
            Assert.That(rig.Transport.Read32(VirtioMmioDriver.ConfigGeneration), Is.EqualTo(1));
        }

        Assert.That(Do(rig, In, Sectors, [new(Buffer, 512, true)]), Is.EqualTo(Ok));
        Assert.That(() => ((IVirtioDisk)rig.Model).Resize(513), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ((IVirtioDisk)rig.Model).Resize(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ADiskThatIsOnlyReadKeepsItsLength()
    {
        _storage = static () => new ArrayStorage(new byte[1024]);
        Rig rig = StartRig();
        Assert.That(() => ((IVirtioDisk)rig.Model).Resize(2048), Throws.InvalidOperationException);
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.InterruptStatus), Is.Zero);
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioBlock(settings, _storage(), _queues, "disk-0");

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        // Written and read in turn, so that there is something to see.
        ulong at = Data + (ulong)(index * 0x800);
        bool isRead = index % 2 == 1;
        memory.Write(at, Header(isRead ? In : Out, (ulong)(index / 2)));
        memory.Write(at + 0x100, Enumerable.Repeat((byte)(index + 1), 512).ToArray());
        return [new(at, 16, false), new(at + 0x100, 512, isRead), new(at + 0x400, 1, true)];
    }

    protected override void Disturb(VirtioMmioTransport device, DeviceWorld world)
    {
        base.Disturb(device, world);
        device.Write(VirtioMmioDriver.Configuration + 32, 1, 0);
    }

    private static byte[] Header(uint type, ulong sector)
    {
        byte[] header = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), sector);
        return header;
    }

    private static byte Do(Rig rig, uint type, ulong sector, DriverBuffer[] buffers)
    {
        rig.Memory.Write(Data, Header(type, sector));
        rig.Memory.Write(Data + 0x100, [0xee]);
        rig.Ring.Add([new(Data, 16, false), .. buffers, new(Data + 0x100, 1, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Ring.TryTakeUsed(out _), Is.True);
        return rig.Memory.Read(Data + 0x100, 1)[0];
    }

    private static byte DoRange(Rig rig, uint type, ulong sector, uint sectors, uint flags)
    {
        byte[] range = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(range, sector);
        BinaryPrimitives.WriteUInt32LittleEndian(range.AsSpan(8), sectors);
        BinaryPrimitives.WriteUInt32LittleEndian(range.AsSpan(12), flags);
        rig.Memory.Write(Data + 0x200, range);
        return Do(rig, type, 0, [new(Data + 0x200, 16, false)]);
    }
}
