using System.Security.Cryptography;
using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Snapshots;
using Emulator.Testing;
using NUnit.Framework;

namespace Emulator.BootTests;

/// <summary>Design rule 2 on U-Boot, whose waits lie within waits: skipped or executed, everything must be the same afterwards.</summary>
internal sealed class FastForwardTests : MachineFixture
{
    [Test]
    public void Sleeping_costs_few_instructions([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image)
    {
        Machine machine = StartToPrompt(image, fastForward: true);
        MachineStatistics before = machine.Statistics;

        machine.Console.SendLine("sleep 2").Expect("=> ");

        MachineStatistics after = machine.Statistics;
        long executed = after.Instructions - before.Instructions - (after.Skipped - before.Skipped);
        TestContext.Out.WriteLine($"{before.Skipped} of {before.Instructions} instructions skipped to the prompt; {executed} executed for sleep 2");
        Assert.That(after.VirtualSeconds - before.VirtualSeconds, Is.EqualTo(2).Within(0.001));
        Assert.That(executed, Is.LessThan(100_000));
    }

    [Test]
    public void Countdown_before_autoboot_costs_few_instructions([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path));
        machine.Console.Expect("Hit any key to stop autoboot");
        MachineStatistics before = machine.Statistics;

        machine.Console.Expect("\b\b\b 0");

        MachineStatistics after = machine.Statistics;
        Assert.That(after.VirtualSeconds - before.VirtualSeconds, Is.EqualTo(2).Within(0.001));
        Assert.That(after.Instructions - before.Instructions - (after.Skipped - before.Skipped), Is.LessThan(100_000));
    }

    [Test]
    public void Waiting_at_the_prompt_costs_few_instructions([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image)
    {
        Machine machine = StartToPrompt(image, fastForward: true);
        MachineStatistics before = machine.Statistics;

        StopReason reason = machine.Run(new RunLimits { MaxInstructions = before.Instructions + 100_000_000_007 });

        MachineStatistics after = machine.Statistics;
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(after.Instructions - before.Instructions, Is.EqualTo(100_000_000_007));
        Assert.That(after.Instructions - before.Instructions - (after.Skipped - before.Skipped), Is.LessThan(100_000));
    }

    [Test]
    public void Nothing_tells_skipped_waits_from_executed_ones([GuestImage("u-boot")] [GuestImage("u-boot-2025.01")] GuestImage image, [Values("0.05", "2")] string seconds)
    {
        Machine skipping = StartToPrompt(image, fastForward: true);
        Machine executing = StartToPrompt(image, fastForward: false);
        AssertSame(skipping, executing);

        skipping.Console.SendLine("sleep " + seconds).Expect("=> ");
        executing.Console.SendLine("sleep " + seconds).Expect("=> ");

        AssertSame(skipping, executing);
        Assert.That(executing.Statistics.Skipped, Is.Zero);
    }

    private Machine StartToPrompt(GuestImage image, bool fastForward)
    {
        Machine machine = Start(new MachineBuilder(Board.Virt).WithFirmware(image.Path).WithFastForward(fastForward));
        machine.Console.Expect("Hit any key to stop autoboot").Send(" ").Expect("=> ");
        return machine;
    }

    private static void AssertSame(Machine one, Machine other)
    {
        Assert.That(one.DescribeState(), Is.EqualTo(other.DescribeState()));
        Assert.That(one.Console.Transcript, Is.EqualTo(other.Console.Transcript));
        MachineStatistics first = one.Statistics;
        MachineStatistics second = other.Statistics;
        Assert.That(first.Instructions, Is.EqualTo(second.Instructions));
        Assert.That(first.MmioAccesses, Is.EqualTo(second.MmioAccesses));
        Assert.That(first.Devices, Is.EqualTo(second.Devices));
        Assert.That(HashOf(one), Is.EqualTo(HashOf(other)), "registers and memory");
    }

    private static unsafe string HashOf(Machine machine)
    {
        SnapshotWriter writer = new();
        foreach (Processor processor in machine.Processors)
        {
            processor.Save(writer);
        }

        machine.Clock.Save(writer);
        machine.Scheduler.Save(writer);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(writer.ToArray());
        hash.AppendData(new ReadOnlySpan<byte>(machine.Ram.Pointer, (int)machine.Ram.Length));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
