using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Cpu.Translator;

/// <summary>
/// The instructions that are translated as one: from where a branch has led, past conditional branches that may leave and along unconditional ones inside the
/// page, to the first branch that nobody knows the target of, or that leads back.
/// </summary>
internal sealed unsafe class Block
{
    /// <summary>Instructions in a block at most.</summary>
    public const int MaximumLength = 64;

    private const int ShortestWorthwhile = 3;

    private readonly BlockInstruction[] _instructions = new BlockInstruction[MaximumLength];
    private readonly int _longest;
    private readonly Mistranslation? _mistake;
    private readonly DecodedOperation[] _mistaken;

    /// <summary>Makes an empty block.</summary>
    /// <param name="options">How long it may become, and what to get wrong.</param>
    public Block(TranslationOptions options)
    {
        _longest = Math.Min(options.LongestBlock, MaximumLength);
        _mistake = options.Mistake;
        _mistaken = GC.AllocateArray<DecodedOperation>(_mistake is null ? 0 : MaximumLength, pinned: true);
    }

    /// <summary>How many instructions there are.</summary>
    public int Length { get; private set; }

    /// <summary>True when little is done before the interpreter must take over for good, at an exception or a return from one: less than going in and out costs.</summary>
    public bool IsOnlyWayOut => Length is > 0 and <= ShortestWorthwhile
        && (_instructions[Length - 1].Traits & (InstructionTraits.EndsBlock | InstructionTraits.Translated)) == InstructionTraits.EndsBlock;

    /// <summary>Index in the page of what is executed behind the last instruction, when that does not end the block; the number of words when it is on the next page.</summary>
    public int NextIndex { get; private set; }

    /// <summary>True when one of the instructions uses vector registers.</summary>
    public bool UsesVectors { get; private set; }

    /// <summary>True when code is generated for all of its instructions.</summary>
    public bool IsTranslated { get; private set; }

    /// <summary>Index in the page of its first word.</summary>
    public int Start => _instructions[0].Index;

    /// <summary>The instructions.</summary>
    public ReadOnlySpan<BlockInstruction> Instructions => _instructions.AsSpan(0, Length);

    /// <summary>Collects what is executed from a word on, as far as it was executed before.</summary>
    /// <param name="page">The page.</param>
    /// <param name="index">Index of the word.</param>
    /// <param name="mode">What code is to take for granted.</param>
    public void Collect(CodePage page, int index, TranslationMode mode)
    {
        Length = 0;
        UsesVectors = false;
        IsTranslated = true;
        while (Length < _longest && index < CodePage.Words)
        {
            DecodedOperation* operation = page.Operations + index;
            if (operation->Opcode == DecodedOperation.NotDecoded || Contains(index))
            {
                break;
            }

            InstructionTraits traits = InstructionTable.Of(operation, mode);
            _instructions[Length] = new BlockInstruction { Operation = Mistake(operation, Length), Index = index, Traits = traits };
            Length++;
            UsesVectors |= (traits & InstructionTraits.UsesVectors) != 0;
            IsTranslated &= (traits & InstructionTraits.Translated) != 0;
            index++;
            if ((traits & InstructionTraits.EndsBlock) != 0)
            {
                if ((A64Opcode)operation->Opcode != A64Opcode.Branch || !TryFollow(operation, ref index))
                {
                    break;
                }
            }
            else if ((traits & InstructionTraits.Conditional) != 0 && TargetOf(operation) < index)
            {
                break;
            }
        }

        NextIndex = index;
        FindFlags();
    }

    /// <summary>Tells where the block may lead without a call: indices of words, also outside of the page.</summary>
    /// <param name="targets">Gets them: room for one more than there are instructions.</param>
    /// <returns>How many there are.</returns>
    public int GetTargets(Span<int> targets)
    {
        int count = 0;
        foreach (ref readonly BlockInstruction instruction in Instructions)
        {
            if (instruction.Has(InstructionTraits.Conditional))
            {
                targets[count++] = TargetOf(instruction.Operation);
            }
        }

        ref readonly BlockInstruction last = ref Instructions[^1];
        if (!last.Has(InstructionTraits.EndsBlock))
        {
            targets[count++] = NextIndex;
        }
        else if ((A64Opcode)last.Operation->Opcode == A64Opcode.Branch)
        {
            targets[count++] = TargetOf(last.Operation);
        }

        return count;
    }

    /// <summary>Index of the word that a direct branch leads to; outside of the page it is negative or too large.</summary>
    public static int TargetOf(DecodedOperation* operation)
    {
        uint word = operation->Encoding;
        int offset = (A64Opcode)operation->Opcode switch
        {
            A64Opcode.Branch or A64Opcode.BranchWithLink => (int)(word << 6) >> 6,
            A64Opcode.TestBitAndBranchZero or A64Opcode.TestBitAndBranchNonzero => (int)(word << 13) >> 18,
            _ => (int)(word << 8) >> 13,
        };
        return operation->PageIndex + offset;
    }

    private DecodedOperation* Mistake(DecodedOperation* operation, int position)
    {
        if (_mistake is null)
        {
            return operation;
        }

        _mistaken[position] = *operation;
        _mistake(ref _mistaken[position]);
        return (DecodedOperation*)global::System.Runtime.CompilerServices.Unsafe.AsPointer(ref _mistaken[position]);
    }

    private bool TryFollow(DecodedOperation* branch, ref int index)
    {
        int target = TargetOf(branch);
        if (target is < 0 or >= CodePage.Words || Length == _longest || Contains(target)
            || branch[target - branch->PageIndex].Opcode == DecodedOperation.NotDecoded)
        {
            return false;
        }

        // The branch is executed by going on.
        _instructions[Length - 1].Traits = InstructionTraits.Translated | InstructionTraits.KeepsHostFlags;
        index = target;
        return true;
    }

    private bool Contains(int index)
    {
        for (int i = 0; i < Length; i++)
        {
            if (_instructions[i].Index == index)
            {
                return true;
            }
        }

        return false;
    }

    // Forwards: where the host's flags hold NZCV. Backwards: which instructions must store it. Where a block is left while the host has NZCV, the way out
    // stores it; where a load or store is left for the interpreter, it may be computed again.
    private void FindFlags()
    {
        bool hasHost = false;
        for (int i = 0; i < Length; i++)
        {
            ref BlockInstruction instruction = ref _instructions[i];
            instruction.HasHostFlags = hasHost;
            hasHost = instruction.Has(InstructionTraits.WritesFlags) || (hasHost && instruction.Has(InstructionTraits.KeepsHostFlags));
        }

        bool isLive = !hasHost;
        bool isAwaited = false;
        for (int i = Length - 1; i >= 0; i--)
        {
            ref BlockInstruction instruction = ref _instructions[i];
            if (instruction.Has(InstructionTraits.WritesFlags))
            {
                instruction.DefersFlags = isAwaited && !isLive && RepeatableFlags.CanBe(Instructions[i..]);
                instruction.StoresFlags = isLive || (isAwaited && !instruction.DefersFlags);
                isLive = false;
                isAwaited = false;
            }

            bool storesOnWayOut = instruction.HasHostFlags && instruction.Has(InstructionTraits.KeepsHostFlags);
            isAwaited |= instruction.Has(InstructionTraits.PlainAccess);
            isLive |= (instruction.Has(InstructionTraits.MayLeave) && !instruction.Has(InstructionTraits.PlainAccess))
                || (instruction.Has(InstructionTraits.ReadsFlags) && !instruction.HasHostFlags)
                || (instruction.Has(InstructionTraits.Conditional) && !storesOnWayOut);
        }
    }
}
