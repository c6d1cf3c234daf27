using Emulator.Cpu.Features;
using Emulator.Cpu.System;

namespace Emulator.Cpu.Interpreter;

/// <summary>Exception-generating instructions, hints, barriers, and access to system registers.</summary>
internal static unsafe class SystemHandlers
{
    /// <summary>Hints and barriers that change nothing here: memory is in order, and stores to code are seen at once.</summary>
    public static DecodedOperation* Nothing(CpuState* state, DecodedOperation* operation) => operation + 1;

    /// <summary>ISB: interrupts that have become takeable are looked at, the rest of the context is always in step.</summary>
    public static DecodedOperation* SynchronizeInstructions(CpuState* state, DecodedOperation* operation) => Flow.Next(state, operation);

    /// <summary>CLREX.</summary>
    public static DecodedOperation* ClearExclusive(CpuState* state, DecodedOperation* operation)
    {
        state->ExclusiveSet = 0;
        return operation + 1;
    }

    /// <summary>YIELD.</summary>
    public static DecodedOperation* Yield(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = CpuState.ProcessorOf(state);
        if (!processor.YieldsToOthers)
        {
            return operation + 1;
        }

        processor.HasYielded = true;
        processor.RequestExit();
        return Flow.Next(state, operation);
    }

    /// <summary>WFI.</summary>
    public static DecodedOperation* WaitForInterrupt(CpuState* state, DecodedOperation* operation) => Wait(state, operation, WaitKind.Interrupt);

    /// <summary>WFE.</summary>
    public static DecodedOperation* WaitForEvent(CpuState* state, DecodedOperation* operation) => Wait(state, operation, WaitKind.Event);

