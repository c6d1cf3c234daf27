namespace Emulator.Cpu.Interpreter;

/// <summary>What an instruction of two operands computes, and the flags it sets.</summary>
internal unsafe interface IDataOperation
{
    /// <summary>Computes the result; sets flags if the instruction does.</summary>
    /// <typeparam name="T"><see cref="Word32"/> or <see cref="Word64"/>.</typeparam>
    static abstract T Apply<T>(CpuState* state, T left, T right)
        where T : unmanaged, IWord<T>;
}
