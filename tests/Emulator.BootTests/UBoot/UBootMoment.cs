namespace Emulator.BootTests.UBoot;

/// <summary>What came of one step.</summary>
/// <param name="Output">Everything printed, the echo and the text that ended the step included.</param>
/// <param name="Before">Statistics when the step began.</param>
/// <param name="After">Statistics when it ended.</param>
internal sealed record UBootMoment(string Output, MachineStatistics Before, MachineStatistics After)
{
    /// <summary>The lines between the echo and the next prompt.</summary>
    public string[] Lines => Output.Split("\r\n")[1..^1];

    /// <summary>Virtual time that passed, in seconds.</summary>
    public double VirtualSeconds => After.VirtualSeconds - Before.VirtualSeconds;

    /// <summary>Instructions executed one by one.</summary>
    public long Executed => After.Instructions - After.Skipped - (Before.Instructions - Before.Skipped);
}
