using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Tests.Messages;

/// <summary>Each message has the bytes that docs/virtio-proxy.md says, in both directions.</summary>
public sealed class MessageTests
{
    private const string B = "02";
    private const string BR = "03";
    private const string T = "00";
    private const string TR = "01";

    // Kind, id, device, token, size; then the fields, lowest byte first.
    private static readonly TestCaseData[] s_vectors =
    [
        Vector(MessageKind.Bus, BusMessage.GetDevices, new Payloads.DeviceRange(8, 16), $"{B}02 0000 0100 0c00 0800 1000"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.GetDevices, new Payloads.DeviceMap(8, 16, 24), $"{BR}02 0000 0100 1000 0800 1000 1800 05a0", 0x05, 0xa0),
        Vector(MessageKind.Bus, BusMessage.Ping, new Payloads.Ping(0x12345678), $"{B}03 0000 0100 0c00 78563412"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.Ping, new Payloads.Ping(0x12345678), $"{BR}03 0000 0100 0c00 78563412"),
        Vector(MessageKind.Bus, BusMessage.EventDevice, new Payloads.DeviceState(3, 2), $"{B}40 0000 0000 0c00 0300 0200"),
        Vector(
            MessageKind.Bus,
            BusMessage.Hello,
            new Payloads.Hello(Payloads.Hello.ExpectedMagic, 1, 0, 1, 0, BusFeatures.Chains | BusFeatures.Errors, 0xffff, 1, ProxyRole.FrontEnd, HelloStatus.Welcome, 0x1122334455667788),
            $"{B}80 0000 0100 2c00 56505831 0100 0000 01000000 00000000 84000000 ffff 0100 0100 0000 8877665544332211"),
        Vector(
            MessageKind.Bus | MessageKind.Response,
            BusMessage.Hello,
            new Payloads.Hello(Payloads.Hello.ExpectedMagic, 1, 0, 1, 0, BusFeatures.Chains, 264, 1, ProxyRole.BackEnd, HelloStatus.Busy, 1),
            $"{BR}80 0000 0100 2c00 56505831 0100 0000 01000000 00000000 04000000 0801 0100 0200 0100 0100000000000000"),
        Vector(
            MessageKind.Bus, BusMessage.AreaShare, new Payloads.Area(2, AreaFlags.Descriptor | AreaFlags.ReadOnly, 0, 0x40000000, 0x10000000, 0x1000),
            $"{B}81 0000 0100 2800 0200 0500 00000000 0000004000000000 0000001000000000 0010000000000000"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.AreaShare, new Payloads.AreaResult(2, ResultCode.Busy), $"{BR}81 0000 0100 0c00 0200 0200"),
        Vector(MessageKind.Bus, BusMessage.AreaUnshare, new Payloads.AreaNumber(2, 0), $"{B}82 0000 0100 0c00 0200 0000"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.AreaUnshare, new Payloads.AreaResult(2, ResultCode.NoSuchArea), $"{BR}82 0000 0100 0c00 0200 0600"),
        Vector(MessageKind.Bus, BusMessage.Reset, default(Payloads.Nothing), $"{B}83 0000 0100 0800"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.Reset, default(Payloads.Nothing), $"{BR}83 0000 0100 0800"),
        Vector(MessageKind.Bus, BusMessage.EventPoll, default(Payloads.Nothing), $"{B}84 0000 0100 0800"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.EventPoll, default(Payloads.Nothing), $"{BR}84 0000 0100 0800"),
        Vector(MessageKind.Bus, BusMessage.Bell, new Payloads.Bell(1, 0xffff, 1, 1, 7), $"{B}85 0000 0100 1400 0100 ffff 0100 0100 07000000"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.Bell, new Payloads.ShortResult(ResultCode.NotSupported, 0), $"{BR}85 0000 0100 0c00 0900 0000"),
        Vector(MessageKind.Bus, BusMessage.SlotInfo, new Payloads.Slot(4, 0), $"{B}86 0000 0100 0c00 0400 0000"),
        Vector(
            MessageKind.Bus | MessageKind.Response, BusMessage.SlotInfo, new Payloads.Slot(4, 1), $"{BR}86 0000 0100 1400 0400 0100 0600 0400 02000000", 6, 0, 4, 0, 2, 0, 0, 0),
        Vector(MessageKind.Bus, BusMessage.SlotBind, new Payloads.SlotBinding(4, 1, 2), $"{B}87 0000 0100 1000 0400 0100 02000000"),
        Vector(MessageKind.Bus | MessageKind.Response, BusMessage.SlotBind, new Payloads.ShortResult(ResultCode.Done, 0), $"{BR}87 0000 0100 0c00 0000 0000"),
        Vector(MessageKind.Bus, BusMessage.AreaRelease, new Payloads.AreaNumber(2, 0), $"{B}c0 0000 0000 0c00 0200 0000"),
        Vector(
            MessageKind.Bus, BusMessage.Error, new Payloads.Error(ResultCode.NoSuchDevice, 9, MessageKind.Transport, 2, 5), $"{B}c1 0000 0000 1200 0500 0900 00 02 0500 6e6f", (byte)'n', (byte)'o'),
        Vector(MessageKind.Transport, TransportMessage.GetDeviceInfo, default(Payloads.Nothing), $"{T}02 0500 0100 0800"),
        Vector(
            MessageKind.Response, TransportMessage.GetDeviceInfo, new Payloads.DeviceInfo(2, 0x554d4551, 64, 60, 4, 0, 0),
            $"{TR}02 0500 0100 2000 02000000 51454d55 40000000 3c000000 04000000 0000 0000"),
        Vector(MessageKind.Transport, TransportMessage.GetDeviceFeatures, new Payloads.FeatureBlocks(0, 2), $"{T}03 0500 0100 1000 00000000 02000000"),
        Vector(
            MessageKind.Response, TransportMessage.GetDeviceFeatures, new Payloads.FeatureBlocks(0, 1), $"{TR}03 0500 0100 1400 00000000 01000000 44332211", 0x44, 0x33, 0x22, 0x11),
        Vector(
            MessageKind.Transport, TransportMessage.SetDriverFeatures, new Payloads.FeatureBlocks(1, 1), $"{T}04 0500 0100 1400 01000000 01000000 01000000", 1, 0, 0, 0),
        Vector(MessageKind.Response, TransportMessage.SetDriverFeatures, default(Payloads.Nothing), $"{TR}04 0500 0100 0800"),
        Vector(MessageKind.Transport, TransportMessage.GetConfig, new Payloads.ConfigurationRange(4, 2), $"{T}05 0500 0100 1000 04000000 02000000"),
        Vector(MessageKind.Response, TransportMessage.GetConfig, new Payloads.ConfigurationBytes(7, 4, 2), $"{TR}05 0500 0100 1600 07000000 04000000 02000000 aabb", 0xaa, 0xbb),
        Vector(MessageKind.Transport, TransportMessage.SetConfig, new Payloads.ConfigurationBytes(7, 32, 1), $"{T}06 0500 0100 1500 07000000 20000000 01000000 01", 1),
        Vector(MessageKind.Response, TransportMessage.SetConfig, new Payloads.ConfigurationBytes(8, 32, 0), $"{TR}06 0500 0100 1400 08000000 20000000 00000000"),
        Vector(MessageKind.Transport, TransportMessage.GetDeviceStatus, default(Payloads.Nothing), $"{T}07 0500 0100 0800"),
        Vector(MessageKind.Response, TransportMessage.GetDeviceStatus, new Payloads.Status(0x0f), $"{TR}07 0500 0100 0c00 0f000000"),
        Vector(MessageKind.Transport, TransportMessage.SetDeviceStatus, new Payloads.Status(0x0b), $"{T}08 0500 0100 0c00 0b000000"),
        Vector(MessageKind.Response, TransportMessage.SetDeviceStatus, new Payloads.Status(0x03), $"{TR}08 0500 0100 0c00 03000000"),
        Vector(MessageKind.Transport, TransportMessage.GetVqueue, new Payloads.Index(1), $"{T}09 0500 0100 0c00 01000000"),
        Vector(
            MessageKind.Response, TransportMessage.GetVqueue, new Payloads.Queue(1, 256, 128, 0, 1, 2, 3),
            $"{TR}09 0500 0100 3000 01000000 00010000 80000000 00000000 0100000000000000 0200000000000000 0300000000000000"),
        Vector(
            MessageKind.Transport, TransportMessage.SetVqueue, new Payloads.Queue(1, 0, 128, 0, 0x4000_0000_0000, 2, 3),
            $"{T}0a 0500 0100 3000 01000000 00000000 80000000 00000000 0000000000400000 0200000000000000 0300000000000000"),
        Vector(MessageKind.Response, TransportMessage.SetVqueue, default(Payloads.Nothing), $"{TR}0a 0500 0100 0800"),
        Vector(MessageKind.Transport, TransportMessage.ResetVqueue, new Payloads.Index(1), $"{T}0b 0500 0100 0c00 01000000"),
        Vector(MessageKind.Response, TransportMessage.ResetVqueue, default(Payloads.Nothing), $"{TR}0b 0500 0100 0800"),
        Vector(MessageKind.Transport, TransportMessage.GetShm, new Payloads.Index(0), $"{T}0c 0500 0100 0c00 00000000"),
        Vector(MessageKind.Response, TransportMessage.GetShm, new Payloads.SharedMemory(0, 0x1000, 0x2000), $"{TR}0c 0500 0100 1400 00000000 00100000 00200000"),
        Vector(MessageKind.Transport, TransportMessage.EventConfig, new Payloads.ConfigurationEvent(0x4f, 2, 0, 1), $"{T}40 0500 0000 1900 4f000000 02000000 00000000 01000000 99", 0x99),
        Vector(MessageKind.Transport, TransportMessage.EventAvail, new Payloads.Available(1, 0x80000003), $"{T}41 0500 0000 1000 01000000 03000080"),
        Vector(MessageKind.Transport, TransportMessage.EventUsed, new Payloads.Index(1), $"{T}42 0500 0000 0c00 01000000"),
        Vector(MessageKind.Transport, TransportMessage.RegRead, new Payloads.Register(0x70, 4), $"{T}80 0500 0100 1000 70000000 04000000"),
        Vector(MessageKind.Response, TransportMessage.RegRead, new Payloads.RegisterValue(0x70, 4, 0x0f), $"{TR}80 0500 0100 1800 70000000 04000000 0f00000000000000"),
        Vector(MessageKind.Transport, TransportMessage.RegWrite, new Payloads.RegisterValue(0x70, 4, 1), $"{T}81 0500 0100 1800 70000000 04000000 0100000000000000"),
        Vector(MessageKind.Response, TransportMessage.RegWrite, new Payloads.Register(0x70, 4), $"{TR}81 0500 0100 1000 70000000 04000000"),
        Vector(
            MessageKind.Transport, TransportMessage.IrqTrigger, new Payloads.Interrupt(4, 0, 0x8090040, 5, 0), $"{T}82 0500 0100 2000 04000000 00000000 4000090800000000 05000000 00000000"),
        Vector(MessageKind.Response, TransportMessage.IrqTrigger, new Payloads.LongResult(8, 0), $"{TR}82 0500 0100 1000 08000000 00000000"),
        Vector(MessageKind.Transport, TransportMessage.ChainRead, new Payloads.ChainRange(1, 9, ResultCode.Done, 0x100, 2), $"{T}83 0500 0100 1800 01000000 0900 0000 00010000 02000000"),
        Vector(
            MessageKind.Response, TransportMessage.ChainRead, new Payloads.ChainRange(1, 9, ResultCode.Done, 0x100, 2), $"{TR}83 0500 0100 1a00 01000000 0900 0000 00010000 02000000 abcd", 0xab, 0xcd),
        Vector(MessageKind.Transport, TransportMessage.GetShm64, new Payloads.Region(1, 0), $"{T}84 0500 0100 1000 01000000 00000000"),
        Vector(
            MessageKind.Response, TransportMessage.GetShm64, new Payloads.LargeSharedMemory(1, 0, 0x1_0000_0000, 0x80_0000_0000),
            $"{TR}84 0500 0100 2000 01000000 00000000 0000000001000000 0000000080000000"),
        Vector(MessageKind.Transport, TransportMessage.RegWritePosted, new Payloads.RegisterValue(0x50, 4, 1), $"{T}c0 0500 0000 1800 50000000 04000000 0100000000000000"),
        Vector(MessageKind.Transport, TransportMessage.IrqEvent, new Payloads.Interrupt(0, 0, 0, 0, 0), $"{T}c1 0500 0000 2000 00000000 00000000 0000000000000000 00000000 00000000"),
        Vector(MessageKind.Transport, TransportMessage.ChainAvail, new Payloads.Chain(0, 7, 0, 16, 513), $"{T}c2 0500 0000 1900 00000000 0700 0000 10000000 01020000 55", 0x55),
        Vector(MessageKind.Transport, TransportMessage.ChainUsed, new Payloads.ChainBytes(0, 7, 0, 513), $"{T}c3 0500 0000 1500 00000000 0700 0000 01020000 00", 0),
        Vector(MessageKind.Transport, TransportMessage.ChainData, new Payloads.ChainBytes(0, 7, 0, 512), $"{T}c4 0500 0000 1500 00000000 0700 0000 00020000 00", 0),
    ];

