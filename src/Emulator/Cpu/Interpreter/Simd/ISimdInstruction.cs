namespace Emulator.Cpu.Interpreter.Simd;

/// <summary>What a SIMD or floating-point instruction does, which neither branches nor faults.</summary>
internal unsafe interface ISimdInstruction
{
    /// <summary>Does it.</summary>
    static abstract void Execute(CpuState* state, DecodedOperation* operation);
}
