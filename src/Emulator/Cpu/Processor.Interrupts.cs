using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Cpu;

/// <summary>Asynchronous exceptions, and waiting for them.</summary>
internal sealed unsafe partial class Processor : ICpuState
{
    private const uint MaskFiq = 1u << 6;
    private const uint MaskIrq = 1u << 7;
    private const uint MaskSystemError = 1u << 8;

    private InterruptInputs _inputs;

    /// <summary>Raised after an interrupt input has changed, with all of them.</summary>
    public event Action<InterruptInputs>? InputsChanged;

    /// <summary>The physical IRQ input.</summary>
    public IInterruptLine Irq => field ??= new ProcessorInterruptLine(this, InterruptInputs.Irq);

    /// <summary>The physical FIQ input.</summary>
    public IInterruptLine Fiq => field ??= new ProcessorInterruptLine(this, InterruptInputs.Fiq);

    /// <summary>The physical SError input.</summary>
    public IInterruptLine SystemError => field ??= new ProcessorInterruptLine(this, InterruptInputs.SystemError);

    /// <summary>The virtual IRQ input, from the GIC's virtual interface.</summary>
    public IInterruptLine VirtualIrq => field ??= new ProcessorInterruptLine(this, InterruptInputs.VirtualIrq);

    /// <summary>The virtual FIQ input, from the GIC's virtual interface.</summary>
    public IInterruptLine VirtualFiq => field ??= new ProcessorInterruptLine(this, InterruptInputs.VirtualFiq);

    /// <summary>What the CPU waits for. While it is not <see cref="WaitKind.None"/> the machine must not run it.</summary>
    public WaitKind Wait { get; private set; }

    /// <summary>True once YIELD has been executed; whoever schedules clears it.</summary>
    public bool HasYielded { get; set; }

    /// <summary>Tells whether another CPU of the machine could run now; null for a CPU that is alone.</summary>
    public Func<bool>? OthersCanRun { get; set; }

    /// <summary>True when YIELD gives the turn to another CPU. Waiting ones get none: a loop with YIELD is then one as any other.</summary>
    public bool YieldsToOthers => OthersCanRun is { } canRun && canRun();

    /// <summary>The event register of WFE and SEV.</summary>
    public bool IsEventSet { get; private set; }

    /// <summary>ISR_EL1: what is pending for the current level.</summary>
    internal ulong InterruptStatus
    {
        get
        {
            bool isVirtual = State->ExceptionLevel == 1;
            ulong hcr = isVirtual ? EffectiveHcr : 0;
            ulong status = 0;
            status |= IsAsserted((hcr & HypervisorConfiguration.RouteFiq) != 0 ? PendingVirtualFiq : PendingPhysical(InterruptInputs.Fiq), MaskFiq);
            status |= IsAsserted((hcr & HypervisorConfiguration.RouteIrq) != 0 ? PendingVirtualIrq : PendingPhysical(InterruptInputs.Irq), MaskIrq);
            status |= IsAsserted((hcr & HypervisorConfiguration.RouteSystemError) != 0 ? PendingVirtualSystemError : PendingPhysical(InterruptInputs.SystemError), MaskSystemError);
            return status;
        }
    }

    private bool PendingVirtualFiq => (_inputs & InterruptInputs.VirtualFiq) != 0 || (EffectiveHcr & HypervisorConfiguration.VirtualFiq) != 0;

    private bool PendingVirtualIrq => (_inputs & InterruptInputs.VirtualIrq) != 0 || (EffectiveHcr & HypervisorConfiguration.VirtualIrq) != 0;

    private bool PendingVirtualSystemError => (EffectiveHcr & HypervisorConfiguration.VirtualSystemError) != 0;

    // True when there is anything that could be taken; almost always false, and all that is asked on most ways.
    private bool IsAnythingPending => _inputs != InterruptInputs.None || (EffectiveHcr & VirtualPendingBits) != 0;

    private const ulong VirtualPendingBits =
        HypervisorConfiguration.VirtualFiq | HypervisorConfiguration.VirtualIrq | HypervisorConfiguration.VirtualSystemError;

