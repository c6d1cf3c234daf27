using System.Buffers.Binary;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Queues;

namespace Emulator.Tests.Virtio.Queues;

/// <summary>Mistakes that only a driver of a split ring can make.</summary>
internal sealed class SplitRingTests
{
    private const ulong Ring = GuestMemory.Base + 0x1_0000;
    private const ulong Data = GuestMemory.Base + 0x4_0000;
    private const ulong Table = GuestMemory.Base + 0x8_0000;
    private const int Size = 8;
    private const ushort Next = (ushort)DescriptorFlags.Next;
    private const ushort Indirect = (ushort)DescriptorFlags.Indirect;

    private readonly DescriptorChain _chain = new();
    private GuestMemory _memory = null!;
    private Virtqueue _queue = null!;
    private VirtqueueDriver _driver = null!;

    [SetUp]
    public void SetUp()
    {
        _memory = new GuestMemory();
        _queue = new Virtqueue("test", 0, _memory.View);
        _driver = VirtqueueDriver.Create(_memory.View, Ring, Size);
        Assert.That(_queue.Start(_driver.Settings, VirtioFeatures.IndirectDescriptors), Is.True);
        _driver.Add([new(Data, 4, false)]);
    }

    [TearDown]
    public void TearDown() => _memory.Dispose();

    [TestCase(Size + 1, VirtqueueFault.AvailableIndex)]
    [TestCase(0xffff, VirtqueueFault.AvailableIndex)]
    public void AJumpOfTheAvailableIndexIsAFault(int index, int fault)
    {
        WriteAvailable(2, (ushort)index);
        Check((VirtqueueFault)fault);
    }

    [TestCase(Size)]
    [TestCase(0xffff)]
    public void AHeadBeyondTheTableIsAFault(int head)
    {
        WriteAvailable(4, (ushort)head);
        Check(VirtqueueFault.DescriptorIndex);
    }

    [Test]
    public void ALinkBeyondTheTableIsAFault()
    {
        _driver.WriteDescriptor(0, Data, 4, Next, Size);
        Check(VirtqueueFault.DescriptorIndex);
    }

    [Test]
    public void ALoopIsAFault()
    {
        _driver.WriteDescriptor(0, Data, 4, Next, 1);
        _driver.WriteDescriptor(1, Data, 4, Next, 0);
        Check(VirtqueueFault.ChainTooLong);
    }

    [Test]
    public void ALoopInATableIsAFault()
    {
        _driver.WriteDescriptor(0, Table, 16, Indirect, 0);
        _memory.Write(Table, Entry(Data, 4, Next, 0));
        Check(VirtqueueFault.ChainTooLong);
    }

    [Test]
    public void ATableInATableIsAFault()
    {
        _driver.WriteDescriptor(0, Table, 16, Indirect, 0);
        _memory.Write(Table, Entry(Table, 16, Indirect, 0));
        Check(VirtqueueFault.IndirectTable);
    }

    [Test]
    public void ATableThatGoesOnInTheRingIsAFault()
    {
        _driver.WriteDescriptor(0, Table, 16, Indirect | Next, 1);
        Check(VirtqueueFault.IndirectTable);
    }

    [Test]
    public void ATableMayEndAListOfPlainDescriptors()
    {
        _driver.WriteDescriptor(0, Data, 4, Next, 1);
        _driver.WriteDescriptor(1, Table, 16, Indirect, 0);
        _memory.Write(Table, Entry(Data, 8, 0, 0));

        Assert.That(_queue.TryPop(_chain), Is.True);
        Assert.That((_chain.ReadableLength, _chain.DescriptorCount), Is.EqualTo((12L, 2)));
    }

    [Test]
    public void TheSameChainIsTakenNoOftenerThanTheRingHasRoomFor()
    {
        for (ushort index = 0; index < 3 * Size; index++)
        {
            WriteAvailable(2, (ushort)(index + 1));
            Assert.That(_queue.TryPop(_chain), Is.EqualTo(index < Size));
        }

        Assert.That(_queue.Fault, Is.EqualTo(VirtqueueFault.None));
    }

    private static byte[] Entry(ulong address, uint length, ushort flags, ushort next)
    {
        byte[] entry = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, address);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(8), length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(12), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(14), next);
        return entry;
    }

    private void WriteAvailable(ulong offset, ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _memory.Write(_driver.Settings.DriverArea + offset, bytes);
    }

    private void Check(VirtqueueFault fault)
    {
        Assert.That(_queue.TryPop(_chain), Is.False);
        Assert.That(_queue.Fault, Is.EqualTo(fault));
    }
}
