using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Tests.Interrupts;

/// <summary>The GICv3 virtual interface at the level of its registers: ICH_* at EL2, ICV_* at EL1.</summary>
[TestFixture]
internal sealed class GicVirtualInterfaceTests
{
    private const ulong Routed = 0x18;
    private const ulong Pending = 1ul << 62;
    private const ulong Active = 1ul << 63;
    private const ulong Hardware = 1ul << 61;
    private const ulong Group1 = 1ul << 60;
    private const ulong EndNotification = 1ul << 41;
    private const int Spurious = 1023;

    private GicBench _bench = null!;

    [SetUp]
    public void MakeBench()
    {
        _bench = GicBench.WithHypervisor();
        Write(GicSystemRegister.HypervisorControl, 1);
        Write(GicSystemRegister.VirtualMachineControl, 0xff00_0003);
    }

    [Test]
    public void TypeTellsFourListRegistersAndFiveBits() => Assert.That(Read(GicSystemRegister.VirtualType), Is.EqualTo(0x90b8_0003));

    [Test]
    public void RegistersKeepWhatIsDefined()
    {
        Write(GicSystemRegister.HypervisorControl, ulong.MaxValue);
        Assert.That(Read(GicSystemRegister.HypervisorControl), Is.EqualTo(0xf800_5cff), "no TSEI without SError support");
        Write(GicSystemRegister.VirtualMachineControl, ulong.MaxValue);
        Assert.That(Read(GicSystemRegister.VirtualMachineControl), Is.EqualTo(0xf8fc_021b));
        Write(GicSystemRegister.VirtualMachineControl, 0);
        Assert.That(Read(GicSystemRegister.VirtualMachineControl), Is.EqualTo(0x4c_0008), "least binary points, VFIQEn is one");
        Write(GicSystemRegister.ListRegister, ulong.MaxValue);
        Assert.That(Read(GicSystemRegister.ListRegister), Is.EqualTo(0xf0f8_03ff_ffff_ffff));
    }

