using Emulator.Cpu;
using Emulator.Cpu.Interpreter;

namespace Emulator.Tests.Lockstep;

/// <summary>The interpreter with one mistake: right after the instruction at an address has been executed so many times, it spoils the state.</summary>
internal sealed unsafe class FaultyEngine(ulong address, int executions, FaultyEngine.Spoil spoil) : ICpuEngine
{
    private readonly InterpreterEngine _engine = new();
    private int _left = executions;

    /// <summary>What goes wrong.</summary>
    public delegate void Spoil(Processor processor);

    public string Name => "faulty";

    public void Run(Processor processor, long limit)
    {
        CpuState* state = processor.State;
        while (state->ExitRequest == 0 && state->Retired < limit)
        {
            bool isHere = state->Pc == address;
            _engine.Run(processor, state->Retired + 1);
            if (isHere && --_left == 0)
            {
                spoil(processor);
            }
        }
    }
}
