using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;

namespace Emulator.Cpu;

/// <summary>
/// Self-hosted debug (Arm ARM D2): software step, breakpoints, watchpoints. While any of it can happen, an engine executes single instructions by
/// <see cref="ExecuteDebugged"/>; otherwise it costs nothing.
/// </summary>
internal sealed unsafe partial class Processor
{
    internal const int Breakpoints = 6;
    internal const int FirstContextBreakpoint = 4;
    internal const int Watchpoints = 4;
    private const uint DebugFault = 0b100010;
    private const uint StepIsValid = 1u << 24;
    private const uint SteppedExclusive = 1u << 6;
    private const uint MaskDebug = 1u << 9;

    // Bits 48 to 2 of an address, which DBGBVRn_EL1 holds.
    private const ulong BreakpointAddress = 0x0001_ffff_ffff_fffc;
    private const ulong WatchpointAddress = 0x0001_ffff_ffff_ffff;

    // An instruction is being stepped: until it is done, PSTATE.SS is clear already but would be saved as set.
    private bool _isStepping;
    private bool _isExecutingDebugged;
    private uint _stepSyndrome;

    private DebugEvents Events => (DebugEvents)State->DebugEvents;

    /// <summary>Executes one instruction at PC, or takes the debug exception that comes before it. For engines, while <see cref="CpuState.DebugEvents"/> is not zero.</summary>
    public void ExecuteDebugged()
    {
        CpuState* state = State;
        bool steps = (Events & DebugEvents.Step) != 0;
        if (steps && state->SoftwareStep == 0)
        {
            ExceptionClass stepClass = DebugTarget > state->ExceptionLevel ? ExceptionClass.SoftwareStepLower : ExceptionClass.SoftwareStep;
            TakeSynchronous(DebugTarget, stepClass, DebugFault | _stepSyndrome);
            return;
        }

        _stepSyndrome = 0;
        if ((Events & DebugEvents.Breakpoints) != 0 && MatchesBreakpoint(state->Pc))
        {
            ExceptionClass breakpointClass = DebugTarget > state->ExceptionLevel ? ExceptionClass.BreakpointLower : ExceptionClass.Breakpoint;
            TakeSynchronous(DebugTarget, breakpointClass, DebugFault);
            return;
        }

        _isExecutingDebugged = true;
        DecodedOperation* operation = FindOperation();
        _isExecutingDebugged = false;
        if (operation is null)
        {
            return;
        }

        long exceptions = _exceptionsTaken;
        ulong address = state->Pc;
        _isStepping = steps;
        state->SoftwareStep = 0;
        DecodedOperation* next = Fusion.Single(operation)(state, operation);
        _isStepping = false;
        if (next is not null)
        {
            _ = Flow.LeaveBefore(state, next);
        }

        if (_countsSome != 0 && !IsParked && exceptions == _exceptionsTaken)
        {
            CountInstruction(operation->Encoding, state->Pc != address + 4);
        }

        if (steps && IsParked)
        {
            state->SoftwareStep = 1;
        }
        else if (steps && exceptions == _exceptionsTaken)
        {
            _stepSyndrome = StepIsValid | (IsLoadExclusive(operation->Encoding) ? SteppedExclusive : 0);
        }
    }

    // Recomputes what debug asks for: after a change of level, of PSTATE.D, and of any register behind it.
    private void UpdateDebug()
    {
        UpdateMaskWatch();
        if (!IsDebugPossible && State->DebugEvents == 0)
        {
            return;
        }

        ulong control = Register(SystemRegisterSlot.MdscrEl1);

        DebugEvents events = _countsSome != 0 ? DebugEvents.Performance : DebugEvents.None;
        if (GeneratesDebugExceptions(State->ExceptionLevel, IsSecure, (State->InterruptMask & MaskDebug) != 0))
        {
            events |= (control & DebugControl.SoftwareStep) != 0 ? DebugEvents.Step : 0;
            if ((control & DebugControl.MonitorDebugEnable) != 0)
            {
                events |= IsAnyOn(SystemRegisterSlot.DbgbcrEl1, Breakpoints) ? DebugEvents.Breakpoints : 0;
                events |= IsAnyOn(SystemRegisterSlot.DbgwcrEl1, Watchpoints) ? DebugEvents.Watchpoints : 0;
            }
        }

        if ((events & ~Events & DebugEvents.Watchpoints) != 0)
        {
            Tlb.Flush();
        }

        State->DebugEvents = (int)events;
        if (events != DebugEvents.None)
        {
            RequestExit();
        }
    }

    private bool IsDebugPossible =>
        (Register(SystemRegisterSlot.MdscrEl1) & (DebugControl.SoftwareStep | DebugControl.MonitorDebugEnable)) != 0 || _countsSome != 0;

    private bool IsAnyOn(SystemRegisterSlot first, int count)
    {
        for (int n = 0; n < count; n++)
        {
            if ((Register(first + n) & 1) != 0)
            {
                return true;
            }
        }

        return false;
    }

    // AArch64.GenerateDebugExceptionsFrom (Arm ARM J1.1.1).
    private bool GeneratesDebugExceptions(int level, bool secure, bool masked)
    {
        bool isLocked = (Register(SystemRegisterSlot.OslsrEl1) & DebugControl.OsLock) != 0
            || ((Register(SystemRegisterSlot.OsdlrEl1) & 1) != 0 && (Register(SystemRegisterSlot.DbgprcrEl1) & 1) == 0);
        if (isLocked || (secure && (Register(SystemRegisterSlot.MdcrEl3) & DebugConfiguration.SecureDebugDisable) != 0))
        {
            return false;
        }

        bool toEl2 = Model.HasEl2 && !secure
            && ((Register(SystemRegisterSlot.HcrEl2) & HypervisorConfiguration.TrapGeneralExceptions) != 0
                || (Register(SystemRegisterSlot.MdcrEl2) & DebugConfiguration.RouteDebugExceptions) != 0);
        int target = toEl2 ? 2 : 1;
        return level == target
            ? (Register(SystemRegisterSlot.MdscrEl1) & DebugControl.LocalDebugEnable) != 0 && !masked
            : level < target;
    }