    [TestCase(GicSystemRegister.ListRegister + 4)]
    [TestCase(GicSystemRegister.ListRegisterLast)]
    [TestCase(GicSystemRegister.VirtualActivePriorities0 + 1)]
    [TestCase(GicSystemRegister.VirtualActivePriorities1 + 3)]
    [TestCase(GicSystemRegister.HypervisorControl + 4)]
    public void WhatIsNotImplementedIsUndefined(int register)
    {
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryRead((ushort)register, out _), Is.EqualTo(SystemRegisterResult.Undefined));
        Assert.That(_bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Undefined));
    }

    [TestCase(GicSystemRegister.VirtualType)]
    [TestCase(GicSystemRegister.MaintenanceStatus)]
    [TestCase(GicSystemRegister.EndStatus)]
    [TestCase(GicSystemRegister.EmptyListRegisters)]
    public void StatusCannotBeWritten(int register)
    {
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Undefined));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void El1AndCpusWithoutEl2DoNotHaveThem(bool hasHypervisor)
    {
        GicBench bench = hasHypervisor ? GicBench.WithHypervisor() : GicBench.Simple();
        Assert.That(bench.TryRead(GicSystemRegister.HypervisorControl, out _), Is.EqualTo(SystemRegisterResult.Undefined));
        Assert.That(bench.TryWrite(GicSystemRegister.ListRegister, 0), Is.EqualTo(SystemRegisterResult.Undefined));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void AListRegisterMakesAVirtualInterrupt(bool isGroup1)
    {
        List(0, 77, Pending | (isGroup1 ? Group1 : 0), 0x80);

        Assert.That((_bench.Cpu().VirtualIrq.Level, _bench.Cpu().VirtualFiq.Level), Is.EqualTo((isGroup1, !isGroup1)));
        ushort mine = isGroup1 ? GicSystemRegister.Acknowledge1 : GicSystemRegister.Acknowledge0;
        ushort other = isGroup1 ? GicSystemRegister.Acknowledge0 : GicSystemRegister.Acknowledge1;
        Assert.That(ReadVirtual(other), Is.EqualTo(Spurious));
        Assert.That(ReadVirtual(mine + 2), Is.EqualTo(77), "ICV_HPPIR");
        Assert.That(ReadVirtual(mine), Is.EqualTo(77));
        Assert.That(State(0), Is.EqualTo(Active));
        Assert.That(ReadVirtual(GicSystemRegister.RunningPriority), Is.EqualTo(0x80));
        Assert.That(Read(isGroup1 ? GicSystemRegister.VirtualActivePriorities1 : GicSystemRegister.VirtualActivePriorities0), Is.EqualTo(1 << 16));
        Assert.That(_bench.Cpu().VirtualIrq.Level || _bench.Cpu().VirtualFiq.Level, Is.False);
        WriteVirtual(mine + 1, 77);
        Assert.That(State(0), Is.Zero);
        Assert.That(ReadVirtual(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
    }

    [Test]
    public void TheMostUrgentIsGivenFirstAndPreempts()
    {
        List(0, 100, Pending | Group1, 0x80);
        List(1, 101, Pending | Group1, 0x40);
        List(2, 102, Pending | Group1, 0x40);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(101), "of equals, the lower register");
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(Spurious));
        List(3, 103, Pending | Group1, 0x20);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(103));
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 103);
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 101);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(102));
    }

    [Test]
    public void MaskBinaryPointAndEnablesDecide()
    {
        List(0, 100, Pending | Group1, 0x80);
        WriteVirtual(GicSystemRegister.PriorityMask, 0x80);
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.False);
        WriteVirtual(GicSystemRegister.PriorityMask, 0x8f);
        Assert.That(ReadVirtual(GicSystemRegister.PriorityMask), Is.EqualTo(0x88));
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.True);
        WriteVirtual(GicSystemRegister.GroupEnable1, 0);
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.False);
        WriteVirtual(GicSystemRegister.GroupEnable1, 1);
        Write(GicSystemRegister.HypervisorControl, 0);
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.False);
        Write(GicSystemRegister.HypervisorControl, 1);
        WriteVirtual(GicSystemRegister.PriorityMask, 0xff);
        WriteVirtual(GicSystemRegister.BinaryPoint1, 7);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(100));
        List(1, 101, Pending | Group1, 0x88);
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.False);
        List(1, 101, Pending | Group1, 0x78);
        Assert.That(_bench.Cpu().VirtualIrq.Level, Is.True, "another half of the range");
    }

    [Test]
    public void ControlAndBinaryPointsAreThoseOfTheMachineControl()
    {
        Assert.That(ReadVirtual(GicSystemRegister.Control), Is.EqualTo(0x8c00), "A3V, 24 bits of INTID, 5 of priority");
        Assert.That((ReadVirtual(GicSystemRegister.BinaryPoint0), ReadVirtual(GicSystemRegister.BinaryPoint1)), Is.EqualTo((2, 3)));
        WriteVirtual(GicSystemRegister.BinaryPoint0, 5);
        WriteVirtual(GicSystemRegister.BinaryPoint1, 0);
        WriteVirtual(GicSystemRegister.Control, 3);
        Assert.That(ReadVirtual(GicSystemRegister.BinaryPoint1), Is.EqualTo(6), "CBPR");
        WriteVirtual(GicSystemRegister.BinaryPoint1, 7);
        Assert.That(Read(GicSystemRegister.VirtualMachineControl), Is.EqualTo(0xf8ac_021b));
    }

    [Test]
    public void AHardwareInterruptIsDeactivatedByItsVirtualEnd()
    {
        _bench.Configure(40, edge: true);
        _bench.Gic.Spi(8).Set(true);
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(40));
        WriteIs(GicSystemRegister.Control, 2);
        _bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 40);
        Assert.That(_bench.ReadDistributor(0x304) & (1 << 8), Is.Not.Zero, "priority drop only");

        List(0, 200, Pending | Group1 | Hardware | (40ul << 32), 0x80);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(200));
        Assert.That(_bench.ReadDistributor(0x304) & (1 << 8), Is.Not.Zero);
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 200);
        Assert.That(_bench.ReadDistributor(0x304) & (1 << 8), Is.Zero);
        Assert.That(Read(GicSystemRegister.EmptyListRegisters), Is.EqualTo(15));
    }

    [Test]
    public void WithEoiModeDeactivationIsASecondStep()
    {
        WriteVirtual(GicSystemRegister.Control, 2);
        List(0, 200, Pending | Group1, 0x80);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(200));
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 200);
        Assert.That(State(0), Is.EqualTo(Active));
        Assert.That(ReadVirtual(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
        WriteVirtual(GicSystemRegister.Deactivate, 200);
        Assert.That(State(0), Is.Zero);
    }

    [Test]
    public void ALpiHasNoActiveState()
    {
        List(0, 8192, Pending | Group1, 0x80);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(8192));
        Assert.That(State(0), Is.Zero);
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 8192);
        Assert.That(ReadVirtual(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
        Assert.That(Read(GicSystemRegister.HypervisorControl) >> 27, Is.Zero, "is not counted");
    }

    [Test]
    public void ASpecialNumberDoesNotBecomeActive()
    {
        List(0, Spurious, Pending | Group1, 0x80);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(Spurious));
        Assert.That(State(0), Is.Zero);
        Assert.That(ReadVirtual(GicSystemRegister.RunningPriority), Is.EqualTo(0xff));
    }

    [Test]
    public void EndsWithoutAListRegisterAreCounted()
    {
        Write(GicSystemRegister.VirtualActivePriorities1, 1 << 16);
        Write(GicSystemRegister.HypervisorControl, 1 | (1 << 2));
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 99);
        Assert.That(Read(GicSystemRegister.HypervisorControl) >> 27, Is.EqualTo(1));
        Assert.That(Read(GicSystemRegister.MaintenanceStatus), Is.EqualTo(4), "LRENP");
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 99);
        Assert.That(Read(GicSystemRegister.HypervisorControl) >> 27, Is.EqualTo(1), "no priority was active");
    }

    [Test]
    public void TheEndOfAnInterruptCanBeNotified()
    {
        List(0, 200, Pending | Group1 | EndNotification, 0x80);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(200));
        Assert.That((Maintenance, Read(GicSystemRegister.EndStatus)), Is.EqualTo((false, 0)));
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 200);
        Assert.That((Maintenance, Read(GicSystemRegister.EndStatus)), Is.EqualTo((true, 1)));
        Assert.That(Read(GicSystemRegister.MaintenanceStatus), Is.EqualTo(1));
        Assert.That(Read(GicSystemRegister.EmptyListRegisters), Is.EqualTo(14));
        List(0, 0, 0, 0);
        Assert.That(Maintenance, Is.False);
    }

    // Each cause: its enable in ICH_HCR_EL2, its bit in ICH_MISR_EL2, and what brings it about.
    [TestCase(1, 0, 3ul, true)]
    [TestCase(1, 1, 3ul, true)]
    [TestCase(1, 2, 3ul, false)]
    [TestCase(3, 0, 3ul, true)]
    [TestCase(3, 1, 3ul, false)]
    [TestCase(4, 0, 1ul, true)]
    [TestCase(4, 0, 2ul, false)]
    [TestCase(5, 0, 2ul, true)]
    [TestCase(5, 0, 1ul, false)]
    [TestCase(6, 0, 2ul, true)]
    [TestCase(6, 0, 1ul, false)]
    [TestCase(7, 0, 1ul, true)]
    [TestCase(7, 0, 2ul, false)]
    public void MaintenanceInterrupts(int bit, int pending, ulong enables, bool expected)
    {
        for (int i = 0; i < pending; i++)
        {
            List(i, 100 + i, Pending | Group1, 0x80);
        }

        Write(GicSystemRegister.VirtualMachineControl, enables);
        Assert.That(Read(GicSystemRegister.MaintenanceStatus), Is.Zero);
        Write(GicSystemRegister.HypervisorControl, 1ul | (1ul << bit));
        Assert.That(Read(GicSystemRegister.MaintenanceStatus), Is.EqualTo(expected ? 1 << bit : 0));
        Assert.That(Maintenance, Is.EqualTo(expected));
        Write(GicSystemRegister.HypervisorControl, 1ul << bit);
        Assert.That(Maintenance, Is.False, "the interface is off");
    }

    [TestCase(10, GicSystemRegister.PriorityMask)]
    [TestCase(10, GicSystemRegister.Control)]
    [TestCase(10, GicSystemRegister.RunningPriority)]
    [TestCase(11, GicSystemRegister.Acknowledge0)]
    [TestCase(11, GicSystemRegister.BinaryPoint0)]
    [TestCase(11, GicSystemRegister.ActivePriorities0)]
    [TestCase(12, GicSystemRegister.Acknowledge1)]
    [TestCase(12, GicSystemRegister.GroupEnable1)]
    [TestCase(12, GicSystemRegister.HighestPending1)]
    public void HypervisorsTrapReads(int bit, int register)
    {
        foreach (ulong hcr in (ulong[])[0, Routed])
        {
            Write(GicSystemRegister.HypervisorControl, 1);
            Assert.That(_bench.TryRead((ushort)register, out _, hypervisorConfiguration: hcr), Is.EqualTo(SystemRegisterResult.Ok));
            Write(GicSystemRegister.HypervisorControl, 1ul << bit);
            Assert.That(_bench.TryRead((ushort)register, out _, hypervisorConfiguration: hcr), Is.EqualTo(SystemRegisterResult.TrapToEl2));
            Write(GicSystemRegister.HypervisorControl, 0x5c00ul & ~(1ul << bit));
            Assert.That(_bench.TryRead((ushort)register, out _, hypervisorConfiguration: hcr), Is.EqualTo(SystemRegisterResult.Ok));
        }
    }

    [TestCase(10, GicSystemRegister.Deactivate)]
    [TestCase(14, GicSystemRegister.Deactivate)]
    [TestCase(10, GicSystemRegister.SendSgi1)]
    [TestCase(11, GicSystemRegister.EndOfInterrupt0)]
    [TestCase(12, GicSystemRegister.EndOfInterrupt1)]
    public void HypervisorsTrapWrites(int bit, int register)
    {
        Assert.That(_bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Ok));
        Write(GicSystemRegister.HypervisorControl, 1ul << bit);
        Assert.That(_bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.TrapToEl2));
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Ok));
        _bench.EnterNonSecure();
    }

    [Test]
    public void SecureSoftwareKeepsThePhysicalInterface()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true, HasVirtualInterface = true });
        bench.EnterEl3();
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0x50);
        bench.WriteRegister(GicSystemRegister.HypervisorControl, 0x5c00);
        bench.EnterSecureEl1();
        Assert.That(bench.TryRead(GicSystemRegister.PriorityMask, out ulong value, hypervisorConfiguration: Routed), Is.EqualTo(SystemRegisterResult.Ok));
        Assert.That(value, Is.EqualTo(0x50));
    }

    [Test]
    public void StateIsSavedWithItsLines()
    {
        List(0, 200, Pending | Group1, 0x80);
        List(1, 201, Pending | Group1 | EndNotification, 0x40);
        Assert.That(ReadVirtual(GicSystemRegister.Acknowledge1), Is.EqualTo(201));
        WriteVirtual(GicSystemRegister.EndOfInterrupt1, 201);
        byte[] saved = _bench.Save();
        GicBench copy = GicBench.WithHypervisor();
        copy.Gic.Load(new SnapshotReader(saved));

        Assert.That(copy.Save(), Is.EqualTo(saved));
        Assert.That(copy.Cpu().VirtualIrq.Level, Is.True);
        Assert.That(copy.ReadRedistributor(0x1_0200) >> 25 & 1, Is.EqualTo(1), "maintenance");
        copy.Gic.Reset(ResetKind.Warm);
        Assert.That(copy.Save(), Is.EqualTo(new GicBench(new GicV3Options { HasVirtualInterface = true }).Save()));
        Assert.That(copy.Cpu().VirtualIrq.Level, Is.False);
    }

    [Test]
    public void DeliveryAllocatesNothing()
    {
        ulong register = 200 | Pending | Group1 | (0x80ul << 48);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                GicCpuInterface cpu = _bench.Gic.CpuInterface(0);
                _ = cpu.Write(new SystemRegisterAccess(GicSystemRegister.ListRegister, 2, false, 0, GicBench.ScrNs), register);
                var access = new SystemRegisterAccess(GicSystemRegister.Acknowledge1, 1, false, Routed, GicBench.ScrNs);
                _ = cpu.Read(access, out ulong id);
                _ = cpu.Write(access with { Register = GicSystemRegister.EndOfInterrupt1 }, id);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    private bool Maintenance => ((_bench.ReadRedistributor(0x1_0200) >> 25) & 1) != 0;

    private ulong State(int index)
    {
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryRead((ushort)(GicSystemRegister.ListRegister + index), out ulong value), Is.EqualTo(SystemRegisterResult.Ok));
        _bench.EnterNonSecure();
        return value & (Pending | Active);
    }

    private void List(int index, int id, ulong flags, int priority) =>
        Write(GicSystemRegister.ListRegister + index, (uint)id | flags | ((ulong)priority << 48));

    private void WriteIs(ushort register, ulong value) => _bench.WriteRegister(register, value);

    private ulong Read(int register)
    {
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryRead((ushort)register, out ulong value), Is.EqualTo(SystemRegisterResult.Ok));
        _bench.EnterNonSecure();
        return value;
    }

    private void Write(int register, ulong value)
    {
        _bench.EnterNonSecure(level: 2);
        Assert.That(_bench.TryWrite((ushort)register, value), Is.EqualTo(SystemRegisterResult.Ok));
        _bench.EnterNonSecure();
    }

    private int ReadVirtual(int register)
    {
        _bench.EnterNonSecure();
        Assert.That(_bench.TryRead((ushort)register, out ulong value, hypervisorConfiguration: Routed), Is.EqualTo(SystemRegisterResult.Ok));
        return (int)value;
    }

    private void WriteVirtual(int register, ulong value)
    {
        _bench.EnterNonSecure();
        Assert.That(_bench.TryWrite((ushort)register, value, hypervisorConfiguration: Routed), Is.EqualTo(SystemRegisterResult.Ok));
    }
}
