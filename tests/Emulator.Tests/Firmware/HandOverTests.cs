using System.IO.Compression;
using Emulator.Boards;
using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

/// <summary>The addresses here are those that QEMU 7.2 shows (<c>info roms</c>, <c>info registers</c>) for the same images.</summary>
internal sealed class HandOverTests
{
    private const ulong RamBase = 0x4000_0000;

    private static readonly ImageFile Initrd = new("initrd", new byte[1000]);

    [Test]
    public void A_kernel_that_wants_the_first_page_goes_to_2_MiB_and_the_tree_behind_the_initrd()
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x10_0000, 0xa), Initrd = Initrd });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("Image", 0x4020_0000UL), ("initrd", 0x4800_0000UL), ("device tree", 0x4820_0000UL) }));
        Assert.That(plan.Start, Is.EqualTo(new CpuStart(0x4020_0000, 0x4820_0000, 1, IsSecure: false)));
        Assert.That(plan.SecondaryCpus, Is.EqualTo(SecondaryCpus.PoweredOff));
    }

    [TestCase(0x8_0000UL, 0x10_0000UL, 0x4008_0000UL)]
    [TestCase(0UL, 0UL, 0x4008_0000UL)]
    [TestCase(0x20_0000UL, 0x10_0000UL, 0x4020_0000UL)]
    public void A_kernel_goes_to_its_text_offset(ulong textOffset, ulong imageSize, ulong address)
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(textOffset, imageSize, 0) });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("Image", address), ("device tree", 0x4800_0000UL) }));
    }

    [Test]
    public void A_raw_kernel_goes_where_old_kernels_go()
    {
        LoadPlan plan = Plan(new() { Kernel = new ImageFile("raw", new byte[8]) });

        Assert.That(plan.Start, Is.EqualTo(new CpuStart(0x4008_0000, 0x4800_0000, 1, IsSecure: false)));
    }

    [Test]
    public void The_initrd_keeps_clear_of_a_large_kernel()
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x900_0000, 0xa), Initrd = Initrd });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("Image", 0x4020_0000UL), ("initrd", 0x4920_0000UL), ("device tree", 0x4940_0000UL) }));
    }

    [Test]
    public void In_little_memory_the_initrd_starts_half_way()
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x10_0000, 0xa), Initrd = Initrd }, new() { MemorySize = 64 << 20 });

        Assert.That(Places(plan)[1], Is.EqualTo(("initrd", 0x4200_0000UL)));
    }

    [TestCase(2, 2)]
    [TestCase(3, 2)]
    public void A_kernel_starts_at_EL2_at_most_and_never_secure(int level, int expected)
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x10_0000, 0xa) }, new() { ExceptionLevel = level });

        Assert.That((plan.Start.ExceptionLevel, plan.Start.IsSecure), Is.EqualTo((expected, false)));
        Assert.That(plan.SecondaryCpus, Is.EqualTo(SecondaryCpus.PoweredOff));
    }

    [Test]
    public void An_ELF_kernel_starts_at_its_entry_with_the_tree_at_the_start_of_RAM()
    {
        ElfBuilder elf = ElfBuilder.Executable().Segment(0x4030_0000, 4, length: 0x1000, flags: 6).Symbol("start", 0x4020_0000, 16);

        LoadPlan plan = Plan(new() { Kernel = elf.Build() });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("image.elf", 0x4020_0000UL), ("image.elf", 0x4030_0000UL), ("device tree", RamBase) }));
        Assert.That(plan.Segments[1].Length, Is.EqualTo(0x1000));
        Assert.That(plan.Start, Is.EqualTo(new CpuStart(0x4020_0000, 0, 1, IsSecure: false)));
        Assert.That(plan.DeviceTreeAddress, Is.EqualTo(RamBase));
        Assert.That(plan.Symbols.Find("start"), Is.Not.Null);
    }

    [TestCase(0x4000_0000UL)]
    [TestCase(0x4000_8000UL)]
    public void An_ELF_kernel_at_the_start_of_RAM_leaves_no_place_for_the_tree(ulong address)
    {
        LoadPlan plan = Plan(new() { Kernel = ElfBuilder.Executable(address).Build() });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("image.elf", address) }));
        Assert.That(plan.DeviceTreeAddress, Is.Null);
        Assert.That(plan.DeviceTree.Length, Is.Not.Zero);
    }

    [Test]
    public void An_ELF_kernel_can_have_an_initrd_behind_it()
    {
        LoadPlan plan = Plan(new() { Kernel = ElfBuilder.Executable(0x4f00_0000).Build(), Initrd = Initrd });

        Assert.That(plan.Segments[1].Address, Is.EqualTo(0x4f00_1000));
        Assert.That(Chosen(plan).Property("linux,initrd-start")!.Cells, Is.EqualTo(new[] { 0x4f00_1000u }));
        Assert.That(Chosen(plan).Property("linux,initrd-end")!.Cells, Is.EqualTo(new[] { 0x4f00_13e8u }));
    }

    [TestCase(1, false, SecondaryCpus.PoweredOff)]
    [TestCase(2, false, SecondaryCpus.PoweredOff)]
    [TestCase(3, true, SecondaryCpus.Running)]
    public void Firmware_goes_into_flash_and_starts_at_the_reset_vector(int level, bool secure, SecondaryCpus others)
    {
        LoadPlan plan = Plan(new() { Firmware = new ImageFile("u-boot.bin", new byte[100]) }, new() { ExceptionLevel = level, Cpus = 2 });

        Assert.That(Places(plan), Is.EqualTo(new[] { ("u-boot.bin", 0UL), ("device tree", RamBase) }));
        Assert.That(plan.Segments[0].Region.Name, Is.EqualTo("flash0"));
        Assert.That(plan.Start, Is.EqualTo(new CpuStart(0, 0, level, secure)));
        Assert.That(plan.SecondaryCpus, Is.EqualTo(others));
    }

    [Test]
    public void Firmware_with_a_kernel_s_header_still_goes_into_flash()
    {
        LoadPlan plan = Plan(new() { Firmware = ImageLoaderTests.LinuxHeader(0, 0x10_0000, 0xa) });

        Assert.That(plan.Segments[0].Region.Name, Is.EqualTo("flash0"));
    }

    [Test]
    public void Firmware_as_an_ELF_file_starts_at_its_entry()
    {
        LoadPlan plan = Plan(new() { Firmware = ElfBuilder.Executable(0x4100_0000).Build() });

        Assert.That(plan.Start.ProgramCounter, Is.EqualTo(0x4100_0000));
    }

    [Test]
    public void With_the_secure_state_an_ELF_file_may_lie_in_secure_RAM()
    {
        BootSources sources = new() { Firmware = ElfBuilder.Executable(0x0e00_0000).Build() };

        Assert.That(Plan(sources, new() { ExceptionLevel = 3 }).Segments[0].Region.Name, Is.EqualTo("secram"));
        AssertRefused(sources, ImageError.OutsideMemory);
    }

    [Test]
    public void With_firmware_the_kernel_is_offered_and_not_loaded()
    {
        LoadPlan plan = Plan(new()
        {
            Firmware = new ImageFile("u-boot.bin", new byte[100]),
            Kernel = new ImageFile("kernel", new byte[] { 1, 2, 3 }),
            Initrd = new ImageFile("initrd", new byte[] { 4, 5 }),
            CommandLine = "hello",
        });

        Assert.That(Places(plan).Select(place => place.Name), Is.EqualTo(new[] { "u-boot.bin", "device tree" }));
        Assert.That(Chosen(plan).Property("bootargs")!.String, Is.EqualTo("hello"));
        Assert.That(plan.FirmwareConfiguration.ToTable()[(int)FwCfgKey.KernelData].ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Chosen(plan).Property("linux,initrd-start"), Is.Null);
    }

    [Test]
    public void With_firmware_a_compressed_kernel_is_offered_expanded()
    {
        using MemoryStream compressed = new();
        using (GZipStream stream = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write([1, 2, 3]);
        }

        LoadPlan plan = Plan(new() { Firmware = new ImageFile("u-boot.bin", new byte[100]), Kernel = new ImageFile("kernel.gz", compressed.ToArray()) });

        Assert.That(plan.FirmwareConfiguration.ToTable()[(int)FwCfgKey.KernelData].ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Without_anything_to_boot_there_is_a_tree_and_a_CPU_at_the_reset_vector()
    {
        LoadPlan plan = Plan(new());

        Assert.That(Places(plan), Is.EqualTo(new[] { ("device tree", RamBase) }));
        Assert.That(plan.Start.ProgramCounter, Is.Zero);
    }

    [Test]
    public void The_command_line_and_the_initrd_stand_in_chosen()
    {
        LoadPlan plan = Plan(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x10_0000, 0xa), Initrd = Initrd, CommandLine = "console=ttyAMA0" });

        DeviceTreeNode chosen = Chosen(plan);
        Assert.That(chosen.Property("bootargs")!.String, Is.EqualTo("console=ttyAMA0"));
        Assert.That(chosen.Property("linux,initrd-start")!.Cells, Is.EqualTo(new[] { 0x4800_0000u }));
        Assert.That(chosen.Property("linux,initrd-end")!.Cells, Is.EqualTo(new[] { 0x4800_03e8u }));
        Assert.That(chosen.Property("stdout-path")!.String, Is.EqualTo("/pl011@9000000"));
    }

    [Test]
    public void A_user_s_tree_gets_memory_command_line_and_PSCI_and_keeps_the_rest()
    {
        DeviceTree tree = new();
        tree.Root.SetCells("#address-cells", 1).SetCells("#size-cells", 1);
        tree.Root.Add("memory@0").SetCells("reg", 0, 0x1000);
        tree.Root.Add("memory").SetCells("reg", 0, 0x1000);
        tree.Root.Add("uart").SetStrings("compatible", "mine");

        LoadPlan plan = Plan(new() { Kernel = new ImageFile("raw", new byte[8]), DeviceTree = new ImageFile("my.dtb", tree.ToBytes()), CommandLine = "hi" });

        DeviceTree handed = DeviceTree.Parse(plan.DeviceTree);
        Assert.That(handed.Root.Children.Select(node => node.Name), Is.EqualTo(new[] { "psci", "chosen", "memory@40000000", "uart" }));
        Assert.That(handed.Find("/memory@40000000")!.Property("reg")!.Cells, Is.EqualTo(new[] { 0x4000_0000u, 0x1000_0000u }));
        Assert.That(handed.Find("/chosen")!.Property("bootargs")!.String, Is.EqualTo("hi"));
        Assert.That(handed.Find("/psci")!.Property("method")!.String, Is.EqualTo("hvc"));
    }

    [Test]
    public void A_user_s_tree_that_cannot_tell_of_the_memory_is_refused()
    {
        DeviceTree tree = new();
        tree.Root.SetCells("#address-cells", 2).SetCells("#size-cells", 1);
        BootSources sources = new() { DeviceTree = new ImageFile("my.dtb", tree.ToBytes()) };

        AssertRefused(sources, ImageError.BadFormat, new() { MemorySize = 4UL << 30 });
        Assert.That(() => Plan(sources, new() { MemorySize = 3UL << 30 }), Throws.Nothing);
    }

    [Test]
    public void A_user_s_tree_that_is_none_is_refused_by_its_name()
    {
        AssertRefused(new() { DeviceTree = new ImageFile("my.dtb", new byte[100]) }, ImageError.BadFormat);
    }

    [Test]
    public void An_image_beside_the_memory_is_refused() =>
        AssertRefused(new() { Kernel = ElfBuilder.Executable(0x3000_0000).Build() }, ImageError.OutsideMemory);

    [Test]
    public void An_image_that_runs_over_the_end_of_memory_is_refused() =>
        AssertRefused(new() { Kernel = ElfBuilder.Executable().Segment(0x4fff_0000, 4, length: 0x1_0001).Build() }, ImageError.TooLarge);

    [Test]
    public void A_kernel_larger_than_the_memory_is_refused() =>
        AssertRefused(new() { Kernel = ImageLoaderTests.LinuxHeader(0, 0x1000_0000, 0) }, ImageError.TooLarge);

    [TestCase(ulong.MaxValue, 1UL)]
    [TestCase(0UL, ulong.MaxValue)]
    public void A_kernel_whose_header_makes_no_sense_is_refused(ulong textOffset, ulong imageSize) =>
        AssertRefused(new() { Kernel = ImageLoaderTests.LinuxHeader(textOffset, imageSize, 0) }, ImageError.TooLarge);

    [Test]
    public void An_initrd_larger_than_what_is_left_is_refused() =>
        AssertRefused(new() { Kernel = new ImageFile("raw", new byte[8]), Initrd = new ImageFile("initrd", new byte[33 << 20]) }, ImageError.TooLarge, new() { MemorySize = 64 << 20 });

    [Test]
    public void A_kernel_that_leaves_no_room_for_the_tree_is_refused() =>
        AssertRefused(new() { Kernel = ImageLoaderTests.LinuxHeader(0x8_0000, 0x18_0000, 0) }, ImageError.TooLarge, new() { MemorySize = 2 << 20 });

    [Test]
    public void Firmware_larger_than_the_flash_is_refused() =>
        AssertRefused(new() { Firmware = new ImageFile("big", new byte[(64 << 20) + 1]) }, ImageError.TooLarge);

    private static LoadPlan Plan(BootSources sources, BoardOptions? options = null) => HandOver.Plan(Board.Virt.Describe(options ?? new BoardOptions()), sources);

    private static void AssertRefused(BootSources sources, ImageError error, BoardOptions? options = null)
    {
        ImageFormatException refusal = Assert.Throws<ImageFormatException>(() => Plan(sources, options))!;
        Assert.That(refusal.Error, Is.EqualTo(error), refusal.Message);
        Assert.That(refusal.Message, Does.Not.Contain("\n"));
    }

    private static (string Name, ulong Address)[] Places(LoadPlan plan) => [.. plan.Segments.Select(segment => (segment.Name, segment.Address))];

    private static DeviceTreeNode Chosen(LoadPlan plan) => DeviceTree.Parse(plan.DeviceTree).Find("/chosen")!;
}
