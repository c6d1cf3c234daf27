using System.Diagnostics;
using Emulator.Boards;
using Emulator.Firmware;
using Emulator.Testing;

namespace Emulator.InteropTests.Boards;

/// <summary>
/// Our device tree and QEMU's for the same options must be one tree: same nodes and properties, in the same order, with the same
/// phandles and values. The only exceptions are the random seeds, which come from the machine's seed here. One of QEMU's options
/// is chosen so that both sides have the same hardware: with firmware,
/// <c>acpi=off</c> (QEMU trades the GPIO's power button for an ACPI device then).
/// </summary>
internal sealed class VirtDeviceTreeTests
{
    private const string Gic3 = ",gic-version=3";
    private const string Gic2 = ",gic-version=2";

    private static readonly string[] s_seeds = ["rng-seed", "kaslr-seed"];

    private string _folder = "";

    [OneTimeSetUp]
    public void RequireQemu() => QemuVirt.Require();

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("device tree tests-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Each_exception_level_has_QEMU_s_tree([Values(1, 2, 3)] int level, [Values(1, 2, 4)] int cpus)
    {
        BoardOptions options = new() { ExceptionLevel = level, Cpus = cpus };

        AssertSame(Ours(options), Qemu(options, Gic3));
    }

    [TestCase(16UL)]
    [TestCase(1024UL)]
    [TestCase(3072UL)]
    [TestCase(5120UL)]
    public void Each_memory_size_has_QEMU_s_tree(ulong mebibytes)
    {
        BoardOptions options = new() { MemorySize = mebibytes << 20 };

        AssertSame(Ours(options), Qemu(options, Gic3));
    }

    [Test]
    public void Each_CPU_model_has_QEMU_s_tree([ValueSource(typeof(BoardOptions), nameof(BoardOptions.CpuModels))] string model)
    {
        BoardOptions options = new() { CpuModel = model };

        AssertSame(Ours(options), Qemu(options, Gic3));
    }

    [Test]
    public void More_CPUs_than_a_cluster_holds_have_QEMU_s_tree()
    {
        BoardOptions options = new() { Cpus = 18 };

        AssertSame(Ours(options), Qemu(options, Gic3));
    }

    [Test]
    public void With_a_GICv2_the_tree_is_QEMU_s([Values(1, 2, 3)] int level, [Values(1, 8)] int cpus)
    {
        BoardOptions options = new() { GicVersion = 2, ExceptionLevel = level, Cpus = cpus };

        AssertSame(Ours(options), Qemu(options, Gic2));
    }

    [Test]
    public void A_kernel_with_an_initrd_gets_QEMU_s_tree([Values(1, 2)] int level, [Values(64UL, 256UL)] ulong mebibytes)
    {
        BoardOptions options = new() { ExceptionLevel = level, MemorySize = mebibytes << 20 };
        BootSources sources = new()
        {
            Kernel = Write("kernel", new byte[64]),
            Initrd = Write("initrd", new byte[5000]),
            CommandLine = "console=ttyAMA0 quiet",
        };

        DeviceTree qemu = Qemu(options, Gic3, "-kernel", sources.Kernel.Name, "-initrd", sources.Initrd.Name, "-append", sources.CommandLine);

        AssertSame(Planned(options, sources), qemu);
    }

    [Test]
    public void Firmware_gets_QEMU_s_tree_without_ACPI([Values(1, 2, 3)] int level, [Values] bool withKernel)
    {
        BoardOptions options = new() { ExceptionLevel = level };
        BootSources sources = new()
        {
            Firmware = Write("firmware", new byte[64]),
            Kernel = withKernel ? Write("kernel", new byte[64]) : null,
            CommandLine = withKernel ? "hello" : "",
        };
        string[] kernel = withKernel ? ["-kernel", sources.Kernel!.Name, "-append", sources.CommandLine] : [];

        DeviceTree qemu = Qemu(options, $"{Gic3},acpi=off", ["-bios", sources.Firmware.Name, .. kernel]);

        AssertSame(Planned(options, sources), qemu);
    }

    [Test]
    public void A_tree_of_the_user_s_is_adapted_as_QEMU_does([Values(1, 2)] int cells)
    {
        DeviceTree mine = new();
        mine.Root.SetCells("#address-cells", (uint)cells).SetCells("#size-cells", (uint)cells).SetStrings("compatible", "mine");
        mine.Root.Add("memory@0").SetStrings("device_type", "memory").SetCells("reg", new uint[2 * cells]);
        mine.Root.Add("soc").Add("uart@9000000").SetCells("reg", 0x900_0000, 0x1000);
        BootSources sources = new() { Kernel = Write("kernel", new byte[64]), DeviceTree = Write("my.dtb", mine.ToBytes()), CommandLine = "hi" };

        byte[] qemu = QemuVirt.DumpDeviceTree(_folder, Gic3, Arguments(new(), "-kernel", sources.Kernel.Name, "-append", "hi", "-dtb", sources.DeviceTree.Name));

        LoadPlan plan = HandOver.Plan(Board.Virt.Describe(new()), sources);
        AssertSame(DeviceTree.Parse(plan.DeviceTree), DeviceTree.Parse(qemu));
        Assert.That(plan.DeviceTree.Length, Is.EqualTo(qemu.Length));
    }

    [Test]
    public void The_compiler_of_trees_reads_ours_as_we_do([Values(1, 3)] int level)
    {
        string dtc = Peer.RequireProgram("dtc", "install the package device-tree-compiler");
        DeviceTree ours = Board.Virt.Describe(new() { ExceptionLevel = level, Cpus = 2 }).CreateDeviceTree();
        string input = Path.Combine(_folder, "ours.dtb");
        string output = Path.Combine(_folder, "theirs.dtb");
        File.WriteAllBytes(input, ours.ToBytes(HandOver.DeviceTreeLength));
        using Process compiler = Process.Start(dtc, ["-q", "-q", "-I", "dtb", "-O", "dtb", "-o", output, input]);
        compiler.WaitForExit();
        Assert.That(compiler.ExitCode, Is.Zero);

        AssertSame(ours, DeviceTree.Parse(File.ReadAllBytes(output)));
    }

    [Test]
    public void The_tree_has_the_same_room_for_additions()
    {
        byte[] qemu = QemuVirt.DumpDeviceTree(_folder, Gic3, Arguments(new()));

        Assert.That(HandOver.Plan(Board.Virt.Describe(new()), new()).DeviceTree.Length, Is.EqualTo(qemu.Length));
    }

    private static string[] Arguments(BoardOptions options, params string[] more) =>
        ["-cpu", options.CpuModel, "-smp", $"{options.Cpus}", "-m", $"{options.MemorySize >> 20}", .. more];

    private static DeviceTree Ours(BoardOptions options) => DeviceTree.Parse(Board.Virt.Describe(options).CreateDeviceTree().ToBytes());

    private static DeviceTree Planned(BoardOptions options, BootSources sources) => DeviceTree.Parse(HandOver.Plan(Board.Virt.Describe(options), sources).DeviceTree);

    private static void AssertSame(DeviceTree ours, DeviceTree qemu)
    {
        Assert.That(string.Join("\n", Dump(ours.Root, "")), Is.EqualTo(string.Join("\n", Dump(qemu.Root, ""))));
        Assert.That(ours.Reservations, Is.EqualTo(qemu.Reservations));
    }

    private static List<string> Dump(DeviceTreeNode node, string path)
    {
        List<string> lines = [$"{path}/"];
        foreach (DeviceTreeProperty property in node.Properties)
        {
            string value = s_seeds.Contains(property.Name) ? $"{property.Value.Length} random bytes" : Convert.ToHexString(property.Value.Span);
            lines.Add($"{path}/ {property.Name} = {value}");
        }

        foreach (DeviceTreeNode child in node.Children)
        {
            lines.AddRange(Dump(child, $"{path}/{child.Name}"));
        }

        return lines;
    }

    private DeviceTree Qemu(BoardOptions options, string machineOptions, params string[] more)
    {
        // EL3 comes with EL2 on our CPUs.
        string levels = options.ExceptionLevel switch
        {
            3 => ",secure=on,virtualization=on",
            2 => ",virtualization=on",
            _ => "",
        };
        return DeviceTree.Parse(QemuVirt.DumpDeviceTree(_folder, machineOptions + levels, Arguments(options, more)));
    }

    private ImageFile Write(string name, byte[] data)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, data);
        return new ImageFile(path, data);
    }
}
