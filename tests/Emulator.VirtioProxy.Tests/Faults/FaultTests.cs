using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Faults;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Faults;

/// <summary>Whatever happens to messages on their way, a guest reads what is on the disk, or sees an error, or a stall that ends: nothing else, and never other bytes.</summary>
public sealed class FaultTests
{
    // Under load a good peer may be late for these, too: then the front end connects anew, or gives up, and the guest still sees no other bytes.
    private static readonly ProxyOptions s_impatient = new() { RequestTimeout = TimeSpan.FromMilliseconds(150), LossTimeout = TimeSpan.FromMilliseconds(400) };

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fault-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_request_is_done_or_fails_whatever_happens_to_its_messages(
        [Values] FaultKind kind, [Values("CHAIN_AVAIL", "CHAIN_READ", "CHAIN_DATA", "CHAIN_USED")] string message, [Values("in process", "unix")] string carrier)
    {
        using var disk = new ServedDisk();
        var injector = new FaultInjector(new FaultPlan([new FaultRule(kind) { Message = message, First = 2 }]) { Delay = TimeSpan.FromMilliseconds(50) });
        using FrontEndRig rig = Connect(disk, carrier, injector);
        rig.StartDriver();

        TransferMuch(rig, disk);

        Assert.That(injector.Injected, message == "CHAIN_READ" ? Is.InRange(1, 2) : Is.EqualTo(1), "a request and its response have one name");
        if (kind is FaultKind.Delay or FaultKind.Duplicate or FaultKind.Disconnect)
        {
            Assert.That(rig.IsBroken, Is.False, "the guest sees nothing of it");
        }
    }

    [TestCase("drop:SET_VQUEUE")]
    [TestCase("drop:back.SET_DEVICE_STATUS@2")]
    [TestCase("stall:SET_DRIVER_FEATURES")]
    [TestCase("duplicate:any@2*1000")]
    [TestCase("delay:any@8*3")]
    [TestCase("reorder:front.SET_DEVICE_STATUS@2")]
    [TestCase("disconnect:front.any@9+disconnect:back.any@12")]
    [TestCase("corrupt:front.SET_VQUEUE")]
    [TestCase("corrupt:back.SET_DEVICE_STATUS*3")]
    public void A_driver_starts_or_is_refused_whatever_happens_meanwhile(string faults)
    {
        using var disk = new ServedDisk();
        var injector = new FaultInjector(FaultPlan.Parse(faults) with { Delay = TimeSpan.FromMilliseconds(20) });
        using FrontEndRig rig = Connect(disk, "in process", injector);

        bool isStarted = rig.TryStartDriver();

        Assert.That(injector.Injected, Is.AtLeast(1));
        if (isStarted && !rig.IsBroken)
        {
            TransferMuch(rig, disk);
        }
    }

    [Test]
    public void Seeded_faults_of_all_kinds_spoil_nothing([Range(1, 8)] int seed)
    {
        using var disk = new ServedDisk();
        var plan = new FaultPlan([.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.Stall).Select(kind => new FaultRule(kind) { First = 12, Count = 1_000_000, OneIn = 40 })])
        {
            Seed = (ulong)seed,
            Delay = TimeSpan.FromMilliseconds(20),
        };
        var injector = new FaultInjector(plan);
        using FrontEndRig rig = Connect(disk, seed % 2 == 0 ? "unix" : "in process", injector);
        if (rig.TryStartDriver())
        {
            TransferMuch(rig, disk);
        }

        Assert.That(injector.Injected, Is.AtLeast(1));
    }

    [Test]
    public void The_same_plan_does_the_same()
    {
        List<FaultKind?> Judge(ulong seed)
        {
            var injector = new FaultInjector(FaultPlan.Parse("corrupt:back.any@5*1000%7+drop:any*1000%11") with { Seed = seed });
            byte[] message = Convert.FromHexString("00c300000000150000000000000000000100000000");
            return [.. Enumerable.Range(0, 400).Select(i => injector.Judge(i % 2 == 0 ? FaultSide.FrontEnd : FaultSide.BackEnd, [.. message]))];
        }

        List<FaultKind?> first = Judge(1);
        Assert.That(Judge(1), Is.EqualTo(first));
        Assert.That(Judge(2), Is.Not.EqualTo(first));
        Assert.That(first.Count(kind => kind == FaultKind.Corrupt), Is.InRange(10, 50));
        Assert.That(first.Take(9), Has.None.EqualTo(FaultKind.Corrupt), "nothing before the fifth");
    }

    [TestCase("drop")]
    [TestCase("melt:any")]
    [TestCase("drop:NOTHING")]
    [TestCase("drop:any@0")]
    [TestCase("drop:195")]
    [TestCase("drop:any%0")]
    [TestCase("")]
    public void What_is_no_fault_is_told(string text) => Assert.That(() => FaultPlan.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void A_rule_is_read_as_it_is_written()
    {
        FaultRule rule = FaultPlan.Parse("stall:any+corrupt:back.CHAIN_USED@3*4%5").Rules[1];

        Assert.That((rule.Kind, rule.Side, rule.Message, rule.First, rule.Count, rule.OneIn), Is.EqualTo((FaultKind.Corrupt, FaultSide.BackEnd, "CHAIN_USED", 3L, 4L, 5)));
    }

    // Transfers of one message and of many; each that is done has moved the right bytes.
    private static void TransferMuch(FrontEndRig rig, ServedDisk disk)
    {
        for (int i = 0; i < 5 && !rig.IsBroken; i++)
        {
            foreach (int sectors in new[] { 1, 300 })
            {
                byte[] data = [.. Enumerable.Range(0, sectors * FrontEndRig.SectorSize).Select(at => (byte)((at * 7) + i))];
                ulong sector = (ulong)(400 * i);
                _ = rig.Memory.TryWrite(FrontEndRig.Data, data);
                if (rig.Transfer(writes: true, sector, data.Length) != 0)
                {
                    continue;
                }

                Assert.That(disk.Contents.Slice((int)sector * FrontEndRig.SectorSize, data.Length).SequenceEqual(data), Is.True, "what was told to be written is written");
                _ = rig.Memory.TryWrite(FrontEndRig.Data, new byte[data.Length]);
                if (rig.Transfer(writes: false, sector, data.Length) == 0)
                {
                    byte[] read = new byte[data.Length];
                    _ = rig.Memory.TryRead(FrontEndRig.Data, read);
                    Assert.That(read.AsSpan().SequenceEqual(data), Is.True, "what was told to be read is what is there");
                }
            }
        }
    }

    private FrontEndRig Connect(ServedDisk disk, string carrier, FaultInjector injector)
    {
        ProxyAddress address = new(Path.Combine(_folder, "socket"), null);
        if (carrier == "unix")
        {
            disk.Server.Listen(address);
        }

        return new FrontEndRig(
            () =>
            {
                ICarrier inner = carrier == "unix" ? SocketCarrier.Create(address.Connect(), "the server", canWait: true) : disk.Connect();
                return new FaultyCarrier(inner, injector, TimeProvider.System);
            },
            s_impatient);
    }
}
