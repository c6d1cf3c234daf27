using Emulator.Cpu;

namespace Emulator.Lockstep;

/// <summary>All that instructions without any effect outside of the CPU can change of it besides memory, to go back to.</summary>
internal sealed unsafe class CpuCheckpoint
{
    private readonly byte[] _state = new byte[sizeof(CpuState)];
    private ulong[] _registers = [];

    /// <summary>Instructions retired over all CPUs at that time.</summary>
    public long Retired { get; private set; }

    /// <summary>Copies a CPU's state.</summary>
    public void Take(Processor processor)
    {
        new ReadOnlySpan<byte>(processor.State, sizeof(CpuState)).CopyTo(_state);
        Span<ulong> registers = processor.Registers;
        if (_registers.Length != registers.Length)
        {
            _registers = new ulong[registers.Length];
        }

        registers.CopyTo(_registers);
        Retired = processor.State->Retired;
    }

    /// <summary>Brings the CPU back. Its TLBs are as they were: nothing that changes those lies in between.</summary>
    public void Restore(Processor processor)
    {
        _state.CopyTo(new Span<byte>(processor.State, sizeof(CpuState)));
        _registers.CopyTo(processor.Registers);
        processor.State->ExitRequest = 0;
    }
}
