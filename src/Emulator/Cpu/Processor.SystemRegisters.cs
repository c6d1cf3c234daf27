using System.Runtime.CompilerServices;
using Emulator.Cpu.FastForward;
using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.System;
using Emulator.Interrupts;

namespace Emulator.Cpu;

/// <summary>System registers: storage, access checks, and the state derived from them.</summary>
internal sealed unsafe partial class Processor : ICpuState
{
    // DCZID_EL0.DZP.
    private const ulong ZeroBlockProhibited = 1UL << 4;

    private static readonly ushort StackPointerEl0 = SystemRegisterAccess.Encode(3, 0, 4, 1, 0);

    // Where it is does not change: generated code looks there.
    private readonly ulong[] _slots = GC.AllocateArray<ulong>((int)SystemRegisterSlot.Count, pinned: true);
    private readonly bool[] _present = new bool[SystemRegisterTable.All.Length];
    private readonly ulong[] _writable = new ulong[SystemRegisterTable.All.Length];
    private readonly List<ISystemRegisterBank> _banks = [];

    /// <summary>The CPUs that this one acts on by broadcast.</summary>
    public ProcessorGroup Group { get; set; } = new();

    /// <summary>Aff3, Aff2, Aff1 and Aff0 as in MPIDR_EL1.</summary>
    public ulong Affinity { get; set; }

    /// <summary>CBAR_EL1: where the board has the CPU's private peripherals.</summary>
    public ulong PeripheralBase { get; set; }

    /// <summary>Where execution starts after reset, RVBAR_ELx.</summary>
    public ulong ResetAddress { get; set; }

    /// <summary>True in the secure state; EL3 always is.</summary>
    public bool IsSecure => Model.HasEl3 && (State->ExceptionLevel == 3 || (_slots[(int)SystemRegisterSlot.ScrEl3] & SecureConfiguration.NonSecure) == 0);

    /// <summary>True when the levels below EL3 are secure.</summary>
    internal bool IsSecureBelowEl3 => (_slots[(int)SystemRegisterSlot.ScrEl3] & SecureConfiguration.NonSecure) == 0;

    /// <summary>HCR_EL2 as far as it is in force: zero in the secure state and without EL2. TGE, and E2H with it, switch many bits off (Arm ARM D13.2.48).</summary>
    internal ulong EffectiveHcr
    {
        get
        {
            if (!Model.HasEl2 || IsSecureBelowEl3)
            {
                return 0;
            }

            ulong hcr = _slots[(int)SystemRegisterSlot.HcrEl2];
            if ((hcr & HypervisorConfiguration.TrapGeneralExceptions) == 0)
            {
                return hcr;
            }

            hcr &= ~HypervisorConfiguration.IgnoredWithTrapGeneralExceptions;
            return (hcr & HypervisorConfiguration.Host) == 0 ? hcr : hcr & ~HypervisorConfiguration.IgnoredInHost;
        }
    }

    /// <summary>MIDR_EL1 as the current level sees it.</summary>
    internal ulong MainId => SeesVirtualId ? _slots[(int)SystemRegisterSlot.VpidrEl2] : Model.MainId;

    /// <summary>MPIDR_EL1 as the current level sees it.</summary>
    internal ulong MultiprocessorId => SeesVirtualId ? _slots[(int)SystemRegisterSlot.VmpidrEl2] : (1UL << 31) | Affinity;

    /// <summary>DCZID_EL0, whose DZP says whether DC ZVA is prohibited here.</summary>
    internal ulong ZeroBlockId
    {
        get
        {
            int level = State->ExceptionLevel;
            bool prohibited = (level == 0 && (Register(SystemRegisterSlot.SctlrEl1, OwnerOf(0)) & SystemControl.UserZeroCacheLine) == 0)
                || (level < 2 && (EffectiveHcr & HypervisorConfiguration.TrapZeroCacheLine) != 0);
            return (uint)Model.ZeroBlock | (prohibited ? ZeroBlockProhibited : 0);
        }
    }

