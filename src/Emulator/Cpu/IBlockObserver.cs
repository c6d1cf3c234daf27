namespace Emulator.Cpu;

/// <summary>Looks at a processor where generated code is entered and left. Its state is exact then: counts, PC, registers.</summary>
internal interface IBlockObserver
{
    /// <summary>Generated code is about to be entered.</summary>
    /// <returns>False to leave the engine at once.</returns>
    bool Entering(Processor processor);

    /// <summary>Generated code was left.</summary>
    /// <returns>False to leave the engine at once.</returns>
    bool Left(Processor processor);
}
