using System.Buffers.Binary;
using System.Text;
using Emulator.Firmware;
using Emulator.Memory;
using Emulator.Tests.Devices;
using FsCheck;
using FsCheck.Fluent;

namespace Emulator.Tests.Firmware;

internal sealed class FwCfgTests : DeviceContract<FwCfg>
{
    private const ulong Data = 0x00;
    private const ulong Selector = 0x08;
    private const ulong Dma = 0x10;
    private const ulong DmaLow = 0x14;
    private const ulong RamBase = 0x4000_0000;
    private const ulong RamLength = 0x10_0000;
    private const ulong Descriptor = RamBase + 0x100;
    private const ulong Target = RamBase + 0x2000;

    private const int BigFileLength = 10_000;

    private const uint Error = 1;
    private const uint Read = 2;
    private const uint Skip = 4;
    private const uint Select = 8;
    private const uint Write = 16;

    private readonly List<GuestRam> _rams = [];
    private FwCfg _device = null!;

    private GuestRam Ram => _rams[^1];

    [SetUp]
    public void SetUp() => _device = CreateDevice(new DeviceWorld());

    [TearDown]
    public void TearDown()
    {
        _rams.ForEach(r => r.Dispose());
        _rams.Clear();
    }

    [Test]
    public void StartsAtTheSignature()
    {
        Assert.That(Bytes(4), Is.EqualTo("QEMU"u8.ToArray()));
    }

