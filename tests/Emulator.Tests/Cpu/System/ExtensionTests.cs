using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Snapshots;

namespace Emulator.Tests.Cpu.System;

/// <summary>Small features: FEAT_DIT, FEAT_SSBS, FEAT_RNG, FEAT_SPECRES, FEAT_DPB, FEAT_LOR, FEAT_RAS.</summary>
[TestFixture]
internal sealed unsafe class ExtensionTests
{
    private const uint SetDit = 0xd503415f; // MSR DIT, #1
    private const uint SetSsbs = 0xd503413f; // MSR SSBS, #1
    private const uint Esb = 0xd503221f;
    private const uint DitBit = 1 << 24;
    private const uint SsbsBit = 1 << 12;
    private const ulong Deferred = 1UL << 31;

    private static readonly ushort Dit = A64.Register(3, 3, 4, 2, 5);
    private static readonly ushort Ssbs = A64.Register(3, 3, 4, 2, 6);
    private static readonly ushort RandomNumber = A64.Register(3, 3, 2, 4, 0);
    private static readonly ushort Disr = A64.Register(3, 0, 12, 1, 1);

    [Test]
    public void SpeculationControlsAreInPstate()
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max).Enter(0);
        world.Execute(SetDit);
        world.Execute(A64.Read(Dit, 1));
        Assert.That(world.X(1), Is.EqualTo(DitBit));
        world.Execute(SetSsbs);
        world.Execute(A64.Read(Ssbs, 2));
        Assert.That(world.X(2), Is.EqualTo(SsbsBit));
        world.Execute(A64.Svc(0));
        Assert.That(world[SystemRegisterSlot.SpsrEl1] & (DitBit | SsbsBit), Is.EqualTo(DitBit | SsbsBit));
        Assert.That(world.Cpu.GetProcessState() & (DitBit | SsbsBit), Is.Zero);
        world.Execute(A64.Eret);
        Assert.That(world.Cpu.GetProcessState() & (DitBit | SsbsBit), Is.EqualTo(DitBit | SsbsBit));
        world.Execute(A64.Write(Dit, 31));
        Assert.That(world.Cpu.GetProcessState() & (DitBit | SsbsBit), Is.EqualTo(SsbsBit));
    }

    [Test]
    public void SctlrSaysWhatSsbsIsAfterAnException()
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max);
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.DefaultSpeculativeStoreBypass;
        world.Enter(0);
        world.Execute(A64.Svc(0));
        Assert.That(world.Cpu.GetProcessState() & SsbsBit, Is.EqualTo(SsbsBit));
    }

    [Test]
    public void OlderCpusKeepNoneOfTheBits()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world[SystemRegisterSlot.SpsrEl1] = 0x3c5 | DitBit | SsbsBit | 0xc00;
        world[SystemRegisterSlot.ElrEl1] = CpuWorld.Code;
        world.Execute(A64.Eret);
        Assert.That(world.Cpu.GetProcessState(), Is.EqualTo(0x3c5));
    }

    [Test]
    public void RandomNumbersComeFromTheSeedAndSetFlags()
    {
        ulong[] first = Draw(7);
        Assert.That(Draw(7), Is.EqualTo(first));
        Assert.That(Draw(8), Is.Not.EqualTo(first));
        Assert.That(first, Is.Unique);

        static ulong[] Draw(ulong seed)
        {
            using CpuWorld world = new CpuWorld(CpuModel.Max, new MachineRandom(seed, "test")).Enter(0);
            var numbers = new ulong[4];
            for (int i = 0; i < numbers.Length; i++)
            {
                world.State->SetFlags(0xf000_0000);
                world.Execute(A64.Read(RandomNumber, 1));
                Assert.That(world.State->GetFlags(), Is.Zero);
                numbers[i] = world.X(1);
            }

            return numbers;
        }
    }

    [Test]
    public void SnapshotsKeepTheStreamOfRandomNumbers()
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max).Enter(1);
        var writer = new SnapshotWriter();
        world.Cpu.Save(writer);
        world.Execute(A64.Read(RandomNumber, 1));
        ulong first = world.X(1);
        world.Cpu.Load(new SnapshotReader(writer.ToArray()));
        world.Execute(A64.Read(RandomNumber, 2));
        Assert.That(world.X(2), Is.EqualTo(first));
    }

    [TestCase(4, TestName = "CFP RCTX")]
    [TestCase(5, TestName = "DVP RCTX")]
    [TestCase(7, TestName = "CPP RCTX")]
    public void PredictionRestrictionsNeedPermissionAtEl0(int op2)
    {
        ushort instruction = A64.Register(1, 3, 7, 3, op2);
        using CpuWorld refused = new CpuWorld(CpuModel.Max).Enter(0);
        refused.Execute(A64.Write(instruction, 0));
        Assert.That(refused.ClassAt(1), Is.EqualTo(ExceptionClass.SystemRegisterTrap));

        using CpuWorld world = new CpuWorld(CpuModel.Max);
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.UserPredictionRestriction;
        world.Enter(0);
        world.Execute(A64.Write(instruction, 0));
        Assert.That(world.Cpu.LastException, Is.Null);
    }

    [TestCase(12, TestName = "DC CVAP")]
    [TestCase(13, TestName = "DC CVADP")]
    public void CleaningToPersistenceIsTrappedAsToCoherency(int crm)
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max);
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.TrapPointOfCoherency;
        world.Enter(1);
        world.SetX(0, CpuWorld.RamBase);
        world.Execute(A64.Write(A64.Register(1, 3, 7, crm, 1), 0));
        Assert.That(world.ClassAt(2), Is.EqualTo(ExceptionClass.SystemRegisterTrap));

        using CpuWorld free = new CpuWorld(CpuModel.Max).Enter(1);
        free.SetX(0, CpuWorld.RamBase);
        free.Execute(A64.Write(A64.Register(1, 3, 7, crm, 1), 0));
        Assert.That(free.Cpu.LastException, Is.Null);
    }

    [TestCase("LORC_EL1", HypervisorConfiguration.TrapLimitedOrdering, SecureConfiguration.TrapLimitedOrdering)]
    [TestCase("LORID_EL1", HypervisorConfiguration.TrapLimitedOrdering, SecureConfiguration.TrapLimitedOrdering)]
    [TestCase("ERRIDR_EL1", HypervisorConfiguration.TrapErrorRecords, SecureConfiguration.TrapErrorRecords)]
    public void RegistersAreTrapped(string name, ulong hypervisors, ulong monitors)
    {
        ushort encoding = SystemRegisterTable.All.ToArray().Single(r => r.Name == name).Encoding;
        using CpuWorld guest = new(CpuModel.Max);
        guest[SystemRegisterSlot.HcrEl2] |= hypervisors;
        guest.Enter(1);
        guest.Execute(A64.Read(encoding, 0));
        Assert.That(guest.ClassAt(2), Is.EqualTo(ExceptionClass.SystemRegisterTrap));

        using CpuWorld host = new(CpuModel.Max);
        host[SystemRegisterSlot.ScrEl3] |= monitors;
        host.Enter(2);
        host.Execute(A64.Read(encoding, 0));
        Assert.That(host.ClassAt(3), Is.EqualTo(ExceptionClass.SystemRegisterTrap));
    }

    [Test]
    public void ErrorsThatAreMaskedAreDeferredByEsb()
    {
        using CpuWorld world = new CpuWorld(CpuModel.Max).Enter(1);
        world.Cpu.SystemError.Set(true);
        world.Execute(Esb);
        world.Execute(A64.Read(Disr, 0));
        Assert.That(world.X(0), Is.EqualTo(Deferred));
        world.State->InterruptMask = 0;
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.False);
        world.Execute(A64.Write(Disr, 31));
        world.Execute(A64.Read(Disr, 0));
        Assert.That(world.X(0), Is.Zero);
    }

    [Test]
    public void VirtualErrorsAreDeferredToTheHypervisorsRegister()
    {
        using CpuWorld world = new(CpuModel.Max);
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.RouteSystemError | HypervisorConfiguration.VirtualSystemError;
        world[SystemRegisterSlot.VsesrEl2] = 0x1a2b3c;
        world.Enter(1);
        world.Execute(Esb);
        world.Execute(A64.Read(Disr, 0));
        Assert.That(world.X(0), Is.EqualTo(Deferred | 0x1a2b3c));
        Assert.That(world[SystemRegisterSlot.VdisrEl2], Is.EqualTo(Deferred | 0x1a2b3c));
        Assert.That(world[SystemRegisterSlot.DisrEl1], Is.Zero);
        Assert.That(world[SystemRegisterSlot.HcrEl2] & HypervisorConfiguration.VirtualSystemError, Is.Zero);
    }

    [Test]
    public void VirtualErrorsHaveTheHypervisorsSyndrome()
    {
        using CpuWorld world = new(CpuModel.Max);
        world[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.RouteSystemError | HypervisorConfiguration.VirtualSystemError;
        world[SystemRegisterSlot.VsesrEl2] = 0x11;
        world.Enter(1, mask: 0);
        Assert.That(world.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.SystemError));
        Assert.That(world.IssAt(1), Is.EqualTo(0x11));
    }

    [Test]
    public void ErrorsThatGoToEl3AreHidden()
    {
        using CpuWorld world = new(CpuModel.Max);
        world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.RouteExternalAborts;
        world[SystemRegisterSlot.DisrEl1] = 5;
        world.Enter(1);
        world.Execute(A64.Read(Disr, 0));
        Assert.That(world.X(0), Is.Zero);
        world.Execute(A64.Write(Disr, 31));
        Assert.That(world[SystemRegisterSlot.DisrEl1], Is.EqualTo(5));
    }
}
