using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// A GICv3 interrupt controller (Arm IHI 0069): one distributor, for each CPU a redistributor and a CPU interface, and an interrupt translation service. A board maps the
/// distributor, the redistributors and the service on its bus, gives each CPU its interface as a register bank, and connects the interface to the CPU.
/// </summary>
public sealed class GicV3 : IInterruptController
{
    private readonly GicV3Options _options;
    private readonly GicRedistributor[] _redistributors;
    private readonly GicCpuInterface[] _interfaces;
    private readonly IInterruptLine[] _spis;
    private readonly IInterruptLine[] _ppis;
    private bool _loading;

    /// <summary>Creates an interrupt controller in its reset state.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    /// <param name="memory">Where the tables of the LPIs are; null for a GIC without LPIs and translation service.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public GicV3(GicV3Options options, UnimplementedAccesses unimplemented, DmaView? memory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(unimplemented);
        options.Validate();
        _options = options;
        Distributor = new GicDistributor(this, options, unimplemented, memory is not null);
        _redistributors = new GicRedistributor[options.CpuCount];
        _interfaces = new GicCpuInterface[options.CpuCount];
        for (int i = 0; i < options.CpuCount; i++)
        {
            _redistributors[i] = new GicRedistributor(this, options, i, unimplemented, memory);
            _interfaces[i] = new GicCpuInterface(this, options, i);
        }

        if (memory is not null)
        {
            TranslationService = new GicTranslationService($"{options.Name}-its", this, memory, unimplemented);
        }

        _spis = new IInterruptLine[options.SpiCount];
        for (int i = 0; i < _spis.Length; i++)
        {
            int id = i + GicIntId.FirstSpi;
            _spis[i] = new GicInputLine(Distributor.Bank(id / 32), id % 32);
        }

        const int PpiCount = GicIntId.FirstSpi - GicIntId.FirstPpi;
        _ppis = new IInterruptLine[PpiCount * options.CpuCount];
        for (int i = 0; i < _ppis.Length; i++)
        {
            _ppis[i] = new GicInputLine(_redistributors[i / PpiCount].Bank, GicIntId.FirstPpi + (i % PpiCount));
        }

