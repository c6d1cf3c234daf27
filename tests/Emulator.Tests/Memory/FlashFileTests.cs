using Emulator.Memory;

namespace Emulator.Tests.Memory;

internal sealed class FlashFileTests
{
    private const ulong Length = 64 * 1024 * 1024;
    private const ulong Block = CfiFlash.BlockLength;

    private string _folder = null!;
    private string _path = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("flash-").FullName;
        _path = Path.Combine(_folder, "flash1.bin");
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void MissingFileIsCreatedErased()
    {
        using (var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length)))
        {
            var driver = new FlashDriver(flash);
            Assert.That(driver.Read32(0), Is.EqualTo(uint.MaxValue));
            Assert.That(driver.Read32(Length - 4), Is.EqualTo(uint.MaxValue));
        }

        Assert.That(new FileInfo(_path).Length, Is.EqualTo((long)Length));
    }

    [Test]
    public void ShorterFileIsExtendedErased()
    {
        File.WriteAllBytes(_path, [1, 2, 3, 4]);
        using (var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length)))
        {
            Assert.That(new FlashDriver(flash).Read(0, 8), Is.EqualTo(0xffff_ffff_0403_0201ul));
        }

        Assert.That(new FileInfo(_path).Length, Is.EqualTo((long)Length));
    }

    [Test]
    public void ChangesSurviveTheProcess()
    {
        using (var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length)))
        {
            var driver = new FlashDriver(flash);
            _ = driver.ProgramWord(3 * Block, 0x12345678);
            _ = driver.ProgramBuffer(Length - Block, Length - 8, 1, 2);
            _ = driver.ProgramWord(Block, 5);
            _ = driver.EraseBlock(Block);
        }

        using var again = new CfiFlash("flash1", FlashFile.Open(_path, Length));
        var reader = new FlashDriver(again);
        Assert.That(
            new[] { 0ul, Block, 3 * Block, Length - 8, Length - 4 }.Select(reader.Read32),
            Is.EqualTo([uint.MaxValue, uint.MaxValue, 0x12345678u, 1u, 2u]));
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void FlushWritesWhatChangedWhileTheMachineLives()
    {
        using var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length));
        var driver = new FlashDriver(flash);
        _ = driver.ProgramWord(8, 0);

        flash.Flush();

        Assert.That(ReadWhileOpen(16), Is.EqualTo(Convert.FromHexString("ffffffffffffffff00000000ffffffff")));
    }

    [Test]
    [Platform("Linux")]
    public void BlankBlocksCostNoMemory()
    {
        long before = ResidentBytes();
        using var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length));
        Assert.That(ResidentBytes() - before, Is.LessThan(16 * 1024 * 1024));
    }

    [Test]
    public void LargerFileIsAnError()
    {
        using (FileStream stream = File.Create(_path))
        {
            stream.SetLength((long)Length + 1);
        }

        Assert.That(() => FlashFile.Open(_path, Length), Throws.TypeOf<FlashException>().With.Message.Contains("67108865 bytes"));
        Assert.That(new FileInfo(_path).Length, Is.EqualTo((long)Length + 1), "and the file is left alone");
    }

    [Test]
    public void DirectoryIsAnError() =>
        Assert.That(() => FlashFile.Open(_folder, Length), Throws.TypeOf<FlashException>().With.Message.Contains("directory"));

    [Test]
    public void MissingFolderIsAnError() =>
        Assert.That(() => FlashFile.Open(Path.Combine(_folder, "none", "flash"), Length), Throws.TypeOf<FlashException>());

    [Test]
    public void OneFileServesOneMachineAtATime()
    {
        using var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length));
        Assert.That(() => FlashFile.Open(_path, Length), Throws.TypeOf<FlashException>().With.Message.Contains("no other machine"));
    }

    [Test]
    public void DisposingTwiceIsHarmless()
    {
        var flash = new CfiFlash("flash1", FlashFile.Open(_path, Length));
        flash.Dispose();
        Assert.That(flash.Dispose, Throws.Nothing);
    }

    private static long ResidentBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    // Past the lock that the machine holds on the file.
    private byte[] ReadWhileOpen(int count)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("head", ["-c", $"{count}", _path]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        process.WaitForExit();
        return bytes.ToArray();
    }
}
