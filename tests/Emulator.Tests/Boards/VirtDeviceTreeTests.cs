using Emulator.Boards;

namespace Emulator.Tests.Boards;

internal sealed class VirtDeviceTreeTests
{
    [Test]
    public void Every_window_that_the_tree_names_is_one_of_the_board([Values(1, 2, 3)] int level, [Values(2, 3)] int gicVersion)
    {
        BoardDescription board = Describe(level, gicVersion);
        (ulong, ulong)[] windows = [.. board.Regions.Select(region => (region.Base, region.Length))];

        foreach (DeviceTreeNode node in board.CreateDeviceTree().Root.Children.Where(node => node.Property("reg") is not null))
        {
            Assert.That(Pairs(node.Property("reg")!), Is.SubsetOf(windows), node.Name);
        }
    }

    [Test]
    public void Every_device_of_the_board_is_in_the_tree([Values(1, 2, 3)] int level, [Values(2, 3)] int gicVersion)
    {
        // What PCI decodes is told by the bridge's ranges, the platform bus by its own.
        BoardDescription board = Describe(level, gicVersion);
        (ulong, ulong)[] named = [.. All(board.CreateDeviceTree().Root).Where(node => !node.Name.StartsWith("cpu@", StringComparison.Ordinal)).Select(node => node.Property("reg")).OfType<DeviceTreeProperty>().SelectMany(Pairs)];

        IEnumerable<BoardRegion> missing = board.Regions.Where(region => !named.Contains((region.Base, region.Length)));

        Assert.That(missing.Select(region => region.Name), Is.EquivalentTo(new[] { "platform-bus", "pci-memory", "pci-ports", "pci-high" }));
    }

    [Test]
    public void Every_phandle_is_given_once_and_every_reference_meets_one([Values(1, 3)] int level, [Values(1, 4)] int cpus)
    {
        DeviceTree tree = Board.Virt.Describe(new BoardOptions { ExceptionLevel = level, Cpus = cpus }).CreateDeviceTree();
        uint[] handles = [.. All(tree.Root).Select(node => node.Property("phandle")).OfType<DeviceTreeProperty>().Select(property => property.Cells[0])];

        Assert.That(handles, Is.Unique);
        foreach (DeviceTreeNode node in All(tree.Root))
        {
            foreach (string reference in new[] { "interrupt-parent", "clocks", "gpios", "cpu" })
            {
                if (node.Property(reference) is { } property)
                {
                    Assert.That(handles, Does.Contain(property.Cells[0]), $"{node} {reference}");
                }
            }
        }
    }

    [Test]
    public void PCI_s_messages_go_to_the_translation_service()
    {
        DeviceTree tree = Describe(1, 3).CreateDeviceTree();

        uint service = All(tree.Root).Single(node => node.Name == "its@8080000").Property("phandle")!.Cells[0];
        Assert.That(tree.Find("/pcie@10000000")!.Property("msi-map")!.Cells, Is.EqualTo(new[] { 0u, service, 0u, 0x1_0000u }));
    }

    [TestCase(1, "hvc")]
    [TestCase(2, "smc")]
    public void PSCI_is_called_as_the_machine_expects(int level, string method)
    {
        Assert.That(Describe(level, 3).CreateDeviceTree().Find("/psci")!.Property("method")!.String, Is.EqualTo(method));
    }

    [Test]
    public void With_EL3_the_machine_offers_no_PSCI()
    {
        Assert.That(Describe(3, 3).CreateDeviceTree().Find("/psci"), Is.Null);
    }

    [Test]
    public void Seeds_come_from_the_machine_s_seed_and_from_nothing_else()
    {
        string[] seeds = Seeds(1);

        Assert.That(seeds, Is.EqualTo(Seeds(1)));
        Assert.That(seeds, Is.Not.EqualTo(Seeds(2)));
        Assert.That(seeds, Is.Unique);
        Assert.That(seeds.Select(seed => seed.Length), Is.EqualTo(new[] { 64, 16, 64, 16 }));
    }

    private static string[] Seeds(ulong seed)
    {
        DeviceTree tree = Board.Virt.Describe(new BoardOptions { ExceptionLevel = 3, Seed = seed }).CreateDeviceTree();
        return
        [
            .. new[] { "/secure-chosen", "/chosen" }.SelectMany(path => new[] { "rng-seed", "kaslr-seed" }.Select(
                name => Convert.ToHexString(tree.Find(path)!.Property(name)!.Value.Span))),
        ];
    }

    private static IEnumerable<DeviceTreeNode> All(DeviceTreeNode node) => node.Children.SelectMany(All).Prepend(node);

    private static IEnumerable<(ulong Base, ulong Length)> Pairs(DeviceTreeProperty reg) =>
        reg.Cells.Chunk(4).Select(cells => (((ulong)cells[0] << 32) | cells[1], ((ulong)cells[2] << 32) | cells[3]));

    private static BoardDescription Describe(int level, int gicVersion) => Board.Virt.Describe(new BoardOptions { ExceptionLevel = level, GicVersion = gicVersion });
}
