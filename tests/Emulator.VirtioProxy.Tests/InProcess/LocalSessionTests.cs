using Emulator.Virtio;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Server;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.InProcess;

/// <summary>A server that ends while a machine of the same process uses it.</summary>
public sealed class LocalSessionTests
{
    [Test]
    public void Its_devices_need_a_reset_and_do_nothing_any_more()
    {
        using var disk = new ServedDisk();
        using DiskRig rig = Create(disk);
        rig.Start();
        Assert.That(rig.Do(BlockRequestType.In, 3, 512), Is.Null, "on the way");

        Task.Run(disk.Server.Dispose).Wait();

        rig.Clock.Pass(DiskRig.Latency);
        Assert.That(rig.Gate.TryPass(), Is.True);
        Assert.That(rig.IsBroken, Is.True);
        rig.Device.Kick(0);
        Assert.That(rig.TryTake(), Is.Null);
        Assert.That(rig.Device.Reset(), Is.EqualTo(BackendAnswer.Done));
        Assert.That(rig.Device.SetFeatures(VirtioFeatures.Version1), Is.EqualTo(BackendAnswer.Refused));
    }

    [Test]
    public void A_server_that_has_ended_takes_no_machine()
    {
        using var disk = new ServedDisk();
        disk.Server.Dispose();

        Assert.That(() => Create(disk), Throws.TypeOf<EmulatorException>().With.Message.Contain("disposed"));
    }

    private static DiskRig Create(ServedDisk disk) =>
        new(settings => LocalSession.Begin(disk.Server, settings.Remotes!, TimeProvider.System).Lend(0, settings), DiskRig.Latency);
}
