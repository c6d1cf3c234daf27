using Emulator.Cpu;
using Emulator.Firmware;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>
/// An engine that runs the machine, and a second one that must do the same. The first, the leader, chooses where they are compared: behind each instruction,
/// or, when it executes blocks of them, wherever it enters and leaves generated code. The follower runs to the same count of instructions, fed from the leader's log.
/// </summary>
internal sealed unsafe partial class LockstepEngine : ICpuEngine, IDisposable
{
    // All of memory is compared now and then, for stores of the leader that the follower has not made.
    private const long MemoryInterval = 50_000_000;

    private readonly ICpuEngine _leader;
    private readonly ICpuEngine _followerEngine;
    private readonly LeaderLog _log;
    private readonly CpuSnapshot _before = new();
    private LockstepFollower _follower = null!;
    private MemoryComparison _memory = null!;
    private DivergenceReport _report = null!;
    private bool _isSynchronized;
    private long _retired;
    private long _memoryCompared;

    /// <summary>Pairs two engines; <see cref="Connect"/> gives them a machine.</summary>
    /// <param name="leader">What the machine runs on.</param>
    /// <param name="follower">What is compared with it.</param>
    /// <param name="log">Where all that comes to the machine's CPUs from outside is noted.</param>
    public LockstepEngine(ICpuEngine leader, ICpuEngine follower, LeaderLog log)
    {
        _leader = leader;
        _blocks = leader as IBlockEngine;
        _followerEngine = follower;
        _log = log;
    }

    /// <inheritdoc/>
    public string Name => _leader.Name;

    /// <summary>The engine that the machine runs on.</summary>
    public ICpuEngine Leader => _leader;

    /// <summary>The first difference, or null.</summary>
    public Divergence? Divergence { get; private set; }

    /// <summary>How often both were compared.</summary>
    public long Comparisons { get; private set; }

    /// <summary>Connects the machine, when all that is on its bus is there.</summary>
    /// <param name="bus">Its bus.</param>
    /// <param name="processors">Its CPUs.</param>
    /// <param name="symbols">Symbols of its image.</param>
    /// <param name="create">Makes a CPU like the machine's of the same index for the follower.</param>
    public void Connect(SystemBus bus, IReadOnlyList<Processor> processors, SymbolTable symbols, FollowerProcessorFactory create)
    {
        var outside = new FollowerOutside(_log);
        _follower = new LockstepFollower(_followerEngine, bus, processors, outside, (index, followerBus, code) => create(index, followerBus, code, outside));
        _memory = new MemoryComparison(_follower.LeaderMemories, outside.Memories);
        _report = new DivergenceReport(_leader.Name, _followerEngine.Name, symbols);
        bus.Observer = _log;
        foreach (Processor processor in processors)
        {
            // A leader that executes blocks stores from generated code: what the follower stores is compared then.
            int index = processor.Index;
            processor.StoreJournal = _blocks is null ? [] : null;
            processor.InputsChanged += inputs => _log.Add(new LeaderEvent(LeaderEventKind.Inputs, index, Value: (ulong)inputs));
        }

        for (int i = 0; i < _follower.LeaderMemories.Count; i++)
        {
            int index = i;
            GuestRam memory = _follower.LeaderMemories[i];
            memory.WrittenFromOutside += (offset, length) => NoteWrite(index, memory, offset, length);
        }

        for (int i = 0; i < _follower.LeaderArrays.Count; i++)
        {
            int index = i;
            IMemoryMappedArray array = _follower.LeaderArrays[i];
            array.ArrayReadableChanged += () => _log.Add(new LeaderEvent(LeaderEventKind.ArrayReadable, index, Value: array.IsArrayReadable ? 1u : 0));
        }
    }

    /// <summary>The machine's state was replaced as a whole, by a reset or a snapshot: it is copied before the next instruction.</summary>
    public void ForgetState()
    {
        _isSynchronized = false;
        _log.Clear();
    }

