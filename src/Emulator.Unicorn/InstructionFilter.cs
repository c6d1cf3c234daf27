using Emulator.Cpu;
using Emulator.Cpu.Features;

namespace Emulator.Unicorn;

/// <summary>
/// Which instructions libunicorn must not execute although nothing would stop it at its EL0: those whose effect lies in state that is ours (the exclusive monitor, the event register,
/// registers that EL0 may read), those that act for another level than the present one, and those that its CPU, a Cortex-A57, executes as another instruction.
/// </summary>
/// <param name="model">The guest's CPU.</param>
internal sealed class InstructionFilter(CpuModel model)
{
    private const uint Flags = 0xda10;
    private const uint FloatingPointControl = 0xda20;
    private const uint FloatingPointStatus = 0xda21;
    private const uint ZeroBlock = 0x5ba1;
    private const uint FirstOtherHint = 6;

    // Hints that wait, yield and send events come first; the others are NOPs where no extension gives them a meaning.
    private readonly bool _hintsAreNops = !model.Has(CpuFeature.Bti) && !model.Has(CpuFeature.PAuth) && !model.Has(CpuFeature.Ras);
    private readonly bool _setsBranchType = model.Has(CpuFeature.Bti);

    /// <summary>True when the interpreter must execute an instruction.</summary>
    /// <param name="word">The instruction.</param>
    /// <param name="zeroesBlocks">True when DC ZVA is not trapped.</param>
    /// <param name="trapsFloatingPoint">True when FP and SIMD are trapped: libunicorn never does that.</param>
    public bool NeedsInterpreter(uint word, bool zeroesBlocks, bool trapsFloatingPoint)
    {
        if ((word & 0xffc0_0000) == 0xd500_0000)
        {
            return IsSystem(word, zeroesBlocks, trapsFloatingPoint);
        }

        // LDXR, STXR and their like, CASP; then LDTR, STTR and their like.
        return (word & 0x3f80_0000) == 0x0800_0000
            || (word & 0x3f20_0c00) == 0x3800_0800
            || (_setsBranchType && (word & 0xfe00_0000) == 0xd600_0000)
            || (trapsFloatingPoint && (word & 0x0c00_0000) == 0x0c00_0000);
    }

    // Arm ARM C4.1.3. What EL0 may not do comes back by itself.
    private bool IsSystem(uint word, bool zeroesBlocks, bool trapsFloatingPoint)
    {
        if ((word & 0xffff_f01f) == 0xd503_201f)
        {
            uint hint = (word >> 5) & 0x7f;
            return hint != 0 && (hint < FirstOtherHint || !_hintsAreNops);
        }

        if ((word & 0xffff_f000) == 0xd503_3000)
        {
            // DSB, DMB, ISB; CLREX and SB are others.
            return ((word >> 5) & 7) is not (4 or 5 or 6);
        }

        if ((word & 0x0018_0000) == 0)
        {
            // MSR (immediate) and what else has op0 0.
            return true;
        }

        // FPCR has bits that libunicorn's CPU has not, and the other way round.
        uint register = (word >> 5) & 0xffff;
        uint op1 = (word >> 16) & 7;
        return register switch
        {
            ZeroBlock => !zeroesBlocks,
            FloatingPointControl => true,
            FloatingPointStatus => trapsFloatingPoint,
            Flags => false,
            _ => op1 == 3,
        };
    }
}
