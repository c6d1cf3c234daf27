namespace Emulator.Cpu;

/// <summary>Something that executes guest instructions on a processor.</summary>
internal unsafe interface ICpuEngine
{
    /// <summary>Its name in options and statistics.</summary>
    string Name { get; }

    /// <summary>
    /// Executes until <see cref="CpuState.Retired"/> is exactly <paramref name="limit"/>, or the processor asks to leave by
    /// <see cref="CpuState.ExitRequest"/>. Exceptions are taken inside; the program counter and counts are exact afterwards.
    /// While <see cref="CpuState.DebugEvents"/> is not zero, each instruction is executed by <see cref="Processor.ExecuteDebugged"/>.
    /// </summary>
    /// <param name="processor">The processor.</param>
    /// <param name="limit">Count of retired instructions at which to stop.</param>
    void Run(Processor processor, long limit);

    /// <summary>
    /// Executes the least that this engine would stop behind by itself: an instruction, or a block of translated ones. Lockstep compares there.
    /// </summary>
    /// <param name="processor">The processor.</param>
    /// <param name="limit">Count of retired instructions not to be exceeded.</param>
    void Step(Processor processor, long limit) => Run(processor, Math.Min(limit, processor.State->Retired + 1));
}