    /// <inheritdoc/>
    public void Run(Processor processor, long limit)
    {
        CpuState* state = processor.State;
        if (!BeginTurn(processor))
        {
            return;
        }

        while (state->ExitRequest == 0 && state->Retired < limit)
        {
            if (!(_blocks is null ? CompareStep(processor, limit) : CompareBlocks(processor, limit)))
            {
                break;
            }
        }

        _retired = state->Retired;
    }

    /// <summary>Compares all that was written to memory since the machine started, also what only the leader has.</summary>
    /// <returns>False when there is a difference.</returns>
    public bool CompareMemory(Processor processor)
    {
        if (Divergence is null && _isSynchronized)
        {
            _follower.Outside.ApplyEffects();
            _memoryCompared = _retired;
            if (!_memory.IsEqual())
            {
                const string note = "the leader alone has stored there, some time since memory was last compared";
                Divergence = _report.Make(processor, _follower.Outside.Processors[processor.Index], _before, note, _memory.Differences());
            }
        }

        return Divergence is null;
    }

    public void Dispose()
    {
        (_leader as IDisposable)?.Dispose();
        _follower?.Dispose();
    }

    private bool BeginTurn(Processor processor)
    {
        if (Divergence is null && _retired - _memoryCompared >= MemoryInterval)
        {
            _ = CompareMemory(processor);
        }

        if (Divergence is not null)
        {
            processor.State->ExitRequest = 1;
            return false;
        }

        Processor follower = _follower.Outside.Processors[processor.Index];
        _log.Leader = processor;
        if (!_isSynchronized)
        {
            _follower.CopyState();
            _isSynchronized = true;
            _memoryCompared = processor.State->Retired;
        }
        else
        {
            _before.Take(follower);
            _follower.BeginTurn(processor.Index, _retired);
        }

        if (StateComparison.AreEqual(processor, follower))
        {
            NoteAgreement(processor, follower);
            return true;
        }

        Divergence = _report.Make(processor, follower, _before, "at an interrupt", []);
        processor.State->ExitRequest = 1;
        return false;
    }

    // One step of the leader, and the follower's way to the same instruction.
    private bool CompareStep(Processor leader, long limit)
    {
        leader.StoreJournal!.Clear();
        _leader.Step(leader, limit);
        return CatchUp(leader) || Diverge(leader, null);
    }

    private void NoteAgreement(Processor leader, Processor follower)
    {
        Comparisons++;
        _before.Take(leader);
        _agreed = leader.State->Retired;
        follower.StoreJournal!.Clear();
    }

    // The follower comes to the same count of instructions. False when it is not in the same state then.
    private bool CatchUp(Processor leader)
    {
        Processor follower = _follower.Outside.Processors[leader.Index];
        if (leader.IsParked)
        {
            _log.ForgetAccessesAt(leader.State->Retired);
        }

        bool arrived = _follower.RunTo(leader.Index, leader.State->Retired);
        _follower.Outside.CheckAllTaken();
        if (!arrived || !AreEqual(leader, follower))
        {
            return false;
        }

        NoteAgreement(leader, follower);
        return true;
    }

    private bool AreEqual(Processor leader, Processor follower) =>
        _follower.Outside.Mismatch is null
        && StateComparison.AreEqual(leader, follower)
        && (leader.StoreJournal is null || _memory.IsEqual(leader.StoreJournal))
        && _memory.IsEqual(follower.StoreJournal!);

    private bool Diverge(Processor leader, string? note)
    {
        Processor follower = _follower.Outside.Processors[leader.Index];
        IEnumerable<StateDifference> memory = _memory.Differences([.. leader.StoreJournal ?? [], .. follower.StoreJournal!]);
        Divergence = _report.Make(leader, follower, _before, _follower.Outside.Mismatch ?? note, [.. memory]);
        leader.RequestExit();
        return false;
    }

    private void NoteWrite(int index, GuestRam memory, ulong offset, int length)
    {
        if (_isSynchronized && !_isSearching)
        {
            byte[] data = new byte[length];
            memory.Read(offset, data);
            _log.Add(new LeaderEvent(LeaderEventKind.MemoryWritten, index, offset, length, Data: data));
        }
    }
}
