using System.Buffers.Binary;
using System.Text;
using Emulator.Boards;
using Emulator.Firmware;
using Emulator.InteropTests.Qtest;

namespace Emulator.InteropTests.Boards;

/// <summary>
/// Our board offers through fw_cfg what QEMU's offers, item for item. Files of tables that we do not write yet are the only
/// exception: SMBIOS here, ACPI's by asking QEMU for none.
/// </summary>
internal sealed class FirmwareConfigurationTests
{
    private const ulong FwCfgAddress = 0x0902_0000;
    private const ulong SelectorAddress = FwCfgAddress + 8;
    private const int DirectoryEntryLength = 64;

    private static readonly string[] s_notWrittenYet = ["etc/smbios/smbios-anchor", "etc/smbios/smbios-tables"];

    private string _folder = "";

    [OneTimeSetUp]
    public void RequireQemu() => QemuVirt.Require();

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fw_cfg tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_items_are_QEMU_s([Values(1, 3)] int cpus)
    {
        AssertSame(new BootSources { Firmware = Write("firmware", 100) }, cpus);
    }

    [Test]
    public void The_items_of_a_kernel_for_firmware_are_QEMU_s([Values] bool withInitrd, [Values("", "console=ttyAMA0")] string commandLine)
    {
        AssertSame(
            new BootSources
            {
                Firmware = Write("firmware", 100),
                Kernel = Write("kernel", 1000),
                Initrd = withInitrd ? Write("initrd", 70) : null,
                CommandLine = commandLine,
            },
            cpus: 1);
    }

    private static void AssertSame(BootSources sources, int cpus)
    {
        List<string> arguments = ["-machine", "acpi=off", "-smp", $"{cpus}", "-bios", sources.Firmware!.Name];
        if (sources.Kernel is { } kernel)
        {
            arguments.AddRange(["-kernel", kernel.Name, "-append", sources.CommandLine]);
        }

        if (sources.Initrd is { } initrd)
        {
            arguments.AddRange(["-initrd", initrd.Name]);
        }

        FwCfgItems ours = HandOver.Plan(Board.Virt.Describe(new BoardOptions { Cpus = cpus }), sources).FirmwareConfiguration;
        ReadOnlyMemory<byte>[] items = ours.ToTable();
        using QtestClient qemu = new(arguments);
        Assert.Multiple(() =>
        {
            for (FwCfgKey key = FwCfgKey.Signature; key < FwCfgKey.FileDirectory; key++)
            {
                // A read beyond an item's end gives zeros: one byte more would show a longer item.
                byte[] expected = Read(qemu, (int)key, items[(int)key].Length + 1);
                Assert.That((byte[])[.. items[(int)key].Span, 0], Is.EqualTo(expected), $"{key}");
            }
        });

        Dictionary<string, (int Key, int Length)> files = ReadDirectory(qemu);
        Assert.That(ours.FileNames, Is.EquivalentTo(files.Keys.Except(s_notWrittenYet)));
        foreach ((string name, int index) in ours.FileNames.Select((name, index) => (name, index)))
        {
            byte[] content = items[(int)FwCfgKey.FirstFile + index].ToArray();
            Assert.That(content, Is.EqualTo(Read(qemu, files[name].Key, files[name].Length)), name);
        }
    }

    private static Dictionary<string, (int Key, int Length)> ReadDirectory(QtestClient qemu)
    {
        int count = BinaryPrimitives.ReadInt32BigEndian(Read(qemu, (int)FwCfgKey.FileDirectory, 4));
        byte[] directory = Read(qemu, (int)FwCfgKey.FileDirectory, 4 + (count * DirectoryEntryLength));
        return directory[4..].Chunk(DirectoryEntryLength).ToDictionary(
            entry => Encoding.ASCII.GetString(entry[8..]).TrimEnd('\0'),
            entry => ((int)BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(entry)));
    }

    private static byte[] Read(QtestClient qemu, int key, int length)
    {
        qemu.Write(SelectorAddress, 2, BinaryPrimitives.ReverseEndianness((ushort)key));
        byte[] content = new byte[length];
        for (int index = 0; index < length; index++)
        {
            content[index] = (byte)qemu.Read(FwCfgAddress, 1);
        }

        return content;
    }

    private ImageFile Write(string name, int length)
    {
        string path = Path.Combine(_folder, name);
        byte[] data = [.. Enumerable.Range(1, length).Select(value => (byte)(value % 251 + 1))];
        File.WriteAllBytes(path, data);
        return new ImageFile(path, data);
    }
}