    /// <summary>CCSIDR_EL1 of the cache that CSSELR_EL1 selects.</summary>
    internal ulong SelectedCache => Register(SystemRegisterSlot.CsselrEl1) switch
    {
        0 => Model.DataCache,
        1 => Model.InstructionCache,
        2 => Model.UnifiedCache,
        _ => 0,
    };

    private bool SeesVirtualId => State->ExceptionLevel == 1 && Model.HasEl2 && !IsSecureBelowEl3;

    /// <summary>Asks a bank for registers that the CPU does not hold itself.</summary>
    public void AttachBank(ISystemRegisterBank bank) => _banks.Add(bank);

    /// <summary>The stored values of all registers, by <see cref="SystemRegisterSlot"/>.</summary>
    internal Span<ulong> Registers => _slots;

    /// <summary>The stored value of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong Register(SystemRegisterSlot slot) => ref _slots[(int)slot];

    /// <summary>The stored value of a register that each exception level has one of.</summary>
    /// <param name="first">That of EL1.</param>
    /// <param name="level">1 to 3.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong Register(SystemRegisterSlot first, int level) => ref _slots[(int)first + level - 1];

    /// <summary>Executes MRS or SYSL; counts and PC must be exact.</summary>
    /// <param name="operation">The operation: C is the encoding, Immediate the index in the table.</param>
    /// <param name="value">What was read.</param>
    /// <returns>False when an exception was taken.</returns>
    public bool ReadSystemRegister(DecodedOperation* operation, out ulong value)
    {
        int index = (int)operation->Immediate;
        if (index < 0 || !_present[index])
        {
            return ReadFromBanks(operation, out value);
        }

        SystemRegister register = SystemRegisterTable.All[Redirect(index)];
        value = 0;
        if (!CheckAccess(register, register.ReadLevel, operation, isRead: true))
        {
            return false;
        }

        if (register.Level == 2 && !Model.HasEl2 && !IsVirtualId(register))
        {
            return true;
        }

        value = register.Read is { } read ? read(this)
            : register.Slot != SystemRegisterSlot.None ? _slots[(int)register.Slot]
            : register.Reset is { } reset ? reset(Model) : 0;
        return true;
    }

    /// <summary>Executes MSR (register) or SYS; counts and PC must be exact.</summary>
    /// <param name="operation">The operation: C is the encoding, Immediate the index in the table.</param>
    /// <param name="value">What to write.</param>
    public SystemRegisterOutcome WriteSystemRegister(DecodedOperation* operation, ulong value)
    {
        int index = (int)operation->Immediate;
        if (index < 0 || !_present[index])
        {
            return WriteToBanks(operation, value);
        }

        index = Redirect(index);
        SystemRegister register = SystemRegisterTable.All[index];
        if (!CheckAccess(register, register.WriteLevel, operation, isRead: false))
        {
            return SystemRegisterOutcome.Exception;
        }

        if (register.Execute is { } execute)
        {
            return execute(this, value) ? OutcomeOf(register) : SystemRegisterOutcome.Exception;
        }

        if (register.Level == 2 && !Model.HasEl2)
        {
            return SystemRegisterOutcome.Done;
        }

        return Store(register, _writable[index], value);
    }

    // At EL2 of a host the names of EL1's registers mean EL2's (Arm ARM D5.1.4).
    private int Redirect(int index) => State->ExceptionLevel == 2 && IsHost && SystemRegisterTable.HostOf(index) is >= 0 and int host ? host : index;

    private SystemRegisterOutcome Store(SystemRegister register, ulong writable, ulong value)
    {
        if ((register.Effects & SystemRegisterEffects.Context) != 0)
        {
            CountPerformance();
        }

        ref ulong slot = ref _slots[(int)register.Slot];
        ulong before = slot;
        if (register.Write is { } write)
        {
            write(this, value);
        }
        else if (register.Slot != SystemRegisterSlot.None)
        {
            slot = (before & ~writable) | (value & writable);
        }

        if (register.Effects == SystemRegisterEffects.None)
        {
            return SystemRegisterOutcome.Done;
        }

        if (slot != before)
        {
            if ((register.Effects & SystemRegisterEffects.PointerKeys) != 0)
            {
                ForgetPointerSettings();
            }

            if ((register.Effects & SystemRegisterEffects.Translations) != 0)
            {
                Tlb.Flush();
            }

            if ((register.Effects & SystemRegisterEffects.Context) != 0)
            {
                ForgetContexts();
                UpdateContext();
                ExecutionStateChanged?.Invoke();
            }
        }

        if ((register.Effects & SystemRegisterEffects.Interrupts) != 0)
        {
            CheckInterrupts();
        }

        return OutcomeOf(register);
    }