    /// <summary>
    /// Takes the interrupt that is due, if there is one. The run loop calls it before an instruction, with exact counts and PC. The architecture leaves the order open
    /// (Arm ARM D1.13.4); it is fixed here as FIQ, IRQ, SError, vFIQ, vIRQ, vSError.
    /// </summary>
    /// <returns>True when PC is at a vector now.</returns>
    public bool TakePendingInterrupt()
    {
        if (!IsAnythingPending)
        {
            return false;
        }

        return TryTakePhysical(InterruptInputs.Fiq, ExceptionVector.Fiq, ExceptionKind.Fiq)
            || TryTakePhysical(InterruptInputs.Irq, ExceptionVector.Irq, ExceptionKind.Irq)
            || TryTakePhysical(InterruptInputs.SystemError, ExceptionVector.SystemError, ExceptionKind.SystemError)
            || TryTakeVirtual(PendingVirtualFiq, HypervisorConfiguration.RouteFiq, MaskFiq, ExceptionVector.Fiq, ExceptionKind.Fiq)
            || TryTakeVirtual(PendingVirtualIrq, HypervisorConfiguration.RouteIrq, MaskIrq, ExceptionVector.Irq, ExceptionKind.Irq)
            || TryTakeVirtual(PendingVirtualSystemError, HypervisorConfiguration.RouteSystemError, MaskSystemError, ExceptionVector.SystemError, ExceptionKind.SystemError);
    }

    /// <summary>Sets the event register: SEV of any CPU, an event stream, or another CPU's store to what an exclusive monitor watches.</summary>
    public void SetEvent()
    {
        if (Wait == WaitKind.Event)
        {
            Wait = WaitKind.None;
        }
        else
        {
            IsEventSet = true;
        }
    }

    /// <summary>Drives an interrupt input.</summary>
    internal void SetInput(InterruptInputs input, bool level)
    {
        InterruptInputs inputs = level ? _inputs | input : _inputs & ~input;
        if (inputs != _inputs)
        {
            _inputs = inputs;
            UpdateMaskWatch();
            InputsChanged?.Invoke(inputs);
            CheckInterrupts();
        }
    }

    /// <summary>Drives all interrupt inputs at once, for a lockstep follower.</summary>
    internal void ReplaceInputs(InterruptInputs inputs)
    {
        _inputs = inputs;
        UpdateMaskWatch();
        CheckInterrupts();
    }

    /// <summary>Takes over, at the start of a turn, what the scheduler and other CPUs do to a CPU that does not run: for a lockstep follower.</summary>
    /// <param name="leader">The CPU that this one follows.</param>
    internal void FollowEvents(Processor leader)
    {
        Wait = WaitKind.None;
        IsEventSet = leader.IsEventSet;
        State->ExclusiveSet &= leader.State->ExclusiveSet;
    }

    /// <summary>Changes PSTATE.DAIF.</summary>
    /// <param name="mask">Bits 9 to 6.</param>
    internal void SetInterruptMask(uint mask)
    {
        State->InterruptMask = mask & InterruptMaskBits;
        UpdateDebug();
        CheckInterrupts();
    }

    /// <summary>Executes WFI: waits unless an interrupt is pending already.</summary>
    internal void WaitForInterrupt()
    {
        if (!HasWakeUp(WaitKind.Interrupt))
        {
            Wait = WaitKind.Interrupt;
            RequestExit();
        }
    }

    /// <summary>Executes WFE: consumes the event, or waits for one.</summary>
    internal void WaitForEvent()
    {
        if (IsEventSet)
        {
            IsEventSet = false;
        }
        else if (!HasWakeUp(WaitKind.Event))
        {
            Wait = WaitKind.Event;
            RequestExit();
        }
    }

    /// <summary>The level to which WFI or WFE is trapped here, or 0 (Arm ARM D1.16.1). One that would not wait is never trapped.</summary>
    internal int FindWaitTrap(WaitKind kind)
    {
        if (kind == WaitKind.Event ? IsEventSet : HasWakeUp(kind))
        {
            return 0;
        }

        (ulong sctlr, ulong hcr, ulong scr) = kind == WaitKind.Event
            ? (SystemControl.NoTrapWaitForEvent, HypervisorConfiguration.TrapWaitForEvent, SecureConfiguration.TrapWaitForEvent)
            : (SystemControl.NoTrapWaitForInterrupt, HypervisorConfiguration.TrapWaitForInterrupt, SecureConfiguration.TrapWaitForInterrupt);
        int level = State->ExceptionLevel;
        return level == 0 && (Register(SystemRegisterSlot.SctlrEl1, OwnerOf(0)) & sctlr) == 0 ? 1
            : level < 2 && (EffectiveHcr & hcr) != 0 ? 2
            : level < 3 && Model.HasEl3 && (Register(SystemRegisterSlot.ScrEl3) & scr) != 0 ? 3 : 0;
    }

    // Asks to leave the engine when an interrupt can be taken; ends a wait when one is pending that ends it. After everything that can bring either about.
    private void CheckInterrupts()
    {
        if (!IsAnythingPending)
        {
            return;
        }

        if (Wait != WaitKind.None && HasWakeUp(Wait))
        {
            Wait = WaitKind.None;
        }

        if (IsTakeable)
        {
            RequestExit();
        }
    }

    private void UpdateMaskWatch() => State->WatchesMask = IsAnythingPending || IsDebugPossible ? 1 : 0;

