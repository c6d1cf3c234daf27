using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Conformance;

/// <summary>
/// session.txt is a whole session in hexadecimal: what a front end says (&gt;) and a back end (&lt;), from HELLO to a reset. Our server gives its half of it when it hears the other, and our front end the other way round. A second
/// implementation can be held to it as well.
/// </summary>
public sealed class SessionTests
{
    private static readonly string s_path = Path.Combine(AppContext.BaseDirectory, "session.txt");

    private static readonly (bool IsFrontEnds, string Hex)[] s_session =
    [
        .. File.ReadLines(s_path).Where(line => line.StartsWith("> ", StringComparison.Ordinal) || line.StartsWith("< ", StringComparison.Ordinal))
            .Select(line => (line[0] == '>', line[2..].Replace(" ", "", StringComparison.Ordinal))),
    ];

    [Test]
    public void Our_server_says_the_back_ends_half()
    {
        using var disk = new ServedDisk();
        var frontEnd = new ScriptedPeer(disk.Connect());
        foreach ((bool isFrontEnds, string hex) in s_session)
        {
            if (isFrontEnds)
            {
                frontEnd.Say(hex);
            }
        }

        Assert.That(frontEnd.Heard.Select(Convert.ToHexStringLower), Is.EqualTo(s_session.Where(line => !line.IsFrontEnds).Select(line => line.Hex)));
        Assert.That(frontEnd.Loss, Is.Null);
    }

    [Test]
    public void Our_front_end_says_the_front_ends_half()
    {
        var heard = new List<string>();
        ICarrier Connect()
        {
            (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
            var backEnd = new ScriptedPeer(other);
            int next = 0;
            backEnd.OnReceived = message =>
            {
                heard.Add(Convert.ToHexStringLower(message));
                next++;
                while (next < s_session.Length && !s_session[next].IsFrontEnds)
                {
                    // What is answered at once comes here again.
                    backEnd.Say(s_session[next++].Hex);
                }
            };
            return one;
        }

        using var rig = new FrontEndRig(Connect);
        Drive(rig);

        Assert.That(heard, Is.EqualTo(s_session.Where(line => line.IsFrontEnds).Select(line => line.Hex)));
    }

    private static void Drive(FrontEndRig rig)
    {
        rig.StartDriver();
        Assert.That(rig.Transfer(writes: true, sector: 3, FrontEndRig.SectorSize), Is.Zero);
        Assert.That(rig.Transfer(writes: false, sector: 1, FrontEndRig.SectorSize), Is.Zero);
        Assert.That(rig.Transfer(writes: false, sector: ServedDisk.Sectors, FrontEndRig.SectorSize), Is.EqualTo(1), "an I/O error");
        Assert.That(rig.Until(() => rig.Device.WriteConfiguration(32, [0])), Is.EqualTo(Virtio.BackendAnswer.Done));
        Assert.That(rig.Until(() => rig.Device.StopQueue(0)), Is.EqualTo(Virtio.BackendAnswer.Done));
        Assert.That(rig.Until(rig.Device.Reset), Is.EqualTo(Virtio.BackendAnswer.Done));
    }

    [Test]
    [Explicit("writes session.txt anew, after a change of the protocol")]
    public void Record()
    {
        var lines = new List<string>();
        using var disk = new ServedDisk();
        ICarrier Connect()
        {
            (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
            var tap = new ScriptedPeer(other);
            var server = new ScriptedPeer(disk.Connect());
            server.OnReceived = message =>
            {
                lines.Add("< " + Convert.ToHexStringLower(message));
                tap.Say(message);
            };
            tap.OnReceived = message =>
            {
                lines.Add("> " + Convert.ToHexStringLower(message));
                server.Say(message);
            };
            return one;
        }

        using var rig = new FrontEndRig(Connect);
        Drive(rig);
        File.WriteAllLines(s_path, lines);
        TestContext.Out.WriteLine(s_path);
    }
}