    [Test]
    public void OffersTraditionalAndDmaInterfaces()
    {
        SelectItem((ushort)FwCfgKey.Id);
        Assert.That(Bytes(6), Is.EqualTo(new byte[] { 3, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void SelectingAgainStartsFromTheBeginning()
    {
        SelectItem(0);
        _ = Bytes(3);
        SelectItem(0);
        Assert.That(Bytes(1), Is.EqualTo("Q"u8.ToArray()));
    }

    [TestCase(1, 0x51ul)]
    [TestCase(2, 0x4551ul)]
    [TestCase(4, 0x554d_4551ul)]
    [TestCase(8, 0x0000_0000_554d_4551ul)]
    public void DataComesInMemoryOrderWithZerosBehindIt(int size, ulong expected)
    {
        SelectItem(0);
        Assert.That(_device.Read(Data, size), Is.EqualTo(expected));
    }

    [Test]
    public void AWideReadAtTheEndTakesWhatIsLeft()
    {
        SelectItem(0);
        _ = Bytes(3);
        Assert.That(_device.Read(Data, 4), Is.EqualTo((ulong)'U'));
        Assert.That(_device.Read(Data, 4), Is.Zero);
    }

    [TestCase(0x0005, new byte[] { 4, 0, 0 })]
    [TestCase(0x4005, new byte[] { 4, 0, 0 }, Description = "the write channel bit has no meaning")]
    [TestCase(0x8005, new byte[] { 0, 0, 0 }, Description = "architecture's items")]
    [TestCase(0x003f, new byte[] { 0, 0, 0 }, Description = "no such file")]
    [TestCase(0x0040, new byte[] { 0, 0, 0 }, Description = "beyond all files")]
    [TestCase(0xffff, new byte[] { 0, 0, 0 }, Description = "nothing")]
    public void SelectorsNameItems(int key, byte[] expected)
    {
        SelectItem((ushort)key);
        Assert.That(Bytes(3), Is.EqualTo(expected));
    }

    [Test]
    public void TheDirectoryListsFilesByNameWithLengthAndSelector()
    {
        SelectItem((ushort)FwCfgKey.FileDirectory);
        byte[] directory = Bytes(4 + (3 * 64) + 1);

        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(directory), Is.EqualTo(3));
        string[] names = ["bootorder", "etc/acpi/rsdp", "opt/big"];
        uint[] lengths = [0, 5, 10_000];
        for (int i = 0; i < 3; i++)
        {
            ReadOnlySpan<byte> entry = directory.AsSpan(4 + (64 * i), 64);
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(entry), Is.EqualTo(lengths[i]));
            Assert.That(BinaryPrimitives.ReadUInt16BigEndian(entry[4..]), Is.EqualTo(0x20 + i));
            Assert.That(Encoding.ASCII.GetString(entry[8..]).TrimEnd('\0'), Is.EqualTo(names[i]));
        }

        SelectItem(0x21);
        Assert.That(Bytes(6), Is.EqualTo("RSD P\0"u8.ToArray()));
    }

    [Test]
    public void DmaRegisterReadsAsItsSignature()
    {
        Assert.That(_device.Read(Dma, 8), Is.EqualTo(0x4746_4320_554d_4551));
        Assert.That(_device.Read32(Dma), Is.EqualTo(0x554d_4551));
        Assert.That(_device.Read32(DmaLow), Is.EqualTo(0x4746_4320));
        Assert.That(_device.Read(0x12, 2), Is.EqualTo(0x554d));
        Assert.That(_device.Read(0x17, 1), Is.EqualTo((ulong)'G'));
    }

    [Test]
    public void DmaReadsAnItemAndZerosBehindIt()
    {
        Fill(0xcc);
        Assert.That(Transfer(Select | Read, 0, 6), Is.Zero);
        Assert.That(TargetBytes(8), Is.EqualTo(new byte[] { (byte)'Q', (byte)'E', (byte)'M', (byte)'U', 0, 0, 0xcc, 0xcc }));
    }

    [Test]
    public void DmaContinuesWhereTheLastTransferEnded()
    {
        Assert.That(Transfer(Select, 0, 4), Is.Zero, "selecting alone moves nothing");
        Assert.That(Transfer(Skip, 0, 1), Is.Zero);
        Assert.That(Transfer(Read, 0, 2), Is.Zero);
        Assert.That(TargetBytes(2), Is.EqualTo("EM"u8.ToArray()));
        Assert.That(Bytes(2), Is.EqualTo("U\0"u8.ToArray()), "the data register shares the position");
    }

    [Test]
    public void DmaReadsManyPagesOfNothing()
    {
        Fill(0xcc);
        Assert.That(Transfer(Select | Read, 0xffff, 0x8001), Is.Zero);
        Assert.That(TargetBytes(0x8002).Take(0x8001), Is.All.Zero);
        Assert.That(TargetBytes(0x8002)[0x8001], Is.EqualTo(0xcc));
    }

    [Test]
    public void DmaOfAllLengthsEndsWithAnErrorAtTheEndOfMemory()
    {
        Assert.That(Transfer(Select | Read, 0, uint.MaxValue), Is.EqualTo(Error));
        Assert.That(TargetBytes(4), Is.EqualTo("QEMU"u8.ToArray()), "what fits has been written");
        Assert.That(Transfer(Select | Skip, 0, uint.MaxValue), Is.Zero);
        Assert.That(Bytes(1)[0], Is.Zero);
    }

    [TestCase(0x0ul)]
    [TestCase(ulong.MaxValue)]
    [TestCase(ulong.MaxValue - 2)]
    [TestCase(RamBase + RamLength - 1)]
    public void DmaToWhereNoMemoryIsIsAnError(ulong address)
    {
        Assert.That(Transfer(Select | Read, 0, 4, address), Is.EqualTo(Error));
    }

    [Test]
    public void DmaWritesAreRefused()
    {
        Assert.That(Transfer(Select | Write, 5, 2), Is.EqualTo(Error));
        SelectItem(5);
        Assert.That(Bytes(1)[0], Is.EqualTo(4));
    }

    [Test]
    public void OfReadAndWriteTheReadCounts()
    {
        Assert.That(Transfer(Select | Read | Write | Skip | Error, 0, 4), Is.Zero);
        Assert.That(TargetBytes(4), Is.EqualTo("QEMU"u8.ToArray()));
    }

    [Test]
    public void DmaAddressMayComeInTwoHalvesOfWhichTheLowStartsIt()
    {
        WriteDescriptor(Select | Read, 0, 4, Target);
        _device.Write32(Dma, 0);
        Assert.That(TargetBytes(4), Is.All.Zero);
        _device.Write32(DmaLow, BinaryPrimitives.ReverseEndianness((uint)Descriptor));
        Assert.That(TargetBytes(4), Is.EqualTo("QEMU"u8.ToArray()));
    }

    [Test]
    public void TheHighHalfCountsForOneTransferOnly()
    {
        WriteDescriptor(Select | Read, 0, 4, Target);
        _device.Write32(Dma, BinaryPrimitives.ReverseEndianness(1u));
        _device.Write32(DmaLow, BinaryPrimitives.ReverseEndianness((uint)Descriptor));
        Assert.That(TargetBytes(4), Is.All.Zero, "there is no memory at 0x1_4000_0100");

        _device.Write32(DmaLow, BinaryPrimitives.ReverseEndianness((uint)Descriptor));
        Assert.That(TargetBytes(4), Is.EqualTo("QEMU"u8.ToArray()));
    }

    [Test]
    public void ADescriptorAcrossTheEndOfMemoryGetsItsErrorBit()
    {
        Ram.Write(RamLength - 8, [0, 0, 0, 10, 0, 0, 0, 4]);
        _device.Write(Dma, 8, BinaryPrimitives.ReverseEndianness(RamBase + RamLength - 8));

        byte[] control = new byte[4];
        Ram.Read(RamLength - 8, control);
        Assert.That(control, Is.EqualTo(new byte[] { 0, 0, 0, 1 }));
    }

    [Test]
    public void DescriptorsNowhereDoNothing([Values(0ul, 0xfffffffffffffff8ul, ulong.MaxValue)] ulong address)
    {
        Assert.That(() => _device.Write(Dma, 8, BinaryPrimitives.ReverseEndianness(address)), Throws.Nothing);
    }

    /// <summary>DMA moves what the data register would have given, from wherever both stand.</summary>
    [Test]
    public void DmaAndDataRegisterReadTheSameBytes()
    {
        Prop.ForAll<ushort[]>(steps =>
        {
            Transfer(Select, 0x22, 0);
            int position = 0;
            foreach (ushort step in steps)
            {
                int count = step >> 2 & 0x7ff;
                byte[] expected = [.. Enumerable.Range(position, count).Select(ContentOfBigFile)];
                position += count;
                switch (step & 3)
                {
                    case 0:
                        Assert.That(Bytes(count), Is.EqualTo(expected));
                        break;
                    case 1:
                        Assert.That(Transfer(Skip, 0, (uint)count), Is.Zero);
                        break;
                    default:
                        Assert.That(Transfer(Read, 0, (uint)count), Is.Zero);
                        Assert.That(TargetBytes(count), Is.EqualTo(expected));
                        break;
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [TestCase(0x01u, 1, false)]
    [TestCase(0x04u, 4, false)]
    [TestCase(0x08u, 2, false)]
    [TestCase(0x0cu, 4, false)]
    [TestCase(0x14u, 8, false)]
    [TestCase(0x08u, 1, true)]
    [TestCase(0x08u, 4, true)]
    [TestCase(0x09u, 1, true)]
    [TestCase(0x0cu, 4, true)]
    [TestCase(0x10u, 1, true)]
    [TestCase(0x14u, 2, true)]
    [TestCase(0x14u, 8, true)]
    public void AccessesThatQemuRefusesAreBusErrors(uint offset, int size, bool isWrite)
    {
        var access = new BusAccess(offset, size, BusInitiator.Cpu(0), Secure: false);
        BusStatus status = isWrite ? _device.Write(access, 0) : _device.Read(access).Status;
        Assert.That(status, Is.EqualTo(BusStatus.Error));
    }

    [Test]
    public void WritesToTheDataRegisterAreIgnored()
    {
        SelectItem(0);
        _device.Write(Data, 1, 0x55);
        Assert.That(Bytes(4), Is.EqualTo("QEMU"u8.ToArray()));
    }

    [Test]
    public void ALongTransferAllocatesNothing()
    {
        WriteDescriptor(Select | Read, 0, 0x8_0000, Target);
        ulong register = BinaryPrimitives.ReverseEndianness(Descriptor);
        var access = new BusAccess(Dma, 8, BusInitiator.Cpu(0), Secure: false);
        _ = _device.Write(access, register);
        WriteDescriptor(Select | Read, 0, 0x8_0000, Target);

        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = _device.Write(access, register);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    protected override FwCfg CreateDevice(DeviceWorld world)
    {
        _rams.Add(new GuestRam("ram", RamLength));
        var bus = new SystemBus();
        bus.MapRam(RamBase, Ram);
        FwCfgItems items = new FwCfgItems()
            .Set(FwCfgKey.CpuCount, (ushort)4)
            .SetFile("opt/big", Enumerable.Range(0, BigFileLength).Select(ContentOfBigFile).ToArray())
            .SetFile("etc/acpi/rsdp", "RSD P"u8.ToArray())
            .SetFile("bootorder", ReadOnlyMemory<byte>.Empty);
        return new FwCfg("fw_cfg", items, new DmaView(bus, BusInitiator.Host), world.Unimplemented);
    }

    protected override void Disturb(FwCfg device, DeviceWorld world)
    {
        device.Write(Selector, 2, 0x2200);
        _ = device.Read(Data, 8);
        device.Write32(Dma, 0x1234_5678);
    }

    private static byte ContentOfBigFile(int position) => position < BigFileLength ? (byte)(position ^ (position >> 8) ^ 0xa5) : (byte)0;

    private void SelectItem(ushort key) => _device.Write(Selector, 2, BinaryPrimitives.ReverseEndianness(key));

    private byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)_device.Read(Data, 1))];

    private void Fill(byte value)
    {
        byte[] bytes = new byte[RamLength];
        Array.Fill(bytes, value);
        Ram.Write(0, bytes);
    }

    private byte[] TargetBytes(int count)
    {
        byte[] bytes = new byte[count];
        Ram.Read(Target - RamBase, bytes);
        return bytes;
    }

    private void WriteDescriptor(uint commands, ushort key, uint length, ulong address)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)key << 16) | commands);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), length);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), address);
        Ram.Write(Descriptor - RamBase, bytes);
    }

    private uint Transfer(uint commands, ushort key, uint length, ulong address = Target)
    {
        WriteDescriptor(commands, key, length, address);
        _device.Write(Dma, 8, BinaryPrimitives.ReverseEndianness(Descriptor));
        byte[] control = new byte[4];
        Ram.Read(Descriptor - RamBase, control);
        return BinaryPrimitives.ReadUInt32BigEndian(control);
    }
}
