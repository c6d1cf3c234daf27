using System.Buffers.Binary;
using System.Text;
using Emulator.Serial;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Console;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioConsoleTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const int Receive = 0;
    private const int Transmit = 1;
    private const int ControlReceive = 2;
    private const int ControlTransmit = 3;
    private const int SecondReceive = 4;
    private const ulong BufferLength = 0x100;

    protected override int RequestQueue => Transmit;

    [Test]
    public void WhatTheGuestSendsIsHeard()
    {
        Rig rig = StartRig();
        StringBuilder heard = Listen(rig, 0);
        rig.Memory.Write(Data, "hello, host"u8);
        rig.Ring.Add([new(Data, 5, false), new(Data + 5, 6, false)]);
        rig.Driver.Notify(Transmit);

        Assert.That(heard.ToString(), Is.EqualTo("hello, host"));
    }

    [Test]
    public void WhatTheHostSendsWaitsForBuffers()
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate(wanted: VirtioFeatures.Version1);
        VirtqueueDriver ring = rig.Driver.StartQueue(Receive, Ring);
        rig.Driver.SetReady();
        Send(rig, 0, "0123456789");
        Assert.That(ring.TryTakeUsed(out _), Is.False);

        ring.Add([new(Data, 4, true)]);
        rig.Driver.Notify(Receive);
        ring.Add([new(Data + 0x100, 3, true), new(Data + 0x200, 100, true)]);
        rig.Driver.Notify(Receive);
        ring.Add([new(Data + 0x300, 100, true)]);
        rig.Driver.Notify(Receive);

        Assert.That(Take(rig, ring, Data), Is.EqualTo("0123"));
        Assert.That(ring.TryTakeUsed(out UsedBuffer second), Is.True);
        Assert.That(second.Written, Is.EqualTo(6));
        Assert.That(Encoding.ASCII.GetString(rig.Memory.Read(Data + 0x100, 3)), Is.EqualTo("456"));
        Assert.That(Encoding.ASCII.GetString(rig.Memory.Read(Data + 0x200, 3)), Is.EqualTo("789"));
        Assert.That(ring.TryTakeUsed(out _), Is.False, "there is no more input");

        Send(rig, 0, "more");
        Assert.That(Take(rig, ring, Data + 0x300), Is.EqualTo("more"));
    }

    [Test]
    public void PortsAreIntroducedAsTheDriverAsks()
    {
        (Rig rig, VirtqueueDriver receive, VirtqueueDriver transmit) = StartControl(buffers: 8);
        Say(rig, transmit, 0, 0, 1);
        Assert.That(Heard(rig, receive), Is.EqualTo(["0:1=1", "1:1=1"]));

        Say(rig, transmit, 0, 3, 1);
        Say(rig, transmit, 1, 3, 1);
        Assert.That(Heard(rig, receive), Is.EqualTo(["0:4=1", "0:6=1", "1:7=1 agent\0", "1:6=1"]));
    }

    [Test]
    public void WhatADriverAsksAgainAndAgainIsToldOnce()
    {
        (Rig rig, VirtqueueDriver receive, VirtqueueDriver transmit) = StartControl(buffers: 0);
        for (int i = 0; i < 100; i++)
        {
            Say(rig, transmit, 0, 0, 1);
        }

        AddBuffers(rig, receive, 8);
        rig.Driver.Notify(ControlReceive);
        Assert.That(Heard(rig, receive), Is.EqualTo(["0:1=1", "1:1=1"]));
    }

    [Test]
    public void NonsenseOnTheControlQueueIsIgnored()
    {
        (Rig rig, VirtqueueDriver receive, VirtqueueDriver transmit) = StartControl(buffers: 4);
        Say(rig, transmit, 2, 3, 1);
        Say(rig, transmit, -1, 6, 1);
        Say(rig, transmit, 0, 99, 1);
        transmit.Add([new(Data, 3, false)]);
        rig.Driver.Notify(ControlTransmit);

        Assert.That(Heard(rig, receive), Is.Empty);
        Assert.That(rig.Transport.Counters.Faults, Is.Zero);
    }

    [Test]
    public void APortGetsInputOnceTheGuestHasOpenedIt()
    {
        (Rig rig, _, VirtqueueDriver transmit) = StartControl(buffers: 8);
        VirtqueueDriver ring = rig.Driver.StartQueue(SecondReceive, Ring + 0x8000);
        ring.Add([new(Data, 100, true)]);
        rig.Driver.Notify(SecondReceive);
        Send(rig, 1, "ping");
        Assert.That(ring.TryTakeUsed(out _), Is.False);

        Say(rig, transmit, 1, 6, 1);

        Assert.That(Take(rig, ring, Data), Is.EqualTo("ping"));
    }

    [Test]
    public void AnEmergencyWriteNeedsNoQueue()
    {
        Rig rig = CreateRig(new DeviceWorld());
        StringBuilder heard = Listen(rig, 0);
        rig.Transport.Write32(VirtioMmioDriver.Configuration + 8, 'X');

        Assert.That(heard.ToString(), Is.EqualTo("X"));
        Assert.That(rig.Transport.Read32(VirtioMmioDriver.Configuration + 4), Is.EqualTo(2), "ports");
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioConsole(settings, ["agent"]);

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        memory.Write(Data + (ulong)(index * 64), Encoding.ASCII.GetBytes($"line {index}"));
        return [new(Data + (ulong)(index * 64), 6, false)];
    }

    private static StringBuilder Listen(Rig rig, int port)
    {
        var heard = new StringBuilder();
        Line(rig, port).ByteTransmitted += value => heard.Append((char)value);
        return heard;
    }

    private static void Send(Rig rig, int port, string text)
    {
        Line(rig, port).Send(Encoding.ASCII.GetBytes(text));
        Line(rig, port).Pump();
    }

    private static ConsolePort Line(Rig rig, int port) => ((VirtioConsole)rig.Model).Lines.ElementAt(port);

    private static string Take(Rig rig, VirtqueueDriver ring, ulong address)
    {
        Assert.That(ring.TryTakeUsed(out UsedBuffer used), Is.True);
        return Encoding.ASCII.GetString(rig.Memory.Read(address, (int)used.Written));
    }

    private static void AddBuffers(Rig rig, VirtqueueDriver receive, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int id = receive.Add([new(Data + 0x1000 + ((ulong)i * BufferLength), (uint)BufferLength, true)]);
            Assert.That(id, Is.EqualTo(i));
        }
    }

    private static void Say(Rig rig, VirtqueueDriver transmit, int port, ushort what, ushort value)
    {
        byte[] message = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(message, port);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), what);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), value);
        rig.Memory.Write(Data + 0x800, message);
        transmit.Add([new(Data + 0x800, 8, false)]);
        rig.Driver.Notify(ControlTransmit);
        Assert.That(transmit.TryTakeUsed(out _), Is.True);
    }

    // Messages as port:event=value, and text if there is some.
    private static List<string> Heard(Rig rig, VirtqueueDriver receive)
    {
        List<string> heard = [];
        while (receive.TryTakeUsed(out UsedBuffer used))
        {
            byte[] message = rig.Memory.Read(Data + 0x1000 + ((ulong)used.Id * BufferLength), (int)used.Written);
            string text = message.Length > 8 ? $" {Encoding.ASCII.GetString(message, 8, message.Length - 8)}" : "";
            heard.Add($"{BinaryPrimitives.ReadInt32LittleEndian(message)}:{message[4]}={message[6]}{text}");
        }

        return heard;
    }

    private (Rig Rig, VirtqueueDriver Receive, VirtqueueDriver Transmit) StartControl(int buffers)
    {
        Rig rig = CreateRig(new DeviceWorld());
        rig.Driver.Negotiate();
        VirtqueueDriver receive = rig.Driver.StartQueue(ControlReceive, Ring);
        VirtqueueDriver transmit = rig.Driver.StartQueue(ControlTransmit, Ring + 0x4000);
        AddBuffers(rig, receive, buffers);
        rig.Driver.SetReady();
        return (rig, receive, transmit);
    }
}