        Reset(ResetKind.Cold);
    }

    /// <summary>Number of CPUs.</summary>
    public int CpuCount => _options.CpuCount;

    /// <summary>The distributor, a device of 64 KiB.</summary>
    public GicDistributor Distributor { get; }

    /// <summary>The interrupt translation service, a device of 128 KiB that takes messages; null where there are no LPIs.</summary>
    internal GicTranslationService? TranslationService { get; }

    /// <summary>Interrupts acknowledged so far over all CPUs, for statistics.</summary>
    public long AcknowledgedInterrupts { get; internal set; }

    /// <summary>A CPU's redistributor, a device of 128 KiB. They stand one behind the other in the memory map, in the order of the CPUs.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    public GicRedistributor Redistributor(int cpu) => _redistributors[cpu];

    /// <summary>A CPU's interface: its ICC_* registers and its IRQ and FIQ.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    public GicCpuInterface CpuInterface(int cpu) => _interfaces[cpu];

    /// <summary>The wire of a shared peripheral interrupt.</summary>
    /// <param name="index">Number of the SPI, from 0; its INTID is 32 more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such SPI.</exception>
    public IInterruptLine Spi(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _spis.Length);
        return _spis[index];
    }

    /// <summary>The wire of a private peripheral interrupt.</summary>
    /// <param name="cpu">The CPU's index, from 0.</param>
    /// <param name="intid">The INTID, 16 to 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such PPI or CPU.</exception>
    public IInterruptLine Ppi(int cpu, int intid)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, CpuCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(intid, GicIntId.FirstPpi);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(intid, GicIntId.FirstSpi);
        return _ppis[(cpu * (GicIntId.FirstSpi - GicIntId.FirstPpi)) + intid - GicIntId.FirstPpi];
    }

    void IInterruptController.Connect(int cpu, in CpuInterruptInputs inputs, int maintenance)
    {
        _interfaces[cpu].Connect(inputs.State, inputs.Irq, inputs.Fiq);
        _interfaces[cpu].ConnectVirtual(inputs.VirtualIrq, inputs.VirtualFiq, Ppi(cpu, maintenance));
    }

    ISystemRegisterBank? IInterruptController.RegistersOf(int cpu) => _interfaces[cpu];

    Action? IInterruptController.StateObserverOf(int cpu) => _interfaces[cpu].CpuStateChanged;

    /// <summary>Resets all of it. The wires keep the levels that devices drive.</summary>
    /// <param name="kind">Which reset; the GIC keeps nothing over either.</param>
    public void Reset(ResetKind kind)
    {
        Distributor.Reset(kind);
        for (int i = 0; i < CpuCount; i++)
        {
            _redistributors[i].Reset(kind);
            _interfaces[i].Reset();
        }

        TranslationService?.Reset(kind);
    }

    // The priority masks stay at zero: while SCR_EL3.FIQ is clear the Non-secure state has all priorities at its CPU interface (IHI 0069, ICC_PMR_EL1).
    void IInterruptController.GiveToNonSecure()
    {
        for (int i = 1; i < Distributor.BankCount; i++)
        {
            Distributor.Bank(i).GiveToNonSecure();
        }

        foreach (GicRedistributor redistributor in _redistributors)
        {
            redistributor.Bank.GiveToNonSecure();
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Section(_options.Name, 1);
        writer.Write(CpuCount);
        writer.Write(_options.SpiCount);
        writer.Write(_options.PriorityBits);
        writer.Write(_options.TwoSecurityStates);
        Distributor.Save(writer);
        for (int i = 0; i < CpuCount; i++)
        {
            _redistributors[i].Save(writer);
            _interfaces[i].Save(writer);
        }

        TranslationService?.Save(writer);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _ = reader.Section(_options.Name, 1);
        if (reader.ReadInt32() != CpuCount
            || reader.ReadInt32() != _options.SpiCount
            || reader.ReadInt32() != _options.PriorityBits
            || reader.ReadBoolean() != _options.TwoSecurityStates)
        {
            throw new SnapshotException($"the snapshot's '{_options.Name}' has other CPUs, interrupts, priorities or security states; load it into a machine of the same description");
        }

        _loading = true;
        try
        {
            Distributor.Load(reader);
            for (int i = 0; i < CpuCount; i++)
            {
                _redistributors[i].Load(reader);
                _interfaces[i].Load(reader);
            }

            TranslationService?.Load(reader);
        }
        finally
        {
            _loading = false;
            Recompute();
        }
    }

    /// <summary>SPIs of a bank have changed.</summary>
    /// <param name="bank">INTID / 32.</param>
    internal void SpisChanged(int bank)
    {
        if (_loading)
        {
            return;
        }

        for (int i = 0; i < _redistributors.Length; i++)
        {
            if (_redistributors[i].Selector.Refresh(bank))
            {
                _interfaces[i].UpdateOutputs();
            }
        }
    }

    /// <summary>SGIs or PPIs of a CPU have changed.</summary>
    /// <param name="cpu">The CPU's index.</param>
    internal void PrivateChanged(int cpu)
    {
        if (!_loading && _redistributors[cpu].Selector.Refresh(0))
        {
            _interfaces[cpu].UpdateOutputs();
        }
    }

    /// <summary>LPIs of a CPU have changed.</summary>
    /// <param name="cpu">The CPU's index.</param>
    internal void LpisChanged(int cpu)
    {
        if (!_loading && _redistributors[cpu].Selector.RefreshLpis())
        {
            _interfaces[cpu].UpdateOutputs();
        }
    }

    /// <summary>Group enables have changed, in the distributor or in a CPU interface.</summary>
    internal void GroupsChanged()
    {
        if (_loading)
        {
            return;
        }

        // An interrupt for any CPU goes to the lowest-numbered one that takes its group: fixed, so that runs repeat.
        GicGroups unclaimed = GicGroups.All;
        for (int i = 0; i < _redistributors.Length; i++)
        {
            GicGroups groups = Distributor.EnabledGroups & _interfaces[i].EnabledGroups;
            if (_redistributors[i].Selector.SetGroups(groups, groups & unclaimed))
            {
                _interfaces[i].UpdateOutputs();
            }

            unclaimed &= ~groups;
        }
    }

    /// <summary>A part's state has been replaced; while the whole is loaded, the last step does this for all.</summary>
    internal void PartLoaded()
    {
        if (!_loading)
        {
            Recompute();
        }
    }

    /// <summary>GICD_CTLR.DS has been set: every interrupt may be in another group.</summary>
    internal void SecurityChanged() => Recompute();

    /// <summary>Sends a software-generated interrupt (ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1).</summary>
    /// <param name="sender">The sending CPU's index.</param>
    /// <param name="value">The value written.</param>
    /// <param name="group">The group asked for.</param>
    /// <param name="secure">True for a Secure sender.</param>
    internal void SendSgi(int sender, ulong value, GicGroups group, bool secure)
    {
        int id = (int)(value >> 24) & 15;
        bool allButSelf = ((value >> 40) & 1) != 0;
        uint targets = (uint)value & 0xffff;
        uint cluster = (uint)(((value >> 48) & 0xff) << 24) | (uint)(((value >> 32) & 0xff) << 16) | (uint)(((value >> 16) & 0xff) << 8);
        for (int i = 0; i < _redistributors.Length; i++)
        {
            uint affinity = _redistributors[i].Affinity;
            uint inCluster = affinity & 0xff;
            bool wanted = allButSelf
                ? i != sender
                : (affinity & ~0xffu) == cluster && inCluster < 16 && ((targets >> (int)inCluster) & 1) != 0;
            if (wanted)
            {
                _redistributors[i].TakeSgi(id, group, secure);
            }
        }
    }

    private void Recompute()
    {
        GroupsChanged();
        for (int i = 0; i < _redistributors.Length; i++)
        {
            _redistributors[i].Lpis?.Recompute();
            _ = _redistributors[i].Selector.RefreshAll();
            _interfaces[i].DriveOutputs();
        }
    }
}
