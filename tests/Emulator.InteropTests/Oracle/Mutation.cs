using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>A way in which the semantics of a row could be wrong.</summary>
/// <param name="Row">The row.</param>
/// <param name="Name">What is wrong.</param>
/// <param name="Apply">Turns the right result of a completed case into the wrong one.</param>
internal sealed record Mutation(A64Opcode Row, string Name, Action<Mutant> Apply)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Row}: {Name}";
}