    private bool IsTakeable =>
        PhysicalTarget(InterruptInputs.Fiq) != 0 || PhysicalTarget(InterruptInputs.Irq) != 0 || PhysicalTarget(InterruptInputs.SystemError) != 0
        || IsVirtualTakeable(PendingVirtualFiq, HypervisorConfiguration.RouteFiq, MaskFiq)
        || IsVirtualTakeable(PendingVirtualIrq, HypervisorConfiguration.RouteIrq, MaskIrq)
        || IsVirtualTakeable(PendingVirtualSystemError, HypervisorConfiguration.RouteSystemError, MaskSystemError);

    // Masks do not keep WFI waiting (Arm ARM D1.16.2), but a virtual interrupt must be one that this level could be given.
    private bool HasWakeUp(WaitKind kind)
    {
        if (!IsAnythingPending)
        {
            return false;
        }

        if (kind == WaitKind.Event)
        {
            return IsTakeable;
        }

        const InterruptInputs Physical = InterruptInputs.Fiq | InterruptInputs.Irq | InterruptInputs.SystemError;
        return (_inputs & Physical) != 0
            || IsVirtualTakeable(PendingVirtualFiq, HypervisorConfiguration.RouteFiq, 0)
            || IsVirtualTakeable(PendingVirtualIrq, HypervisorConfiguration.RouteIrq, 0)
            || IsVirtualTakeable(PendingVirtualSystemError, HypervisorConfiguration.RouteSystemError, 0);
    }

    private bool PendingPhysical(InterruptInputs input) => (_inputs & input) != 0;

    private static ulong IsAsserted(bool pending, uint bit) => pending ? bit : 0UL;

    private bool TryTakePhysical(InterruptInputs input, ExceptionVector vector, ExceptionKind kind)
    {
        int target = PhysicalTarget(input);
        if (target == 0)
        {
            return false;
        }

        TakeAsynchronous(target, vector, kind);
        return true;
    }

    private bool TryTakeVirtual(bool pending, ulong route, uint mask, ExceptionVector vector, ExceptionKind kind)
    {
        if (!IsVirtualTakeable(pending, route, mask))
        {
            return false;
        }

        if (kind == ExceptionKind.SystemError)
        {
            // The hypervisor says what is wrong (FEAT_RAS); without that, nobody does.
            Register(SystemRegisterSlot.HcrEl2) &= ~HypervisorConfiguration.VirtualSystemError;
        }

        TakeAsynchronous(1, vector, kind, (uint)Register(SystemRegisterSlot.VsesrEl2));
        return true;
    }

    private void TakeAsynchronous(int target, ExceptionVector vector, ExceptionKind kind, uint errorSyndrome = 0)
    {
        uint esr = 0;
        if (kind == ExceptionKind.SystemError)
        {
            esr = ((uint)ExceptionClass.SystemError << ClassShift) | InstructionLength | errorSyndrome;
            Register(SystemRegisterSlot.EsrEl1, target) = esr;
        }

        Wait = WaitKind.None;
        TakeException(target, vector, kind, esr, State->Pc);
    }

    // A virtual interrupt is for EL0 and EL1 below a hypervisor that has taken the physical one for itself, and has not claimed the general exceptions.
    private bool IsVirtualTakeable(bool pending, ulong route, uint mask) =>
        pending && State->ExceptionLevel < 2 && (EffectiveHcr & (route | HypervisorConfiguration.TrapGeneralExceptions)) == route
        && (State->InterruptMask & mask) == 0;

    // The level that a pending physical interrupt is taken to now, or 0 (Arm ARM D1.13.1, tables of routing and of masking).
    private int PhysicalTarget(InterruptInputs input)
    {
        if ((_inputs & input) == 0)
        {
            return 0;
        }

        (ulong scrRoute, ulong hcrRoute, uint mask) = input switch
        {
            InterruptInputs.Fiq => (SecureConfiguration.RouteFiq, HypervisorConfiguration.RouteFiq, MaskFiq),
            InterruptInputs.Irq => (SecureConfiguration.RouteIrq, HypervisorConfiguration.RouteIrq, MaskIrq),
            _ => (SecureConfiguration.RouteExternalAborts, HypervisorConfiguration.RouteSystemError, MaskSystemError),
        };
        int target = Model.HasEl3 && (Register(SystemRegisterSlot.ScrEl3) & scrRoute) != 0 ? 3
            : (EffectiveHcr & (hcrRoute | HypervisorConfiguration.TrapGeneralExceptions)) != 0 ? 2 : 1;
        int level = State->ExceptionLevel;
        if (target < level)
        {
            return 0;
        }

        bool isMaskable = target == level || target == 1 || (target == 2 && IsHostInForce);
        return isMaskable && (State->InterruptMask & mask) != 0 ? 0 : target;
    }
}