    private static SystemRegisterOutcome OutcomeOf(SystemRegister register) =>
        (register.Effects & SystemRegisterEffects.Context) != 0 ? SystemRegisterOutcome.ContextChanged : SystemRegisterOutcome.Done;

    // VPIDR_EL2 and VMPIDR_EL2 read as what they stand for when EL2 is not there (Arm ARM D13.2.144).
    private static bool IsVirtualId(SystemRegister register) => register.Slot is SystemRegisterSlot.VpidrEl2 or SystemRegisterSlot.VmpidrEl2;

    /// <summary>Writes HCR_EL2.</summary>
    internal void WriteHypervisorConfiguration(ulong value)
    {
        ulong writable = HypervisorConfiguration.Writable | (Model.HasEl3 ? 0 : HypervisorConfiguration.HypervisorCallDisable) | HypervisorConfiguration.WritableWith(Model.Features);
        ref ulong hcr = ref Register(SystemRegisterSlot.HcrEl2);
        ulong changed = hcr ^ ((value & writable) | HypervisorConfiguration.RegisterWidth);
        hcr ^= changed;
        if ((changed & (HypervisorConfiguration.DefaultCacheability | HypervisorConfiguration.ProtectedTableWalk | HypervisorConfiguration.Host)) != 0)
        {
            Tlb.Flush();
        }

        ForgetContexts();
        UpdateContext();
        CheckInterrupts();
    }

    /// <summary>Writes CPTR_EL2, whose format HCR_EL2.E2H chooses.</summary>
    internal void WriteCoprocessorTraps(ulong value) => Register(SystemRegisterSlot.CptrEl2) = IsHost
        ? value & CoprocessorTraps.HostWritable
        : CoprocessorTraps.El2ReadAsOne | (value & CoprocessorTraps.Writable);

    /// <summary>Writes RMR_ELx: a core that is told to reset itself stays as it is.</summary>
    internal void RequestWarmReset(ulong value)
    {
        if ((value & 2) != 0)
        {
            Unimplemented.Report("warm reset by RMR_ELx");
        }
    }

    /// <summary>Locks or unlocks the OS lock.</summary>
    internal void SetOsLock(bool locked)
    {
        ref ulong status = ref Register(SystemRegisterSlot.OslsrEl1);
        status = locked ? status | DebugControl.OsLock : status & ~DebugControl.OsLock;
        UpdateDebug();
    }

    private bool CheckAccess(SystemRegister register, int level, DecodedOperation* operation, bool isRead)
    {
        int current = State->ExceptionLevel;
        if (TakeImplementationDefinedTrap(operation))
        {
            return false;
        }

        if (current < level || (register.Encoding == StackPointerEl0 && State->StackPointerSelect == 0) || (register.NeedsHost && !IsHost))
        {
            TakeUndefined();
            return false;
        }

        if (register.Traps == SystemRegisterTraps.None)
        {
            return true;
        }

        if ((register.Traps & SystemRegisterTraps.FloatingPoint) != 0)
        {
            return CheckFloatingPoint();
        }

        int target = current == 3 ? 0 : FindTrap(register.Traps, isRead);
        if (target == 0)
        {
            return true;
        }

        TakeSystemRegisterTrap(target, operation->Encoding);
        return false;
    }

    // HCR_EL2.TIDCP: op0 3 or 1, CRn 11 or 15 are left to implementations; EL0 is trapped or undefined as the implementation likes.
    private bool TakeImplementationDefinedTrap(DecodedOperation* operation)
    {
        int crn = (operation->C >> 7) & 15;
        if (crn is not (11 or 15) || (operation->C >> 14) is not (1 or 3) || State->ExceptionLevel != 1
            || (EffectiveHcr & HypervisorConfiguration.TrapImplementationDefined) == 0)
        {
            return false;
        }

        TakeSystemRegisterTrap(2, operation->Encoding);
        return true;
    }

