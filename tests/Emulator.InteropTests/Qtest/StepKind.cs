namespace Emulator.InteropTests.Qtest;

/// <summary>What a step of a <see cref="DeviceScript"/> does.</summary>
internal enum StepKind
{
    Read,
    Write,
    SetLine,
    SendInput,
}
