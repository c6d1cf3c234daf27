using Emulator.Timing;

namespace Emulator;

/// <summary>What a console needs of the machine that it belongs to.</summary>
internal interface IConsoleHost
{
    /// <summary>The machine's clock.</summary>
    VirtualTime Now { get; }

    /// <summary>Runs the machine on the caller's thread.</summary>
    /// <param name="limits">How far it may go.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <returns>Why it ended.</returns>
    StopReason Run(RunLimits limits, CancellationToken cancellation);

    /// <summary>Ends the run at the next instruction boundary.</summary>
    void RequestStop();

    /// <summary>Where the machine stands: per CPU its PC with symbol, last exception and what it waits for; and the virtual time.</summary>
    string DescribeState();

    /// <summary>Sets a mark in the machine's trace.</summary>
    void Mark(string text);
}
