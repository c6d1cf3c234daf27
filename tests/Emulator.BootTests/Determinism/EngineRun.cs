namespace Emulator.BootTests.Determinism;

/// <summary>What an engine made of a guest.</summary>
/// <param name="Console">All that was printed.</param>
/// <param name="End">Why the run ended.</param>
/// <param name="Statistics">What the machine did over the whole run.</param>
internal sealed record EngineRun(string Console, StopReason End, MachineStatistics Statistics)
{
    /// <summary>What a machine has done so far.</summary>
    public static EngineRun Of(Machine machine, StopReason end) => new(machine.Console.Transcript, end, machine.Statistics);

    /// <summary>Lets a machine switch itself off, and tells what it has done.</summary>
    /// <param name="machine">The machine, at a prompt.</param>
    /// <param name="command">The command that switches it off.</param>
    public static EngineRun OfPowerOff(Machine machine, string command)
    {
        _ = machine.Console.SendLine(command);
        StopReason end = machine.Run(new RunLimits { Until = machine.Clock.Now.After(10_000_000_000) });
        Assert.That(end, Is.EqualTo(StopReason.PowerOff));
        return Of(machine, end);
    }
}
