namespace Emulator.InteropTests.Qtest;

/// <summary>What could be seen of a device after a step.</summary>
/// <param name="Value">What was read; zero for other steps.</param>
/// <param name="Lines">The device's interrupt lines, a bit each.</param>
internal readonly record struct StepResult(ulong Value, ulong Lines)
{
    public override string ToString() => Lines == 0 ? $"0x{Value:x}" : $"0x{Value:x}, lines 0x{Lines:x}";
}
