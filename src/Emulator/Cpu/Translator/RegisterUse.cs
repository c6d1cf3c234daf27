using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>How often instructions name each register. Only speed hangs on it: what moves between general-purpose and vector registers counts for the latter.</summary>
internal sealed unsafe class RegisterUse
{
    private const int Unnamed = 31;

    private readonly int[] _general = new int[CpuState.StackPointer + 1];
    private readonly int[] _vectors = new int[32];

    /// <summary>Counts of X0 to X30 and SP, by their index in the state.</summary>
    public ReadOnlySpan<int> General => _general;

    /// <summary>Counts of V0 to V31.</summary>
    public ReadOnlySpan<int> Vectors => _vectors;

    /// <summary>Forgets all counts.</summary>
    public void Clear()
    {
        Array.Clear(_general);
        Array.Clear(_vectors);
    }

    /// <summary>Counts the registers that an instruction names.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="weight">How often it counts.</param>
    public void Add(in BlockInstruction instruction, int weight)
    {
        if (A64Table.Find((A64Opcode)instruction.Operation->Opcode) is not { } row)
        {
            return;
        }

        bool isLoadStore = row.Group == A64Group.LoadStore;
        bool usesVectors = instruction.Has(InstructionTraits.UsesVectors);
        foreach (A64Field field in row.Fields)
        {
            int number = (int)field.Extract(instruction.Operation->Encoding);
            switch (field.Name)
            {
                case "Rn" or "Rm" when isLoadStore || !usesVectors:
                    AddGeneral(number == Unnamed && isLoadStore ? CpuState.StackPointer : number, weight);
                    break;
                case "Rd" or "Rn" or "Rm" or "Ra" or "Rt" or "Rt2" or "Rs" when usesVectors:
                    _vectors[number] += weight;
                    break;
                case "Rd" or "Ra" or "Rt" or "Rt2" or "Rs":
                    AddGeneral(number, weight);
                    break;
            }
        }
    }

    private void AddGeneral(int index, int weight)
    {
        if (index != Unnamed)
        {
            _general[index] += weight;
        }
    }
}
