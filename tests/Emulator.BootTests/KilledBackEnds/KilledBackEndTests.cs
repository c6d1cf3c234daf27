using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Emulator.BootTests.Virtio;
using Emulator.Testing;

namespace Emulator.BootTests.KilledBackEnds;

/// <summary>
/// Linux writes to an ext4 file system, and the process that serves the disk is killed over and over meanwhile; its store loses each time what was not flushed. Linux goes on, and nothing is missing that was told to be
/// written: neither to Linux, nor to who would look at the store at that moment.
/// </summary>
public sealed partial class KilledBackEndTests : MachineFixture
{
    private const string TakesLong = "takes minutes: fewer kills tell the same in most cases";
    private const int Files = 20;
    private const int BlockSize = 4096;
    private const int BlocksOfFile = 6;

    private readonly Dictionary<int, int> _told = [];
    private byte[] _source = null!;
    private string _folder = null!;
    private int _newest;

    [SetUp]
    public void Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("killed-").FullName;
        _source = File.ReadAllBytes(new GuestImage("busybox").Path);
        _told.Clear();
        _newest = -1;
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("unix", 4)]
    [TestCase("raw", 4)]
    [TestCase("shm", 4)]
    [TestCase("guest", 4)]
    [TestCase("vhost-user", 4)]
    [TestCase("unix", 100, Category = "Long")]
    [TestCase("areas", 25, Category = "Long")]
    [TestCase("tcp", 25, Category = "Long")]
    [TestCase("raw", 100, Category = "Long")]
    [TestCase("qcow2", 100, Category = "Long")]
    [TestCase("shm", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("guest", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("vhost-user", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("areas", 100, Explicit = true, Reason = TakesLong)]
    [TestCase("tcp", 100, Explicit = true, Reason = TakesLong)]
    public void Nothing_that_was_told_to_be_written_is_missing(string way, int kills)
    {
        int rounds = Files + (3 * kills);
        using KilledDisk disk = KilledDisk.Create(way, _folder, TestDisk.Bytes);
        using var counter = new RequestCounter(seed: 7, kills, count =>
        {
            disk.Kill();
            if (count % (kills / 4) == 0)
            {
                AssertStoreHolds(disk.Contents);
            }

            disk.Start();
        });
        Machine machine = Start(disk.AddTo(LinuxDisk.Describe(_folder)).WithTrace(() => counter));
        string Ask(string command) => LinuxDisk.Ask(machine, command);
        LinuxDisk.Boot(machine);
        _ = Ask("mount /dev/vda2 /mnt");
        var line = new StringBuilder();
        machine.Console.ByteReceived += value => Hear(line, (char)value);

        // Some writes are flushed one by one, others wait for the next one's turn.
        _ = Ask($"w() {{ dd if=/bin/busybox of=/mnt/f$1 bs={BlockSize} skip=$2 count={BlocksOfFile} conv=fsync 2> /dev/null && echo told $1 $2; }}");
        _ = Ask($"l() {{ dd if=/bin/busybox of=/mnt/bulk bs={BlockSize} seek=$1 skip=$1 count=8 conv=notrunc 2> /dev/null; }}");
        counter.Start();
        string answer = Ask($"n=0; while [ $n -lt {rounds} ]; do w $((n % {Files})) $n; l $((n % 50)); [ $((n % 10)) = 0 ] && sync; n=$((n + 1)); done; sync; echo all");

        Assert.That(answer, Does.Contain("\nall"));
        Assert.That(counter.Count, Is.EqualTo(kills), "killed so often");
        Assert.That(_told.Values.Order(), Is.EqualTo(Enumerable.Range(rounds - Files, Files)));
        _ = Ask("umount /mnt && mount /dev/vda2 /mnt");
        string compared = Ask($"n={rounds - Files}; while [ $n -lt {rounds} ]; do dd if=/bin/busybox bs={BlockSize} skip=$n count={BlocksOfFile} 2> /dev/null | cmp - /mnt/f$((n % {Files})) && echo same; n=$((n + 1)); done");
        Assert.That(Regex.Count(compared, @"\bsame\b"), Is.EqualTo(Files + 1), compared);
        _ = Ask("umount /mnt; sync");
        Assert.That(machine.Statistics.Devices.First(device => device.Key.StartsWith("virtio-blk", StringComparison.Ordinal)).Value["faults"], Is.Zero);
        machine.Dispose();
        disk.Kill();
        byte[] contents = disk.Contents;
        Ext4Partition.AssertClean(contents, _folder);
        AssertStoreHolds(contents);
    }

    private void Hear(StringBuilder line, char character)
    {
        _ = line.Append(character);
        if (character != '\n')
        {
            return;
        }

        if (Told().Match(line.ToString()) is { Success: true } match)
        {
            _newest = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            _told[_newest] = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        }

        _ = line.Clear();
    }

    // What another machine would find there: all but the file that is being written.
    private void AssertStoreHolds(byte[] contents)
    {
        int[] files = [.. _told.Keys.Where(file => _told.Count < Files || file != (_newest + 1) % Files).Order()];
        IReadOnlyList<byte[]> found = Ext4Partition.Recover(contents, _folder, [.. files.Select(file => $"f{file}")]);
        for (int i = 0; i < files.Length; i++)
        {
            Assert.That(found[i].AsSpan().SequenceEqual(_source.AsSpan(_told[files[i]] * BlockSize, BlocksOfFile * BlockSize)), Is.True, $"f{files[i]} holds what was told");
        }
    }

    [GeneratedRegex(@"^told (\d+) (\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Told();
}
