namespace Emulator.Cpu.Translator;

/// <summary>
/// Sixteen bytes that generated code reads. It is no <see cref="UInt128"/>: methods with that type are never compiled ahead of time, and the first translated vector instruction would wait for the
/// compiler.
/// </summary>
/// <param name="Low">Bytes 0 to 7.</param>
/// <param name="High">Bytes 8 to 15.</param>
internal readonly record struct HostConstant(ulong Low, ulong High)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>The same with one byte, which was 0, set.</summary>
    /// <param name="index">Its place, 0 to 15.</param>
    /// <param name="value">What it becomes.</param>
    public HostConstant With(int index, byte value) => index < Length / 2
        ? this with { Low = Low | ((ulong)value << (index * 8)) }
        : this with { High = High | ((ulong)value << ((index - (Length / 2)) * 8)) };
}
