using Emulator.Cpu;

namespace Emulator.Lockstep;

/// <summary>What lockstep shows of a CPU: its state at one instant.</summary>
internal sealed unsafe class CpuSnapshot
{
    private readonly ulong[] _x = new ulong[CpuState.StackPointer + 1];
    private readonly ulong[] _v = new ulong[64];

    /// <summary>Program counter.</summary>
    public ulong ProgramCounter { get; private set; }

    /// <summary>PSTATE as SPSR_ELx holds it.</summary>
    public uint ProcessState { get; private set; }

    /// <summary>Exception level.</summary>
    public int ExceptionLevel { get; private set; }

    /// <summary>Instructions retired so far.</summary>
    public long Retired { get; private set; }

    /// <summary>Copies a CPU's state.</summary>
    public void Take(Processor processor)
    {
        CpuState* state = processor.State;
        new ReadOnlySpan<ulong>(state->X, _x.Length).CopyTo(_x);
        new ReadOnlySpan<ulong>(state->V, _v.Length).CopyTo(_v);
        ProgramCounter = state->Pc;
        ProcessState = processor.ArchitecturalProcessState;
        ExceptionLevel = state->ExceptionLevel;
        Retired = state->Retired;
    }

    /// <summary>X0 to X30, and SP as 31.</summary>
    public ulong X(int index) => _x[index];

    /// <summary>A half of V0 to V31.</summary>
    public ulong V(int index, int half) => _v[(2 * index) + half];
}
