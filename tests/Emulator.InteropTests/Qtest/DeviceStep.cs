namespace Emulator.InteropTests.Qtest;

/// <summary>One thing done to a device.</summary>
/// <param name="Kind">What.</param>
/// <param name="Offset">Offset in the device's window; for <see cref="StepKind.SetLine"/> the input's number.</param>
/// <param name="Size">Width of the access in bytes.</param>
/// <param name="Value">What is written; for <see cref="StepKind.SetLine"/> the level, for <see cref="StepKind.SendInput"/> the character.</param>
internal readonly record struct DeviceStep(StepKind Kind, ulong Offset, int Size, ulong Value)
{
    public override string ToString() => Kind switch
    {
        StepKind.Read => $"read{Size} 0x{Offset:x3}",
        StepKind.Write => $"write{Size} 0x{Offset:x3} 0x{Value:x}",
        StepKind.SetLine => $"line {Offset} = {Value}",
        _ => $"input 0x{Value:x2}",
    };
}
