namespace Emulator.Cpu.Interpreter;

/// <summary>How a shifted register operand is shifted.</summary>
internal interface IShift
{
    /// <summary>Shifts a value by less than its width.</summary>
    /// <typeparam name="T"><see cref="Word32"/> or <see cref="Word64"/>.</typeparam>
    static abstract T Apply<T>(T value, int amount)
        where T : unmanaged, IWord<T>;
}
