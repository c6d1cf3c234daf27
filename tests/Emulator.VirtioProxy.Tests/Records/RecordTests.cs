using Emulator.Virtio;
using Emulator.VirtioProxy.Records;
using Emulator.VirtioProxy.Tests.Peers;

namespace Emulator.VirtioProxy.Tests.Records;

/// <summary>A back end is recorded; a guest that does the same again sees the same, at the same instants, and one that does not is told where it differs.</summary>
public sealed class RecordTests
{
    private string _folder = null!;

    private string File => Path.Combine(_folder, "record");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("record-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_guest_sees_again_what_it_saw()
    {
        List<string> recorded = Record(Session);

        using RecordRig replay = RecordRig.Replay(File);
        Session(replay);

        Assert.That(replay.Seen, Is.EqualTo(recorded));
        Assert.That(recorded, Has.Some.StartsWith("interrupt").And.Some.StartsWith("configuration"));
        Assert.That(replay.Counters.Requests, Is.EqualTo(5));
    }

    [Test]
    public void Two_records_of_the_same_are_the_same_bytes()
    {
        _ = Record(Session);
        byte[] first = System.IO.File.ReadAllBytes(File);

        _ = Record(Session);

        Assert.That(System.IO.File.ReadAllBytes(File), Is.EqualTo(first));
    }

    [Test]
    public void Another_request_is_told_with_the_bytes_that_differ()
    {
        _ = Record(rig => Reads(rig, 3, 7, 9));

        ReplayException difference = Differs(rig => Reads(rig, 3, 7, 0x55));

        Assert.That((difference.Device, difference.Queue, difference.Request, difference.Offset), Is.EqualTo(("disk", 0, 3L, 8)));
        Assert.That(difference.Bytes.Span[0], Is.EqualTo(0x55));
        Assert.That(difference.RecordedBytes.Span[0], Is.EqualTo(9));
        Assert.That(difference.Message, Does.Contain("request 3 of queue 0").And.Contain("byte 8 on is 55").And.Contain("recorded 09"));
        Assert.That(difference.Time, Is.EqualTo(difference.RecordedTime));
    }

    [Test]
    public void Bytes_that_are_written_are_compared_to_the_last_one()
    {
        const int Sectors = 300;
        _ = Record(rig => Write(rig, last: 0x11));

        ReplayException difference = Differs(rig => Write(rig, last: 0x12));

        Assert.That(difference.Offset, Is.EqualTo(16 + (Sectors * RecordRig.SectorSize) - 1));
        Assert.That((difference.Bytes.ToArray(), difference.RecordedBytes.ToArray()), Is.EqualTo((new byte[] { 0x12 }, new byte[] { 0x11 })));

        static void Write(RecordRig rig, byte last)
        {
            byte[] data = new byte[Sectors * RecordRig.SectorSize];
            data[^1] = last;
            Start(rig).Fill(data);
            rig.Transfer(writes: true, 8, Sectors);
        }
    }

    [Test]
    public void A_request_of_another_length_is_told()
    {
        _ = Record(rig => Start(rig).Transfer(writes: false, 1, sectors: 2));

        ReplayException difference = Differs(rig => Start(rig).Transfer(writes: false, 1, sectors: 3));

        Assert.That(difference.Message, Does.Contain("1537 to write").And.Contain("recorded 16 and 1025"));
    }

    [Test]
    public void A_request_too_many_is_told_and_one_too_few()
    {
        _ = Record(rig => Start(rig).Transfer(writes: false, 1));
        Assert.That(
            Differs(rig =>
            {
                Start(rig).Begin(writes: false, 1);
                rig.Transfer(writes: false, 1);
            }).Message,
            Does.Contain("this run has a request here that the record has not"));

        _ = Record(rig =>
        {
            Start(rig).Begin(writes: false, 1);
            rig.Transfer(writes: false, 1);
        });
        Assert.That(Differs(rig => Start(rig).Transfer(writes: false, 1)).Message, Does.Contain("request 2 of queue 0").And.Contain("this run has not"));
    }

    [Test]
    public void The_same_at_another_time_is_told_and_what_is_not_done_at_all()
    {
        _ = Record(rig => Reads(rig, 1, 2));
        Assert.That(
            Differs(rig =>
            {
                Reads(rig, 1);
                rig.Pass(1);
                Reads(rig, 2);
            }).Message,
            Does.Contain("the record has a EventAvail here that this run has not"));
        Assert.That(
            Differs(rig =>
            {
                Start(rig);
                rig.Device.Kick(0);
            }).Message,
            Does.Contain("this run has not"));
    }

    [Test]
    public void A_driver_that_agrees_on_other_features_is_told()
    {
        _ = Record(rig => Start(rig));

        ReplayException difference = Differs(rig => _ = rig.Device.SetFeatures(VirtioFeatures.Version1));

        Assert.That((difference.Queue, difference.Request), Is.EqualTo(((int?)null, 0L)));
        Assert.That(difference.Message, Does.Contain("SetDriverFeatures"));
    }

    [Test]
    public void What_comes_after_the_end_is_told()
    {
        _ = Record(rig => Reads(rig, 1));

        Assert.That(Differs(rig => Reads(rig, 1, 2)).Message, Does.Contain("after the record's end"));
    }

    [Test]
    public void A_record_that_was_cut_off_serves_as_far_as_it_goes()
    {
        _ = Record(rig => Reads(rig, 1, 2));
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        System.IO.File.WriteAllBytes(File, bytes[..^7]);

        using RecordRig replay = RecordRig.Replay(File);
        Reads(replay, 1);
        Assert.That(replay.Seen, Has.Count.EqualTo(2));
    }

    [Test]
    public void Damaged_records_are_errors_and_nothing_else()
    {
        _ = Record(rig => Reads(rig, 1, 2));
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        for (int i = 0; i < bytes.Length; i += 3)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x81;
            System.IO.File.WriteAllBytes(File, damaged);
            try
            {
                using RecordRig replay = RecordRig.Replay(File);
                replay.TryRead(1);
            }
            catch (EmulatorException)
            {
                // Some damage is in what nobody reads, or in data: then there is none.
            }
        }
    }

