using System.Buffers.Binary;
using System.Text;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Share;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices.Share;

/// <summary>A client reads and writes a folder of the host.</summary>
[TestFixture(VirtioMmioVersion.Modern)]
[TestFixture(VirtioMmioVersion.Legacy)]
internal sealed class VirtioShareTests(VirtioMmioVersion version) : VirtioDeviceContract(version)
{
    private const uint WriteFlag = 1;
    private const uint CreateFlags = 0x40 | 2;
    private const uint ExclusiveFlag = 0x80;
    private const uint TruncateFlag = 0x200;
    private const uint Fid = 5;

    private static readonly DateTimeOffset s_start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private string _folder = null!;
    private bool _isReadOnly;

    [SetUp]
    public void MakeFolder()
    {
        string parent = Directory.CreateTempSubdirectory("share-").FullName;
        File.WriteAllText(Path.Combine(parent, "secret"), "not for guests");
        _folder = Directory.CreateDirectory(Path.Combine(parent, "folder")).FullName;
        File.WriteAllText(Path.Combine(_folder, "hello"), "hello, guest");
        Directory.CreateDirectory(Path.Combine(_folder, "sub", "deep"));
        _isReadOnly = false;
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Test]
    public void TagIsInTheConfiguration()
    {
        Rig rig = StartRig();
        Span<byte> configuration = stackalloc byte[rig.Model.ConfigurationLength];
        _ = rig.Model.ReadConfiguration(0, configuration);

        Assert.That(Encoding.ASCII.GetString(configuration), Is.EqualTo("\x5\0files"));
        Assert.That(rig.Driver.Features & 1, Is.EqualTo(1));
    }

    [Test]
    public void FileIsRead()
    {
        ShareClient client = ShareClient.Start(StartRig());
        uint fid = client.Open(Fid, "hello");

        Assert.That(Encoding.ASCII.GetString(client.Read(fid, 0, 100)), Is.EqualTo("hello, guest"));
        Assert.That(Encoding.ASCII.GetString(client.Read(fid, 7, 3)), Is.EqualTo("gue"));
        Assert.That(client.Read(fid, 12, 10), Is.Empty);
        Assert.That(client.Fails(ShareMessage.Write, fid, 0ul, 1u, new byte[1]), Is.EqualTo(LinuxError.BadFile));
    }