    [TestCaseSource(nameof(s_vectors))]
    public void Every_message_has_its_bytes(Action check) => check();

    [Test]
    public void Every_message_that_is_specified_has_a_vector()
    {
        IEnumerable<string> bus = Enum.GetNames<BusMessage>().Select(name => $"Bus {name}");
        IEnumerable<string> transport = Enum.GetNames<TransportMessage>().Select(name => $"Transport {name}");
        string[] names = [.. s_vectors.Select(vector => vector.TestName!)];

        Assert.That(bus.Concat(transport).Where(name => !names.Any(n => n.StartsWith(name + " ", StringComparison.Ordinal) || n == name)), Is.Empty);
        Assert.That(
            Enum.GetValues<BusMessage>().Where(id => ((byte)id & 0x40) == 0).Select(id => $"Bus {id} response").Concat(
                Enum.GetValues<TransportMessage>().Where(id => ((byte)id & 0x40) == 0).Select(id => $"Transport {id} response")).Except(names),
            Is.Empty);
    }

    [Test]
    public void Every_payload_lies_as_its_fields_are_long() =>
        Assert.That(
            typeof(Payloads).GetNestedTypes(BindingFlags.Public).Where(type => type != typeof(Payloads.Nothing)).Select(type => (type.Name, System.Runtime.InteropServices.Marshal.SizeOf(type))),
            Is.EquivalentTo(typeof(Payloads).GetNestedTypes(BindingFlags.Public).Where(type => type != typeof(Payloads.Nothing)).Select(type => (
                type.Name,
                type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Sum(field => SizeOf(field.FieldType))))));

