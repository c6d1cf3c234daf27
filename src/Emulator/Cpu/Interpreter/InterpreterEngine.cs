using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Interpreter;

/// <summary>The reference engine: executes decoded operations one by one.</summary>
internal sealed unsafe class InterpreterEngine : ICpuEngine
{
    /// <inheritdoc/>
    public string Name => "interpreter";

    /// <inheritdoc/>
    public void Run(Processor processor, long limit)
    {
        CpuState* state = processor.State;

        // A straight run is never longer than a page: a branch that would leave less than that to the limit goes to the loop that counts each instruction.
        state->SoftLimit = limit - CodePage.Words;
        while (state->ExitRequest == 0 && state->Retired < limit)
        {
            if (state->DebugEvents != 0)
            {
                processor.ExecuteDebugged();
                continue;
            }

            DecodedOperation* operation = processor.FindOperation();
            if (state->Retired < state->SoftLimit)
            {
                while (operation is not null)
                {
                    operation = operation->Handler(state, operation);
                }
            }
            else
            {
                StepTo(state, operation, limit);
            }
        }
    }

    private static void StepTo(CpuState* state, DecodedOperation* operation, long limit)
    {
        while (operation is not null)
        {
            if (state->Retired + (operation - state->Entry) >= limit)
            {
                _ = Flow.LeaveBefore(state, operation);
                return;
            }

            operation = Fusion.Single(operation)(state, operation);
        }
    }
}
