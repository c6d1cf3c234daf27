using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Firmware;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>
/// An engine that runs the machine, and a second one that must do the same. The first, the leader, chooses where they are compared: behind each of its steps.
/// The follower runs to the same count of instructions, fed from the leader's log.
/// </summary>
internal sealed unsafe class LockstepEngine : ICpuEngine, IDisposable
{
    private readonly ICpuEngine _leader;
    private readonly ICpuEngine _followerEngine;
    private readonly LeaderLog _log;
    private readonly CpuSnapshot _before = new();
    private LockstepFollower _follower = null!;
    private DivergenceReport _report = null!;
    private IReadOnlyList<Processor> _processors = [];
    private bool _isSynchronized;
    private long _retired;

    /// <summary>Pairs two engines; <see cref="Connect"/> gives them a machine.</summary>
    /// <param name="leader">What the machine runs on.</param>
    /// <param name="follower">What is compared with it.</param>
    /// <param name="log">Where all that comes to the machine's CPUs from outside is noted.</param>
    public LockstepEngine(ICpuEngine leader, ICpuEngine follower, LeaderLog log)
    {
        _leader = leader;
        _followerEngine = follower;
        _log = log;
    }

    /// <inheritdoc/>
    public string Name => _leader.Name;

    /// <summary>The first difference, or null.</summary>
    public Divergence? Divergence { get; private set; }

    /// <summary>Connects the machine, when all that is on its bus is there.</summary>
    /// <param name="bus">Its bus.</param>
    /// <param name="processors">Its CPUs.</param>
    /// <param name="symbols">Symbols of its image.</param>
    /// <param name="create">Makes a CPU like the machine's of the same index for the follower.</param>
    public void Connect(SystemBus bus, IReadOnlyList<Processor> processors, SymbolTable symbols, FollowerProcessorFactory create)
    {
        _processors = processors;
        var outside = new FollowerOutside(_log);
        _follower = new LockstepFollower(_followerEngine, bus, processors, outside, (index, followerBus, code) => create(index, followerBus, code, outside));
        _report = new DivergenceReport(_leader.Name, _followerEngine.Name, symbols);
        bus.Observer = _log;
        foreach (Processor processor in processors)
        {
            int index = processor.Index;
            processor.StoreJournal = [];
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
            if (!Compare(processor, limit))
            {
                state->ExitRequest = 1;
                break;
            }
        }

        _retired = state->Retired;
    }

    public void Dispose()
    {
        (_leader as IDisposable)?.Dispose();
        _follower?.Dispose();
    }

    private bool BeginTurn(Processor processor)
    {
        if (Divergence is not null)
        {
            processor.State->ExitRequest = 1;
            return false;
        }

        if (!_isSynchronized)
        {
            _follower.CopyState();
            _isSynchronized = true;
        }
        else
        {
            _before.Take(_follower.Outside.Processors[processor.Index]);
            _follower.BeginTurn(processor.Index, _retired);
        }

        if (StateComparison.AreEqual(processor, _follower.Outside.Processors[processor.Index]))
        {
            return true;
        }

        Divergence = _report.Make(processor, _follower.Outside.Processors[processor.Index], _before, "at an interrupt", []);
        processor.State->ExitRequest = 1;
        return false;
    }

    // One step of the leader, and the follower's way to the same instruction.
    private bool Compare(Processor leader, long limit)
    {
        Processor follower = _follower.Outside.Processors[leader.Index];
        _before.Take(leader);
        int mark = _log.Mark;
        leader.StoreJournal!.Clear();
        follower.StoreJournal!.Clear();
        _leader.Step(leader, limit);
        if (leader.IsParked)
        {
            _log.ForgetAccessesSince(mark);
        }

        bool arrived = _follower.RunTo(leader.Index, leader.State->Retired);
        _follower.Outside.CheckAllTaken();
        if (arrived && _follower.Outside.Mismatch is null && StateComparison.AreEqual(leader, follower) && MemoryIsEqual(leader, follower))
        {
            return true;
        }

        Divergence = _report.Make(leader, follower, _before, _follower.Outside.Mismatch, MemoryDifferences(leader, follower));
        return false;
    }

    private bool MemoryIsEqual(Processor leader, Processor follower)
    {
        foreach (ref readonly StoreRecord store in global::System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leader.StoreJournal))
        {
            if (!StateComparison.AreEqual(store, FollowersOf(store.Memory)))
            {
                return false;
            }
        }

        foreach (ref readonly StoreRecord store in global::System.Runtime.InteropServices.CollectionsMarshal.AsSpan(follower.StoreJournal))
        {
            if (!StateComparison.AreEqual(store, LeadersOf(store.Memory)))
            {
                return false;
            }
        }

        return true;
    }

    private List<StateDifference> MemoryDifferences(Processor leader, Processor follower)
    {
        List<StateDifference> differences = [];
        foreach (StoreRecord store in leader.StoreJournal!.Concat(follower.StoreJournal!.Select(s => s with { Memory = LeadersOf(s.Memory) })).Distinct())
        {
            GuestRam other = FollowersOf(store.Memory);
            if (!StateComparison.AreEqual(store, other))
            {
                differences.Add(new StateDifference($"{store.Memory.Name}+0x{store.Offset:x}", Bytes(store.Memory, store), Bytes(other, store)));
            }
        }

        return differences;

        static string Bytes(GuestRam memory, in StoreRecord store) =>
            Convert.ToHexStringLower(new ReadOnlySpan<byte>(memory.Pointer + store.Offset, store.Length));
    }

    private GuestRam FollowersOf(GuestRam memory) => _follower.Outside.Memories[IndexOf(_follower.LeaderMemories, memory)];

    private GuestRam LeadersOf(GuestRam memory) => _follower.LeaderMemories[IndexOf(_follower.Outside.Memories, memory)];

    // A machine has a handful of memories.
    private static int IndexOf(IReadOnlyList<GuestRam> memories, GuestRam memory)
    {
        int index = 0;
        while (!ReferenceEquals(memories[index], memory))
        {
            index++;
        }

        return index;
    }

    private void NoteWrite(int index, GuestRam memory, ulong offset, int length)
    {
        if (_isSynchronized)
        {
            byte[] data = new byte[length];
            memory.Read(offset, data);
            _log.Add(new LeaderEvent(LeaderEventKind.MemoryWritten, index, offset, length, Data: data));
        }
    }
}
