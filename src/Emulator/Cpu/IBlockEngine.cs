namespace Emulator.Cpu;

/// <summary>An engine that executes many instructions as one, and lets somebody look wherever it begins and ends that.</summary>
internal interface IBlockEngine : ICpuEngine
{
    /// <summary>Who looks, or null.</summary>
    IBlockObserver? Observer { get; set; }

    /// <summary>True, as at first, to translate hot loops once more as regions. Without it what code is made of an instruction does not depend on how often it has run since it was translated.</summary>
    bool FormsRegions { get; set; }

    /// <summary>Enters generated code where it was entered last, in the middle of a block even. The processor must be in the state that it was in then.</summary>
    void Repeat(Processor processor);

    /// <summary>Makes an engine that executes each instruction as this one does, but by itself, so that a mistake can be told from what stands around it.</summary>
    ICpuEngine CreateStepper();
}
