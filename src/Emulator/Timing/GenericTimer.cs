using Emulator.Interrupts;
using Emulator.Snapshots;

namespace Emulator.Timing;

/// <summary>
/// A CPU's generic timer (Arm ARM, chapter D11): the physical and the virtual count, and four timers, or five. The count is a function of virtual time, and each
/// interrupt rises at the first instant at which its condition holds.
/// </summary>
public sealed class GenericTimer : ISystemRegisterBank, ISnapshotState
{
    // CNTKCTL_EL1
    private const uint El0PhysicalCount = 1 << 0;
    private const uint El0VirtualCount = 1 << 1;
    private const uint El0VirtualTimer = 1 << 8;
    private const uint El0PhysicalTimer = 1 << 9;
    private const uint KernelControlMask = 0x3ff;

    // CNTHCTL_EL2
    private const uint El1PhysicalCount = 1 << 0;
    private const uint El1PhysicalTimer = 1 << 1;
    private const uint HypervisorControlMask = 0xff;

    // With HCR_EL2.E2H it has CNTKCTL_EL1's bits where that has them, and its own ones here.
    private const int HostShift = 10;
    private const uint HostControlMask = 0xfff;

    // Event streams, in both: EVNTEN, EVNTDIR, EVNTI.
    private const uint EventEnable = 1 << 2;
    private const uint EventFalling = 1 << 3;
    private const int EventBitShift = 4;

    private const ulong ScrSt = 1 << 11;
    private const ulong HcrE2h = 1ul << 34;
    private const ulong HcrTge = 1ul << 27;

    private readonly SystemCounter _counter;
    private readonly IMachineClock _clock;
    private readonly string _name;
    private readonly bool _hasEl2;
    private readonly bool _hasHost;
    private readonly int _highestExceptionLevel;
    private readonly GenericTimerChannel _securePhysical;
    private readonly GenericTimerChannel _physical;
    private readonly GenericTimerChannel _virtual;
    private readonly GenericTimerChannel _hypervisor;
    private readonly GenericTimerChannel? _hypervisorVirtual;
    private uint _frequency;
    private uint _kernelControl;
    private uint _hypervisorControl;

    /// <summary>Creates a CPU's timers in their reset state and registers them on the clock.</summary>
    /// <param name="options">Their shape.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="lines">Where the interrupts go.</param>
    /// <exception cref="ArgumentException">An option is out of range, the line of a timer is missing, or the clock has timers of this CPU already.</exception>
    public GenericTimer(GenericTimerOptions options, IMachineClock clock, GenericTimerLines lines)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(lines);
        _counter = new SystemCounter(options.Frequency);
        _clock = clock;
        _name = $"cpu{options.Cpu}.timer";
        _hasEl2 = options.HasEl2;
        _highestExceptionLevel = options.HasEl3 ? 3 : options.HasEl2 ? 2 : 1;
        _securePhysical = new GenericTimerChannel(_counter, clock, _name + ".secure-physical", lines.SecurePhysical);
        _physical = new GenericTimerChannel(_counter, clock, _name + ".physical", lines.Physical);
        _virtual = new GenericTimerChannel(_counter, clock, _name + ".virtual", lines.Virtual);
        _hypervisor = new GenericTimerChannel(_counter, clock, _name + ".hypervisor", lines.Hypervisor);
        _hasHost = options.HasHost;
        if (_hasHost)
        {
            IInterruptLine line = lines.HypervisorVirtual ?? throw new ArgumentException("a CPU with a host's EL2 has CNTHV; give its line", nameof(lines));
            _hypervisorVirtual = new GenericTimerChannel(_counter, clock, _name + ".hypervisor-virtual", line);
        }

