using System.Buffers.Binary;
using Emulator.Tool.CommandLine;

namespace Emulator.Tool.Tests.Running;

/// <summary>Each kind of file that is no image ends with exit code 1 and one line that names it.</summary>
public sealed class BadImageTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("bad-image-tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_missing_file([Values("--firmware", "--kernel", "--initrd", "--dtb")] string option) =>
        AssertRefused(option, Path.Combine(_folder, "missing"));

    [Test]
    public void A_folder([Values("--firmware", "--kernel", "--dtb")] string option) =>
        AssertRefused(option, _folder);

    [Test]
    public void An_empty_file([Values("--firmware", "--kernel", "--dtb")] string option) =>
        AssertRefused(option, Write([]));

    [Test]
    public void An_elf_for_another_machine([Values("--firmware", "--kernel")] string option) =>
        AssertRefused(option, Write(Elf(machine: 62)));

    [Test]
    public void An_elf_that_ends_too_early([Values("--firmware", "--kernel")] string option) =>
        AssertRefused(option, Write(Elf()[..100]));

    [Test]
    public void An_elf_whose_segment_lies_outside_of_memory([Values("--firmware", "--kernel")] string option) =>
        AssertRefused(option, Write(Elf(address: 0x7_0000_0000)));

    [Test]
    public void An_image_larger_than_memory()
    {
        string image = Path.Combine(_folder, "large");
        using (FileStream stream = File.Create(image))
        {
            stream.SetLength(80 << 20);
        }

        AssertRefused("--firmware", image);
        AssertRefused("--kernel", image, "--memory", "64M");
    }

    [Test]
    public void A_device_tree_that_is_none() =>
        AssertRefused("--dtb", Write([.. Enumerable.Repeat((byte)'x', 100)]));

    private static void AssertRefused(string option, string path, params string[] more)
    {
        string[] kernel = option is "--initrd" or "--dtb" ? ["--kernel", Path.Combine(AppContext.BaseDirectory, "console.elf")] : [];
        var host = new FakeToolHost();

        int exitCode = EmuCommandLine.Invoke(["run", "--max-virtual", "0.001", .. kernel, option, path, .. more], host);

        Assert.That(exitCode, Is.EqualTo(ExitCode.HostError), host.ErrorText);
        Assert.That(host.ErrorText, Does.Match(@"\Aemu: [^\n]+\n\z").And.Contain(path));
        Assert.That(host.OutputText, Is.Empty);
    }

    private string Write(byte[] contents)
    {
        string path = Path.Combine(_folder, "image");
        File.WriteAllBytes(path, contents);
        return path;
    }

    // An ELF with one segment of four bytes behind its headers.
    private static byte[] Elf(ushort machine = 183, ulong address = 0x4008_0000)
    {
        byte[] file = new byte[64 + 56 + 4];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), machine);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), address);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(52), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 1);
        Span<byte> segment = file.AsSpan(64);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[8..], 120);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], 4);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], 4);
        return file;
    }
}
