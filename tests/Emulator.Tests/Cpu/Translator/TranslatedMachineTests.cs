using Emulator.Cpu.Translator;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>Translating engines belong to their machines, and to no thread.</summary>
internal sealed class TranslatedMachineTests
{
    private const int Rounds = 20_000;

    [Test]
    public void MachinesOnThreadsOfTheirOwnDisturbOneAnotherInNothing()
    {
        Machine[] machines = [.. Enumerable.Range(0, 6).Select(i => Create(i + 1))];
        Thread[] threads = [.. machines.Select(machine => new Thread(() => machine.Run(new RunLimits { MaxInstructions = Rounds * 4 })))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.That(machines.Select(machine => machine.Register(0)), Is.EqualTo(Enumerable.Range(1, 6).Select(step => (ulong)(Rounds * step))));
        Assert.That(machines.Select(machine => machine.Statistics.Translation.Blocks), Is.All.Positive);
        Array.ForEach(machines, machine => machine.Dispose());
    }

    [Test]
    public void MachineMayGoOnOnAnotherThread()
    {
        using Machine machine = Create(3);
        for (int slice = 1; slice <= 20; slice++)
        {
            long end = Rounds * 4 / 20 * slice;
            var thread = new Thread(() => machine.Run(new RunLimits { MaxInstructions = end }));
            thread.Start();
            thread.Join();
        }

        Assert.That(machine.Register(0), Is.EqualTo(Rounds * 3));
    }

    // X0 grows by a step in each round of four instructions.
    private static Machine Create(int step)
    {
        if (TranslationEngine.TryCreate() is not { } engine)
        {
            Assert.Ignore("no translator on this host");
            throw new InvalidOperationException();
        }

        GuestAssembler guest = new GuestAssembler().Add(0, 0, step).Add(1, 1, 1).AddRegister(2, 2, 1);
        return GuestMachine.Create(guest.Branch(0), engine: engine);
    }
}