    // DebugExceptionReturnSS: an ERET starts a step when it leaves code that is not debugged for code that is.
    private bool StartsStep(uint saved, int from, int to)
    {
        if ((saved & SoftwareStepBit) == 0 || (Register(SystemRegisterSlot.MdscrEl1) & DebugControl.SoftwareStep) == 0)
        {
            return false;
        }

        bool toSecure = Model.HasEl3 && (to == 3 || IsSecureBelowEl3);
        return !GeneratesDebugExceptions(from, IsSecure, (State->InterruptMask & MaskDebug) != 0)
            && GeneratesDebugExceptions(to, toSecure, (saved & MaskDebug) != 0);
    }

    private bool MatchesBreakpoint(ulong address)
    {
        for (int n = 0; n < Breakpoints; n++)
        {
            ulong control = Register(SystemRegisterSlot.DbgbcrEl1 + n);
            if ((control & 1) == 0 || !MatchesState(control, State->ExceptionLevel != 0))
            {
                continue;
            }

            bool matches = ((control >> 20) & 0xf) switch
            {
                0 => MatchesAddress(n, address),
                1 => MatchesAddress(n, address) && MatchesLink(control),
                2 => MatchesContext(n),
                _ => false,
            };
            if (matches)
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesAddress(int n, ulong address) =>
        ((Register(SystemRegisterSlot.DbgbvrEl1 + n) ^ address) & BreakpointAddress) == 0;

    private bool MatchesContext(int n) =>
        n >= FirstContextBreakpoint && (uint)Register(SystemRegisterSlot.DbgbvrEl1 + n) == (uint)Register(SystemRegisterSlot.ContextidrEl1);

    // The breakpoint that a linked one names must be on, and a linked comparison of contexts.
    private bool MatchesLink(ulong control)
    {
        int linked = (int)(control >> 16) & 0xf;
        if (linked is < FirstContextBreakpoint or >= Breakpoints)
        {
            return false;
        }

        ulong other = Register(SystemRegisterSlot.DbgbcrEl1 + linked);
        return (other & 1) != 0 && ((other >> 20) & 0xf) == 3 && MatchesContext(linked);
    }

    // StateMatch: which levels and security states a breakpoint (PMC) or watchpoint (PAC) is for; both have the fields at the same places.
    private bool MatchesState(ulong control, bool privileged)
    {
        int privilege = (int)(control >> 1) & 3;
        bool higher = ((control >> 13) & 1) != 0;
        int security = (int)(control >> 14) & 3;
        int level = State->ExceptionLevel;
        bool byLevel = level switch
        {
            3 => higher && (security & 1) == 0,
            2 => higher,
            _ => (privilege & (privileged ? 1 : 2)) != 0,
        };
        bool bySecurity = security switch
        {
            1 => !IsSecure,
            2 => IsSecure,
            3 => !higher || IsSecure,
            _ => true,
        };
        return byLevel && bySecurity;
    }

    // Takes the exception of a watchpoint that an access meets. The translation has succeeded.
    private bool CheckWatchpoints(ulong address, int size, AccessKind kind, bool unprivileged)
    {
        for (int n = 0; n < Watchpoints; n++)
        {
            ulong control = Register(SystemRegisterSlot.DbgwcrEl1 + n);
            int direction = (int)(control >> 3) & (kind == AccessKind.Write ? 2 : 1);
            if ((control & 1) == 0 || direction == 0 || !MatchesState(control, State->ExceptionLevel != 0 && !unprivileged)
                || ((control >> 20) & 1) != 0 && !MatchesLink(control))
            {
                continue;
            }

            for (int i = 0; i < size; i++)
            {
                if (WatchesByte(n, control, address + (ulong)i))
                {
                    TakeWatchpoint(address, kind);
                    return false;
                }
            }
        }

        return true;
    }

    private bool WatchesByte(int n, ulong control, ulong address)
    {
        ulong value = Register(SystemRegisterSlot.DbgwvrEl1 + n);
        int mask = (int)(control >> 24) & 0x1f;
        if (mask > 2)
        {
            return ((value ^ address) & WatchpointAddress) >> mask == 0;
        }

        int bottom = (value & 4) != 0 ? 2 : 3;
        return ((value ^ address) & WatchpointAddress) >> bottom == 0
            && ((control >> (5 + (int)(address & ((1UL << bottom) - 1)))) & 1) != 0;
    }

    private void TakeWatchpoint(ulong address, AccessKind kind)
    {
        int target = DebugTarget;
        Register(SystemRegisterSlot.FarEl1, target) = address;
        ExceptionClass exceptionClass = target > State->ExceptionLevel ? ExceptionClass.WatchpointLower : ExceptionClass.Watchpoint;
        TakeSynchronous(target, exceptionClass, DebugFault | (kind == AccessKind.Write ? WriteNotRead : 0));
    }

    // LDXR, LDAXR, LDXP, LDAXP.
    private static bool IsLoadExclusive(uint instruction) => (instruction & 0x3fc0_0000) == 0x0840_0000;
}
