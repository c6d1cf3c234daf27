using Emulator.Cpu;

namespace Emulator.Lockstep;

/// <summary>
/// A leader that executes blocks. It is compared wherever it enters and leaves generated code, and by the way every so many instructions. Generated code touches nothing
/// outside of CPU and memory, so that a run of it that ends in a difference can be repeated, ever shorter, until one instruction is left.
/// </summary>
internal sealed unsafe partial class LockstepEngine : IBlockObserver
{
    // Of generated code that nothing makes leave: short, so that no mistake is over before anybody looks; sometimes long enough for the largest loop.
    private const long ShortRun = 256;
    private const long LongRun = 4096;

    // How far before the end of the shortest run that goes wrong its block may begin.
    private const long LongestSearch = 4096;

    private readonly IBlockEngine? _blocks;
    private readonly CpuCheckpoint _leaderEntry = new();
    private readonly CpuCheckpoint _followerEntry = new();
    private bool _isSearching;
    private long _agreed;
    private long _leftAt;

    /// <inheritdoc/>
    bool IBlockObserver.Entering(Processor processor)
    {
        if (_isSearching)
        {
            return true;
        }

        if (processor.State->Retired != _agreed && !CatchUp(processor))
        {
            return Diverge(processor, "among these instructions, which the leader has not translated");
        }

        _leaderEntry.Take(processor);
        _followerEntry.Take(_follower.Outside.Processors[processor.Index]);
        return true;
    }

    /// <inheritdoc/>
    bool IBlockObserver.Left(Processor processor) => !_isSearching && (CatchUp(processor) || FindInstruction(processor));

    // A run of the leader, which tells where it enters and leaves generated code.
    private bool CompareBlocks(Processor leader, long limit)
    {
        _blocks!.Observer = this;
        long retired = leader.State->Retired;
        _leader.Run(leader, Math.Min(limit, retired + (retired % 8 == 0 ? LongRun : ShortRun)));
        _blocks.Observer = null;
        return Divergence is null && (CatchUp(leader) || Diverge(leader, "among these instructions, which the leader has not translated"));
    }

    // Shortens the run until its last instruction makes the difference: that is the last of a block. Then executes it one by one.
    private bool FindInstruction(Processor leader)
    {
        _isSearching = true;
        _blocks!.FormsRegions = false;
        Processor follower = _follower.Outside.Processors[leader.Index];
        long alike = _leaderEntry.Retired;
        long different = _leftAt = leader.State->Retired;
        if (alike == different || RepeatIsAlike(leader, follower, different))
        {
            return Diverge(leader, "somewhere from here on; it does not happen again");
        }

        while (different - alike > 1)
        {
            long middle = alike + ((different - alike) / 2);
            if (RepeatIsAlike(leader, follower, middle))
            {
                alike = middle;
            }
            else
            {
                different = middle;
            }
        }

        _ = RepeatIsAlike(leader, follower, alike);
        _before.Take(follower);
        _ = RepeatIsAlike(leader, follower, different);
        _ = Diverge(leader, "behind this instruction; by itself it is translated well, so look at what stands before it");
        if (FindStep(leader, follower, different))
        {
            _ = Diverge(leader, null);
        }

        leader.RequestExit();
        return false;
    }

    private bool FindStep(Processor leader, Processor follower, long last)
    {
        long start = Math.Max(_leaderEntry.Retired, last - LongestSearch);
        if (!RepeatIsAlike(leader, follower, start))
        {
            return false;
        }

        ICpuEngine stepper = _blocks!.CreateStepper();
        try
        {
            for (long count = start + 1; count <= last; count++)
            {
                _before.Take(follower);
                follower.StoreJournal!.Clear();
                stepper.Run(leader, count);
                if (!_follower.RunTo(leader.Index, count) || !AreEqual(leader, follower))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            (stepper as IDisposable)?.Dispose();
        }
    }

    // Both go back to where the run began, and then as far as told. True when they are in the same state there.
    private bool RepeatIsAlike(Processor leader, Processor follower, long count)
    {
        List<StoreRecord> journal = follower.StoreJournal!;
        for (int i = journal.Count - 1; i >= 0; i--)
        {
            journal[i].Undo();
        }

        journal.Clear();
        _memory.CopyToLeader();
        _leaderEntry.Restore(leader);
        _followerEntry.Restore(follower);
        _follower.Outside.Reset();
        if (count == _leftAt)
        {
            // Just as it was, also in the middle of a block.
            _blocks!.Observer = this;
            _blocks.Repeat(leader);
            _blocks.Observer = null;
        }
        else
        {
            _leader.Run(leader, count);
        }

        return _follower.RunTo(leader.Index, count) && AreEqual(leader, follower);
    }
}