    [TestCase("04020500010008 00", 64, Description = "a bit of type that is none")]
    [TestCase("00020500010007 00", 64, Description = "shorter than a header")]
    [TestCase("00020500010041 00", 64, Description = "longer than agreed on")]
    public void Headers_that_end_a_connection(string hex, int limit) => Assert.That(MessageHeader.TryRead(Bytes(hex), limit, out _), Is.False);

    [Test]
    public void A_message_that_is_too_short_has_no_fields()
    {
        byte[] whole = Bytes("00050500010010000400000002000000");
        for (int length = MessageHeader.Length; length < whole.Length; length++)
        {
            Assert.That(Message.TryRead(whole.AsSpan(0, length), out Payloads.ConfigurationRange _, out _), Is.False);
        }

        Assert.That(Message.TryRead(whole, out Payloads.ConfigurationRange _, out _), Is.True);
    }

    private static int SizeOf(Type type) => System.Runtime.InteropServices.Marshal.SizeOf(type.IsEnum ? Enum.GetUnderlyingType(type) : type);

    private static TestCaseData Vector<TId, T>(MessageKind kind, TId id, T payload, string hex, params byte[] tail)
        where TId : struct, Enum
        where T : unmanaged
    {
        byte number = Convert.ToByte(id, CultureInfo.InvariantCulture);
        bool isBus = (kind & MessageKind.Bus) != 0;
        void Check()
        {
            byte[] expected = Bytes(hex);
            byte[] written = new byte[expected.Length];
            int length = Message.Write(written, kind, number, isBus ? (ushort)0 : (ushort)5, (number & 0x40) != 0 ? (ushort)0 : (ushort)1, payload, tail);

            Assert.That(length, Is.EqualTo(expected.Length));
            Assert.That(Convert.ToHexStringLower(written), Is.EqualTo(Convert.ToHexStringLower(expected)));
            Assert.That(MessageHeader.TryRead(expected, expected.Length, out MessageHeader header), Is.True);
            Assert.That(header, Is.EqualTo(new MessageHeader(kind, number, isBus ? (ushort)0 : (ushort)5, (number & 0x40) != 0 ? (ushort)0 : (ushort)1, (ushort)expected.Length)));
            Assert.That(Message.TryRead(expected, out T read, out ReadOnlySpan<byte> rest), Is.True);
            Assert.That(read, Is.EqualTo(payload));
            Assert.That(rest.ToArray(), Is.EqualTo(tail));
        }

        return new TestCaseData((Action)Check).SetName($"{(isBus ? "Bus" : "Transport")} {id}{((kind & MessageKind.Response) != 0 ? " response" : "")}");
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
