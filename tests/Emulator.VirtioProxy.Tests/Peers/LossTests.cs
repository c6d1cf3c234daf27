using Emulator.VirtioProxy.Carriers;

namespace Emulator.VirtioProxy.Tests.Peers;

/// <summary>A back end goes and comes back: no request is lost, and the guest hears of it only when it does not come back.</summary>
public sealed class LossTests
{
    [Test]
    public void Requests_go_on_after_a_new_connection_whenever_it_breaks([Range(1, 12)] int messages, [Values] ProxyMemory memory)
    {
        using var disk = new ServedDisk();
        int left = int.MaxValue;
        using var rig = new FrontEndRig(() =>
        {
            (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
            var front = new ScriptedPeer(other);
            var server = new ScriptedPeer(disk.Connect());
            front.OnLost = server.HangUp;
            server.OnReceived = message => front.Say(message);
            front.OnReceived = message =>
            {
                if (left-- > 0)
                {
                    server.Pass(message, front);
                }
                else
                {
                    // The process is gone, and another takes its place.
                    left = int.MaxValue;
                    server.HangUp();
                    disk.Restart();
                    front.HangUp();
                }
            };
            return one;
        }, new ProxyOptions { Memory = memory });
        left = messages;
        rig.StartDriver();
        for (int i = 0; i < 8; i++)
        {
            byte[] data = [.. Enumerable.Repeat((byte)(0x40 + i), 3 * FrontEndRig.SectorSize)];
            _ = rig.Memory.TryWrite(FrontEndRig.Data, data);
            Assert.That(rig.Transfer(writes: true, sector: (ulong)(10 * i), data.Length), Is.Zero);
            Assert.That(disk.Contents.Slice(10 * i * FrontEndRig.SectorSize, data.Length).ToArray(), Is.EqualTo(data), "what was told to be written is written");
        }

        Assert.That(rig.IsBroken, Is.False);
        Assert.That(left, Is.GreaterThan(1000), "the connection has broken");
    }

    [Test]
    public void A_back_end_that_does_not_come_back_makes_the_device_need_a_reset()
    {
        using var disk = new ServedDisk();
        bool isGone = false;
        ScriptedPeer? front = null;
        ScriptedPeer? server = null;
        using var rig = new FrontEndRig(
            () =>
            {
                if (isGone)
                {
                    throw new EmulatorException("nobody is there");
                }

                (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
                front = new ScriptedPeer(other);
                server = new ScriptedPeer(disk.Connect());
                front.OnLost = server.HangUp;
                server.OnReceived = message => front.Say(message);
                front.OnReceived = message => server.Say(message);
                return one;
            },
            new ProxyOptions { LossTimeout = TimeSpan.FromMilliseconds(300) });
        rig.StartDriver();
        isGone = true;
        server!.HangUp();
        front!.HangUp();

        Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Null);
        Assert.That(rig.IsBroken, Is.True);

        // The driver's reset waits for another one as long again, and is told that there is none.
        Assert.That(rig.Device.Reset(), Is.EqualTo(Virtio.BackendAnswer.Pending));
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(Virtio.BackendAnswer.Done));
        Assert.That(rig.Device.SetFeatures(Virtio.VirtioFeatures.Version1), Is.EqualTo(Virtio.BackendAnswer.Refused));

        // The next reset finds one.
        isGone = false;
        Assert.That(rig.Wait(() => rig.FrontEnd.IsConnected), Is.True);
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(Virtio.BackendAnswer.Done));
        rig.ForgetBreakage();
        rig.StartDriver();
        Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
    }
}
