using System.Buffers.Binary;
using Emulator.Boards;
using Emulator.Firmware;

namespace Emulator.Tests.Firmware;

internal sealed class FirmwareConfigurationTests
{
    private static readonly ImageFile Kernel = new("kernel", new byte[] { 1, 2, 3 });

    [Test]
    public void The_number_of_CPUs_is_the_board_s()
    {
        Assert.That(Items(null, null, "", cpus: 4)[(int)FwCfgKey.CpuCount].ToArray(), Is.EqualTo(new byte[] { 4, 0 }));
    }

    [Test]
    public void The_files_are_those_that_QEMU_has_without_ACPI_and_SMBIOS()
    {
        FwCfgItems items = FirmwareConfiguration.Create(Board.Virt.Describe(new BoardOptions()), null, null, "");

        Assert.That(items.FileNames, Is.EqualTo(new[] { "bios-geometry", "bootorder", "etc/boot-fail-wait" }));
    }

    [Test]
    public void A_kernel_comes_with_its_size_initrd_and_command_line()
    {
        ReadOnlyMemory<byte>[] items = Items(Kernel, new ImageFile("initrd", new byte[] { 4, 5 }), "hi");

        Assert.That(items[(int)FwCfgKey.KernelData].ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Size(items, FwCfgKey.KernelSize), Is.EqualTo(3));
        Assert.That(items[(int)FwCfgKey.InitrdData].ToArray(), Is.EqualTo(new byte[] { 4, 5 }));
        Assert.That(Size(items, FwCfgKey.InitrdSize), Is.EqualTo(2));
        Assert.That(items[(int)FwCfgKey.CommandLineData].ToArray(), Is.EqualTo("hi\0"u8.ToArray()));
        Assert.That(Size(items, FwCfgKey.CommandLineSize), Is.EqualTo(3));
    }

    [Test]
    public void A_kernel_without_a_command_line_has_an_empty_one()
    {
        ReadOnlyMemory<byte>[] items = Items(Kernel, null, "");

        Assert.That(items[(int)FwCfgKey.CommandLineData].ToArray(), Is.EqualTo(new byte[] { 0 }));
        Assert.That(items[(int)FwCfgKey.InitrdSize].Length, Is.Zero);
    }

    [Test]
    public void Without_a_kernel_there_is_no_command_line()
    {
        Assert.That(Items(null, null, "hi")[(int)FwCfgKey.CommandLineData].Length, Is.Zero);
    }

    private static uint Size(ReadOnlyMemory<byte>[] items, FwCfgKey key) => BinaryPrimitives.ReadUInt32LittleEndian(items[(int)key].Span);

    private static ReadOnlyMemory<byte>[] Items(ImageFile? kernel, ImageFile? initrd, string commandLine, int cpus = 1) =>
        FirmwareConfiguration.Create(Board.Virt.Describe(new BoardOptions { Cpus = cpus }), kernel, initrd, commandLine).ToTable();
}
