using System.Numerics;

namespace Emulator.Cpu.Interpreter;

/// <summary>How a shifted register operand is shifted.</summary>
internal interface IShift
{
    /// <summary>Shifts a value by less than its width.</summary>
    /// <typeparam name="T"><see cref="uint"/> or <see cref="ulong"/>.</typeparam>
    static abstract T Apply<T>(T value, int amount)
        where T : unmanaged, IBinaryInteger<T>;
}
