using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// A GICv2 interrupt controller (Arm IHI 0048B): a distributor, and for up to eight CPUs an interface, both in memory and banked by the CPU that accesses them; with the Virtualization
/// Extensions also a hypervisor interface and a virtual CPU interface.
/// </summary>
internal sealed class GicV2 : IInterruptController
{
    private readonly GicV2Options _options;
    private readonly GicV2Cpu[] _cpus;
    private readonly IInterruptLine[] _spis;
    private readonly IInterruptLine[] _ppis;
    private bool _loading;

    /// <summary>Creates an interrupt controller in its reset state.</summary>
    /// <param name="options">Its shape.</param>
    /// <param name="unimplemented">Where accesses to undeclared registers are counted.</param>
    public GicV2(GicV2Options options, UnimplementedAccesses unimplemented)
    {
        options.Validate();
        _options = options;
        Distributor = new GicV2Distributor(this, options, unimplemented);
        _cpus = [.. Enumerable.Range(0, options.CpuCount).Select(i => new GicV2Cpu(this, options, i))];
        CpuInterface = new GicV2CpuInterface(this, options, unimplemented);
        if (options.HasVirtualInterface)
        {
            HypervisorInterface = new GicV2HypervisorInterface(this, options, unimplemented);
            VirtualCpuInterface = new GicV2VirtualCpuInterface(this, options, unimplemented);
        }

        _spis = [.. Enumerable.Range(GicIntId.FirstSpi, options.SpiCount).Select(id => new GicInputLine(Distributor.Bank(id / 32), id % 32))];
        _ppis = [.. _cpus.SelectMany(cpu => Enumerable.Range(GicIntId.FirstPpi, GicIntId.FirstSpi - GicIntId.FirstPpi).Select(id => new GicInputLine(cpu.Bank, id)))];
        Reset(ResetKind.Cold);
    }

    public int CpuCount => _options.CpuCount;

    public GicV2Distributor Distributor { get; }

    public GicV2CpuInterface CpuInterface { get; }

    /// <summary>Null without the Virtualization Extensions.</summary>
    public GicV2HypervisorInterface? HypervisorInterface { get; }

    /// <summary>Null without the Virtualization Extensions.</summary>
    public GicV2VirtualCpuInterface? VirtualCpuInterface { get; }

    /// <summary>True without the Security Extensions: every access sees everything.</summary>
    public bool SecurityDisabled => !_options.HasSecurityExtensions;

    public GicV2Cpu Cpu(int index) => _cpus[index];

    /// <summary>The CPU whose registers an access means. Whoever is no CPU sees those of CPU 0.</summary>
    public GicV2Cpu Cpu(in BusAccess access) => _cpus[Math.Min(access.Initiator.CpuIndex, _cpus.Length - 1)];

    public IInterruptLine Spi(int index) => _spis[index];

    public IInterruptLine Ppi(int cpu, int intid) => _ppis[(cpu * (GicIntId.FirstSpi - GicIntId.FirstPpi)) + intid - GicIntId.FirstPpi];

    public void Connect(int cpu, in CpuInterruptInputs inputs, int maintenance) => _cpus[cpu].Connect(inputs, Ppi(cpu, maintenance));

    public ISystemRegisterBank? RegistersOf(int cpu) => null;

    public Action? StateObserverOf(int cpu) => null;

    public void Reset(ResetKind kind)
    {
        Distributor.Reset(kind);
        foreach (GicV2Cpu cpu in _cpus)
        {
            cpu.Reset();
        }

        Recompute();
    }

    // A priority mask in the lower half is the Secure state's, which the Non-secure one could not move (IHI 0048B 4.4.2).
    public void GiveToNonSecure()
    {
        for (int i = 1; i < Distributor.BankCount; i++)
        {
            Distributor.Bank(i).GiveToNonSecure();
        }

        foreach (GicV2Cpu cpu in _cpus)
        {
            cpu.Bank.GiveToNonSecure();
            cpu.SetPriorityMask(GicInterruptBank.MostUrgentNonSecure);
        }

        Recompute();
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Section(_options.Name, 1);
        writer.Write([(uint)CpuCount, (uint)_options.SpiCount, SecurityDisabled ? 0u : 1, _options.HasVirtualInterface ? 1u : 0]);
        Distributor.Save(writer);
        foreach (GicV2Cpu cpu in _cpus)
        {
            cpu.Save(writer);
        }
    }

    public void Load(SnapshotReader reader)
    {
        _ = reader.Section(_options.Name, 1);
        Span<uint> shape = stackalloc uint[4];
        reader.ReadUInt32s(shape);
        if (!shape.SequenceEqual([(uint)CpuCount, (uint)_options.SpiCount, SecurityDisabled ? 0u : 1, _options.HasVirtualInterface ? 1u : 0]))
        {
            throw new SnapshotException($"the snapshot's '{_options.Name}' has other CPUs, interrupts or extensions; load it into a machine of the same description");
        }

        _loading = true;
        try
        {
            Distributor.Load(reader);
            foreach (GicV2Cpu cpu in _cpus)
            {
                cpu.Load(reader);
            }
        }
        finally
        {
            _loading = false;
            Recompute();
        }
    }

    /// <summary>SPIs of a bank have changed.</summary>
    public void SpisChanged(int bank)
    {
        if (_loading)
        {
            return;
        }

        foreach (GicV2Cpu cpu in _cpus)
        {
            if (cpu.Selector.Refresh(bank))
            {
                cpu.UpdateOutputs();
            }
        }
    }

    /// <summary>SGIs or PPIs of a CPU have changed.</summary>
    public void PrivateChanged(GicV2Cpu cpu)
    {
        if (!_loading && cpu.Selector.Refresh(0))
        {
            cpu.UpdateOutputs();
        }
    }

    /// <summary>Group enables have changed, in the distributor or in a CPU interface.</summary>
    public void GroupsChanged()
    {
        if (_loading)
        {
            return;
        }

        foreach (GicV2Cpu cpu in _cpus)
        {
            if (cpu.Selector.SetGroups(Distributor.EnabledGroups & cpu.EnabledGroups, GicGroups.None))
            {
                cpu.UpdateOutputs();
            }
        }
    }

    private void Recompute()
    {
        GroupsChanged();
        foreach (GicV2Cpu cpu in _cpus)
        {
            _ = cpu.Selector.RefreshAll();
            cpu.DriveOutputs();
        }
    }
}
