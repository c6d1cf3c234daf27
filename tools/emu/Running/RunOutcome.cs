namespace Emulator.Tool.Running;

/// <summary>How one run has ended.</summary>
/// <param name="ExitCode">The tool's exit code for it.</param>
/// <param name="Stop">Why it ended, as the statistics name it.</param>
/// <param name="Statistics">What the machine did; null when nobody asks for it (<see cref="RunSettings.NeedsStatistics"/>).</param>
/// <param name="WallSeconds">Host time from the start of building the machine to the end of the run.</param>
/// <param name="RunSeconds">Host time of the run alone.</param>
internal sealed record RunOutcome(int ExitCode, string Stop, MachineStatistics? Statistics, double WallSeconds, double RunSeconds)
{
    /// <summary>Host time from when the script's first pattern was met to the end of the run; null when none was.</summary>
    public double? WorkSeconds { get; init; }
}
