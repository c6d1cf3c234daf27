using Emulator.Boards;
using Emulator.Firmware;

namespace Emulator.InteropTests.Boards;

/// <summary>Our plan puts each image where QEMU's <c>info roms</c> shows it, for the same files.</summary>
internal sealed class HandOverTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public void RequireQemu() => QemuVirt.Require();

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hand-over tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0UL, 0x10_0000UL, 256)]
    [TestCase(0UL, 0x900_0000UL, 256)]
    [TestCase(0UL, 0x10_0000UL, 64)]
    [TestCase(0xfffUL, 0x10_0000UL, 256)]
    [TestCase(0x1000UL, 0x10_0000UL, 256)]
    [TestCase(0x8_0000UL, 0x10_0000UL, 1024)]
    [TestCase(0x1234UL, 0UL, 256)]
    public void A_kernel_lies_where_QEMU_puts_it(ulong textOffset, ulong imageSize, int mebibytes)
    {
        byte[] kernel = new byte[0x2000];
        BitConverter.TryWriteBytes(kernel.AsSpan(8), textOffset);
        BitConverter.TryWriteBytes(kernel.AsSpan(16), imageSize);
        "ARM\x64"u8.CopyTo(kernel.AsSpan(56));

        AssertSamePlaces(new() { Kernel = Write("kernel", kernel), Initrd = Write("initrd", new byte[5000]) }, mebibytes);
        AssertSamePlaces(new() { Kernel = Write("kernel", kernel) }, mebibytes);
    }

    [Test]
    public void A_raw_kernel_lies_where_QEMU_puts_it() => AssertSamePlaces(new() { Kernel = Write("kernel", new byte[100]) }, 128);

    [TestCase(0x4020_0000u)]
    [TestCase(0x4000_8000u)]
    [TestCase(0x4800_0000u)]
    public void An_ELF_kernel_lies_where_QEMU_puts_it(uint address) => AssertSamePlaces(new() { Kernel = Write("kernel", Elf(address)) }, 256);

    [Test]
    public void Firmware_leaves_the_start_of_RAM_to_the_tree() => AssertSamePlaces(new() { Firmware = Write("firmware", new byte[100]) }, 256);

    /// <summary>An executable of one segment with one instruction.</summary>
    private static byte[] Elf(uint address)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 183, 0, 1, 0, 0, 0]);
        writer.Write((ulong)address);
        writer.Write(64UL);
        writer.Write(0UL);
        writer.Write([0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 64, 0, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0]);
        foreach (ulong value in new ulong[] { 120, address, address, 4, 4, 4 })
        {
            writer.Write(value);
        }

        writer.Write(0x1400_0000u);
        return stream.ToArray();
    }

    private void AssertSamePlaces(BootSources sources, int mebibytes)
    {
        List<string> arguments = ["-m", $"{mebibytes}"];
        foreach ((string option, ImageFile? file) in new[] { ("-bios", sources.Firmware), ("-kernel", sources.Kernel), ("-initrd", sources.Initrd) })
        {
            if (file is not null)
            {
                arguments.AddRange([option, file.Name]);
            }
        }

        LoadPlan plan = HandOver.Plan(Board.Virt.Describe(new BoardOptions { MemorySize = (ulong)mebibytes << 20 }), sources);

        Assert.That(plan.Segments.Where(segment => segment.Region.Kind == BoardRegionKind.Ram).Select(segment => segment.Address), Is.EquivalentTo(QemuVirt.ListLoadedAddresses([.. arguments])));
    }

    private ImageFile Write(string name, byte[] data)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, data);
        return new ImageFile(path, data);
    }
}
