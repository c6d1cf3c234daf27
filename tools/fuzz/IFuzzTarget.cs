namespace Emulator.Fuzz;

/// <summary>Performs inputs.</summary>
internal interface IFuzzTarget
{
    /// <summary>Performs one.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="Exception">It shows a mistake.</exception>
    void Run(ReadOnlySpan<byte> input);
}
