using Emulator.Cpu.Features;

namespace Emulator.Cpu.Isa;

/// <summary>Which feature each row of the instruction table needs.</summary>
internal static partial class A64Features
{
    /// <summary>The row of a word on a CPU, or <see cref="A64Opcode.Undefined"/>.</summary>
    /// <param name="instruction">The word.</param>
    /// <param name="features">What the CPU has.</param>
    internal static A64Opcode Decode(uint instruction, CpuFeatureSet features) => Resolve(A64Decoder.Decode(instruction), instruction, features);

    /// <summary>The row of a word on a CPU, where the whole table has it in another that may be a special case.</summary>
    /// <param name="opcode">The row that the whole table has it in.</param>
    /// <param name="instruction">The word.</param>
    /// <param name="features">What the CPU has.</param>
    internal static A64Opcode Resolve(A64Opcode opcode, uint instruction, CpuFeatureSet features)
    {
        while (!features.Contains(OfWord(opcode, instruction)))
        {
            opcode = Within[(int)opcode];
        }

        return opcode;
    }
}
