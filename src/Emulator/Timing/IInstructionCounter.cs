namespace Emulator.Timing;

/// <summary>Who counts the instructions that all CPUs of a machine have retired. The one source of virtual time.</summary>
public interface IInstructionCounter
{
    /// <summary>Instructions retired so far over all CPUs, exact at each MMIO, counter or system-register access.</summary>
    long RetiredInstructions { get; }
}