    [TestCase("", "no record")]
    [TestCase("56505852 0200 0000 0000000000000000", "version 2")]
    [TestCase("00000000 0100 0000 0000000000000000", "no record")]
    [TestCase("56505852 0100 0000 0000000000000000", "cut off")]
    public void What_is_no_record_is_refused(string hex, string problem)
    {
        System.IO.File.WriteAllBytes(File, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        Assert.That(() => RecordRig.Replay(File), Throws.TypeOf<EmulatorException>().With.Message.Contain(problem));
    }

    [Test]
    public void A_file_that_cannot_be_is_an_error_of_the_host()
    {
        Assert.That(() => new RecordWriter(_folder), Throws.TypeOf<EmulatorException>());
        Assert.That(() => new RecordReader(File), Throws.TypeOf<EmulatorException>());
    }

    private static RecordRig Start(RecordRig rig)
    {
        rig.StartDriver();
        return rig;
    }

    private static void Reads(RecordRig rig, params ReadOnlySpan<ulong> sectors)
    {
        if (rig.Ring is null)
        {
            Start(rig);
        }

        foreach (ulong sector in sectors)
        {
            rig.Transfer(writes: false, sector);
        }
    }

    // All that a driver does, with a request that takes several messages, one that fails, and a change of the device's own.
    private static void Session(RecordRig rig)
    {
        Reads(rig, 1, ServedDisk.Sectors);
        rig.Transfer(writes: false, 0, sectors: 400);
        rig.Pass(77);
        rig.Change();
        rig.Transfer(writes: true, 8, sectors: 300);
        Assert.That(rig.Device.WriteConfiguration(32, [0]), Is.EqualTo(BackendAnswer.Done));
        Assert.That(rig.Device.StopQueue(0), Is.EqualTo(BackendAnswer.Done));
        Assert.That(rig.Device.Reset(), Is.EqualTo(BackendAnswer.Done));
        rig.Pass(5000);
        rig.StartDriver();
        Reads(rig, 8);
    }

    private List<string> Record(Action<RecordRig> session)
    {
        using var disk = new ServedDisk();
        using RecordRig rig = RecordRig.Record(disk, File);
        session(rig);
        return rig.Seen;
    }

    private ReplayException Differs(Action<RecordRig> session)
    {
        using RecordRig rig = RecordRig.Replay(File);
        return Assert.Throws<ReplayException>(() =>
        {
            session(rig);
            rig.Pass(1000);
        })!;
    }
}
