using Emulator.Boards;

namespace Emulator.Cpu.System;

/// <summary>
/// Firmware that answers the Power State Coordination Interface 1.1 (DEN0022) where no EL2 or EL3 of the guest's own does. What it implements and how it
/// answers the rest is as on QEMU 7.2, the function numbers of PSCI 0.1 that its device trees give included.
/// </summary>
internal sealed unsafe class PsciFirmware
{
    private const uint Version = 0x1_0001;

    private const uint Is64Bit = 1u << 30;
    private const uint FunctionVersion = 0x8400_0000;
    private const uint FunctionCpuSuspend = 0x8400_0001;
    private const uint FunctionCpuOff = 0x8400_0002;
    private const uint FunctionCpuOn = 0x8400_0003;
    private const uint FunctionAffinityInfo = 0x8400_0004;
    private const uint FunctionMigrateInfoType = 0x8400_0006;
    private const uint FunctionSystemOff = 0x8400_0008;
    private const uint FunctionSystemReset = 0x8400_0009;
    private const uint FunctionFeatures = 0x8400_000a;
    private const uint OldCpuSuspend = 0x95c1_ba5e;
    private const uint OldCpuOff = 0x95c1_ba5f;
    private const uint OldCpuOn = 0x95c1_ba60;

    private const long Success = 0;
    private const long NotSupported = -1;
    private const long InvalidParameters = -2;
    private const long AlreadyOn = -4;
    private const long OnPending = -5;
    private const long NoMigrationNeeded = 2;

    // Power states of CPU_SUSPEND whose affinity level is not 0, or with bits that must be zero (DEN0022, 5.4.2).
    private const ulong UnknownPowerState = 0xfffe_0000;

    private readonly IPowerController _power;

    /// <summary>Creates the firmware of one machine.</summary>
    /// <param name="conduit">How it is called.</param>
    /// <param name="power">What it acts on.</param>
    public PsciFirmware(PsciConduit conduit, IPowerController power)
    {
        Conduit = conduit;
        _power = power;
    }

    /// <summary>How it is called.</summary>
    public PsciConduit Conduit { get; }

    /// <summary>Performs the call whose arguments are in W0, X1 to X3; the result goes to X0. Calls that do not return leave the CPU to the power controller.</summary>
    /// <param name="processor">Who calls.</param>
    public void Call(Processor processor)
    {
        ulong* x = processor.State->X;
        ulong before = x[0];
        x[0] = (ulong)Perform(processor, (uint)before, x[1], x[2], x[3]);
    }

    private long Perform(Processor processor, uint function, ulong first, ulong second, ulong third)
    {
        switch (function)
        {
            case FunctionVersion:
                return Version;
            case FunctionMigrateInfoType:
                return NoMigrationNeeded;
            case FunctionAffinityInfo or (FunctionAffinityInfo | Is64Bit):
                return QueryAffinity(first, second);
            case FunctionFeatures:
                return IsImplemented((uint)first) ? Success : NotSupported;
            case FunctionCpuOn or (FunctionCpuOn | Is64Bit) or OldCpuOn:
                return TurnOn(first, second, third);
            case FunctionCpuOff or OldCpuOff:
                _power.TurnCpuOff(processor);
                processor.RequestExit();
                return Success;
            case FunctionCpuSuspend or (FunctionCpuSuspend | Is64Bit) or OldCpuSuspend:
                return Suspend(processor, first);
            case FunctionSystemOff:
                _power.TurnSystemOff();
                _power.TurnCpuOff(processor);
                processor.RequestExit();
                return Success;
            case FunctionSystemReset:
                _power.ResetSystem();
                _power.TurnCpuOff(processor);
                processor.RequestExit();
                return Success;
            default:
                return NotSupported;
        }
    }

    private static bool IsImplemented(uint function) => function is FunctionVersion or FunctionMigrateInfoType or FunctionAffinityInfo
        or (FunctionAffinityInfo | Is64Bit) or FunctionFeatures or FunctionCpuOn or (FunctionCpuOn | Is64Bit) or OldCpuOn or FunctionCpuOff or OldCpuOff
        or FunctionCpuSuspend or (FunctionCpuSuspend | Is64Bit) or OldCpuSuspend or FunctionSystemOff or FunctionSystemReset;

    // What stands above the single CPU is always on.
    private long QueryAffinity(ulong affinity, ulong level)
    {
        if (level != 0)
        {
            return (long)CpuPowerState.On;
        }

        return _power.QueryCpu(affinity) is { } state ? (long)state : InvalidParameters;
    }

    private long TurnOn(ulong affinity, ulong entry, ulong context)
    {
        switch (_power.QueryCpu(affinity))
        {
            case null:
                return InvalidParameters;
            case CpuPowerState.On:
                return AlreadyOn;
            case CpuPowerState.OnPending:
                return OnPending;
            default:
                _power.TurnCpuOn(affinity, entry, context);
                return Success;
        }
    }

    // A power-down is no deeper than a standby: the CPU waits for an interrupt and goes on behind the call.
    private static long Suspend(Processor processor, ulong powerState)
    {
        if ((powerState & UnknownPowerState) != 0)
        {
            return InvalidParameters;
        }

        processor.WaitForInterrupt();
        return Success;
    }
}