        Reset();
    }

    /// <summary>The physical count (CNTPCT_EL0) at this instant.</summary>
    public ulong PhysicalCount => _counter.CountAt(_clock.Now);

    /// <summary>The virtual count (CNTVCT_EL0) at this instant.</summary>
    public ulong VirtualCount => PhysicalCount - _virtual.Offset;

    /// <summary>Resets the timers; the count goes on.</summary>
    public void Reset()
    {
        _frequency = (uint)_counter.Frequency;
        _kernelControl = 0;
        _hypervisorControl = El1PhysicalCount | El1PhysicalTimer;
        _securePhysical.Reset();
        _physical.Reset();
        _virtual.Reset();
        _hypervisor.Reset();
        _hypervisorVirtual?.Reset();
    }

    /// <summary>
    /// The next event that the event streams send to this CPU, for its WFE: an event stream has no state, so that nothing need happen while no
    /// CPU waits for it.
    /// </summary>
    /// <param name="after">The event comes strictly after this instant.</param>
    /// <returns><see cref="VirtualTime.Never"/> while both streams are off.</returns>
    public VirtualTime NextStreamEvent(VirtualTime after)
    {
        VirtualTime kernel = NextStreamEvent(after, _kernelControl, _virtual.Offset);
        VirtualTime hypervisor = NextStreamEvent(after, _hypervisorControl, 0);
        return kernel < hypervisor ? kernel : hypervisor;
    }

    /// <inheritdoc/>
    public SystemRegisterResult Read(in SystemRegisterAccess access, out ulong value)
    {
        SystemRegisterResult result = Check(access, isWrite: false);
        ushort register = Resolve(access);
        value = result != SystemRegisterResult.Ok || !IsThere(register) ? 0
            : register == TimerSystemRegister.VirtualCount && SeesPhysicalCount(access) ? PhysicalCount : ReadPermitted(register);
        return result;
    }

    /// <inheritdoc/>
    public SystemRegisterResult Write(in SystemRegisterAccess access, ulong value)
    {
        SystemRegisterResult result = Check(access, isWrite: true);
        ushort register = Resolve(access);
        if (result == SystemRegisterResult.Ok && IsThere(register))
        {
            WritePermitted(register, value);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(_name, 2);
        writer.Write(_frequency);
        writer.Write(_kernelControl);
        writer.Write(_hypervisorControl);
        _securePhysical.Save(writer);
        _physical.Save(writer);
        _virtual.Save(writer);
        _hypervisor.Save(writer);
        _hypervisorVirtual?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(_name, 2);
        _frequency = reader.ReadUInt32();
        _kernelControl = reader.ReadUInt32() & KernelControlMask;
        _hypervisorControl = reader.ReadUInt32() & (_hasHost ? HostControlMask : HypervisorControlMask);
        _securePhysical.Load(reader);
        _physical.Load(reader);
        _virtual.Load(reader);
        _hypervisor.Load(reader);
        _hypervisorVirtual?.Load(reader);
    }

    // An event comes when the chosen bit of the count goes up, or down with EVNTDIR.
    private VirtualTime NextStreamEvent(VirtualTime after, uint control, ulong offset)
    {
        if ((control & EventEnable) == 0)
        {
            return VirtualTime.Never;
        }

        int bit = (int)(control >> EventBitShift) & 15;
        ulong period = 2ul << bit;
        ulong phase = (control & EventFalling) != 0 ? 0 : 1ul << bit;
        ulong count = _counter.CountAt(after);
        ulong rest = period - ((count - offset - phase) & (period - 1));
        return rest <= ulong.MaxValue - count ? _counter.FirstInstantOf(count + rest) : VirtualTime.Never;
    }

    // Where a host at EL2, or a user of it, gets by names of EL1 and EL0, and which names it has for those (Arm ARM D5.1.4).
    private ushort Resolve(in SystemRegisterAccess access)
    {
        const ushort Level = 7 << 11;
        const ushort El0 = 3 << 11;
        const ushort El2 = 4 << 11;
        ushort register = access.Register;
        if (!IsHost(access))
        {
            return register;
        }

        bool isOfHost = access.ExceptionLevel == 2 || IsHostUser(access);
        return register switch
        {
            TimerSystemRegister.KernelControl when isOfHost => TimerSystemRegister.HypervisorControl,
            TimerSystemRegister.PhysicalTimerValue or TimerSystemRegister.PhysicalControl or TimerSystemRegister.PhysicalCompareValue
                or TimerSystemRegister.VirtualTimerValue or TimerSystemRegister.VirtualControl or TimerSystemRegister.VirtualCompareValue when isOfHost
                => (ushort)((register & ~Level) | El2),
            TimerSystemRegister.HostKernelControl => TimerSystemRegister.KernelControl,
            _ when IsHostName(register) => (ushort)((register & ~Level) | El0),
            _ => register,
        };
    }

    private static bool IsHostName(ushort register) => register is TimerSystemRegister.HostKernelControl
        or TimerSystemRegister.HostPhysicalTimerValue or TimerSystemRegister.HostPhysicalControl or TimerSystemRegister.HostPhysicalCompareValue
        or TimerSystemRegister.HostVirtualTimerValue or TimerSystemRegister.HostVirtualControl or TimerSystemRegister.HostVirtualCompareValue;

    private bool IsHost(in SystemRegisterAccess access) => _hasHost && (access.HypervisorConfiguration & HcrE2h) != 0;

    private bool IsHostUser(in SystemRegisterAccess access) =>
        access.ExceptionLevel == 0 && IsHost(access) && (access.HypervisorConfiguration & HcrTge) != 0;

    // A host's virtual count has no offset.
    private bool SeesPhysicalCount(in SystemRegisterAccess access) => IsHostUser(access) || (access.ExceptionLevel == 2 && IsHost(access));

    // Without EL2 its registers are RES0 to EL3.
    private bool IsThere(ushort register) => _hasEl2 || register is not (
        TimerSystemRegister.HypervisorControl or TimerSystemRegister.VirtualOffset or TimerSystemRegister.HypervisorTimerValue
        or TimerSystemRegister.HypervisorTimerControl or TimerSystemRegister.HypervisorCompareValue);

    private ulong ReadPermitted(ushort register) => register switch
    {
        TimerSystemRegister.PhysicalCount => PhysicalCount,
        TimerSystemRegister.VirtualCount => VirtualCount,
        TimerSystemRegister.Frequency => _frequency,
        TimerSystemRegister.KernelControl => _kernelControl,
        TimerSystemRegister.HypervisorControl => _hypervisorControl,
        TimerSystemRegister.VirtualOffset => _virtual.Offset,
        TimerSystemRegister.PhysicalTimerValue => _physical.TimerValue,
        TimerSystemRegister.PhysicalControl => _physical.Control,
        TimerSystemRegister.PhysicalCompareValue => _physical.CompareValue,
        TimerSystemRegister.VirtualTimerValue => _virtual.TimerValue,
        TimerSystemRegister.VirtualControl => _virtual.Control,
        TimerSystemRegister.VirtualCompareValue => _virtual.CompareValue,
        TimerSystemRegister.HypervisorTimerValue => _hypervisor.TimerValue,
        TimerSystemRegister.HypervisorTimerControl => _hypervisor.Control,
        TimerSystemRegister.HypervisorCompareValue => _hypervisor.CompareValue,
        TimerSystemRegister.HypervisorVirtualTimerValue => _hypervisorVirtual!.TimerValue,
        TimerSystemRegister.HypervisorVirtualControl => _hypervisorVirtual!.Control,
        TimerSystemRegister.HypervisorVirtualCompareValue => _hypervisorVirtual!.CompareValue,
        TimerSystemRegister.SecureTimerValue => _securePhysical.TimerValue,
        TimerSystemRegister.SecureControl => _securePhysical.Control,
        _ => _securePhysical.CompareValue,
    };

    private void WritePermitted(ushort register, ulong value)
    {
        switch (register)
        {
            // What software finds here is what firmware wrote; the counter itself goes on as it did.
            case TimerSystemRegister.Frequency:
                _frequency = (uint)value;
                break;
            case TimerSystemRegister.KernelControl:
                _kernelControl = (uint)value & KernelControlMask;
                break;
            case TimerSystemRegister.HypervisorControl:
                _hypervisorControl = (uint)value & (_hasHost ? HostControlMask : HypervisorControlMask);
                break;
            case TimerSystemRegister.VirtualOffset:
                _virtual.Offset = value;
                break;
            case TimerSystemRegister.PhysicalTimerValue:
                _physical.TimerValue = value;
                break;
            case TimerSystemRegister.PhysicalControl:
                _physical.Control = value;
                break;
            case TimerSystemRegister.PhysicalCompareValue:
                _physical.CompareValue = value;
                break;
            case TimerSystemRegister.VirtualTimerValue:
                _virtual.TimerValue = value;
                break;
            case TimerSystemRegister.VirtualControl:
                _virtual.Control = value;
                break;
            case TimerSystemRegister.VirtualCompareValue:
                _virtual.CompareValue = value;
                break;
            case TimerSystemRegister.HypervisorTimerValue:
                _hypervisor.TimerValue = value;
                break;
            case TimerSystemRegister.HypervisorTimerControl:
                _hypervisor.Control = value;
                break;
            case TimerSystemRegister.HypervisorCompareValue:
                _hypervisor.CompareValue = value;
                break;
            case TimerSystemRegister.HypervisorVirtualTimerValue:
                _hypervisorVirtual!.TimerValue = value;
                break;
            case TimerSystemRegister.HypervisorVirtualControl:
                _hypervisorVirtual!.Control = value;
                break;
            case TimerSystemRegister.HypervisorVirtualCompareValue:
                _hypervisorVirtual!.CompareValue = value;
                break;
            case TimerSystemRegister.SecureTimerValue:
                _securePhysical.TimerValue = value;
                break;
            case TimerSystemRegister.SecureControl:
                _securePhysical.Control = value;
                break;
            default:
                _securePhysical.CompareValue = value;
                break;
        }
    }

    private SystemRegisterResult Check(in SystemRegisterAccess access, bool isWrite)
    {
        int level = access.ExceptionLevel;
        switch (access.Register)
        {
            case TimerSystemRegister.PhysicalCount:
                return isWrite ? SystemRegisterResult.Undefined : CheckEl0(access, El0PhysicalCount, El1PhysicalCount);
            case TimerSystemRegister.VirtualCount:
                return isWrite ? SystemRegisterResult.Undefined : CheckEl0(access, El0VirtualCount, 0);
            case TimerSystemRegister.Frequency when isWrite:
                return level == _highestExceptionLevel ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            case TimerSystemRegister.Frequency:
                return CheckEl0(access, El0PhysicalCount | El0VirtualCount, 0);
            case TimerSystemRegister.PhysicalTimerValue or TimerSystemRegister.PhysicalControl or TimerSystemRegister.PhysicalCompareValue:
                return CheckEl0(access, El0PhysicalTimer, El1PhysicalTimer);
            case TimerSystemRegister.VirtualTimerValue or TimerSystemRegister.VirtualControl or TimerSystemRegister.VirtualCompareValue:
                return CheckEl0(access, El0VirtualTimer, 0);
            case TimerSystemRegister.KernelControl:
                return level >= 1 ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            case TimerSystemRegister.HypervisorControl or TimerSystemRegister.VirtualOffset or TimerSystemRegister.HypervisorTimerValue
                or TimerSystemRegister.HypervisorTimerControl or TimerSystemRegister.HypervisorCompareValue:
                return level >= 2 ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            case TimerSystemRegister.HypervisorVirtualTimerValue or TimerSystemRegister.HypervisorVirtualControl or TimerSystemRegister.HypervisorVirtualCompareValue when _hasHost:
                return level >= 2 ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            case ushort register when _hasHost && IsHostName(register):
                return level >= 2 && IsHost(access) ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined;
            case TimerSystemRegister.SecureTimerValue or TimerSystemRegister.SecureControl or TimerSystemRegister.SecureCompareValue:
                return CheckSecure(access);
            default:
                return SystemRegisterResult.NotHere;
        }
    }

    // EL0 needs CNTKCTL_EL1's leave, or that of CNTHCTL_EL2 alone under a host; what is then left of Non-secure EL0 and EL1 needs CNTHCTL_EL2's.
    private SystemRegisterResult CheckEl0(in SystemRegisterAccess access, uint kernelLeave, uint hypervisorLeave)
    {
        bool isHostUser = IsHostUser(access);
        if (access.ExceptionLevel == 0 && ((isHostUser ? _hypervisorControl : _kernelControl) & kernelLeave) == 0)
        {
            return SystemRegisterResult.TrapToEl1;
        }

        if (isHostUser)
        {
            return SystemRegisterResult.Ok;
        }

        hypervisorLeave = IsHost(access) ? hypervisorLeave << HostShift : hypervisorLeave;
        bool trapped = access.ExceptionLevel <= 1 && !access.Secure && (_hypervisorControl & hypervisorLeave) != hypervisorLeave;
        return trapped ? SystemRegisterResult.TrapToEl2 : SystemRegisterResult.Ok;
    }

    // CNTPS_* belong to EL3, and to Secure EL1 while SCR_EL3.ST is set.
    private SystemRegisterResult CheckSecure(in SystemRegisterAccess access)
    {
        if (access.ExceptionLevel == 3)
        {
            return SystemRegisterResult.Ok;
        }

        if (access.ExceptionLevel != 1 || !access.Secure)
        {
            return SystemRegisterResult.Undefined;
        }

        return (access.SecureConfiguration & ScrSt) != 0 ? SystemRegisterResult.Ok : SystemRegisterResult.TrapToEl3;
    }
}
