using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Lockstep;

/// <summary>
/// The second machine of a lockstep run: CPUs of its own on a copy of all memory. What lies outside of both is played back from the leader's log.
/// </summary>
internal sealed unsafe class LockstepFollower : IDisposable
{
    private readonly ICpuEngine _engine;
    private readonly SystemBus _bus = new();
    private readonly CodeCache _code;
    private readonly IReadOnlyList<Processor> _leaders;
    private readonly List<GuestRam> _leaderMemories = [];
    private readonly List<IMemoryMappedArray> _leaderArrays = [];

    /// <summary>Creates a follower without contents; <see cref="CopyState"/> gives it some.</summary>
    /// <param name="engine">What executes its instructions.</param>
    /// <param name="leaderBus">The leader's bus, with everything mapped.</param>
    /// <param name="leaders">The leader's CPUs.</param>
    /// <param name="outside">What plays back the leader's log.</param>
    /// <param name="create">Makes a CPU like the leader's of the same index, on another bus.</param>
    public LockstepFollower(
        ICpuEngine engine, SystemBus leaderBus, IReadOnlyList<Processor> leaders, FollowerOutside outside, Func<int, SystemBus, CodeCache, Processor> create)
    {
        _engine = engine;
        _leaders = leaders;
        _code = new CodeCache(leaders[0].Model.Features);
        Outside = outside;
        foreach (BusRegion region in leaderBus.Regions)
        {
            Map(region);
        }

        for (int i = 0; i < leaders.Count; i++)
        {
            Processor processor = create(i, _bus, _code);
            processor.StoreJournal = [];
            processor.AttachBank(new FollowerBank(outside, i));
            outside.Add(processor);
        }
    }

    /// <summary>Name of its engine.</summary>
    public string Engine => _engine.Name;

    /// <summary>What plays back the leader's log.</summary>
    public FollowerOutside Outside { get; }

    /// <summary>The leader's memories, in the order of the follower's.</summary>
    public IReadOnlyList<GuestRam> LeaderMemories => _leaderMemories;

    /// <summary>The leader's arrays, in the order of the follower's.</summary>
    public IReadOnlyList<IMemoryMappedArray> LeaderArrays => _leaderArrays;

    /// <summary>Takes over the leader's whole state.</summary>
    public void CopyState()
    {
        for (int i = 0; i < _leaderMemories.Count; i++)
        {
            Copy(_leaderMemories[i], Outside.Memories[i]);
        }

        for (int i = 0; i < _leaderArrays.Count; i++)
        {
            Outside.Arrays[i].SetReadable(_leaderArrays[i].IsArrayReadable);
        }

        foreach (Processor leader in _leaders)
        {
            var writer = new SnapshotWriter();
            leader.Save(writer);
            Outside.Processors[leader.Index].Load(new SnapshotReader(writer.ToArray()));
        }

        Outside.Reset();
    }

    /// <summary>Lets a CPU begin a turn as the leader's has: interrupts are taken as its scheduler does.</summary>
    /// <param name="cpu">Which CPU.</param>
    /// <param name="retired">Instructions retired over all CPUs when the turn began.</param>
    public void BeginTurn(int cpu, long retired)
    {
        Processor processor = Outside.Processors[cpu];
        Outside.ApplyEffects();
        processor.FollowEvents(_leaders[cpu]);
        processor.State->Retired = retired;
        processor.State->ExitRequest = 0;
        _ = processor.TakePendingInterrupt();
    }

    /// <summary>Executes up to a count of retired instructions.</summary>
    /// <param name="cpu">Which CPU.</param>
    /// <param name="retired">The count, over all CPUs.</param>
    /// <returns>False when it does not get there.</returns>
    public bool RunTo(int cpu, long retired)
    {
        Processor processor = Outside.Processors[cpu];
        while (processor.State->Retired < retired)
        {
            long before = processor.State->Retired;
            processor.State->ExitRequest = 0;
            processor.IsParked = false;
            _engine.Run(processor, retired);
            if (processor.State->Retired == before || Outside.Mismatch is not null)
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        (_engine as IDisposable)?.Dispose();
        foreach (Processor processor in Outside.Processors)
        {
            processor.Dispose();
        }

        _code.Dispose();
        foreach (GuestRam memory in Outside.Memories)
        {
            memory.Dispose();
        }
    }

    private void Map(BusRegion region)
    {
        GuestRam? memory = region.Ram ?? region.MappedArray?.Array;
        if (memory is null)
        {
            _bus.MapDevice(region.Base, new FollowerDevice(Outside, region), region.SecureOnly);
            return;
        }

        var copy = new GuestRam(memory.Name, memory.Length);
        _ = Outside.Add(copy);
        _leaderMemories.Add(memory);
        if (region.MappedArray is not { } leaderArray)
        {
            _bus.MapRam(region.Base, copy, region.SecureOnly);
            return;
        }

        // Flash is erased where nothing was written: the same pages, without copying.
        copy.SetAllBits(0, (int)copy.Length);
        var array = new FollowerArray(Outside, region, copy);
        _ = Outside.Add(array);
        _leaderArrays.Add(leaderArray);
        _bus.MapDevice(region.Base, array, region.SecureOnly);
    }

    private static void Copy(GuestRam source, GuestRam destination)
    {
        for (ulong offset = 0; offset < source.Length; offset += GuestRam.PageSize)
        {
            var page = new ReadOnlySpan<byte>(source.Pointer + offset, GuestRam.PageSize);
            if (!page.SequenceEqual(new ReadOnlySpan<byte>(destination.Pointer + offset, GuestRam.PageSize)))
            {
                destination.Write(offset, page);
            }
        }
    }
}
