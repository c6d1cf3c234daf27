using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Queues;

namespace Emulator.Tests.Virtio.Queues;

[TestFixture(false)]
[TestFixture(true)]
internal sealed class VirtqueueTests(bool packed)
{
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Data = GuestMemory.Base + 0x4_0000;
    private const ulong Table = GuestMemory.Base + 0x8_0000;
    private const int Size = 8;

    private readonly DescriptorChain _chain = new();
    private GuestMemory _memory = null!;
    private Virtqueue _queue = null!;
    private VirtqueueDriver _driver = null!;

    [SetUp]
    public void SetUp()
    {
        _memory = new GuestMemory();
        _queue = new Virtqueue("test", 0, _memory.View);
        _driver = VirtqueueDriver.Create(_memory.View, Ring, Size, packed);
        Assert.That(_queue.Start(_driver.Settings, Features(VirtioFeatures.IndirectDescriptors)), Is.True);
    }

    [TearDown]
    public void TearDown() => _memory.Dispose();

    [Test]
    public void AnEmptyRingGivesNothingAndIsNoFault()
    {
        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.None));
    }

    [Test]
    public void AChainIsReadThenWrittenThenGivenBack([Values] bool indirect)
    {
        _memory.Write(Data, "hello, "u8);
        _memory.Write(Data + 0x100, "device"u8);
        int id = _driver.Add(
            [new(Data, 7, false), new(Data + 0x100, 6, false), new(Data + 0x200, 3, true), new(Data + 0x300, 100, true)], indirect ? Table : 0);

        Assert.That(_queue.TryPop(_chain), Is.True);
        Assert.That((_chain.ReadableLength, _chain.WritableLength), Is.EqualTo((13L, 103L)));
        byte[] read = new byte[13];
        Assert.That(_chain.TryRead(read), Is.True);
        Assert.That(_chain.TryRead(new byte[1]), Is.False);
        Assert.That(_chain.TryWrite("answer"u8), Is.True);
        _queue.Push(_chain.Used);

        Assert.That(read, Is.EqualTo("hello, device"u8.ToArray()));
        Assert.That(_memory.Read(Data + 0x200, 3), Is.EqualTo("ans"u8.ToArray()));
        Assert.That(_memory.Read(Data + 0x300, 4), Is.EqualTo("wer\0"u8.ToArray()));
        Assert.That(_driver.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used, Is.EqualTo(new UsedBuffer(id, 6)));
        Assert.That(_driver.Free, Is.EqualTo(Size));
        Assert.That(_queue.InFlight, Is.Zero);
    }

    [Test]
    public void ATableMayBeLongerThanTheRing()
    {
        DriverBuffer[] buffers = [.. Enumerable.Range(0, 3 * Size).Select(i => new DriverBuffer(Data + (ulong)(16 * i), 16, IsWritable: true))];
        _driver.Add(buffers, Table);

        Assert.That(_queue.TryPop(_chain), Is.True);
        Assert.That(_chain.WritableLength, Is.EqualTo(16 * buffers.Length));
    }

    [Test]
    public void ChainsMayBeGivenBackInAnyOrder()
    {
        int first = _driver.Add([new(Data, 1, true)]);
        int second = _driver.Add([new(Data, 1, true), new(Data + 1, 1, true)]);
        _ = _queue.TryPop(_chain);
        UsedElement one = _chain.Used;
        _ = _queue.TryPop(_chain);

        _queue.Push(_chain.Used);
        _queue.Push(one);

        _ = _driver.TryTakeUsed(out UsedBuffer earlier);
        _ = _driver.TryTakeUsed(out UsedBuffer later);
        Assert.That((earlier.Id, later.Id), Is.EqualTo((second, first)));
    }

    [Test]
    public void InterruptsAreWantedUnlessTheDriverSaysOtherwise()
    {
        Assert.That(Serve(), Is.True);
        _driver.DisableInterrupts();
        Assert.That(Serve(), Is.False);
        _driver.EnableInterrupts();
        Assert.That(Serve(), Is.True);
        Assert.That(_queue.WantsInterrupt(), Is.False, "nothing more was given back");
    }

    [Test]
    public void WithEventIndexAnInterruptComesAfterAsManyAsTheDriverSaid()
    {
        Restart(eventIndex: true);
        _driver.EnableInterrupts(after: 3);

        Assert.That(Serve(), Is.False);
        Assert.That(Serve(), Is.False);
        Assert.That(Serve(), Is.True);
    }

    [Test]
    public void WithEventIndexANotificationIsWantedOnlyWhenAskedFor()
    {
        Restart(eventIndex: true);
        _queue.RequestNotification();
        _driver.Add([new(Data, 1, true)]);
        Assert.That(_driver.NeedsKick(), Is.True);
        _driver.Add([new(Data, 1, true)]);
        Assert.That(_driver.NeedsKick(), Is.False);
        _ = _queue.TryPop(_chain) && _queue.TryPop(_chain);
        _queue.RequestNotification();
        _driver.Add([new(Data, 1, true)]);
        Assert.That(_driver.NeedsKick(), Is.True);
    }

    [Test]
    public void WhatTheDeviceWritesMakesPagesDirtyAndIsTold()
    {
        List<(ulong Offset, int Count)> told = [];
        _driver.Add([new(Data, 16, true)]);
        _memory.Ram.ClearDirty();
        _memory.Ram.WrittenFromOutside += (offset, count) => told.Add((offset, count));

        _ = _queue.TryPop(_chain);
        _ = _chain.TryWrite(new byte[16]);
        _queue.Push(_chain.Used);

        Assert.That(_memory.Ram.IsDirty((int)((Data - GuestMemory.Base) >> 12)), Is.True);
        Assert.That(told, Does.Contain((Data - GuestMemory.Base, 16)));
        Assert.That(told, Has.Count.GreaterThan(1), "the ring itself was written too");
    }

    [Test]
    public void ASnapshotInMidRequestGoesOnAtTheSamePlace()
    {
        _ = Serve();
        int taken = _driver.Add([new(Data, 1, true)]);
        int waiting = _driver.Add([new(Data, 1, true)]);
        _ = _queue.TryPop(_chain);
        UsedElement used = _chain.Used;
        var writer = new SnapshotWriter();
        _queue.Save(writer);

        var restored = new Virtqueue("test", 0, _memory.View);
        restored.Load(new SnapshotReader(writer.ToArray()));
        restored.Push(used);
        Assert.That(restored.TryPop(_chain), Is.True);
        restored.Push(_chain.Used);

        _ = _driver.TryTakeUsed(out UsedBuffer first);
        _ = _driver.TryTakeUsed(out UsedBuffer second);
        Assert.That((first.Id, second.Id), Is.EqualTo((taken, waiting)));
        Assert.That(restored.WantsInterrupt(), Is.True);
    }

    [Test]
    public void RequestsAllocateNothing()
    {
        DriverBuffer[] buffers = [new(Data, 16, false), new(Data + 16, 512, true), new(Data + 600, 1, true)];
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                _ = _driver.Add(buffers, (i & 1) == 0 ? Table : 0);
                _ = _queue.TryPop(_chain);
                _ = _chain.TryTakeLastByte(out DmaRange _);
                while (_chain.TryTakeWritable(512, out DmaRange piece))
                {
                    piece.MarkWritten(0, piece.Length);
                }

                _queue.Push(_chain.Used);
                _ = _queue.WantsInterrupt();
                _queue.RequestNotification();
                _ = _driver.TryTakeUsed(out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(VirtqueueSettings.LargestSize + 1)]
    [TestCase(int.MaxValue)]
    public void ASizeOutOfRangeIsAFault(int size)
    {
        Assert.That(_queue.Start(_driver.Settings with { Size = size }, Features(0)), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.QueueSize));
        Assert.That(_queue.TryPop(_chain), Is.False);
    }

    [Test]
    public void ASizeThatIsNoPowerOfTwoFitsOnlyAPackedRing()
    {
        Assert.That(_queue.Start(_driver.Settings with { Size = 7 }, Features(0)), Is.EqualTo(packed));
    }

    [TestCase(0u)]
    [TestCase(GuestMemory.DeviceWindow)]
    [TestCase(GuestMemory.Base + GuestMemory.Length - 2)]
    [TestCase(ulong.MaxValue - 15)]
    public void ARingThatDoesNotLieInRamIsAFault(ulong address)
    {
        VirtqueueSettings settings = _driver.Settings;
        foreach (VirtqueueSettings wrong in (VirtqueueSettings[])[
            settings with { DescriptorArea = address }, settings with { DriverArea = address }, settings with { DeviceArea = address }])
        {
            Assert.That(_queue.Start(wrong, Features(0)), Is.False);
            Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.RingAddress));
            var writer = new SnapshotWriter();
            _queue.Save(writer);
            var other = new Virtqueue("test", 0, _memory.View);
            other.Load(new SnapshotReader(writer.ToArray()));
            Assert.That(other.Fault, Is.EqualTo(VirtqueueFault.RingAddress));
        }
    }

    [TestCase(Data, 0u, VirtqueueFault.BufferLength)]
    [TestCase(Data, 0x8000_0000u, VirtqueueFault.BufferLength)]
    [TestCase(Data, 0xffff_ffffu, VirtqueueFault.BufferLength)]
    [TestCase(Data, 0x7fff_ffffu, VirtqueueFault.BufferAddress)]
    [TestCase(GuestMemory.DeviceWindow, 4u, VirtqueueFault.BufferAddress)]
    [TestCase(GuestMemory.Base - 1, 2u, VirtqueueFault.BufferAddress)]
    [TestCase(GuestMemory.Base + GuestMemory.Length - 1, 2u, VirtqueueFault.BufferAddress)]
    [TestCase(ulong.MaxValue, 2u, VirtqueueFault.BufferAddress)]
    public void ABadBufferIsAFaultAndNoRequest(ulong address, uint length, int fault)
    {
        foreach (ulong table in (ulong[])[0, Table])
        {
            Restart(eventIndex: false);
            _driver.Add([new(Data, 4, false), new(address, length, true)], table);

            Assert.That(_queue.TryPop(_chain), Is.False);
            Assert.That(_queue.Fault, Is.EqualTo((VirtqueueFault)fault));
            Assert.That(_queue.TryPop(_chain), Is.False, "the queue stands until it is reset");
            Assert.That(_driver.TryTakeUsed(out _), Is.False);
        }
    }

    [TestCase(1024, 16u, VirtqueueFault.None)]
    [TestCase(1025, 16u, VirtqueueFault.ChainTooLong)]
    [TestCase(511, (uint)GuestMemory.Length, VirtqueueFault.None)]
    [TestCase(512, (uint)GuestMemory.Length, VirtqueueFault.BufferLength)]
    public void AChainHasAtMost1024BuffersAndLessThan4GiB(int count, uint length, int fault)
    {
        _driver.Add([.. Enumerable.Repeat(new DriverBuffer(GuestMemory.Base, length, IsWritable: false), count)], Table);

        Assert.That(_queue.TryPop(_chain), Is.EqualTo(fault == (int)VirtqueueFault.None));
        Assert.That(_queue.Fault, Is.EqualTo((VirtqueueFault)fault));
    }

    [Test]
    public void AReadableBufferBehindAWritableOneIsAFault()
    {
        _driver.Add([new(Data, 4, true), new(Data + 4, 4, false)]);

        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.BufferOrder));
    }

    [TestCase(0u)]
    [TestCase(15u)]
    [TestCase(24u)]
    [TestCase(0xffff_fff0u)]
    public void ATableOfABadLengthIsAFault(uint length)
    {
        _driver.Add([new(Data, 4, true)], Table);
        OverwriteFirst(Table, length, DescriptorFlags.Indirect);

        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.IndirectTable));
    }

    [TestCase(GuestMemory.DeviceWindow)]
    [TestCase(GuestMemory.Base + GuestMemory.Length - 8)]
    public void ATableThatIsNotInMemoryIsAFault(ulong address)
    {
        _driver.Add([new(Data, 4, true)], Table);
        OverwriteFirst(address, 16, DescriptorFlags.Indirect);

        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.IndirectTable));
    }

    [Test]
    public void ATableThatWasNotNegotiatedIsAFault()
    {
        _ = _queue.Start(_driver.Settings, Features(0));
        _driver.Add([new(Data, 4, true)], Table);

        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.IndirectTable));
    }

    private ulong Features(ulong features) => features | VirtioFeatures.Version1 | (packed ? VirtioFeatures.PackedRing : 0);

    private void Restart(bool eventIndex)
    {
        _driver = VirtqueueDriver.Create(_memory.View, Ring, Size, packed, eventIndex);
        Assert.That(_queue.Start(_driver.Settings, Features(VirtioFeatures.IndirectDescriptors | (eventIndex ? VirtioFeatures.EventIndex : 0))), Is.True);
    }

    private void OverwriteFirst(ulong address, uint length, DescriptorFlags flags)
    {
        if (packed)
        {
            _driver.WriteDescriptor(0, address, length, 0, (ushort)(flags | DescriptorFlags.Available));
        }
        else
        {
            _driver.WriteDescriptor(0, address, length, (ushort)flags, 0);
        }
    }

    // One request from end to end; says whether the device would have raised an interrupt.
    private bool Serve()
    {
        _driver.Add([new(Data, 1, true)]);
        Assert.That(_queue.TryPop(_chain), Is.True);
        _queue.Push(_chain.Used);
        bool interrupt = _queue.WantsInterrupt();
        Assert.That(_driver.TryTakeUsed(out _), Is.True);
        return interrupt;
    }
}
