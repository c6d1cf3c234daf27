namespace Emulator.Tool.Comparison;

/// <summary>How long a guest took on QEMU.</summary>
/// <param name="WholeSeconds">From the start of the process to the end of the script.</param>
/// <param name="WorkSeconds">From when the first step of the script was met to its end.</param>
internal sealed record QemuRun(double WholeSeconds, double WorkSeconds);
