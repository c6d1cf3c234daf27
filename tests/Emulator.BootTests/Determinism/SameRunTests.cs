using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.Testing;

namespace Emulator.BootTests.Determinism;

/// <summary>A run is a function of what the machine is given.</summary>
public sealed class SameRunTests
{
    private static readonly string[] s_commands = ["version", "dm tree", "fdt addr $fdtcontroladdr", "fdt print", "mtest 42000000 42010000 0 1", "sleep 1", "date"];

    private static readonly ExpectOptions s_limits = new() { HostTime = TimeSpan.FromMinutes(5) };

    [Test]
    public void The_same_script_gives_the_same_bytes_registers_memory_and_count(
        [GuestImage("u-boot"), GuestImage("u-boot-2025.01")] GuestImage image,
        [Values("interpreter", "auto")] string engine)
    {
        Outcome first = Run(Describe(image).WithEngine(engine));

        Assert.That(Run(Describe(image).WithEngine(engine)), Is.EqualTo(first));
    }

    [Test]
    public void Machines_on_threads_of_their_own_do_what_one_alone_does([GuestImage("u-boot")] GuestImage image)
    {
        string path = image.Path;
        Outcome alone = Run(Describe(image));
        var together = new Outcome[2];

        Thread[] threads = [.. together.Select((_, i) => new Thread(() => together[i] = Run(new MachineBuilder(Board.Virt).WithFirmware(path))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.That(together, Is.All.EqualTo(alone));
    }

    [Test]
    public void One_builder_builds_machines_that_do_the_same([GuestImage("u-boot")] GuestImage image)
    {
        MachineBuilder builder = Describe(image).WithCpus(2);
        Outcome first = Run(builder);

        Assert.That(Run(builder), Is.EqualTo(first));
    }

    [Test]
    public void How_often_the_host_looks_in_changes_nothing([GuestImage("u-boot")] GuestImage image)
    {
        Assert.That(Boot(step: 77_777), Is.EqualTo(Boot(step: 30_000_000)));

        Outcome Boot(long step)
        {
            using Machine machine = Describe(image).Build();
            while (machine.RetiredInstructions < 30_000_000)
            {
                machine.Run(new RunLimits { MaxInstructions = Math.Min(30_000_000, machine.RetiredInstructions + step) });
            }

            return OutcomeOf(machine);
        }
    }

    [Test]
    public void Another_seed_changes_the_seeds_in_the_device_tree_and_nothing_else([GuestImage("u-boot")] GuestImage image)
    {
        Outcome usual = Run(Describe(image));
        Outcome other = Run(Describe(image).WithSeed(20_240_101));

        IEnumerable<(string First, string Second)> different =
            usual.Console.Split('\n').Zip(other.Console.Split('\n')).Where(lines => lines.First != lines.Second);

        Assert.That(
            different.Select(lines => lines.First.Trim().Split(' ')[0]),
            Is.EquivalentTo(["rng-seed", "kaslr-seed"]));
    }

    private static MachineBuilder Describe(GuestImage image) => new MachineBuilder(Board.Virt).WithMemory(256.MiB()).WithFirmware(image.Path);

    private static Outcome Run(MachineBuilder builder)
    {
        using Machine machine = builder.Build();
        machine.Console.Expect("stop autoboot").Send(" ").Expect(@"^=> \z");
        foreach (string command in s_commands)
        {
            machine.Console.SendLine(command).Expect(@"^=> \z", s_limits);
        }

        return OutcomeOf(machine);
    }

    private static Outcome OutcomeOf(Machine machine)
    {
        byte[] memory = new byte[machine.Ram.Length];
        machine.Ram.Read(0, memory);
        return new Outcome(
            machine.Console.Transcript,
            machine.RetiredInstructions,
            machine.Clock.Now.Nanoseconds,
            machine.DescribeState(),
            Convert.ToHexString(SHA256.HashData(memory)));
    }

    private sealed record Outcome(string Console, long Instructions, long Nanoseconds, string State, string MemorySum);
}
