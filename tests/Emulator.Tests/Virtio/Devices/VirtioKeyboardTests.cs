using System.Text;
using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Input;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioKeyboardTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const int Events = 0;
    private const int Status = 1;
    private const ulong EventRing = GuestMemory.Base + 0x4_0000;

    protected override int RequestQueue => Status;

    [Test]
    public void KeysComeAsEventsWithAReportEach()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = rig.Driver.StartQueue(Events, EventRing);
        var keyboard = (IVirtioKeyboard)rig.Model;
        keyboard.SetKey(30, isPressed: true);
        Assert.That(ring.TryTakeUsed(out _), Is.False, "it waits for buffers");
        for (ulong i = 0; i < 4; i++)
        {
            ring.Add([new(Data + (i * 16), 8, true)]);
        }

        rig.Driver.Notify(Events);
        keyboard.SetKey(30, isPressed: false);

        Assert.That(Enumerable.Range(0, 4).All(_ => ring.TryTakeUsed(out UsedBuffer used) && used.Written == 8), Is.True);
        Assert.That(rig.Memory.Read(Data, 8), Is.EqualTo(new byte[] { 1, 0, 30, 0, 1, 0, 0, 0 }));
        Assert.That(rig.Memory.Read(Data + 16, 8), Is.All.Zero);
        Assert.That(rig.Memory.Read(Data + 32, 8), Is.EqualTo(new byte[] { 1, 0, 30, 0, 0, 0, 0, 0 }));
        Assert.That(rig.Memory.Read(Data + 48, 8), Is.All.Zero);
        Assert.That(rig.Line.Level, Is.True);
    }

    [Test]
    public void EventsThatNobodyTakesAreLimited()
    {
        Rig rig = StartRig();
        var keyboard = (IVirtioKeyboard)rig.Model;
        for (int i = 0; i < VirtioKeyboard.MostEvents; i++)
        {
            keyboard.SetKey(30, i % 2 == 0);
        }

        VirtqueueDriver ring = rig.Driver.StartQueue(Events, EventRing);
        int count = 0;
        while (true)
        {
            ring.Add([new(Data, 8, true)]);
            rig.Driver.Notify(Events);
            if (!ring.TryTakeUsed(out _))
            {
                break;
            }

            count++;
        }

        Assert.That(count, Is.EqualTo(VirtioKeyboard.MostEvents));
        Assert.That(() => keyboard.SetKey(0, isPressed: true), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => keyboard.SetKey(248, isPressed: true), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0x01, 0, 17)]
    [TestCase(0x02, 0, 0)]
    [TestCase(0x03, 0, 8)]
    [TestCase(0x10, 0, 0)]
    [TestCase(0x11, 0x01, 31)]
    [TestCase(0x11, 0x02, 0)]
    [TestCase(0x11, 0x11, 1)]
    [TestCase(0x11, 0x14, 1)]
    [TestCase(0x12, 0, 0)]
    [TestCase(0xff, 0xff, 0)]
    public void ConfigurationDescribesAKeyboard(int select, int subselect, int length)
    {
        Rig rig = StartRig();
        Write(rig, 0, (byte)select);
        Write(rig, 1, (byte)subselect);

        Assert.That(rig.Transport.Read(VirtioMmioDriver.Configuration + 2, 1), Is.EqualTo((uint)length));
        byte[] data = [.. Enumerable.Range(0, 32).Select(i => (byte)rig.Transport.Read(VirtioMmioDriver.Configuration + 8 + (ulong)i, 1))];
        Assert.That(data[length..], Is.All.Zero);
        if (select == 1)
        {
            Assert.That(Encoding.ASCII.GetString(data[..17]), Is.EqualTo("Emulator keyboard"));
        }
    }

    [Test]
    public void LightsAreHeardOf()
    {
        Rig rig = StartRig();
        rig.Memory.Write(Data, [0x11, 0, 1, 0, 1, 0, 0, 0, 0x11, 0, 0, 0, 1, 0, 0, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0x11, 0, 9, 0, 1, 0, 0, 0, 4]);
        rig.Ring.Add([new(Data, 33, false)]);
        rig.Driver.Notify(Status);
        Assert.That(((IVirtioKeyboard)rig.Model).Lights, Is.EqualTo(2));
    }

    [Test]
    public void BufferWithoutRoomNeedsAReset()
    {
        Rig rig = StartRig();
        VirtqueueDriver ring = rig.Driver.StartQueue(Events, EventRing);
        ring.Add([new(Data, 7, true)]);
        ((IVirtioKeyboard)rig.Model).SetKey(1, isPressed: true);
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioKeyboard(settings);

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 64);
        memory.Write(at, [0x11, 0, (byte)(index % 3), 0, 1, 0, 0, 0]);
        return [new(at, 8, false)];
    }

    private static void Write(Rig rig, ulong offset, byte value) =>
        _ = rig.Transport.Write(new Emulator.Memory.BusAccess(VirtioMmioDriver.Configuration + offset, 1, Emulator.Memory.BusInitiator.Cpu(0), Secure: false), value);
}
