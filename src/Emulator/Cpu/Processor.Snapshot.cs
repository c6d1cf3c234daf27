using Emulator.Cpu.System;
using Emulator.Snapshots;

namespace Emulator.Cpu;

/// <summary>The CPU's state in a snapshot. TLBs and decoded code are not state: they come again.</summary>
internal sealed unsafe partial class Processor : ISnapshotState
{
    private const int SnapshotVersion = 3;

    private string SnapshotName => $"cpu{Index}";

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CountPerformance();
        CpuState* state = State;
        writer.Section(SnapshotName, SnapshotVersion);
        writer.Write(Model.Name);
        writer.Write(new ReadOnlySpan<ulong>(state->V, 64));
        writer.Write(new ReadOnlySpan<ulong>(state->X, CpuState.Zero));
        writer.Write(new ReadOnlySpan<ulong>(state->StackPointers, 4));
        writer.Write(state->Pc);
        writer.Write(state->Retired);
        writer.Write(GetProcessState());
        writer.Write(state->FloatingPointControl);
        writer.Write(state->FloatingPointStatus);
        writer.Write(state->ExclusiveSet);
        writer.Write(state->ExclusiveSize);
        writer.Write(state->ExclusiveAddress);
        writer.Write(Affinity);
        writer.Write(ResetAddress);
        writer.Write(PeripheralBase);
        writer.Write((int)_inputs);
        writer.Write((int)Wait);
        writer.Write(IsEventSet);
        writer.Write(IsParked);
        writer.Write(_cycles);
        writer.Write(_cycleFraction);
        writer.Write(_overflowLevel);
        writer.Write(_retiredAfterException);
        writer.Write(_exceptionStreak);
        writer.Write(_stepSyndrome);
        writer.Write(_slots);
        foreach (long count in _exceptionCounts)
        {
            writer.Write(count);
        }

        Random.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        CpuState* state = State;
        _ = reader.Section(SnapshotName, SnapshotVersion);
        string model = reader.ReadString();
        if (model != Model.Name)
        {
            throw new SnapshotException($"the snapshot is of a '{model}', this CPU is a '{Model.Name}'; load it into a machine of the same description");
        }

        reader.ReadUInt64s(new Span<ulong>(state->V, 64));
        reader.ReadUInt64s(new Span<ulong>(state->X, CpuState.Zero));
        reader.ReadUInt64s(new Span<ulong>(state->StackPointers, 4));
        state->Pc = reader.ReadUInt64();
        state->Retired = reader.ReadInt64();
        SetProcessState(reader.ReadUInt32());
        state->FloatingPointControl = reader.ReadUInt32();
        state->FloatingPointStatus = reader.ReadUInt32();
        state->ExclusiveSet = reader.ReadInt32();
        state->ExclusiveSize = reader.ReadInt32();
        state->ExclusiveAddress = reader.ReadUInt64();
        Affinity = reader.ReadUInt64();
        ResetAddress = reader.ReadUInt64();
        PeripheralBase = reader.ReadUInt64();
        _inputs = (InterruptInputs)reader.ReadInt32();
        Wait = (WaitKind)reader.ReadInt32();
        IsEventSet = reader.ReadBoolean();
        IsParked = reader.ReadBoolean();
        _cycles = reader.ReadUInt64();
        _cycleFraction = reader.ReadInt32();
        _overflowLevel = reader.ReadBoolean();
        _retiredAfterException = reader.ReadInt64();
        _exceptionStreak = reader.ReadInt32();
        _stepSyndrome = reader.ReadUInt32();
        reader.ReadUInt64s(_slots);
        foreach (ref long count in _exceptionCounts.AsSpan())
        {
            count = reader.ReadInt64();
        }

        Random.Load(reader);
        ResumePerformance();
        LastException = null;
        Tlb.Flush();
        ForgetContexts();
        UpdateContext();
        CheckInterrupts();
    }

    private void SetProcessState(uint saved)
    {
        CpuState* state = State;
        state->SetFlags(saved & FlagBits);
        state->SoftwareStep = (saved & SoftwareStepBit) != 0 ? 1 : 0;
        state->IllegalState = (saved & IllegalStateBit) != 0 ? 1 : 0;
        state->InterruptMask = saved & InterruptMaskBits;
        RestoreAccessModes(saved);
        state->ExceptionLevel = (int)(saved >> 2) & 3;
        state->StackPointerSelect = (int)saved & 1;
        RestoreExtendedProcessState(saved);
    }
}
