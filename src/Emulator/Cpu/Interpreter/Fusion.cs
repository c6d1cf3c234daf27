namespace Emulator.Cpu.Interpreter;

/// <summary>Pairs of instructions that one handler executes. Each still has its own operation, so that either can be entered, counted or replaced alone.</summary>
internal static unsafe class Fusion
{
    /// <summary>The handler that executes just this operation.</summary>
    public static delegate*<CpuState*, DecodedOperation*, DecodedOperation*> Single(DecodedOperation* operation) => operation->Handler;
}
