using Emulator.Testing.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioEntropyTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private ulong _seed = 1;

    [SetUp]
    public void SetUp() => _seed = 1;

    [Test]
    public void EveryWritableByteIsFilledFromTheSeed()
    {
        byte[] first = Ask(1);
        Assert.That(Ask(1), Is.EqualTo(first));
        Assert.That(Ask(2), Is.Not.EqualTo(first));
        Assert.That(first.Distinct().Count(), Is.GreaterThan(100));
    }

    [Test]
    public void AHugeRequestIsAnsweredInPart()
    {
        Rig rig = StartRig();
        rig.Ring.Add([new(Data, 0x10_0000, true)]);
        rig.Driver.Notify(0);

        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(0x1_0000));
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioEntropy(settings, new MachineRandom(_seed, "test"));

    protected override DriverBuffer[] Request(GuestMemory memory, int index) => [new(Data + (ulong)(index * 64), 17, true), new(Data + (ulong)(index * 64) + 20, 9, true)];

    private byte[] Ask(ulong seed)
    {
        _seed = seed;
        Rig rig = StartRig();
        rig.Ring.Add([new(Data, 100, true), new(Data + 100, 156, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(256));
        return rig.Memory.Read(Data, 256);
    }
}
