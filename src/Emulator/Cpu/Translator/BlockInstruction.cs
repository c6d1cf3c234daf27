using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Translator;

/// <summary>An instruction of a block that is being translated.</summary>
internal unsafe struct BlockInstruction
{
    /// <summary>The decoded operation, whose operands are used as they are.</summary>
    public DecodedOperation* Operation;

    /// <summary>Index of the word in its page.</summary>
    public int Index;

    /// <summary>Traits of its row.</summary>
    public InstructionTraits Traits;

    /// <summary>True when the host's flags still hold NZCV before it.</summary>
    public bool HasHostFlags;

    /// <summary>True when NZCV must be in its place in memory after it.</summary>
    public bool StoresFlags;

    /// <summary>True when only loads and stores need NZCV in memory after it, where they leave; there it is computed once more.</summary>
    public bool DefersFlags;

    /// <summary>True when one of the traits is there.</summary>
    public readonly bool Has(InstructionTraits traits) => (Traits & traits) != 0;
}