    [Test]
    public void AnswerMayBeCutAnywhere()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig);
        uint fid = client.Open(Fid, "hello");
        byte[] message = ShareClient.Message(ShareMessage.Read, 7, fid, 0ul, 100u);
        rig.Memory.Write(Data, message);

        rig.Ring.Add([new(Data, 5, false), new(Data + 5, (uint)message.Length - 5, false), new(Data + 0x100, 4, true), new(Data + 0x200, 8, true), new(Data + 0x300, 5, true)]);
        rig.Driver.Notify(0);

        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        Assert.That(used.Written, Is.EqualTo(17));
        Assert.That(rig.Memory.Read(Data + 0x100, 4), Is.EqualTo(BitConverter.GetBytes(17)));
        Assert.That(Encoding.ASCII.GetString([rig.Memory.Read(Data + 0x200, 8)[7], .. rig.Memory.Read(Data + 0x300, 5)]), Is.EqualTo("hello,"));
    }

    [Test]
    public void FileIsMadeAndWritten()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig);
        rig.World.Advance(5_000_000_000);
        uint fid = client.Walk(Fid, "sub");
        _ = client.Ask(ShareMessage.Create, fid, "new", CreateFlags, 0x1b4u, 0u);

        Assert.That(client.Write(fid, 0, "0123456789"u8.ToArray()), Is.EqualTo(10));
        Assert.That(client.Write(fid, 8, "abc"u8.ToArray()), Is.EqualTo(3));
        _ = client.Ask(ShareMessage.Synchronize, fid, 0u);

        string file = Path.Combine(_folder, "sub", "new");
        Assert.That(File.ReadAllText(file), Is.EqualTo("01234567abc"));
        Assert.That(File.GetLastWriteTimeUtc(file), Is.EqualTo(s_start.UtcDateTime.AddSeconds(5)), "the machine's date, not the host's");
        Assert.That(Directory.GetLastWriteTimeUtc(Path.Combine(_folder, "sub")), Is.EqualTo(s_start.UtcDateTime.AddSeconds(5)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That((int)File.GetUnixFileMode(file), Is.EqualTo(0x1b4));
        }

        Assert.That(client.Fails(ShareMessage.Create, client.Walk(6, "sub"), "new", CreateFlags | ExclusiveFlag, 0x1b4u, 0u), Is.EqualTo(LinuxError.Exists));
        _ = client.Open(7, "sub/new", WriteFlag | TruncateFlag);
        Assert.That(new FileInfo(file).Length, Is.Zero);
    }

    [Test]
    public void FolderIsListedAsItWasWhenItsReadingBegan()
    {
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllText(Path.Combine(_folder, "sub", $"file-{i:d2}"), "");
        }

        ShareClient client = ShareClient.Start(StartRig());
        uint fid = client.Open(Fid, "sub");

        Assert.That(client.Names(fid), Is.EqualTo(new[] { ".", "..", "deep" }.Concat(Enumerable.Range(0, 30).Select(i => $"file-{i:d2}"))));
        client.Ask(ShareMessage.UnlinkAt, client.Walk(6, "sub"), "file-00", 0u);
        byte[] rest = client.Ask(ShareMessage.ReadDirectory, fid, 32ul, 1000u);
        Assert.That(rest[0], Is.Not.Zero, "the last name is where it was");
        Assert.That(client.Names(fid), Has.Count.EqualTo(32));
    }

    [Test]
    public void NamesAreMadeRenamedAndRemoved()
    {
        ShareClient client = ShareClient.Start(StartRig());
        _ = client.Ask(ShareMessage.MakeDirectory, 0u, "made", 0x1edu, 0u);
        _ = client.Ask(ShareMessage.MakeNode, client.Walk(1, "made"), "node", 0x81a4u, 0u, 0u, 0u);
        uint open = client.Open(2, "made/node");
        _ = client.Ask(ShareMessage.RenameAt, 0u, "made", client.Walk(3, "sub"), "moved");
        Assert.That(File.Exists(Path.Combine(_folder, "sub", "moved", "node")), Is.True);
        Assert.That(client.Ask(ShareMessage.GetAttributes, open, 0x7fful), Has.Length.EqualTo(153), "what was found there has moved along");
        _ = client.Ask(ShareMessage.Rename, client.Walk(4, "sub/moved/node"), 0u, "hello");
        Assert.That(new FileInfo(Path.Combine(_folder, "hello")).Length, Is.Zero, "what had the name is gone");

        Assert.That(client.Fails(ShareMessage.UnlinkAt, 0u, "sub", 0x200u), Is.EqualTo(LinuxError.NotEmpty));
        Assert.That(client.Fails(ShareMessage.UnlinkAt, 0u, "sub", 0u), Is.EqualTo(LinuxError.IsDirectory));
        Assert.That(client.Fails(ShareMessage.UnlinkAt, 0u, "hello", 0x200u), Is.EqualTo(LinuxError.NoDirectory));
        Assert.That(client.Fails(ShareMessage.RenameAt, 0u, "sub", client.Walk(8, "sub/moved"), "itself"), Is.EqualTo(LinuxError.Invalid));
        _ = client.Ask(ShareMessage.UnlinkAt, client.Walk(9, "sub"), "moved", 0x200u);
        _ = client.Ask(ShareMessage.Remove, client.Walk(10, "hello"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName), Is.EqualTo(new[] { "sub" }));
    }

    [Test]
    public void AttributesAreToldAndSet()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig);
        uint fid = client.Walk(Fid, "hello");
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "hello"), DateTime.UnixEpoch.AddSeconds(1_000_000_000));
        byte[] attributes = client.Ask(ShareMessage.GetAttributes, fid, 0x7fful);

        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(attributes.AsSpan(21)) & 0xf000, Is.EqualTo(0x8000));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(attributes.AsSpan(49)), Is.EqualTo(12));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(attributes.AsSpan(89)), Is.EqualTo(1_000_000_000));
        SetAttributes(client, fid, 0x1 | 0x8 | 0x120, mode: 0x100, size: 5, seconds: 77, nanoseconds: 500);
        attributes = client.Ask(ShareMessage.GetAttributes, fid, 0x7fful);
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(attributes.AsSpan(21)), Is.EqualTo(0x8100));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(attributes.AsSpan(49)), Is.EqualTo(5));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(attributes.AsSpan(89)), Is.EqualTo(77));
        Assert.That(client.Fails(ShareMessage.SetAttributes, fid, 2u, 0u, 1000u, 0u, 0ul, 0ul, 0ul, 0ul, 0ul), Is.EqualTo(LinuxError.NotPermitted));
        Assert.That(client.Fails(ShareMessage.SetAttributes, fid, 0x120u, 0u, 0u, 0u, 0ul, 0ul, 0ul, ulong.MaxValue, 0ul), Is.EqualTo(LinuxError.Invalid));
        Assert.That(client.Ask(ShareMessage.StatFs, fid), Has.Length.EqualTo(60));
    }

    [Test]
    public void NothingIsChangedOfAReadOnlyFolder()
    {
        _isReadOnly = true;
        ShareClient client = ShareClient.Start(StartRig());
        uint hello = client.Walk(Fid, "hello");

        Assert.That(client.Fails(ShareMessage.Open, hello, WriteFlag), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.Open, hello, TruncateFlag), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.MakeDirectory, 0u, "made", 0x1edu, 0u), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.Create, 0u, "made", CreateFlags, 0x1b4u, 0u), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.UnlinkAt, 0u, "hello", 0u), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.RenameAt, 0u, "hello", 0u, "other"), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.SetAttributes, hello, 1u, 0u, 0u, 0u, 0ul, 0ul, 0ul, 0ul, 0ul), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(client.Fails(ShareMessage.Remove, hello), Is.EqualTo(LinuxError.ReadOnly));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "hello")), Is.EqualTo("hello, guest"));
    }

    [TestCase("..")]
    [TestCase("sub/../../..")]
    public void TheFolderIsItsOwnParent(string path)
    {
        ShareClient client = ShareClient.Start(StartRig());
        _ = client.Walk(Fid, path);
        Assert.That(client.Fails(ShareMessage.Walk, Fid, 6u, (ushort)1, "secret"), Is.EqualTo(LinuxError.NoEntry));
        Assert.That(client.Names(client.Open(7, path)), Is.EqualTo(new[] { ".", "..", "hello", "sub" }));
    }

    [TestCase("../secret")]
    [TestCase("a/b")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("")]
    [TestCase("nul\0")]
    public void BadNamesAreRefused(string name)
    {
        ShareClient client = ShareClient.Start(StartRig());
        Assert.That(client.Fails(ShareMessage.Create, 0u, name, CreateFlags, 0x1b4u, 0u), Is.EqualTo(LinuxError.Invalid));
        Assert.That(client.Fails(ShareMessage.UnlinkAt, 0u, name, 0u), Is.EqualTo(LinuxError.Invalid));
        Assert.That(client.Fails(ShareMessage.RenameAt, 0u, "hello", 0u, name), Is.EqualTo(LinuxError.Invalid));
        Assert.That(client.Fails(ShareMessage.Create, 0u, new string('n', 256), CreateFlags, 0x1b4u, 0u), Is.EqualTo(LinuxError.NameTooLong));
        Assert.That(client.Fails(ShareMessage.MakeDirectory, 0u, (ushort)1, (byte)0xff, 0x1edu, 0u), Is.EqualTo(LinuxError.Invalid), "no UTF-8");
    }

    [Test]
    public void LinksAreToldButNotFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "out"), Path.Combine(_folder, "..", "secret"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "up"), Path.Combine(_folder, ".."));
        ShareClient client = ShareClient.Start(StartRig());
        uint link = client.Walk(Fid, "out");

        Assert.That(Encoding.UTF8.GetString(client.Ask(ShareMessage.ReadLink, link)[2..]), Is.EqualTo(Path.Combine(_folder, "..", "secret")));
        Assert.That(client.Fails(ShareMessage.Open, link, 0u), Is.EqualTo(LinuxError.NoDevice));
        Assert.That(client.Fails(ShareMessage.Open, link, WriteFlag | TruncateFlag), Is.EqualTo(LinuxError.NoDevice));
        Assert.That(client.Fails(ShareMessage.SetAttributes, link, 8u, 0u, 0u, 0u, 0ul, 0ul, 0ul, 0ul, 0ul), Is.EqualTo(LinuxError.NoDevice));
        Assert.That(client.Fails(ShareMessage.Create, 0u, "out", CreateFlags, 0x1b4u, 0u), Is.EqualTo(LinuxError.NoDevice));
        Assert.That(client.Ask(ShareMessage.Walk, 0u, 6u, (ushort)2, "up", "secret")[0], Is.EqualTo(1), "no further than the link");
        uint up = client.Walk(7, "up");
        Assert.That(client.Fails(ShareMessage.MakeDirectory, up, "made", 0x1edu, 0u), Is.EqualTo(LinuxError.NoDirectory));
        Assert.That(client.Fails(ShareMessage.UnlinkAt, up, "secret", 0u), Is.EqualTo(LinuxError.NoDirectory));
        Assert.That(client.Fails(ShareMessage.SymbolicLink, 0u, "made", "/etc/passwd", 0u), Is.EqualTo(LinuxError.NotPermitted));
        Assert.That(client.Fails(ShareMessage.Link, 0u, link, "made"), Is.EqualTo(LinuxError.NotPermitted));
        _ = client.Ask(ShareMessage.UnlinkAt, 0u, "out", 0u);
        Assert.That(File.ReadAllText(Path.Combine(_folder, "..", "secret")), Is.EqualTo("not for guests"));
    }

    [Test]
    public void AFolderThatBecameALinkLeadsNowhere()
    {
        ShareClient client = ShareClient.Start(StartRig());
        uint fid = client.Walk(Fid, "sub/deep");
        Directory.Move(Path.Combine(_folder, "sub"), Path.Combine(_folder, "moved"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "sub"), Path.Combine(_folder, "moved"));

        Assert.That(client.Fails(ShareMessage.Open, fid, 0u), Is.EqualTo(LinuxError.NoDirectory));
    }

    [Test]
    public void HostileMessagesAreRefused()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig, messageBytes: 4096);
        byte[] message = ShareClient.Message(ShareMessage.GetAttributes, 7, 0u, 0x7fful);
        foreach (int length in (int[])[0, 6, 7, 10, int.MaxValue, -1, 5000])
        {
            BinaryPrimitives.WriteInt32LittleEndian(message, length);
            Assert.That(ShareClient.ErrorOf(client.Send(message)), Is.AnyOf(LinuxError.Protocol, LinuxError.BadFile), $"length {length}");
        }

        Assert.That(ShareClient.ErrorOf(client.Send(ShareClient.Message(ShareMessage.StatFs, ushort.MaxValue, 0u))), Is.EqualTo(LinuxError.Protocol), "no tag");
        Assert.That(client.Fails(ShareMessage.GetAttributes, 99u, 0x7fful), Is.EqualTo(LinuxError.BadFile), "no fid");
        Assert.That(client.Fails(ShareMessage.Walk, 0u, 0u, (ushort)17), Is.EqualTo(LinuxError.Invalid), "too many names");
        Assert.That(client.Fails(ShareMessage.Walk, 0u, 1u, (ushort)1, (ushort)900), Is.EqualTo(LinuxError.Invalid), "a name longer than the message");
        Assert.That(client.Fails(ShareMessage.Attach, 0u, uint.MaxValue, "root", "", 0u), Is.EqualTo(LinuxError.BadFile), "a fid that is in use");
        Assert.That(client.Fails(ShareMessage.Attach, 9u, uint.MaxValue, "root", "../..", 0u), Is.EqualTo(LinuxError.NoEntry), "another tree");
        Assert.That(client.Fails(ShareMessage.Authenticate, 9u, "root", ""), Is.EqualTo(LinuxError.NotSupported));
        Assert.That(client.Fails(ShareMessage.ExtendedAttributeWalk, 0u, 9u, "user.x"), Is.EqualTo(LinuxError.NotSupported));
        Assert.That(client.Fails((ShareMessage)200), Is.EqualTo(LinuxError.NotSupported));
        uint fid = client.Open(Fid, "hello", 2);
        Assert.That(client.Fails(ShareMessage.Write, fid, 0ul, 100u, new byte[5]), Is.EqualTo(LinuxError.Invalid), "fewer bytes than it says");
        Assert.That(client.Fails(ShareMessage.Write, fid, ulong.MaxValue, 5u, new byte[5]), Is.EqualTo(LinuxError.TooBig));
        Assert.That(client.Fails(ShareMessage.Read, fid, ulong.MaxValue, 5u), Is.EqualTo(LinuxError.TooBig));
        Assert.That(client.Read(fid, 0, uint.MaxValue), Has.Length.EqualTo(12));
        Assert.That(client.Fails(ShareMessage.Walk, fid, fid, (ushort)0), Is.EqualTo(LinuxError.BadFile), "it is open");
        Assert.That(File.ReadAllText(Path.Combine(_folder, "hello")), Is.EqualTo("hello, guest"));
        Assert.That(rig.Transport.Counters.Faults, Is.Zero);
    }

    [Test]
    public void BeforeAVersionIsAgreedOnNothingIsServed()
    {
        var client = new ShareClient(StartRig());
        Assert.That(client.Fails(ShareMessage.Attach, 0u, uint.MaxValue, "root", "", 0u), Is.EqualTo(LinuxError.Protocol));
        byte[] answer = client.Ask(ShareMessage.Version, 8192u, "9P2000.u");
        Assert.That(Encoding.ASCII.GetString(answer[6..]), Is.EqualTo("unknown"));
        Assert.That(client.Fails(ShareMessage.Attach, 0u, uint.MaxValue, "root", "", 0u), Is.EqualTo(LinuxError.Protocol));
    }

    [Test]
    public void NoRoomForAnAnswerNeedsAReset()
    {
        Rig rig = StartRig();
        rig.Ring.Add([new(Data, 16, false), new(Data + 0x100, 10, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Transport.Counters.Faults, Is.EqualTo(1));
    }

    [Test]
    public void OpenFilesAreLimited()
    {
        ShareClient client = ShareClient.Start(StartRig());
        for (uint fid = 0; fid < FidTable.MostFiles; fid++)
        {
            _ = client.Open(fid + 1, "hello");
        }

        Assert.That(client.Fails(ShareMessage.Open, client.Walk(10_000, "hello"), 0u), Is.EqualTo(LinuxError.TooManyFiles));
        _ = client.Ask(ShareMessage.Clunk, 1u);
        _ = client.Ask(ShareMessage.Open, 10_000u, 0u);
    }

    [Test]
    public void PipeIsNotOpened()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("pipes are made on Linux here");
        }

        using var process = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder, "pipe")]);
        process.WaitForExit();
        ShareClient client = ShareClient.Start(StartRig());
        Assert.That(client.Fails(ShareMessage.Open, client.Walk(Fid, "pipe"), 0u), Is.EqualTo(LinuxError.NoDevice));
    }

    [Test]
    public void OpenFilesAreOpenedAgainAfterASnapshot()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig);
        uint fid = client.Open(Fid, "hello", 2);
        uint folder = client.Open(6, "");
        _ = client.Ask(ShareMessage.ReadDirectory, folder, 0ul, 40u);
        File.WriteAllText(Path.Combine(_folder, "later"), "");
        byte[] state = StateOf(rig.Transport);

        rig.Transport.Load(new Emulator.Snapshots.SnapshotReader(state));

        Assert.That(StateOf(rig.Transport), Is.EqualTo(state));
        Assert.That(Encoding.ASCII.GetString(client.Read(fid, 0, 5)), Is.EqualTo("hello"));
        Assert.That(client.Write(fid, 0, "j"u8.ToArray()), Is.EqualTo(1));
        Assert.That(client.Ask(ShareMessage.ReadDirectory, folder, 3ul, 1000u), Has.Length.EqualTo(4 + 24 + 3), "the folder goes on where it was");
        rig.Transport.Load(new Emulator.Snapshots.SnapshotReader(StateOf(rig.Transport)));
        File.Delete(Path.Combine(_folder, "hello"));
        Assert.That(client.Fails(ShareMessage.Read, fid, 0ul, 5u), Is.EqualTo(LinuxError.Stale));
    }

    [Test]
    public void TransfersAllocateNothing()
    {
        Rig rig = StartRig();
        ShareClient client = ShareClient.Start(rig);
        uint fid = client.Open(Fid, "hello", 2);
        byte[] read = ShareClient.Message(ShareMessage.Read, 7, fid, 0ul, 4096u);
        byte[] write = ShareClient.Message(ShareMessage.Write, 7, fid, 0ul, 4096u, new byte[4096]);
        rig.Memory.Write(Data, read);
        rig.Memory.Write(Data + 0x1000, write);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                rig.Ring.Add([new(Data, (uint)read.Length, false), new(Data + 0x4000, 0x2000, true)]);
                rig.Ring.Add([new(Data + 0x1000, (uint)write.Length, false), new(Data + 0x4000, 0x2000, true)]);
                rig.Model.Kick(0);
                _ = rig.Ring.TryTakeUsed(out _);
                _ = rig.Ring.TryTakeUsed(out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    protected override VirtioModel CreateModel(VirtioModelSettings settings) => new VirtioShare(settings with { StartDate = s_start }, _folder, "files", _isReadOnly);

    protected override DriverBuffer[] Request(GuestMemory memory, int index)
    {
        ulong at = Data + (ulong)(index * 4096);
        byte[] message = ShareClient.Message(ShareMessage.Version, ushort.MaxValue, 8192u, "9P2000.L");
        memory.Write(at, message);
        return [new(at, (uint)message.Length, false), new(at + 2048, 64, true)];
    }

    private static void SetAttributes(ShareClient client, uint fid, uint valid, uint mode, ulong size, ulong seconds, ulong nanoseconds) =>
        client.Ask(ShareMessage.SetAttributes, fid, valid, mode, 0u, 0u, size, 0ul, 0ul, seconds, nanoseconds);
}
