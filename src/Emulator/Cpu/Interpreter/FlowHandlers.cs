namespace Emulator.Cpu.Interpreter;

/// <summary>Operations that stand for no instruction of their own.</summary>
internal static unsafe class FlowHandlers
{
    /// <summary>A word that was not decoded yet: decodes it, then executes it.</summary>
    public static DecodedOperation* Decode(CpuState* state, DecodedOperation* operation)
    {
        CodePage page = CodePage.Of(state->PageOperations);
        CpuState.ProcessorOf(state).Code.Decode(page, operation);
        return operation->Handler(state, operation);
    }

    /// <summary>Behind the last word of a page: goes on in the next one.</summary>
    public static DecodedOperation* PageEnd(CpuState* state, DecodedOperation* operation)
    {
        CpuState.CountUpTo(state, operation);
        return Flow.Resume(state, state->PageAddress + (CodePage.Words * 4));
    }

    /// <summary>An encoding that the CPU does not have.</summary>
    public static DecodedOperation* Undefined(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        processor.ReportUndefined(operation->Encoding);
        processor.TakeUndefined();
        return Flow.Continue(state);
    }
}
