using System.Numerics;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Interpreter.Simd;

/// <summary>What an instruction makes of the elements at one place, in numbers without limits.</summary>
/// <param name="Opcode">The instruction.</param>
/// <param name="Signed">Whether elements are signed.</param>
/// <param name="Result">How the result is fitted into an element.</param>
/// <param name="Apply">Computes it from the destination's and the operands' elements, and the width of an element or the amount of a shift.</param>
internal sealed record LaneModel(A64Opcode Opcode, bool Signed, Fit Result, Func<BigInteger, BigInteger, BigInteger, int, BigInteger> Apply)
{
    /// <summary>Tells of a saturation on the way to the result.</summary>
    public Func<BigInteger, BigInteger, int, bool> SaturatesBefore { get; init; } = (n, m, w) => false;

    public override string ToString() => Opcode.ToString();
}

/// <summary>How a number becomes an element.</summary>
internal enum Fit
{
    /// <summary>Its low bits.</summary>
    Wrap,

    /// <summary>The nearest signed number.</summary>
    Signed,

    /// <summary>The nearest unsigned number.</summary>
    Unsigned,
}
