using Emulator.Boards;
using Emulator.Cpu.Translator;

namespace Emulator.Testing.Tests;

[NonParallelizable]
public sealed class LockstepRunsTests
{
    private string? _variable;

    [SetUp]
    public void KeepVariable() => _variable = Environment.GetEnvironmentVariable(LockstepRuns.Variable);

    [TearDown]
    public void RestoreVariable() => Environment.SetEnvironmentVariable(LockstepRuns.Variable, _variable);

    [Test]
    public void Nothing_follows_a_machine_unless_it_is_wanted()
    {
        Environment.SetEnvironmentVariable(LockstepRuns.Variable, null);

        using Machine machine = new MachineBuilder(Board.Virt).WithLockstepIfWanted().Build();

        Assert.That(machine.Lockstep, Is.Null);
    }

    [Test]
    public void The_engine_that_the_variable_names_follows()
    {
        Environment.SetEnvironmentVariable(LockstepRuns.Variable, "interpreter");

        using Machine machine = new MachineBuilder(Board.Virt).WithLockstepIfWanted().Build();

        Assert.That(machine.Lockstep, Is.Not.Null);
    }

    [Test]
    public void A_machine_whose_engine_was_chosen_is_left_alone()
    {
        Environment.SetEnvironmentVariable(LockstepRuns.Variable, "interpreter");

        using Machine machine = new MachineBuilder(Board.Virt).WithEngine(TranslationEngine.IsSupported ? "jit" : "interpreter").WithLockstepIfWanted().Build();

        Assert.That(machine.Lockstep, Is.Null);
    }

    [Test]
    public void An_unknown_engine_is_an_error_of_the_host()
    {
        Environment.SetEnvironmentVariable(LockstepRuns.Variable, "abacus");

        Assert.That(() => new MachineBuilder(Board.Virt).WithLockstepIfWanted(), Throws.TypeOf<EmulatorException>().With.Message.Contains("abacus"));
    }
}
