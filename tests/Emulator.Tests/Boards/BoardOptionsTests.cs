using Emulator.Boards;

namespace Emulator.Tests.Boards;

internal sealed class BoardOptionsTests
{
    [Test]
    public void The_defaults_are_those_of_the_command_line()
    {
        BoardOptions options = new();

        Assert.That(options.CpuModel, Is.EqualTo("cortex-a57"));
        Assert.That(options.Cpus, Is.EqualTo(1));
        Assert.That(options.GicVersion, Is.EqualTo(3));
        Assert.That(options.MemorySize, Is.EqualTo(256UL << 20));
        Assert.That(options.ExceptionLevel, Is.EqualTo(1));
        Assert.That(options.RtcEpoch, Is.EqualTo(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [TestCaseSource(nameof(WrongOptions))]
    public void A_value_out_of_range_is_refused_by_the_property_s_name(string option, Action set)
    {
        BoardOptionException refusal = Assert.Throws<BoardOptionException>(() => set())!;

        Assert.That(refusal.Option, Is.EqualTo(option));
        Assert.That(refusal.Message, Does.StartWith(option).And.Not.Contains("\n"));
    }

    [TestCase(3, 124)]
    [TestCase(2, 9)]
    public void More_CPUs_than_the_interrupt_controller_serves_are_refused(int gicVersion, int cpus)
    {
        BoardOptions options = new() { GicVersion = gicVersion, Cpus = cpus };

        Assert.That(() => Board.Virt.Describe(options), Throws.InstanceOf<BoardOptionException>().With.Property("Option").EqualTo("Cpus"));
        Assert.That(() => Board.Virt.Describe(options with { Cpus = cpus - 1 }), Throws.Nothing);
    }

    [Test]
    public void More_memory_than_there_are_addresses_for_is_refused()
    {
        BoardOptions options = new() { MemorySize = 256UL << 30 };

        Assert.That(() => Board.Virt.Describe(options), Throws.InstanceOf<BoardOptionException>().With.Property("Option").EqualTo("MemorySize"));
        Assert.That(() => Board.Virt.Describe(options with { MemorySize = 255UL << 30 }), Throws.Nothing);
    }

    [Test]
    public void A_board_is_found_by_its_name()
    {
        Assert.That(Board.Find("virt"), Is.SameAs(Board.Virt));
        Assert.That(() => Board.Find("toaster"), Throws.InstanceOf<BoardOptionException>().With.Message.Contains("virt"));
    }

    private static IEnumerable<TestCaseData> WrongOptions()
    {
        yield return Wrong(nameof(BoardOptions.CpuModel), () => _ = new BoardOptions { CpuModel = "z80" });
        yield return Wrong(nameof(BoardOptions.Cpus), () => _ = new BoardOptions { Cpus = 0 });
        yield return Wrong(nameof(BoardOptions.GicVersion), () => _ = new BoardOptions { GicVersion = 4 });
        yield return Wrong(nameof(BoardOptions.MemorySize), () => _ = new BoardOptions { MemorySize = 0 });
        yield return Wrong(nameof(BoardOptions.MemorySize), () => _ = new BoardOptions { MemorySize = 4096 });
        yield return Wrong(nameof(BoardOptions.ExceptionLevel), () => _ = new BoardOptions { ExceptionLevel = 0 });
        yield return Wrong(nameof(BoardOptions.RtcEpoch), () => _ = new BoardOptions { RtcEpoch = new DateTimeOffset(1969, 1, 1, 0, 0, 0, TimeSpan.Zero) });
    }

    private static TestCaseData Wrong(string option, Action set) => new(option, set);
}
