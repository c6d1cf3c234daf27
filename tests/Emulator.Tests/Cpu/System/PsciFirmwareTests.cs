using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.System;
using Moq;

namespace Emulator.Tests.Cpu.System;

/// <summary>PSCI as kvm-unit-tests and operating systems use it.</summary>
[TestFixture]
internal sealed unsafe class PsciFirmwareTests
{
    private const ulong NotSupported = ulong.MaxValue;
    private const ulong InvalidParameters = ulong.MaxValue - 1;
    private const ulong AlreadyOn = ulong.MaxValue - 3;
    private const ulong OnPending = ulong.MaxValue - 4;

    private Mock<IPowerController> _power = null!;
    private CpuWorld _world = null!;

    [SetUp]
    public void SetUp()
    {
        _power = new Mock<IPowerController>();
        _world = new CpuWorld(CpuModel.CortexA57.WithHighestLevel(1));
        _world.Cpu.Firmware = new PsciFirmware(PsciConduit.Hvc, _power.Object);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [Test]
    public void VersionIsOnePointOne() => Assert.That(Call(0x8400_0000), Is.EqualTo(0x1_0001));

    [Test]
    public void TheCallRetiresAndGoesOnBehindItself()
    {
        long before = _world.State->Retired;
        _ = Call(0x8400_0000);
        Assert.That(_world.Pc, Is.EqualTo(CpuWorld.Code + 4));
        Assert.That(_world.State->Retired, Is.EqualTo(before + 1));
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void NoMigrationIsNeeded() => Assert.That(Call(0x8400_0006), Is.EqualTo(2));

    [TestCase(0x8400_0000u, true)]
    [TestCase(0x8400_0001u, true)]
    [TestCase(0xc400_0001u, true)]
    [TestCase(0x8400_0002u, true)]
    [TestCase(0x8400_0003u, true)]
    [TestCase(0xc400_0003u, true)]
    [TestCase(0x8400_0004u, true)]
    [TestCase(0xc400_0004u, true)]
    [TestCase(0x8400_0006u, true)]
    [TestCase(0x8400_0008u, true)]
    [TestCase(0x8400_0009u, true)]
    [TestCase(0x8400_000au, true)]
    [TestCase(0x8400_0005u, false)]
    [TestCase(0xc400_0012u, false)]
    [TestCase(0x8000_0000u, false)]
    public void FeaturesTellsWhatIsThere(uint function, bool supported) =>
        Assert.That(Call(0x8400_000a, function), Is.EqualTo(supported ? 0 : NotSupported));

    [TestCase(0x8400_0005u)]
    [TestCase(0xc400_0012u)]
    [TestCase(0x8000_0000u)]
    [TestCase(0u)]
    public void UnknownFunctionsAreNotSupported(uint function) => Assert.That(Call(function), Is.EqualTo(NotSupported));

    [TestCase(CpuPowerState.On, 0UL)]
    [TestCase(CpuPowerState.Off, 1UL)]
    [TestCase(CpuPowerState.OnPending, 2UL)]
    public void AffinityInfoTellsTheState(CpuPowerState state, ulong expected)
    {
        _ = _power.Setup(p => p.QueryCpu(3)).Returns(state);
        Assert.That(Call(0xc400_0004, 3, 0), Is.EqualTo(expected));
    }

    [Test]
    public void AffinityInfoOfNoCpuIsInvalidAndAboveCpusAllIsOn()
    {
        Assert.That(Call(0xc400_0004, 9, 0), Is.EqualTo(InvalidParameters));
        Assert.That(Call(0xc400_0004, 9, 1), Is.Zero);
    }

    [Test]
    public void CpuOnStartsOneThatIsOff()
    {
        _ = _power.Setup(p => p.QueryCpu(1)).Returns(CpuPowerState.Off);
        Assert.That(Call(0xc400_0003, 1, 0x4008_0000, 0x55), Is.Zero);
        _power.Verify(p => p.TurnCpuOn(1, 0x4008_0000, 0x55), Times.Once);
    }

    [TestCase(CpuPowerState.On, AlreadyOn)]
    [TestCase(CpuPowerState.OnPending, OnPending)]
    [TestCase(null, InvalidParameters)]
    public void CpuOnRefusesOthers(CpuPowerState? state, ulong expected)
    {
        _ = _power.Setup(p => p.QueryCpu(1)).Returns(state);
        Assert.That(Call(0xc400_0003, 1, 0x4008_0000, 0x55), Is.EqualTo(expected));
        _power.Verify(p => p.TurnCpuOn(It.IsAny<ulong>(), It.IsAny<ulong>(), It.IsAny<ulong>()), Times.Never);
    }

    [Test]
    public void CpuOffLeavesTheEngine()
    {
        _ = Call(0x8400_0002);
        _power.Verify(p => p.TurnCpuOff(_world.Cpu), Times.Once);
        Assert.That(_world.State->ExitRequest, Is.Not.Zero);
    }

    [Test]
    public void SystemOffAndResetStopTheCaller()
    {
        _ = Call(0x8400_0008);
        _power.Verify(p => p.TurnSystemOff(), Times.Once);
        _ = Call(0x8400_0009);
        _power.Verify(p => p.ResetSystem(), Times.Once);
        _power.Verify(p => p.TurnCpuOff(_world.Cpu), Times.Exactly(2));
    }

    [Test]
    public void CpuSuspendWaitsForAnInterrupt()
    {
        Assert.That(Call(0xc400_0001, 0), Is.Zero);
        Assert.That(_world.Cpu.Wait, Is.EqualTo(WaitKind.Interrupt));
        _world.Cpu.Irq.Set(true);
        Assert.That(Call(0xc400_0001, 0x1_0000), Is.Zero);
        Assert.That(_world.Cpu.Wait, Is.EqualTo(WaitKind.None));
        Assert.That(Call(0xc400_0001, 0x100_0000), Is.EqualTo(InvalidParameters));
    }

    [Test]
    public void SmcConduitLeavesHvcToTheArchitecture()
    {
        using CpuWorld world = new(CpuModel.CortexA57.WithHighestLevel(2));
        world.Cpu.Firmware = new PsciFirmware(PsciConduit.Smc, _power.Object);
        world.SetX(0, 0x8400_0000);
        world.Execute(A64.Smc(0));
        Assert.That(world.X(0), Is.EqualTo(0x1_0001));
        world.Execute(A64.Hvc(0));
        Assert.That(world.Cpu.LastException?.Kind, Is.EqualTo(ExceptionKind.Hvc));
    }

    [Test]
    public void HypervisorsTrapSmcOfTheirGuestsBeforeFirmware()
    {
        using CpuWorld world = new(CpuModel.CortexA57.WithHighestLevel(2));
        world.Cpu.Firmware = new PsciFirmware(PsciConduit.Smc, _power.Object);
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapSecureMonitorCall;
        world.Enter(1);
        world.Execute(A64.Smc(0));
        Assert.That(world.Cpu.LastException?.ToLevel, Is.EqualTo(2));
    }

    [TestCase(PsciConduit.Hvc)]
    [TestCase(PsciConduit.Smc)]
    public void El0CannotCall(PsciConduit conduit)
    {
        _world.Cpu.Firmware = new PsciFirmware(conduit, _power.Object);
        _ = _world.Enter(0);
        _world.Execute(conduit == PsciConduit.Hvc ? A64.Hvc(0) : A64.Smc(0));
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    [Test]
    public void TheOtherConduitIsUndefined()
    {
        _world.Execute(A64.Smc(0));
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.Unknown));
    }

    private ulong Call(uint function, ulong first = 0, ulong second = 0, ulong third = 0)
    {
        _world.SetX(0, function);
        _world.SetX(1, first);
        _world.SetX(2, second);
        _world.SetX(3, third);
        _world.Execute(A64.Hvc(0));
        return _world.X(0);
    }
}
