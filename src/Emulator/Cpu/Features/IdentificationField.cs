namespace Emulator.Cpu.Features;

/// <summary>A field of an identification register, four bits wide, and what decides its value.</summary>
internal sealed class IdentificationField
{
    /// <summary>Declares a field whose value grows with the features that the CPU has.</summary>
    /// <param name="register">The register.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="shift">Its lowest bit.</param>
    /// <param name="levels">Values in ascending order and the feature that each tells of; a CPU that has it has those of the smaller values too.</param>
    public IdentificationField(IdentificationRegister register, string name, int shift, params (uint Value, CpuFeature Feature)[] levels)
    {
        Register = register;
        Name = name;
        Shift = shift;
        Levels = levels;
    }

    /// <summary>The register.</summary>
    public IdentificationRegister Register { get; }

    /// <summary>The field's name in the Arm ARM.</summary>
    public string Name { get; }

    /// <summary>Its lowest bit.</summary>
    public int Shift { get; }

    /// <summary>The values that tell of features, in ascending order.</summary>
    public IReadOnlyList<(uint Value, CpuFeature Feature)> Levels { get; }

    /// <summary>Its value without any of the features, where that is not zero or depends on something else in the model.</summary>
    public Func<CpuModel, uint>? Otherwise { get; init; }

    /// <summary>Its value on a CPU.</summary>
    public uint ValueOn(CpuModel model)
    {
        for (int i = Levels.Count - 1; i >= 0; i--)
        {
            if (model.Has(Levels[i].Feature))
            {
                return Levels[i].Value;
            }
        }

        return Otherwise?.Invoke(model) ?? 0;
    }
}
