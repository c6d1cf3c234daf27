using Emulator.Cpu.Features;
using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Cpu;

/// <summary>Reset, and the state in which firmware starts a CPU.</summary>
internal sealed unsafe partial class Processor
{
    // GICv3 puts 16 CPUs in an affinity level, as its target lists have 16 bits.
    private const int CpusPerCluster = 16;

    /// <summary>Cold reset: the highest exception level, MMU off, all interrupts masked, at <see cref="ResetAddress"/>.</summary>
    public void Reset()
    {
        CpuState* state = State;
        ulong* v = state->V;
        ulong* x = state->X;
        new Span<ulong>(v, 64).Clear();
        new Span<ulong>(x, CpuState.Sink + 1).Clear();
        new Span<ulong>(state->StackPointers, 4).Clear();
        state->SetFlags(0);
        state->FloatingPointControl = 0;
        state->FloatingPointStatus = 0;
        state->ExclusiveSet = 0;
        state->IllegalState = 0;
        state->SoftwareStep = 0;
        state->DebugEvents = 0;
        _stepSyndrome = 0;
        HasPan = false;
        HasUao = false;
        state->InterruptMask = InterruptMaskBits;
        state->BranchType = 0;
        state->BranchTypeOfTarget = 0;
        state->SpeculationControls = 0;
        state->ExceptionLevel = Model.HighestLevel;
        state->StackPointerSelect = 1;
        state->Pc = ResetAddress;
        IsParked = false;
        Wait = WaitKind.None;
        IsEventSet = false;
        HasYielded = false;
        _cycles = 0;
        _cycleFraction = 0;
        ResumePerformance();
        _exceptionStreak = 0;
        ResetSystemRegisters();
        Tlb.Flush();
        ForgetContexts();
        UpdateContext();
        ExecutionStateChanged?.Invoke();
        CheckInterrupts();
    }

    /// <summary>Resets the CPU and starts it as firmware would at a level below the highest: what stands above lets everything pass.</summary>
    /// <param name="entry">Where it starts.</param>
    /// <param name="level">The exception level, 1 to 3, that exists.</param>
    /// <param name="argument">X0.</param>
    public void Start(ulong entry, int level, ulong argument = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, Model.HighestLevel);
        if (level == 2 && !Model.HasEl2)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "this CPU has no EL2");
        }

        Reset();
        if (level < 3 && Model.HasEl3)
        {
            Register(SystemRegisterSlot.ScrEl3) |= SecureConfiguration.NonSecure
                | (Model.HasEl2 ? SecureConfiguration.HypervisorCallEnable : 0)
                | (Model.Has(CpuFeature.PAuth) ? SecureConfiguration.PermitKeys | SecureConfiguration.PermitPointerAuthentication : 0);
        }

        if (level < 2 && Model.HasEl2 && Model.Has(CpuFeature.PAuth))
        {
            Register(SystemRegisterSlot.HcrEl2) |= HypervisorConfiguration.PermitKeys | HypervisorConfiguration.PermitPointerAuthentication;
        }

        State->ExceptionLevel = level;
        State->Pc = entry;
        State->X[0] = argument;
        ForgetContexts();
        UpdateContext();
        ExecutionStateChanged?.Invoke();
        CheckInterrupts();
    }

    private void InitializeSystem()
    {
        Affinity = ((ulong)(Index / CpusPerCluster) << 8) | (uint)(Index % CpusPerCluster);
        Group.Add(this);
        Reset();
    }
}
