using Emulator.Boards;

namespace Emulator.Tests.Boards;

internal sealed class VirtBoardTests
{
    [TestCase("flash0", 0x0000_0000UL, 0x400_0000UL)]
    [TestCase("flash1", 0x0400_0000UL, 0x400_0000UL)]
    [TestCase("gicd", 0x0800_0000UL, 0x1_0000UL)]
    [TestCase("its", 0x0808_0000UL, 0x2_0000UL)]
    [TestCase("gicr", 0x080a_0000UL, 0xf6_0000UL)]
    [TestCase("uart0", 0x0900_0000UL, 0x1000UL)]
    [TestCase("rtc", 0x0901_0000UL, 0x1000UL)]
    [TestCase("fw-cfg", 0x0902_0000UL, 0x18UL)]
    [TestCase("gpio0", 0x0903_0000UL, 0x1000UL)]
    [TestCase("virtio-mmio0", 0x0a00_0000UL, 0x200UL)]
    [TestCase("virtio-mmio31", 0x0a00_3e00UL, 0x200UL)]
    [TestCase("pci-memory", 0x1000_0000UL, 0x2eff_0000UL)]
    [TestCase("pci-ports", 0x3eff_0000UL, 0x1_0000UL)]
    [TestCase("pci-ecam", 0x40_1000_0000UL, 0x1000_0000UL)]
    [TestCase("pci-high", 0x80_0000_0000UL, 0x80_0000_0000UL)]
    [TestCase("ram", 0x4000_0000UL, 0x1000_0000UL)]
    public void Everything_stands_where_QEMU_has_it(string name, ulong address, ulong length)
    {
        BoardRegion region = Describe(1).Find(name)!;

        Assert.That((region.Base, region.Length), Is.EqualTo((address, length)));
    }

    [TestCase("uart0", 33)]
    [TestCase("rtc", 34)]
    [TestCase("gpio0", 39)]
    [TestCase("virtio-mmio0", 48)]
    [TestCase("virtio-mmio31", 79)]
    [TestCase("pci-ecam", 35)]
    public void Interrupts_have_QEMU_s_numbers(string name, int intId)
    {
        Assert.That(Describe(1).Find(name)!.Interrupts[0].IntId, Is.EqualTo(intId));
    }

    [Test]
    public void Timers_have_the_private_interrupts_of_the_base_system_architecture()
    {
        PrivateInterrupts interrupts = Describe(1).PrivateInterrupts;

        Assert.That(interrupts.SecurePhysicalTimer.IntId, Is.EqualTo(29));
        Assert.That(interrupts.PhysicalTimer.IntId, Is.EqualTo(30));
        Assert.That(interrupts.VirtualTimer.IntId, Is.EqualTo(27));
        Assert.That(interrupts.HypervisorTimer.IntId, Is.EqualTo(26));
    }

    [Test]
    public void The_secure_devices_are_there_only_with_the_secure_state()
    {
        BoardDescription secure = Describe(3);

        Assert.That(secure.Regions.Where(region => region.IsSecureOnly).Select(region => region.Name), Is.EqualTo(new[] { "flash0", "uart1", "gpio1", "secram" }));
        Assert.That(Describe(2).Regions.Where(region => region.IsSecureOnly), Is.Empty);
    }

    [TestCase(1, PsciConduit.Hvc)]
    [TestCase(2, PsciConduit.Smc)]
    [TestCase(3, PsciConduit.None)]
    public void PSCI_has_the_conduit_of_the_exception_level(int level, PsciConduit conduit)
    {
        Assert.That(Describe(level).PsciConduit, Is.EqualTo(conduit));
    }

    [TestCase(3, 17, 0x101u)]
    [TestCase(2, 7, 7u)]
    public void Clusters_are_as_large_as_the_interrupt_controller_can_name(int gicVersion, int cpu, uint affinity)
    {
        Assert.That(Board.Virt.Describe(new BoardOptions { GicVersion = gicVersion }).AffinityOf(cpu), Is.EqualTo(affinity));
    }

    [Test]
    public void The_memory_map_is_a_table_with_one_window_a_line()
    {
        string[] lines = Describe(3).MemoryMap.TrimEnd('\n').Split('\n');

        Assert.That(lines.Skip(1).Select(line => Words(line).Split(' ')[4]), Is.EqualTo(new[]
        {
            "flash0", "flash1", "gicd", "its", "gicr", "uart0", "rtc", "fw-cfg", "gpio0", "uart1", "gpio1", "virtio-mmio0-31",
            "platform-bus", "secram", "pci-memory", "pci-ports", "ram", "pci-ecam", "pci-high",
        }));
        Assert.That(Words(lines[6]), Does.StartWith("09000000 09000fff 4 KiB uart0 SPI 1 PL011"));
        Assert.That(Words(lines[12]), Does.StartWith("0a000000 0a003fff 16 KiB virtio-mmio0-31 SPI 16-47"));
        Assert.That(Words(lines[18]), Does.StartWith("4010000000 401fffffff 256 MiB pci-ecam SPI 3-6"));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void The_reference_shows_the_memory_map_as_it_is(int level)
    {
        Assert.That(File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "board-virt.md")), Does.Contain(Describe(level).MemoryMap));
    }

    [Test]
    public void A_range_lies_inside_a_region_or_not()
    {
        BoardRegion ram = Describe(1).Ram;

        Assert.That(ram.Contains(ram.Base, ram.Length), Is.True);
        Assert.That(ram.Contains(ram.Base, ram.Length + 1), Is.False);
        Assert.That(ram.Contains(ram.Base - 1, 1), Is.False);
        Assert.That(ram.Contains(ram.End - 1, ulong.MaxValue), Is.False);
    }

    private static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string RepositoryRoot()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "Emulator.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private static BoardDescription Describe(int exceptionLevel) => Board.Virt.Describe(new BoardOptions { ExceptionLevel = exceptionLevel });
}
