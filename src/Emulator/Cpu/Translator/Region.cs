using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Translator;

/// <summary>
/// A hot loop with all that is inside it, as far as it lies in one page: blocks that are translated as one, with registers of the host for the guest registers that they use most. It is
/// entered at its first block only.
/// </summary>
internal sealed unsafe class Region
{
    /// <summary>Blocks in a region at most.</summary>
    public const int MaximumBlocks = 16;

    /// <summary>Instructions in a region at most.</summary>
    public const int MaximumLength = 256;

    // A block on the shortest way round counts as much as so many others.
    private const int WeightOfCycle = 4;

    private readonly Block[] _blocks = new Block[MaximumBlocks];
    private readonly int[] _previous = new int[MaximumBlocks];
    private readonly bool[] _leadsBack = new bool[MaximumBlocks];
    private readonly RegisterUse _use = new();

    // Changing places costs two loads and two stores whenever the region is entered and left.
    private readonly int _leastGain;

    /// <summary>Makes an empty region.</summary>
    /// <param name="options">How its blocks are made.</param>
    public Region(TranslationOptions options)
    {
        _leastGain = options.LeastRegionGain;
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = new Block(options);
        }
    }

    /// <summary>The blocks; the first one is where the region is entered.</summary>
    public ReadOnlySpan<Block> Blocks => _blocks.AsSpan(0, Count);

    /// <summary>Where its guest registers are.</summary>
    public RegisterMap Map { get; } = new();

    /// <summary>True when one of the instructions uses vector registers.</summary>
    public bool UsesVectors { get; private set; }

    /// <summary>Its instructions; those that several blocks have count for each.</summary>
    public int Length { get; private set; }

    private int Count { get; set; }

    /// <summary>Finds the loop that a word is in, and registers for it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="index">Index of the word, where a block starts.</param>
    /// <param name="mode">What code is to take for granted.</param>
    /// <returns>False when there is no loop without calls and without anything for the interpreter, or it would be no faster than its blocks are by themselves.</returns>
    public bool TryForm(CodePage page, int index, TranslationMode mode)
    {
        int last = Collect(page, index, mode);
        if (last < 0)
        {
            return false;
        }

        FindWhatLeadsBack();
        CountUses(last);
        KeepWhatLeadsBack();
        ChooseRegisters(mode);
        return !Map.IsUsual;
    }

    /// <summary>Number of the block that starts at a word, or -1.</summary>
    public int Find(int index)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_blocks[i].Start == index)
            {
                return i;
            }
        }

        return -1;
    }

    // All that can be reached, the nearest first. Gives the block that leads back to the first one by the shortest way, or -1.
    private int Collect(CodePage page, int index, TranslationMode mode)
    {
        Count = 0;
        Length = 0;
        int last = -1;
        Span<int> targets = stackalloc int[Block.MaximumLength + 1];
        Add(page, index, mode, 0);
        for (int i = 0; i < Count; i++)
        {
            foreach (int target in targets[.._blocks[i].GetTargets(targets)])
            {
                if (target == index && last < 0)
                {
                    last = i;
                }
                else if (Find(target) < 0)
                {
                    Add(page, target, mode, i);
                }
            }
        }

        return last;
    }

    private void Add(CodePage page, int index, TranslationMode mode, int from)
    {
        if (Count == MaximumBlocks || index is < 0 or >= CodePage.Words)
        {
            return;
        }

        Block block = _blocks[Count];
        block.Collect(page, index, mode);
        if (block.Length > 0 && block.IsTranslated && Length + block.Length <= MaximumLength)
        {
            Length += block.Length;
            _previous[Count] = from;
            Count++;
        }
    }

    private void FindWhatLeadsBack()
    {
        Span<int> targets = stackalloc int[Block.MaximumLength + 1];
        _leadsBack.AsSpan().Clear();
        bool isChanged = true;
        while (isChanged)
        {
            isChanged = false;
            for (int i = 0; i < Count; i++)
            {
                foreach (int target in targets[.._blocks[i].GetTargets(targets)])
                {
                    int next = Find(target);
                    if (!_leadsBack[i] && next >= 0 && (next == 0 || _leadsBack[next]))
                    {
                        _leadsBack[i] = true;
                        isChanged = true;
                    }
                }
            }
        }
    }

    // What is on the shortest way round counts more.
    private void CountUses(int last)
    {
        _use.Clear();
        for (int i = 0; i < Count; i++)
        {
            if (_leadsBack[i])
            {
                Add(_blocks[i], 1);
            }
        }

        for (int i = last; ; i = _previous[i])
        {
            Add(_blocks[i], WeightOfCycle - 1);
            if (i == 0)
            {
                return;
            }
        }

        void Add(Block block, int weight)
        {
            foreach (ref readonly BlockInstruction instruction in block.Instructions)
            {
                _use.Add(instruction, weight);
            }
        }
    }

    private void KeepWhatLeadsBack()
    {
        int kept = 0;
        Length = 0;
        UsesVectors = false;
        for (int i = 0; i < Count; i++)
        {
            if (_leadsBack[i])
            {
                (_blocks[kept], _blocks[i]) = (_blocks[i], _blocks[kept]);
                Length += _blocks[kept].Length;
                UsesVectors |= _blocks[kept].UsesVectors;
                kept++;
            }
        }

        Count = kept;
    }

    private void ChooseRegisters(TranslationMode mode)
    {
        Map.Reset();
        while (FindSwap(_use.General, index => Map.TryGet(index, out _)) is { } swap)
        {
            Map.Swap(swap);
        }

        while (mode.HasFlag(TranslationMode.FloatingPoint) && FindSwap(_use.Vectors, index => Map.TryGetVector(index, out _)) is { } swap)
        {
            Map.SwapVectors(swap);
        }
    }

    // The register in memory that is used most, and the one in a register of the host that is used least; null when changing places is not worth it.
    private RegisterSwap? FindSwap(ReadOnlySpan<int> uses, Predicate<int> hasRegister)
    {
        int most = -1;
        int least = -1;
        for (int i = 0; i < uses.Length; i++)
        {
            if (hasRegister(i))
            {
                least = least < 0 || uses[i] < uses[least] ? i : least;
            }
            else
            {
                most = most < 0 || uses[i] > uses[most] ? i : most;
            }
        }

        return uses[most] - uses[least] >= _leastGain ? new RegisterSwap(least, most) : null;
    }
}