    private bool CheckFloatingPoint()
    {
        if (State->FloatingPointTrap == 0)
        {
            return true;
        }

        TakeFloatingPointTrap();
        return false;
    }

    private bool ReadFromBanks(DecodedOperation* operation, out ulong value)
    {
        value = 0;
        SystemRegisterResult result = AskBanks(operation, isRead: true, ref value);
        NoteBankRead(operation->C, result, value);
        return EndBankAccess(operation, result, isRead: true);
    }

    private SystemRegisterOutcome WriteToBanks(DecodedOperation* operation, ulong value)
    {
        SystemRegisterResult result = AskBanks(operation, isRead: false, ref value);
        ForgetCounters();
        return EndBankAccess(operation, result, isRead: false) ? SystemRegisterOutcome.Done : SystemRegisterOutcome.Exception;
    }

    // The operation remembers which bank has its register: every CPU has the same banks in the same order.
    private SystemRegisterResult AskBanks(DecodedOperation* operation, bool isRead, ref ulong value)
    {
        var access = new SystemRegisterAccess(operation->C, State->ExceptionLevel, IsSecure, EffectiveHcr, _slots[(int)SystemRegisterSlot.ScrEl3]);
        int first = operation->B;
        for (int i = 0; i < _banks.Count; i++)
        {
            int index = (first + i) % _banks.Count;
            ISystemRegisterBank bank = _banks[index];
            SystemRegisterResult result = isRead ? bank.Read(access, out value) : bank.Write(access, value);
            if (result != SystemRegisterResult.NotHere)
            {
                operation->B = (byte)index;
                return result;
            }
        }

        return SystemRegisterResult.NotHere;
    }

    private bool EndBankAccess(DecodedOperation* operation, SystemRegisterResult result, bool isRead)
    {
        switch (result)
        {
            case SystemRegisterResult.Ok:
                return true;
            case SystemRegisterResult.TrapToEl1:
                TakeSystemRegisterTrap(1, operation->Encoding);
                return false;
            case SystemRegisterResult.TrapToEl2:
                TakeSystemRegisterTrap(2, operation->Encoding);
                return false;
            case SystemRegisterResult.TrapToEl3:
                TakeSystemRegisterTrap(3, operation->Encoding);
                return false;
            case SystemRegisterResult.NotHere:
                TakeUnknownRegister(operation, isRead);
                return false;
            default:
                TakeUndefined();
                return false;
        }
    }

    private void TakeUnknownRegister(DecodedOperation* operation, bool isRead)
    {
        if (TakeImplementationDefinedTrap(operation))
        {
            return;
        }

        string name = operation->Immediate < int.MaxValue ? SystemRegisterTable.All[(int)operation->Immediate].Name : SystemRegisterTable.GenericName(operation->C);
        string kind = operation->C >> 14 == 1 ? "system instruction" : "system register";
        Unimplemented.Report($"{kind} {name} ({(isRead ? "read" : "write")})");
        TakeUndefined();
    }

    private void ResetSystemRegisters()
    {
        Array.Clear(_slots);
        ReadOnlySpan<SystemRegister> table = SystemRegisterTable.All;
        for (int i = 0; i < table.Length; i++)
        {
            SystemRegister register = table[i];
            _present[i] = register.IsOn(Model);
            _writable[i] = register.WritableOn(Model);
            if (register is { Slot: not SystemRegisterSlot.None, Reset: { } reset })
            {
                _slots[(int)register.Slot] = reset(Model);
            }
        }

        Register(SystemRegisterSlot.VmpidrEl2) = (1UL << 31) | Affinity;
        Register(SystemRegisterSlot.HcrEl2) = HypervisorConfiguration.RegisterWidth;
        if (!Model.HasEl3)
        {
            // Without EL3 all is as if its controls let everything pass, in the non-secure state.
            Register(SystemRegisterSlot.ScrEl3) = SecureConfiguration.NonSecure | SecureConfiguration.RegisterWidth | SecureConfiguration.HypervisorCallEnable;
        }
    }
}
