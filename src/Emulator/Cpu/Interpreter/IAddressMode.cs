namespace Emulator.Cpu.Interpreter;

/// <summary>How a load or store finds its address (Arm ARM C1.3.3).</summary>
internal unsafe interface IAddressMode
{
    /// <summary>False when the base is a stack pointer that is not aligned although it must be: an SP alignment fault.</summary>
    static abstract bool IsBaseAligned(CpuState* state);

    /// <summary>The virtual address.</summary>
    static abstract ulong Address(CpuState* state, DecodedOperation* operation);

    /// <summary>Updates the base after the access is done, if the mode does.</summary>
    static abstract void WriteBack(CpuState* state, DecodedOperation* operation, ulong address);
}
