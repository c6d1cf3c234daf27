using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>The exception model.</summary>
internal sealed unsafe partial class Processor
{
    /// <summary>Takes an Undefined Instruction exception at PC.</summary>
    public void TakeUndefined() => State->Retired++;

    /// <summary>Takes an Illegal Execution State exception at PC.</summary>
    public void TakeIllegalState() => State->Retired++;

    /// <summary>Takes a PC alignment fault.</summary>
    public void TakePcAlignment(ulong address) => State->Retired++;

    /// <summary>Takes an SP alignment fault at PC.</summary>
    public void TakeStackAlignment() => State->Retired++;

    /// <summary>Takes an Instruction Abort.</summary>
    public void TakeInstructionAbort(ulong address, in Translation translation) => State->Retired++;

    /// <summary>Takes a Data Abort at PC.</summary>
    public void TakeDataAbort(ulong address, AccessKind kind, in Translation translation) => State->Retired++;

    private void InitializeSystem()
    {
    }
}
