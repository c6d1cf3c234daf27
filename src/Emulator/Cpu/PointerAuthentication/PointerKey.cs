namespace Emulator.Cpu.PointerAuthentication;

/// <summary>The keys of pointer authentication, in the order of their registers.</summary>
internal enum PointerKey
{
    /// <summary>APIAKey: instruction addresses.</summary>
    InstructionA,

    /// <summary>APIBKey: instruction addresses.</summary>
    InstructionB,

    /// <summary>APDAKey: data addresses.</summary>
    DataA,

    /// <summary>APDBKey: data addresses.</summary>
    DataB,

    /// <summary>APGAKey: PACGA.</summary>
    Generic,
}
