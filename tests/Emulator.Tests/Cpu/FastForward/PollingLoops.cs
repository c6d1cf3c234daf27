using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Translator;
using Emulator.Snapshots;

namespace Emulator.Tests.Cpu.FastForward;

/// <summary>Runs a guest with fast-forward and without, and compares all that can be seen at several places.</summary>
internal static unsafe class PollingLoops
{
    /// <summary>Runs both, to each of some counts of instructions.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="stops">Counts of retired instructions, ascending.</param>
    /// <param name="options">The board.</param>
    /// <param name="vectors">At <see cref="GuestMachine.VectorBase"/>.</param>
    /// <param name="prepare">What is done to both before the first run.</param>
    /// <param name="atStop">What is done to both after each run.</param>
    /// <param name="isTranslated">True to let the translator execute the one that may skip.</param>
    /// <returns>Instructions skipped by the one that may.</returns>
    public static long Compare(
        GuestAssembler guest,
        long[] stops,
        BoardOptions? options = null,
        GuestAssembler? vectors = null,
        Action<Machine>? prepare = null,
        Action<Machine>? atStop = null,
        bool isTranslated = false)
    {
        ICpuEngine? engine = isTranslated ? TranslationEngine.TryCreate(new TranslationOptions { CacheSize = 1 << 20, Threshold = 1 }) : null;
        using Machine fast = GuestMachine.Create(guest, options, vectors, new MachineSettings { FastForward = true }, engine);
        using Machine slow = GuestMachine.Create(guest, options, vectors, new MachineSettings { FastForward = false });
        prepare?.Invoke(fast);
        prepare?.Invoke(slow);
        foreach (long stop in stops)
        {
            StopReason reason = fast.Run(new RunLimits { MaxInstructions = stop });
            Assert.That(reason, Is.EqualTo(slow.Run(new RunLimits { MaxInstructions = stop })));
            AssertSame(fast, slow);
            atStop?.Invoke(fast);
            atStop?.Invoke(slow);
        }

        Assert.That(slow.Statistics.Skipped, Is.Zero);
        return fast.Statistics.Skipped;
    }

    /// <summary>Compares all that a guest, or who looks at the machine, can see.</summary>
    public static void AssertSame(Machine one, Machine other)
    {
        for (int cpu = 0; cpu < one.Processors.Count; cpu++)
        {
            Assert.That(one.ProgramCounter(cpu), Is.EqualTo(other.ProgramCounter(cpu)), "PC");
            for (int register = 0; register < 32; register++)
            {
                Assert.That(one.Register(register, cpu), Is.EqualTo(other.Register(register, cpu)), $"X{register}");
            }

            Assert.That(one.Processors[cpu].State->GetFlags(), Is.EqualTo(other.Processors[cpu].State->GetFlags()), "flags");
        }

        Assert.That(StateOf(one), Is.EqualTo(StateOf(other)));
        Assert.That(MemoryOf(one).SequenceEqual(MemoryOf(other)), "memory");
        MachineStatistics first = one.Statistics;
        MachineStatistics second = other.Statistics;
        Assert.That(first.Instructions, Is.EqualTo(second.Instructions));
        Assert.That(first.Cpus.Select(c => c.Instructions), Is.EqualTo(second.Cpus.Select(c => c.Instructions)));
        Assert.That(first.MmioAccesses, Is.EqualTo(second.MmioAccesses));
        Assert.That(first.Devices, Is.EqualTo(second.Devices));
        Assert.That(first.Interrupts, Is.EqualTo(second.Interrupts));
        Assert.That(one.Console.Transcript, Is.EqualTo(other.Console.Transcript));
    }

    private static byte[] StateOf(Machine machine)
    {
        SnapshotWriter writer = new();
        foreach (Emulator.Cpu.Processor processor in machine.Processors)
        {
            processor.Save(writer);
        }

        machine.Clock.Save(writer);
        machine.Scheduler.Save(writer);
        return writer.ToArray();
    }

    private static ReadOnlySpan<byte> MemoryOf(Machine machine) => new(machine.Ram.Pointer, (int)machine.Ram.Length);
}
