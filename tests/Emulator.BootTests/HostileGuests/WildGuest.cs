using Emulator.Boards;

namespace Emulator.BootTests.HostileGuests;

/// <summary>A guest of random bytes. All about it follows from its seed: the CPU, the exception level, whether the MMU is on, and the code.</summary>
internal sealed class WildGuest
{
    private const ulong TableBase = HostileGuestFixture.CodeBase + 0x8_0000;
    private const ulong Stage2TableBase = TableBase + 0x1_0000;
    private const ulong PayloadBase = HostileGuestFixture.CodeBase + 0x1000;
    private const int PayloadLength = 0x4_0000;
    private const ulong SecondaryBase = HostileGuestFixture.CodeBase + 0x800;

    private readonly int _level;
    private readonly int _cpus;
    private readonly int _gicVersion;
    private readonly string _model;
    private readonly bool _isTranslated;
    private readonly bool _isVirtualized;
    private readonly byte[] _payload;
    private readonly byte[] _tables;
    private readonly byte[] _stage2Tables;

    /// <summary>Makes the guest of a seed.</summary>
    public WildGuest(int seed)
    {
        var random = new Random(seed);
        _level = 1 + (seed % 3);
        _isTranslated = random.Next(2) == 0;
        _isVirtualized = _level == 2 && random.Next(2) == 0;
        _cpus = _level < 3 && random.Next(3) == 0 ? 2 : 1;
        _gicVersion = random.Next(4) == 0 ? 2 : 3;
        _model = random.Next(2) == 0 ? "max" : BoardOptions.CpuModels[random.Next(BoardOptions.CpuModels.Count)];
        _payload = WildCode.Create(random, PayloadLength);
        _tables = WildTables.Create(random, TableBase, isStage2: false);
        _stage2Tables = WildTables.Create(random, Stage2TableBase, isStage2: true);
        Description = $"seed {seed}: {_cpus} x {_model} with GICv{_gicVersion} at EL{_level}{(_isVirtualized ? " running EL1 in stage 2" : "")}, MMU {(_isTranslated ? "on" : "off")}";
    }

    /// <summary>What kind of guest it is.</summary>
    public string Description { get; }

    /// <summary>A machine that will run it.</summary>
    /// <param name="path">Where the guest may be written.</param>
    public MachineBuilder Build(string path)
    {
        byte[] code = [.. Prologue(HostileGuestFixture.CodeBase, isSecondary: false).PadTo(SecondaryBase).ToBytes(), .. Prologue(SecondaryBase, isSecondary: true).PadTo(PayloadBase).ToBytes()];
        File.WriteAllBytes(path, GuestElf.Create(
            HostileGuestFixture.CodeBase,
            (HostileGuestFixture.VectorBase, HostileGuestFixture.RestartingVectors(_level, PayloadBase)),
            (HostileGuestFixture.CodeBase, [.. code, .. _payload]),
            (TableBase, _tables),
            (Stage2TableBase, _stage2Tables)));
        return new MachineBuilder(Board.Virt).WithMemory(64.MiB()).WithCpu(_model).WithCpus(_cpus).WithGic(_gicVersion).WithExceptionLevel(_level).WithNoReboot().WithKernel(path);
    }

    private GuestAssembler Prologue(ulong origin, bool isSecondary)
    {
        GuestAssembler code = HostileGuestFixture.WithSkippingVectors(_level, origin);
        if (_isTranslated)
        {
            for (int i = 1; i <= _level; i++)
            {
                TurnOnMmu(code, i);
            }
        }

        if (_cpus > 1 && !isSecondary)
        {
            // PSCI CPU_ON
            code.Move(0, 0xc400_0003).Move(1, 1).Move(2, SecondaryBase).Move(3, 0).Emit(_level == 1 ? 0xd4000002u : 0xd4000003u);
        }

        if (_isVirtualized)
        {
            EnterVirtualMachine(code);
        }

        return code.Branch(PayloadBase + (isSecondary ? PayloadLength / 2 : 0UL));
    }

    private static void TurnOnMmu(GuestAssembler code, int level)
    {
        code.Move(0, 0x00ff).SetSystemRegister(level, 10, 2, 0, 0) // MAIR_ELx
            .Move(0, level == 1 ? 0x1_b519_3519UL : 0x8081_3519UL).SetSystemRegister(level, 2, 0, 2, 0) // TCR_ELx: 39 bits, 36 bits out
            .Move(0, TableBase).SetSystemRegister(level, 2, 0, 0, 0); // TTBR0_ELx
        if (level == 1)
        {
            code.SetSystemRegister(level, 2, 0, 1, 0); // TTBR1_EL1
        }

        code.Move(0, level == 1 ? 0x30d0_1805UL : 0x30c5_1835UL).SetSystemRegister(level, 1, 0, 0, 0).Emit(GuestAssembler.Isb); // SCTLR_ELx
    }

    private static void EnterVirtualMachine(GuestAssembler code)
    {
        ulong target = code.Here + 0x100;
        code.Move(0, 0x8001_3559).SetSystemRegister(2, 2, 1, 2, 0) // VTCR_EL2: 39 bits from level 1
            .Move(0, Stage2TableBase).SetSystemRegister(2, 2, 1, 0, 0) // VTTBR_EL2
            .Move(0, 0x8000_0039).SetSystemRegister(2, 1, 1, 0, 0) // HCR_EL2: RW, AMO, IMO, FMO, VM
            .Move(0, 0x3c5).SetSystemRegister(2, 4, 0, 0, 0) // SPSR_EL2: EL1h
            .Move(0, target).SetSystemRegister(2, 4, 0, 1, 0) // ELR_EL2
            .Emit(GuestAssembler.Isb, GuestAssembler.Eret).PadTo(target);
    }
}
