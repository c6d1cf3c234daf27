using System.Numerics;

namespace Emulator.Cpu.Interpreter;

/// <summary>What an atomic instruction does to memory.</summary>
internal interface IAtomicOperation
{
    /// <summary>The new contents.</summary>
    /// <param name="memory">The old contents.</param>
    /// <param name="operand">The register's value.</param>
    static abstract T Apply<T>(T memory, T operand)
        where T : unmanaged, IBinaryInteger<T>;
}
