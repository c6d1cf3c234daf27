using System.Diagnostics;
using Emulator.Firmware;
using Emulator.Testing;

namespace Emulator.InteropTests.Firmware;

/// <summary>ELF files as the GNU tools link them.</summary>
internal sealed class LinkedElfTests
{
    private const string Source = """
            .globl _start
            .type _start, %function
        _start:
            adrp x0, counter
            b helper
            .size _start, . - _start
            .type helper, %function
        helper:
            nop
            ret
            .size helper, . - helper
            .data
            .quad 42
            .bss
        counter:
            .skip 4096
        """;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("elf tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("-static")]
    [TestCase("-static-pie")]
    public void A_linked_program_has_its_segments_entry_and_symbols(string kind)
    {
        ElfImage image = Link(kind, "-Wl,-Ttext=0x40200000", "-Wl,-Tdata=0x40300000");

        Assert.That(image.Entry, Is.EqualTo(0x4020_0000));
        Assert.That(image.Segments.Sum(segment => (long)segment.Length), Is.GreaterThan(4096 + 8));
        Assert.That(image.Symbols.Find(0x4020_0000).ToString(), Is.EqualTo("_start"));
        Assert.That(image.Symbols.Find(image.Symbols.Find("helper")!.Value.Address + 4).ToString(), Is.EqualTo("helper+0x4"));
        Assert.That(image.Symbols.Find("counter"), Is.Not.Null);
    }

    [Test]
    public void A_stripped_program_has_no_symbols()
    {
        Assert.That(Link("-static", "-s").Symbols.Symbols, Is.Empty);
    }

    private ElfImage Link(params string[] options)
    {
        string compiler = Peer.RequireProgram("aarch64-linux-gnu-gcc", "install the package gcc-aarch64-linux-gnu");
        string source = Path.Combine(_folder, "program.S");
        string output = Path.Combine(_folder, "program");
        File.WriteAllText(source, Source + "\n");
        using Process process = Process.Start(compiler, ["-nostdlib", "-Wl,--build-id=none", .. options, "-o", output, source]);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
        return (ElfImage)ImageLoader.Load(ImageFile.Read(output, 1 << 20), 1 << 20);
    }
}
