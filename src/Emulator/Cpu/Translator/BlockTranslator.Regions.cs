using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>
/// Regions: blocks that go to each other without leaving them, with registers of their own choice. Whatever leaves them, if only for the interpreter, puts the registers where all others
/// expect them.
/// </summary>
internal sealed unsafe partial class BlockTranslator
{
    // For each block of the region its way out at the limit, where it starts, and jumps to blocks that were not written yet.
    private readonly int[] _outOfBudget = new int[Region.MaximumBlocks];
    private readonly int[] _starts = new int[Region.MaximumBlocks];
    private readonly TranslationLink[] _pending = new TranslationLink[Region.MaximumLength + Region.MaximumBlocks];
    private int _started;
    private int _pendingCount;

    /// <summary>Regions translated so far.</summary>
    public long Regions { get; private set; }

    /// <summary>Translates the loop around a block that has turned out to be hot. What stood for the block goes there from now on.</summary>
    /// <param name="page">The page.</param>
    /// <param name="index">Index of the block's first word.</param>
    /// <param name="mode">What to take for granted.</param>
    /// <returns>The code; null when there is no loop, or none that gains from it.</returns>
    public void* TranslateRegion(PageTranslations page, int index, TranslationMode mode)
    {
        if (!_region.TryForm(page.Page, index, mode) || _region.Length > _cache.LongestBlock)
        {
            return null;
        }

        void** table = (void**)page.Page.Header->Tables[(int)mode];
        void* before = table[index];
        int generation = _cache.Generation;
        void* code = Start(page, index, mode, _region.Length);
        WriteVectorEntry(_region.UsesVectors);
        _map = _region.Map;
        WriteEnterMap();
        _started = 0;
        _pendingCount = 0;
        foreach (Block block in _region.Blocks)
        {
            _block = block;
            _starts[_started] = _assembler.Offset;
            _outOfBudget[_started] = WriteBudget();
            _started++;
            WriteBlock();
        }

        WriteExits();
        WriteLimits();
        _started = 0;
        _map = _usual;
        if (generation == _cache.Generation && before != _cache.MissCode)
        {
            _assembler.OverwriteByJump(_cache.OffsetOf(before), _entry);
        }

        Regions++;
        _cache.EndBlock(_entry);
        return code;
    }

    private void WriteLimits()
    {
        for (int i = 0; i < _started; i++)
        {
            Block block = _region.Blocks[i];
            _assembler.PatchHere(_outOfBudget[i]);
            WriteLeaveMap();
            WriteLeave(TranslationExit.At(ExitKind.Budget, block.Start, block.Length, TranslationExit.InRegion));
        }

        for (int i = 0; i < _pendingCount; i++)
        {
            _assembler.Patch(_pending[i].Site, _starts[_pending[i].Index]);
        }
    }

    // Goes on at a word where a block of the region starts.
    private bool TryGoWithin(int index)
    {
        int number = _started == 0 ? -1 : _region.Find(index);
        if (number < 0)
        {
            return false;
        }

        if (number < _started)
        {
            _assembler.JumpTo(_starts[number]);
        }
        else
        {
            _pending[_pendingCount++] = new TranslationLink(_assembler.JumpForward(), number);
        }

        return true;
    }

    // From where all others have guest registers to where the region has them. The host's flags stay, as they do in the other direction.
    private void WriteEnterMap()
    {
        StoreSwapped(swap => swap.Usual);
        LoadSwapped(swap => swap.Guest);
    }

    private void WriteLeaveMap()
    {
        StoreSwapped(swap => swap.Guest);
        LoadSwapped(swap => swap.Usual);
    }

    // Behind the interpreter, when all guest registers are in memory.
    private void WriteReturnToMap() => LoadSwapped(swap => swap.Guest);

    // What is in the registers of the host that two guest registers share goes to the memory of one of them.
    private void StoreSwapped(Func<RegisterSwap, int> side)
    {
        foreach (RegisterSwap swap in _map.Swaps)
        {
            _ = _map.TryGet(swap.Guest, out HostRegister register);
            _assembler.Store(true, StateLayout.X(side(swap)), register);
        }

        foreach (RegisterSwap swap in _map.VectorSwaps)
        {
            _ = _map.TryGetVector(swap.Guest, out int register);
            _assembler.Vector(HostVector.StoreUnaligned, register, 0, StateLayout.V(side(swap)));
        }
    }

    private void LoadSwapped(Func<RegisterSwap, int> side)
    {
        foreach (RegisterSwap swap in _map.Swaps)
        {
            _ = _map.TryGet(swap.Guest, out HostRegister register);
            _assembler.Mov(true, register, StateLayout.X(side(swap)));
        }

        foreach (RegisterSwap swap in _map.VectorSwaps)
        {
            _ = _map.TryGetVector(swap.Guest, out int register);
            _assembler.Vector(HostVector.MoveUnaligned, register, 0, StateLayout.V(side(swap)));
        }
    }
}