    /// <summary>SEV.</summary>
    public static DecodedOperation* SendEvent(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).Group.SendEvent();
        return Flow.Next(state, operation);
    }

    /// <summary>SEVL.</summary>
    public static DecodedOperation* SendEventLocal(CpuState* state, DecodedOperation* operation)
    {
        CpuState.ProcessorOf(state).SetEvent();
        return operation + 1;
    }

    /// <summary>ESB.</summary>
    public static DecodedOperation* SynchronizeErrors(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).SynchronizeErrors();
        return Flow.Next(state, operation);
    }

    /// <summary>MSR DIT: A is the immediate.</summary>
    public static DecodedOperation* SetDataIndependentTiming(CpuState* state, DecodedOperation* operation)
    {
        CpuState.ProcessorOf(state).SetSpeculationControl(Processor.DataIndependentTimingBit, (operation->A & 1) != 0 ? ulong.MaxValue : 0);
        return operation + 1;
    }

    /// <summary>MSR SSBS: A is the immediate.</summary>
    public static DecodedOperation* SetSpeculativeStoreBypass(CpuState* state, DecodedOperation* operation)
    {
        CpuState.ProcessorOf(state).SetSpeculationControl(Processor.SpeculativeStoreBypassBit, (operation->A & 1) != 0 ? ulong.MaxValue : 0);
        return operation + 1;
    }

    /// <summary>MRS, SYSL. C is the encoding, Immediate the index in the table of registers.</summary>
    public static DecodedOperation* ReadRegister(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (!processor.ReadSystemRegister(operation, out ulong value))
        {
            return Flow.Continue(state);
        }

        state->X[operation->Rd] = value;
        return Flow.Next(state, operation);
    }

    /// <summary>MSR (register), SYS.</summary>
    public static DecodedOperation* WriteRegister(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        SystemRegisterOutcome outcome = processor.WriteSystemRegister(operation, state->X[operation->Rn]);
        if (outcome == SystemRegisterOutcome.Exception)
        {
            return Flow.Continue(state);
        }

        return outcome == SystemRegisterOutcome.Done ? Flow.Next(state, operation) : Refetch(state, operation);
    }

    /// <summary>MSR SPSel.</summary>
    public static DecodedOperation* SelectStackPointer(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (state->ExceptionLevel == 0)
        {
            processor.TakeUndefined();
            return Flow.Continue(state);
        }

        processor.SelectStackPointer(operation->A & 1);
        return Flow.Next(state, operation);
    }

    /// <summary>MSR PAN, immediate.</summary>
    public static DecodedOperation* SetPrivilegedAccessNever(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (!IsThere(processor, operation, CpuFeature.Pan))
        {
            return Flow.Continue(state);
        }

        processor.SetPan((operation->A & 1) != 0);
        return Flow.Next(state, operation);
    }

    /// <summary>MSR UAO, immediate.</summary>
    public static DecodedOperation* SetUserAccessOverride(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (!IsThere(processor, operation, CpuFeature.Uao))
        {
            return Flow.Continue(state);
        }

        processor.SetUao((operation->A & 1) != 0);
        return Flow.Next(state, operation);
    }

    /// <summary>MSR DAIFSet.</summary>
    public static DecodedOperation* SetInterruptMask(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (!processor.CheckInterruptMaskAccess(operation->Encoding))
        {
            return Flow.Continue(state);
        }

        processor.SetInterruptMask(state->InterruptMask | ((uint)operation->A << 6));
        return Flow.Next(state, operation);
    }

    /// <summary>MSR DAIFClr.</summary>
    public static DecodedOperation* ClearInterruptMask(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (!processor.CheckInterruptMaskAccess(operation->Encoding))
        {
            return Flow.Continue(state);
        }

        processor.SetInterruptMask(state->InterruptMask & ~((uint)operation->A << 6));
        return Flow.Next(state, operation);
    }

    /// <summary>ERET.</summary>
    public static DecodedOperation* ReturnFromException(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        if (state->ExceptionLevel == 0)
        {
            processor.TakeUndefined();
        }
        else
        {
            processor.ReturnFromException(processor.ExceptionLink);
        }

        return Flow.Continue(state);
    }

    /// <summary>SVC.</summary>
    public static DecodedOperation* SupervisorCall(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).TakeSupervisorCall(operation->C);
        return Flow.Continue(state);
    }

    /// <summary>HVC.</summary>
    public static DecodedOperation* HypervisorCall(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        return processor.CallHypervisor(operation->C) ? Refetch(state, operation) : Flow.Continue(state);
    }

    /// <summary>SMC.</summary>
    public static DecodedOperation* SecureMonitorCall(CpuState* state, DecodedOperation* operation)
    {
        Processor processor = Flow.Synchronize(state, operation);
        return processor.CallSecureMonitor(operation->C) ? Refetch(state, operation) : Flow.Continue(state);
    }

    /// <summary>BRK.</summary>
    public static DecodedOperation* BreakpointInstruction(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).TakeBreakpointInstruction(operation->C);
        return Flow.Continue(state);
    }

    /// <summary>HLT, DCPSn and DRPS outside of debug state, which there is none of: UNDEFINED, but no unknown encoding.</summary>
    public static DecodedOperation* Undefined(CpuState* state, DecodedOperation* operation)
    {
        Flow.Synchronize(state, operation).TakeUndefined();
        return Flow.Continue(state);
    }

    private static DecodedOperation* Wait(CpuState* state, DecodedOperation* operation, WaitKind kind)
    {
        Processor processor = Flow.Synchronize(state, operation);
        int trap = processor.FindWaitTrap(kind);
        if (trap != 0)
        {
            processor.TakeWaitTrap(trap, kind == WaitKind.Event ? 1u : 0);
            return Flow.Continue(state);
        }

        if (kind == WaitKind.Event)
        {
            processor.WaitForEvent();
        }
        else
        {
            processor.WaitForInterrupt();
        }

        return Flow.Next(state, operation);
    }

    // A field of PSTATE that a feature brings is UNDEFINED without it, and to EL0.
    private static bool IsThere(Processor processor, DecodedOperation* operation, CpuFeature feature)
    {
        bool has = processor.Model.Has(feature);
        if (!has)
        {
            processor.ReportUndefined(operation->Encoding);
        }

        if (has && processor.ExceptionLevel != 0)
        {
            return true;
        }

        processor.TakeUndefined();
        return false;
    }

    // Retires the operation and fetches the next one anew, as the translation or the stop conditions may have changed.
    private static DecodedOperation* Refetch(CpuState* state, DecodedOperation* operation)
    {
        state->Retired++;
        return Flow.Resume(state, state->Pc + 4);
    }
}
