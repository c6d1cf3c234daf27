using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>A way out of a block that is written behind it.</summary>
internal unsafe struct DeferredExit
{
    /// <summary>Where the displacement of the jump to it is.</summary>
    public int Site;

    /// <summary>Another jump to it, or 0.</summary>
    public int SecondSite;

    /// <summary>True when the interpreter executes the instruction and the block goes on at <see cref="Resume"/>; else a branch was taken.</summary>
    public bool IsAccess;

    /// <summary>True for a comparison of a NaN: the host's flags must tell of it when the block goes on.</summary>
    public bool IsUnordered;

    /// <summary>The register with the address of a plain load or store; RSP for anything else.</summary>
    public HostRegister Address;

    /// <summary>Index of the word: of the instruction, or where the branch leads.</summary>
    public int Index;

    /// <summary>Instructions of the block that are not executed.</summary>
    public int Refund;

    /// <summary>Offset of what follows the instruction.</summary>
    public int Resume;

    /// <summary>What NZCV are to be computed from once more, as nobody has stored them; or null.</summary>
    public DecodedOperation* Repeated;

    /// <summary>How the host holds NZCV there, so that they must be stored.</summary>
    public HostFlags Flags;

    /// <summary>The register with the result they tell of, RSP when there is none.</summary>
    public HostRegister Result;

    /// <summary>True when that is a doubleword.</summary>
    public bool ResultIsWide;
}
