namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>Something that an instruction does or does not, known when it is decoded.</summary>
internal interface IOption
{
    /// <summary>Whether it does.</summary>
    static abstract bool IsSet { get; }
}
