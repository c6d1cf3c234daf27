namespace Emulator.Cpu.Translator.X64;

/// <summary>What a ModR/M byte names: a register, or memory at base + index * 2^scale + displacement.</summary>
internal readonly struct HostOperand
{
    private const int ConstantScale = -1;

    private HostOperand(HostRegister register, bool isMemory, HostRegister index, int scale, int displacement)
    {
        Register = register;
        IsMemory = isMemory;
        Index = index;
        Scale = scale;
        Displacement = displacement;
    }

    /// <summary>The register, or the base of the address.</summary>
    public HostRegister Register { get; }

    /// <summary>True for memory.</summary>
    public bool IsMemory { get; }

    /// <summary>The index; RSP, which cannot be one, stands for none.</summary>
    public HostRegister Index { get; }

    /// <summary>log2 of what the index counts for.</summary>
    public int Scale { get; }

    /// <summary>Displacement in bytes.</summary>
    public int Displacement { get; }

    /// <summary>True for memory at an offset in the code memory, which the displacement is.</summary>
    public bool IsConstant => Scale == ConstantScale;

    public static implicit operator HostOperand(HostRegister register) => new(register, false, HostRegister.Rsp, 0, 0);

    /// <summary>Memory at a base plus a displacement.</summary>
    public static HostOperand At(HostRegister address, int displacement = 0) => new(address, true, HostRegister.Rsp, 0, displacement);

    /// <summary>Memory at a base plus a scaled index.</summary>
    public static HostOperand Indexed(HostRegister address, HostRegister index, int scale = 0, int displacement = 0) =>
        new(address, true, index, scale, displacement);

    /// <summary>Memory at an offset in the code memory.</summary>
    public static HostOperand Constant(int offset) => new(HostRegister.Rax, true, HostRegister.Rsp, ConstantScale, offset);

    /// <summary>True when this is just that register.</summary>
    public bool Is(HostRegister register) => !IsMemory && Register == register;
}
