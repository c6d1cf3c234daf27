using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Lockstep;

/// <summary>
/// All that is outside the follower's CPUs, played back from the leader's log: what devices and registers answered, what they wrote to memory, which
/// interrupt inputs they drove. No device is ever touched.
/// </summary>
internal sealed unsafe class FollowerOutside(LeaderLog log) : IPowerController
{
    private readonly List<Processor> _processors = [];
    private readonly List<GuestRam> _memories = [];
    private readonly List<FollowerArray> _arrays = [];

    /// <summary>The first access that the leader has not made, in words; null while there is none.</summary>
    public string? Mismatch { get; private set; }

    /// <summary>The follower's CPUs, by index.</summary>
    public IReadOnlyList<Processor> Processors => _processors;

    /// <summary>The follower's memories, in the order of the leader's.</summary>
    public IReadOnlyList<GuestRam> Memories => _memories;

    /// <summary>Adds a CPU.</summary>
    public void Add(Processor processor) => _processors.Add(processor);

    /// <summary>Adds a memory.</summary>
    /// <returns>Its index.</returns>
    public int Add(GuestRam memory)
    {
        _memories.Add(memory);
        return _memories.Count - 1;
    }

    /// <summary>Adds an array.</summary>
    /// <returns>Its index.</returns>
    public int Add(FollowerArray array)
    {
        _arrays.Add(array);
        return _arrays.Count - 1;
    }

    /// <summary>The follower's arrays, in the order of the leader's.</summary>
    public IReadOnlyList<FollowerArray> Arrays => _arrays;

    /// <summary>Answers a read of a device.</summary>
    public BusResult ReadDevice(ulong address, in BusAccess access)
    {
        int cpu = access.Initiator.CpuIndex;
        return Take(LeaderEventKind.DeviceRead, cpu, address, access.Size, null, out LeaderEvent found)
            ? new BusResult((BusStatus)found.Outcome, found.Value)
            : BusResult.Error;
    }

    /// <summary>Takes a write to a device.</summary>
    public BusStatus WriteDevice(ulong address, in BusAccess access, ulong value)
    {
        int cpu = access.Initiator.CpuIndex;
        return Take(LeaderEventKind.DeviceWrite, cpu, address, access.Size, value, out LeaderEvent found) ? (BusStatus)found.Outcome : BusStatus.Error;
    }

    /// <summary>Answers a read of a register outside the CPU.</summary>
    public SystemRegisterResult ReadRegister(int cpu, ushort register, out ulong value)
    {
        bool taken = Take(LeaderEventKind.RegisterRead, cpu, register, 0, null, out LeaderEvent found);
        value = found.Value;
        return taken ? (SystemRegisterResult)found.Outcome : SystemRegisterResult.NotHere;
    }

    /// <summary>Takes a write to a register outside the CPU.</summary>
    public SystemRegisterResult WriteRegister(int cpu, ushort register, ulong value) =>
        Take(LeaderEventKind.RegisterWrite, cpu, register, 0, value, out LeaderEvent found) ? (SystemRegisterResult)found.Outcome : SystemRegisterResult.NotHere;

    /// <summary>Lets happen what came to the leader before its next access: interrupt inputs, memory that devices wrote.</summary>
    public void ApplyEffects()
    {
        while (!log.IsEmpty && !log.Next.IsAccess)
        {
            Apply(log.Next);
            log.Advance();
        }
    }

    /// <summary>The leader's accesses must all have been made by now.</summary>
    public void CheckAllTaken()
    {
        ApplyEffects();
        if (!log.IsEmpty)
        {
            Mismatch ??= $"the leader alone has made an access: {log.Next}";
        }
    }

    /// <summary>Starts anew, after the whole state was copied.</summary>
    public void Reset()
    {
        Mismatch = null;
        log.Clear();
    }

    /// <inheritdoc/>
    public CpuPowerState? QueryCpu(ulong affinity) =>
        Take(LeaderEventKind.PowerQuery, 0, affinity, 0, null, out LeaderEvent found) ? RecordingPowerController.StateOf(found.Outcome) : null;

    /// <inheritdoc/>
    public void TurnCpuOn(ulong affinity, ulong entry, ulong context)
    {
        Processor processor = _processors.First(p => p.Affinity == affinity);
        processor.Start(entry, Math.Min(processor.Model.HighestLevel, 2), context);
    }

    /// <inheritdoc/>
    public void TurnCpuOff(Processor processor)
    {
        // The leader's scheduler does not run it any more.
    }

    /// <inheritdoc/>
    public void TurnSystemOff()
    {
        // The leader's run ends.
    }

    /// <inheritdoc/>
    public void ResetSystem()
    {
        // The whole state is copied again behind the leader's reset.
    }

    private bool Take(LeaderEventKind kind, int cpu, ulong address, int size, ulong? value, out LeaderEvent found)
    {
        found = default;
        if (log.NextAccess is not { } access || !IsNow(access, cpu))
        {
            // A register that no bank has is asked for by both, and is in no log.
            Mismatch ??= kind is LeaderEventKind.RegisterRead or LeaderEventKind.RegisterWrite ? null : Difference("none");
            return false;
        }

        if (access.Kind != kind || access.Target != cpu || access.Address != address || access.Size != size || (value is not null && access.Value != value))
        {
            Mismatch ??= Difference(access.ToString());
            return false;
        }

        // What an access has brought about stands before it in the log, and happens with it, not earlier.
        ApplyEffects();
        log.Advance();
        found = access;
        return true;

        string Difference(string leaders) => $"the follower's access: {new LeaderEvent(kind, cpu, address, size, value ?? 0)}; the leader's: {leaders}";
    }

    // PSCI does not say which CPU asks.
    private bool IsNow(in LeaderEvent access, int cpu) =>
        access.Kind == LeaderEventKind.PowerQuery || access.Retired == _processors[cpu].State->Retired;

    private void Apply(in LeaderEvent effect)
    {
        switch (effect.Kind)
        {
            case LeaderEventKind.Inputs:
                _processors[effect.Target].ReplaceInputs((InterruptInputs)effect.Value);
                break;
            case LeaderEventKind.MemoryWritten:
                _memories[effect.Target].Write(effect.Address, effect.Data);
                break;
            default:
                _arrays[effect.Target].SetReadable(effect.Value != 0);
                break;
        }
    }
}
