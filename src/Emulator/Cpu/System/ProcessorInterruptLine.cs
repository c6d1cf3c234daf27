using Emulator.Interrupts;

namespace Emulator.Cpu.System;

/// <summary>One interrupt input of a CPU.</summary>
internal sealed class ProcessorInterruptLine(Processor processor, InterruptInputs input) : IInterruptLine
{
    /// <inheritdoc/>
    public void Set(bool level) => processor.SetInput(input, level);
}
