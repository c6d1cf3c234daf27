namespace Emulator.Cpu;

/// <summary>What a CPU implements.</summary>
/// <param name="Name">Its name in options, for instance <c>cortex-a57</c>.</param>
internal sealed record CpuModel(string Name);
