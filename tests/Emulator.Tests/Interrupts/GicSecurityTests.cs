using Emulator.Interrupts;

namespace Emulator.Tests.Interrupts;

/// <summary>The CPU interface with two security states: lines, special INTIDs, banked registers, views of priorities, traps.</summary>
[TestFixture]
internal sealed class GicSecurityTests
{
    private const int Spi = 40;

    // GICv3 architecture, "Interrupt assignment to IRQ and FIQ signals".
    [TestCase("0", "EL3", 'F')]
    [TestCase("0", "S-EL1", 'F')]
    [TestCase("0", "EL2", 'F')]
    [TestCase("0", "EL1", 'F')]
    [TestCase("S1", "EL3", 'F')]
    [TestCase("S1", "S-EL1", 'I')]
    [TestCase("S1", "EL2", 'F')]
    [TestCase("S1", "EL1", 'F')]
    [TestCase("N1", "EL3", 'F')]
    [TestCase("N1", "S-EL1", 'F')]
    [TestCase("N1", "EL2", 'I')]
    [TestCase("N1", "EL1", 'I')]
    public void GroupAndStateChooseTheLine(string group, string state, char expected)
    {
        GicBench bench = Pending(group);
        Enter(bench, state);
        Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(expected == 'I'));
        Assert.That(bench.Cpu().Fiq.Level, Is.EqualTo(expected == 'F'));
    }

    [Test]
    public void ChangingTheStateMovesTheInterruptBetweenTheLines()
    {
        GicBench bench = Pending("N1");
        foreach ((string state, bool irq) in new[] { ("EL1", true), ("EL3", false), ("EL2", true), ("S-EL1", false), ("EL1", true) })
        {
            Enter(bench, state);
            Assert.That(bench.Cpu().Irq.Level, Is.EqualTo(irq), state);
            Assert.That(bench.Cpu().Fiq.Level, Is.EqualTo(!irq), state);
        }
    }

    [Test]
    public void WithSecurityDisabledGroup1IsAnIrqEverywhere([Values("EL3", "S-EL1", "EL2", "EL1")] string state)
    {
        GicBench bench = Pending("N1");
        bench.WriteDistributor(0, 0x47, secure: true);
        Enter(bench, state);
        Assert.That(bench.Cpu().Irq.Level, Is.True);
        Assert.That(bench.Cpu().Fiq.Level, Is.False);
    }

    [Test]
    public void DisablingSecurityMakesSecureGroup1Group0()
    {
        GicBench bench = Pending("S1");
        Enter(bench, "S-EL1");
        Assert.That(bench.Cpu().Irq.Level, Is.True);
        bench.WriteDistributor(0, 0x47, secure: true);
        Assert.That(bench.Cpu().Irq.Level, Is.False);
        Assert.That(bench.Cpu().Fiq.Level, Is.True);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge0), Is.EqualTo(Spi));
    }

    [TestCase("0", "EL3", Spi, 1023)]
    [TestCase("0", "S-EL1", Spi, 1023)]
    [TestCase("0", "EL2", 1023, 1023)]
    [TestCase("0", "EL1", 1023, 1023)]
    [TestCase("S1", "EL3", 1020, Spi)]
    [TestCase("S1", "S-EL1", 1023, Spi)]
    [TestCase("S1", "EL2", 1023, 1023)]
    [TestCase("S1", "EL1", 1023, 1023)]
    [TestCase("N1", "EL3", 1021, Spi)]
    [TestCase("N1", "S-EL1", 1023, 1023)]
    [TestCase("N1", "EL2", 1023, Spi)]
    [TestCase("N1", "EL1", 1023, Spi)]
    public void EachStateSeesWhatIsItsOwn(string group, string state, int group0, int group1)
    {
        GicBench bench = Pending(group);
        Enter(bench, state);
        Assert.Multiple(() =>
        {
            Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending0), Is.EqualTo(group0));
            Assert.That(bench.ReadRegister(GicSystemRegister.HighestPending1), Is.EqualTo(group1));
        });
        int spurious = group0 == Spi ? GicSystemRegister.Acknowledge1 : GicSystemRegister.Acknowledge0;
        Assert.That(bench.ReadRegister((ushort)spurious), Is.EqualTo(group0 == Spi ? group1 : group0));
        Assert.That(bench.ReadDistributor(0x304, secure: true), Is.Zero, "special INTIDs acknowledge nothing");
        int real = group0 == Spi ? GicSystemRegister.Acknowledge0 : GicSystemRegister.Acknowledge1;
        Assert.That(bench.ReadRegister((ushort)real), Is.EqualTo(group0 == Spi ? group0 : group1));
        Assert.That(bench.ReadDistributor(0x304, secure: true) != 0, Is.EqualTo(group0 == Spi || group1 == Spi));
    }

    [TestCase("0", "EL3", true, false)]
    [TestCase("0", "S-EL1", true, false)]
    [TestCase("0", "EL2", false, false)]
    [TestCase("0", "EL1", false, false)]
    [TestCase("S1", "EL3", false, true)]
    [TestCase("S1", "S-EL1", false, true)]
    [TestCase("S1", "EL2", false, false)]
    [TestCase("S1", "EL1", false, false)]
    [TestCase("N1", "EL3", false, true)]
    [TestCase("N1", "S-EL1", false, false)]
    [TestCase("N1", "EL2", false, true)]
    [TestCase("N1", "EL1", false, true)]
    public void EachStateEndsWhatIsItsOwn(string group, string state, bool by0, bool by1)
    {
        foreach ((int register, bool ends) in new[] { (GicSystemRegister.EndOfInterrupt0, by0), (GicSystemRegister.EndOfInterrupt1, by1) })
        {
            GicBench bench = Pending(group);
            bench.EnterEl3();
            Assert.That(bench.ReadRegister(group == "0" ? GicSystemRegister.Acknowledge0 : GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
            Enter(bench, state);
            bench.WriteRegister((ushort)register, Spi);
            Assert.That(bench.ReadDistributor(0x304, secure: true) == 0, Is.EqualTo(ends));
        }
    }

    [TestCase("0", "EL3", 0ul, true)]
    [TestCase("0", "S-EL1", 0ul, true)]
    [TestCase("0", "S-EL1", GicBench.ScrFiq, false)]
    [TestCase("0", "EL2", 0ul, false)]
    [TestCase("0", "EL1", 0ul, false)]
    [TestCase("S1", "EL3", 0ul, true)]
    [TestCase("S1", "S-EL1", 0ul, true)]
    [TestCase("S1", "S-EL1", GicBench.ScrIrq, false)]
    [TestCase("S1", "EL1", 0ul, false)]
    [TestCase("N1", "EL3", 0ul, true)]
    [TestCase("N1", "S-EL1", 0ul, true)]
    [TestCase("N1", "EL2", 0ul, true)]
    [TestCase("N1", "EL2", GicBench.ScrIrq, false)]
    [TestCase("N1", "EL1", GicBench.ScrFiq, true)]
    public void DirWorksForWhatTheLevelWouldBeSent(string group, string state, ulong secureConfiguration, bool deactivates)
    {
        GicBench bench = Pending(group);
        bench.WriteRegister(GicSystemRegister.ControlEl3, 0x1c);
        bench.WriteDistributor(0x304, 1u << 8, secure: true);
        Enter(bench, state, secureConfiguration);
        bench.WriteRegister(GicSystemRegister.Deactivate, Spi);
        Assert.That(bench.ReadDistributor(0x304, secure: true) == 0, Is.EqualTo(deactivates));
    }

    [Test]
    public void NonSecureSoftwareCannotEndWhatItCannotSee()
    {
        GicBench bench = Pending("N1");
        bench.Configure(50, group: 0);
        bench.WriteDistributor(0x304, 1u << 18, secure: true);
        Enter(bench, "EL1");
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, 50);
        Assert.That(bench.ReadDistributor(0x304, secure: true) & (1u << 18), Is.Not.Zero);
    }

    [Test]
    public void BankedRegistersFollowTheSecurityState([Values(
        GicSystemRegister.BinaryPoint1,
        GicSystemRegister.Control,
        GicSystemRegister.GroupEnable1,
        GicSystemRegister.ActivePriorities1)] int register)
    {
        const int Control = GicSystemRegister.Control;
        ulong value = register == Control ? 2u : register == GicSystemRegister.GroupEnable1 ? 0u : 7u;
        int Mask(int read) => register == Control ? read & 3 : read;
        var bench = GicBench.TwoStates();
        bench.EnterNonSecure();
        int nonSecure = Mask(bench.ReadRegister((ushort)register));
        bench.EnterSecureEl1();
        bench.WriteRegister((ushort)register, value);
        Assert.That(Mask(bench.ReadRegister((ushort)register)), Is.EqualTo((int)value));
        bench.EnterNonSecure();
        Assert.That(Mask(bench.ReadRegister((ushort)register)), Is.EqualTo(nonSecure));
        bench.EnterEl3(secureConfiguration: GicBench.ScrNs);
        Assert.That(Mask(bench.ReadRegister((ushort)register)), Is.EqualTo(nonSecure), "at EL3 SCR_EL3.NS chooses");
        bench.EnterEl3();
        Assert.That(Mask(bench.ReadRegister((ushort)register)), Is.EqualTo((int)value));
    }

    [Test]
    public void El3SeesBothCopiesOfControl()
    {
        var bench = GicBench.TwoStates();
        Assert.That(bench.ReadRegister(GicSystemRegister.ControlEl3), Is.EqualTo(0x8c00));
        bench.WriteRegister(GicSystemRegister.ControlEl3, 0b10101);
        Assert.That(bench.ReadRegister(GicSystemRegister.ControlEl3), Is.EqualTo(0x8c15));
        bench.EnterSecureEl1();
        Assert.That(bench.ReadRegister(GicSystemRegister.Control) & 3, Is.EqualTo(0b01));
        bench.EnterNonSecure();
        Assert.That(bench.ReadRegister(GicSystemRegister.Control) & 3, Is.EqualTo(0b10));
        bench.WriteRegister(GicSystemRegister.Control, 1);
        Assert.That(bench.ReadRegister(GicSystemRegister.Control) & 3, Is.Zero, "CBPR is EL3's");
        bench.EnterEl3();
        Assert.That(bench.ReadRegister(GicSystemRegister.ControlEl3) & 0x1f, Is.EqualTo(0b00101));
        bench.WriteRegister(GicSystemRegister.ControlEl3, 0b01010);
        Assert.That(bench.ReadRegister(GicSystemRegister.ControlEl3) & 0x1f, Is.EqualTo(0b01010));
    }

    [Test]
    public void El3SeesBothEnablesOfGroup1()
    {
        var bench = GicBench.TwoStates();
        bench.WriteRegister(GicSystemRegister.GroupEnable1El3, 1);
        bench.EnterSecureEl1();
        Assert.That(bench.ReadRegister(GicSystemRegister.GroupEnable1), Is.Zero);
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 1);
        bench.EnterNonSecure();
        Assert.That(bench.ReadRegister(GicSystemRegister.GroupEnable1), Is.EqualTo(1));
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 0);
        bench.EnterEl3();
        Assert.That(bench.ReadRegister(GicSystemRegister.GroupEnable1El3), Is.EqualTo(2));
    }

    [Test]
    public void SecureCommonBinaryPointIsGroup0s()
    {
        var bench = GicBench.TwoStates();
        bench.WriteRegister(GicSystemRegister.ControlEl3, 0b11);
        bench.EnterSecureEl1();
        bench.WriteRegister(GicSystemRegister.BinaryPoint1, 5);
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint0), Is.EqualTo(5));
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(5));
        bench.EnterNonSecure();
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(6));
        bench.WriteRegister(GicSystemRegister.BinaryPoint1, 3);
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(6));
        bench.EnterEl3();
        Assert.That(bench.ReadRegister(GicSystemRegister.BinaryPoint1), Is.EqualTo(2), "EL3 sees the register itself");
    }

    [Test]
    public void NonSecureSoftwareSeesTheLowerHalfOfPrioritiesAsAll()
    {
        const ulong Routed = GicBench.ScrFiq;
        var bench = GicBench.TwoStates();
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0x70);
        Enter(bench, "EL1", Routed);
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.Zero);
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0xff);
        bench.EnterEl3();
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0x70), "Secure masking stays");
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0xf0);
        Enter(bench, "EL1", Routed);
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0xe0));
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0x40);
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0x40));
        bench.EnterEl3();
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0xa0));
        Enter(bench, "EL1");
        Assert.That(bench.ReadRegister(GicSystemRegister.PriorityMask), Is.EqualTo(0xa0), "unless Group 0 is Non-secure software's too");
    }

    [TestCase(0x40, 0x00)]
    [TestCase(0x80, 0x00)]
    [TestCase(0xc0, 0x80)]
    public void NonSecureSoftwareSeesTheRunningPriorityShifted(int priority, int seen)
    {
        var bench = GicBench.TwoStates();
        Enter(bench, "EL1", GicBench.ScrFiq);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(0xff), "idle");
        bench.EnterEl3();
        bench.Configure(Spi, priority);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(priority));
        Enter(bench, "EL1", GicBench.ScrFiq);
        Assert.That(bench.ReadRegister(GicSystemRegister.RunningPriority), Is.EqualTo(seen));
    }

    [TestCase(GicSystemRegister.Acknowledge0, true, false)]
    [TestCase(GicSystemRegister.HighestPending0, true, false)]
    [TestCase(GicSystemRegister.BinaryPoint0, true, false)]
    [TestCase(GicSystemRegister.GroupEnable0, true, false)]
    [TestCase(GicSystemRegister.ActivePriorities0, true, false)]
    [TestCase(GicSystemRegister.Acknowledge1, false, true)]
    [TestCase(GicSystemRegister.HighestPending1, false, true)]
    [TestCase(GicSystemRegister.BinaryPoint1, false, true)]
    [TestCase(GicSystemRegister.GroupEnable1, false, true)]
    [TestCase(GicSystemRegister.ActivePriorities1, false, true)]
    [TestCase(GicSystemRegister.PriorityMask, true, true)]
    [TestCase(GicSystemRegister.Control, true, true)]
    [TestCase(GicSystemRegister.RunningPriority, true, true)]
    public void RoutingToEl3TrapsReadsThere(int register, bool needsFiq, bool needsIrq)
    {
        var bench = GicBench.TwoStates();
        foreach (ulong routing in new[] { 0ul, GicBench.ScrIrq, GicBench.ScrFiq, GicBench.ScrIrq | GicBench.ScrFiq })
        {
            bool traps = (!needsFiq || (routing & GicBench.ScrFiq) != 0) && (!needsIrq || (routing & GicBench.ScrIrq) != 0);
            SystemRegisterResult expected = traps ? SystemRegisterResult.TrapToEl3 : SystemRegisterResult.Ok;
            foreach (string state in new[] { "S-EL1", "EL1", "EL2" })
            {
                Enter(bench, state, routing);
                Assert.That(bench.TryRead((ushort)register, out _), Is.EqualTo(expected), $"{state} with SCR_EL3 {routing}");
            }

            bench.EnterEl3(secureConfiguration: routing);
            Assert.That(bench.TryRead((ushort)register, out _), Is.EqualTo(SystemRegisterResult.Ok));
        }
    }

    [TestCase(GicSystemRegister.EndOfInterrupt0, GicBench.ScrFiq)]
    [TestCase(GicSystemRegister.EndOfInterrupt1, GicBench.ScrIrq)]
    [TestCase(GicSystemRegister.Deactivate, GicBench.ScrIrq | GicBench.ScrFiq)]
    [TestCase(GicSystemRegister.SendSgi0, GicBench.ScrIrq | GicBench.ScrFiq)]
    [TestCase(GicSystemRegister.SendSgi1, GicBench.ScrIrq | GicBench.ScrFiq)]
    [TestCase(GicSystemRegister.SendSgi1Alias, GicBench.ScrIrq | GicBench.ScrFiq)]
    public void RoutingToEl3TrapsWritesThere(int register, ulong routing)
    {
        var bench = GicBench.TwoStates();
        Enter(bench, "EL1");
        Assert.That(bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Ok));
        Enter(bench, "EL1", routing);
        Assert.That(bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.TrapToEl3));
    }

    [TestCase(GicSystemRegister.Acknowledge0, false)]
    [TestCase(GicSystemRegister.Acknowledge1, false)]
    [TestCase(GicSystemRegister.HighestPending0, false)]
    [TestCase(GicSystemRegister.HighestPending1, false)]
    [TestCase(GicSystemRegister.RunningPriority, false)]
    [TestCase(GicSystemRegister.EndOfInterrupt0, true)]
    [TestCase(GicSystemRegister.EndOfInterrupt1, true)]
    [TestCase(GicSystemRegister.Deactivate, true)]
    [TestCase(GicSystemRegister.SendSgi0, true)]
    [TestCase(GicSystemRegister.SendSgi1, true)]
    [TestCase(GicSystemRegister.SendSgi1Alias, true)]
    public void TheWrongDirectionIsUndefined(int register, bool writeOnly)
    {
        var bench = GicBench.Simple();
        Assert.That(bench.TryRead((ushort)register, out _), Is.EqualTo(writeOnly ? SystemRegisterResult.Undefined : SystemRegisterResult.Ok));
        Assert.That(bench.TryWrite((ushort)register, 0), Is.EqualTo(writeOnly ? SystemRegisterResult.Ok : SystemRegisterResult.Undefined));
    }

    [TestCase(GicSystemRegister.SystemRegisterEnable, 1, 7)]
    [TestCase(GicSystemRegister.SystemRegisterEnableEl2, 2, 15)]
    [TestCase(GicSystemRegister.SystemRegisterEnableEl3, 3, 15)]
    [TestCase(GicSystemRegister.ControlEl3, 3, 0x8c00)]
    [TestCase(GicSystemRegister.GroupEnable1El3, 3, 3)]
    [TestCase(GicSystemRegister.PriorityMask, 1, 0xf8)]
    [TestCase(GicSystemRegister.Control, 1, 0x8c00)]
    public void EachRegisterHasALowestLevel(int register, int lowest, int expected)
    {
        var bench = GicBench.TwoStates();
        for (int level = 0; level < lowest; level++)
        {
            bench.EnterNonSecure(level: level);
            Assert.That(bench.TryRead((ushort)register, out ulong hidden), Is.EqualTo(SystemRegisterResult.Undefined));
            Assert.That(hidden, Is.Zero);
            Assert.That(bench.TryWrite((ushort)register, 0), Is.EqualTo(SystemRegisterResult.Undefined));
        }

        bench.EnterEl3();
        Assert.That(bench.ReadRegister((ushort)register), Is.EqualTo(expected));
    }

    [Test]
    public void TheMemoryMappedInterfaceCannotBeChosen()
    {
        var bench = GicBench.TwoStates();
        foreach (ushort register in new[] { GicSystemRegister.SystemRegisterEnable, GicSystemRegister.SystemRegisterEnableEl2, GicSystemRegister.SystemRegisterEnableEl3 })
        {
            int before = bench.ReadRegister(register);
            bench.WriteRegister(register, 0);
            Assert.That(bench.ReadRegister(register), Is.EqualTo(before));
        }
    }

    [TestCase(8ul, GicSystemRegister.SendSgi0)]
    [TestCase(16ul, GicSystemRegister.SendSgi0)]
    [TestCase(16ul, GicSystemRegister.SendSgi1)]
    [TestCase(8ul, GicSystemRegister.SendSgi1Alias)]
    public void AHypervisorsRoutingTrapsSgis(ulong hypervisorConfiguration, int register)
    {
        var bench = GicBench.Simple();
        Assert.That(bench.TryWrite((ushort)register, 0, hypervisorConfiguration: hypervisorConfiguration), Is.EqualTo(SystemRegisterResult.TrapToEl2));
        bench.EnterNonSecure(level: 2);
        Assert.That(bench.TryWrite((ushort)register, 0, hypervisorConfiguration: hypervisorConfiguration), Is.EqualTo(SystemRegisterResult.Ok));
    }

    [TestCase(8ul, GicSystemRegister.Acknowledge0, true)]
    [TestCase(16ul, GicSystemRegister.Acknowledge0, false)]
    [TestCase(8ul, GicSystemRegister.Acknowledge1, false)]
    [TestCase(16ul, GicSystemRegister.Acknowledge1, true)]
    [TestCase(8ul, GicSystemRegister.PriorityMask, true)]
    [TestCase(16ul, GicSystemRegister.PriorityMask, true)]
    public void AHypervisorsRoutingGivesEl1TheVirtualInterface(ulong hypervisorConfiguration, int register, bool isVirtual)
    {
        GicBench bench = GicBench.WithHypervisor();
        bench.Configure(40, group: register == GicSystemRegister.Acknowledge1 ? 1 : 0);
        bench.Gic.Spi(8).Set(true);
        Assert.That(bench.TryRead((ushort)register, out ulong value, hypervisorConfiguration: hypervisorConfiguration), Is.EqualTo(SystemRegisterResult.Ok));
        ulong physical = register == GicSystemRegister.PriorityMask ? 0xf8u : 40;
        Assert.That(value, Is.EqualTo(isVirtual ? register == GicSystemRegister.PriorityMask ? 0u : 1023 : physical));
    }

    [TestCase(3, 3, 14, 0, 2)] // CNTVCT_EL0
    [TestCase(3, 0, 12, 0, 0)] // VBAR_EL1
    public void OtherRegistersAreNotHere(int op0, int op1, int crn, int crm, int op2)
    {
        var bench = GicBench.Simple();
        bench.EnterNonSecure(level: 2);
        ushort register = SystemRegisterAccess.Encode(op0, op1, crn, crm, op2);
        Assert.That(bench.TryRead(register, out _), Is.EqualTo(SystemRegisterResult.NotHere));
        Assert.That(bench.TryWrite(register, 0), Is.EqualTo(SystemRegisterResult.NotHere));
    }

    [TestCase(GicSystemRegister.PriorityMask, 0, 4, 6, 0)]
    [TestCase(GicSystemRegister.Acknowledge0, 0, 12, 8, 0)]
    [TestCase(GicSystemRegister.EndOfInterrupt0, 0, 12, 8, 1)]
    [TestCase(GicSystemRegister.HighestPending0, 0, 12, 8, 2)]
    [TestCase(GicSystemRegister.BinaryPoint0, 0, 12, 8, 3)]
    [TestCase(GicSystemRegister.ActivePriorities0, 0, 12, 8, 4)]
    [TestCase(GicSystemRegister.ActivePriorities0Last, 0, 12, 8, 7)]
    [TestCase(GicSystemRegister.ActivePriorities1, 0, 12, 9, 0)]
    [TestCase(GicSystemRegister.ActivePriorities1Last, 0, 12, 9, 3)]
    [TestCase(GicSystemRegister.Deactivate, 0, 12, 11, 1)]
    [TestCase(GicSystemRegister.RunningPriority, 0, 12, 11, 3)]
    [TestCase(GicSystemRegister.SendSgi1, 0, 12, 11, 5)]
    [TestCase(GicSystemRegister.SendSgi1Alias, 0, 12, 11, 6)]
    [TestCase(GicSystemRegister.SendSgi0, 0, 12, 11, 7)]
    [TestCase(GicSystemRegister.Acknowledge1, 0, 12, 12, 0)]
    [TestCase(GicSystemRegister.EndOfInterrupt1, 0, 12, 12, 1)]
    [TestCase(GicSystemRegister.HighestPending1, 0, 12, 12, 2)]
    [TestCase(GicSystemRegister.BinaryPoint1, 0, 12, 12, 3)]
    [TestCase(GicSystemRegister.Control, 0, 12, 12, 4)]
    [TestCase(GicSystemRegister.SystemRegisterEnable, 0, 12, 12, 5)]
    [TestCase(GicSystemRegister.GroupEnable0, 0, 12, 12, 6)]
    [TestCase(GicSystemRegister.GroupEnable1, 0, 12, 12, 7)]
    [TestCase(GicSystemRegister.SystemRegisterEnableEl2, 4, 12, 9, 5)]
    [TestCase(GicSystemRegister.ControlEl3, 6, 12, 12, 4)]
    [TestCase(GicSystemRegister.SystemRegisterEnableEl3, 6, 12, 12, 5)]
    [TestCase(GicSystemRegister.GroupEnable1El3, 6, 12, 12, 7)]
    public void EncodingsAreThoseOfTheArchitecture(int register, int op1, int crn, int crm, int op2) =>
        Assert.That(register, Is.EqualTo(SystemRegisterAccess.Encode(3, op1, crn, crm, op2)));

    // A kernel that is started without firmware at EL3, and knows nothing of a Secure state.
    [Test]
    public void GivenToNonSecureAllInterruptsReachAKernelThere()
    {
        var bench = new GicBench(new GicV3Options { TwoSecurityStates = true });
        ((IInterruptController)bench.Gic).GiveToNonSecure();
        Assert.That((bench.ReadDistributor(0x84, secure: true), bench.ReadRedistributor(0x1_0080, secure: true)), Is.EqualTo((uint.MaxValue, uint.MaxValue)));
        Assert.That((bench.ReadDistributor(0x428, secure: true), bench.ReadDistributor(0x428)), Is.EqualTo((0x8080_8080, 0)));

        bench.EnterNonSecure();
        bench.WriteDistributor(0, 2);
        bench.WriteRegister(GicSystemRegister.GroupEnable1, 1);
        bench.WriteRegister(GicSystemRegister.PriorityMask, 0xf0);
        bench.WriteDistributor(0x104, 1 << (Spi - 32));
        bench.WriteRedistributor(0x1_0100, 1 << 27);
        bench.Gic.Spi(Spi - 32).Set(true);
        Assert.That((bench.Cpu().Irq.Level, bench.Cpu().Fiq.Level), Is.EqualTo((true, false)));
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(Spi));
        bench.WriteRegister(GicSystemRegister.EndOfInterrupt1, Spi);
        bench.Gic.Spi(Spi - 32).Set(false);
        bench.Gic.Ppi(0, 27).Set(true);
        Assert.That(bench.ReadRegister(GicSystemRegister.Acknowledge1), Is.EqualTo(27));
    }

    private static GicBench Pending(string group)
    {
        var bench = GicBench.TwoStates();
        bench.Configure(Spi, group: group == "N1" ? 1 : 0, modifier: group == "S1");
        bench.Gic.Spi(Spi - 32).Set(true);
        return bench;
    }

    private static void Enter(GicBench bench, string state, ulong secureConfiguration = 0)
    {
        switch (state)
        {
            case "EL3":
                bench.EnterEl3(secureConfiguration: secureConfiguration);
                break;
            case "S-EL1":
                bench.EnterSecureEl1(secureConfiguration: secureConfiguration);
                break;
            default:
                bench.EnterNonSecure(level: state == "EL2" ? 2 : 1, secureConfiguration: secureConfiguration);
                break;
        }
    }
}
