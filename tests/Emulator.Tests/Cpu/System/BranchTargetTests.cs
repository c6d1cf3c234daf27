using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.System;
using Emulator.Snapshots;

namespace Emulator.Tests.Cpu.System;

/// <summary>FEAT_BTI: indirect branches into guarded pages must lead to landing pads that are for them.</summary>
[TestFixture]
internal sealed unsafe class BranchTargetTests
{
    private const ulong Guarded = 1UL << 50;
    private const uint Branch = 0xd61f0040; // BR X2
    private const uint BranchByVeneer = 0xd61f0200; // BR X16
    private const uint Call = 0xd63f0040; // BLR X2
    private const uint Return = 0xd65f0040; // RET X2
    private const uint Bti = 0xd503241f;
    private const uint BtiC = 0xd503245f;
    private const uint BtiJ = 0xd503249f;
    private const uint BtiJc = 0xd50324df;
    private const uint PacIaSp = 0xd503233f;
    private const uint PacIbSp = 0xd503237f;

    private CpuWorld _world = null!;
    private PageTables _tables = null!;
    private ulong _guarded;
    private ulong _open;

    [SetUp]
    public void SetUp() => Create(CpuModel.Max);

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCase(Branch, Bti, 3u)]
    [TestCase(Branch, BtiC, 3u)]
    [TestCase(Branch, BtiJ, 0u)]
    [TestCase(Branch, BtiJc, 0u)]
    [TestCase(Branch, A64.Nop, 3u)]
    [TestCase(Branch, PacIaSp, 3u)]
    [TestCase(BranchByVeneer, Bti, 1u)]
    [TestCase(BranchByVeneer, BtiC, 0u)]
    [TestCase(BranchByVeneer, BtiJ, 0u)]
    [TestCase(BranchByVeneer, PacIbSp, 0u)]
    [TestCase(Call, Bti, 2u)]
    [TestCase(Call, BtiC, 0u)]
    [TestCase(Call, BtiJ, 2u)]
    [TestCase(Call, BtiJc, 0u)]
    [TestCase(Call, PacIaSp, 0u)]
    [TestCase(Call, A64.Nop, 2u)]
    [TestCase(Return, A64.Nop, 0u)]
    public void GuardedPagesWantLandingPads(uint branch, uint pad, uint branchType)
    {
        Go(branch, _guarded, _guarded + 0x100, pad);
        if (branchType == 0)
        {
            Assert.That(_world.Cpu.LastException, Is.Null);
            Assert.That(_world.Pc, Is.EqualTo(_guarded + 0x104));
            return;
        }

        AssertBranchTarget(branchType, _guarded + 0x100);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void BreakpointInstructionsAreLandingPadsAndSaveTheType(bool isGuarded)
    {
        ulong target = (isGuarded ? _guarded : _open) + 0x100;
        Go(Branch, _guarded, target, A64.Brk(5));
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.BreakpointInstruction));
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & 0xc00, Is.EqualTo(0xc00));

        // Not that of a branch long ago.
        _world.State->Pc = target;
        _world.Run(1);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & 0xc00, Is.Zero);
    }

    [Test]
    public void TypesOfLongRunsAreSavedToo()
    {
        Write(_open, Call, 0x17ffffff); // B .-4
        Write(_open + 0x100, 0xd65f03c0);
        _world.SetX(2, _open + 0x100);
        _world.State->Pc = _open;
        _world.Run(30_000);
        Write(_open + 0x100, A64.Brk(1));
        _world.State->Pc = _open;
        _world.State->ExitRequest = 0;
        _world.Engine.Run(_world.Cpu, _world.State->Retired + 2);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.BreakpointInstruction));
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & 0xc00, Is.EqualTo(2 << 10));
    }

    [Test]
    public void PacStackPointerIsAPadOfJumpsUnlessSctlrIsStrict()
    {
        _world[SystemRegisterSlot.SctlrEl1] &= ~SystemControl.StrictBranchTarget;
        Go(Branch, _guarded, _guarded + 0x100, PacIaSp);
        Assert.That(_world.Cpu.LastException, Is.Null);
    }

    [Test]
    public void JumpsFromOpenPagesAreAsByVeneer()
    {
        Go(Branch, _open, _guarded + 0x100, BtiC);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Go(Branch, _open, _guarded + 0x200, A64.Nop);
        AssertBranchTarget(1, _guarded + 0x200);
    }

    [Test]
    public void OpenPagesTakeAnything()
    {
        Go(Branch, _guarded, _open + 0x100, A64.Nop);
        Go(Call, _guarded, _open + 0x100, A64.Nop);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.State->BranchType, Is.Zero);
    }

    [Test]
    public void SequentialCodeNeedsNoPads()
    {
        Write(_guarded, A64.Nop, 0x14000002, A64.Nop, A64.Nop); // B .+8
        _world.State->Pc = _guarded;
        _world.Run(3);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.Pc, Is.EqualTo(_guarded + 16));
    }

    [Test]
    public void TheTypeIsSavedRestoredAndCheckedAgain()
    {
        Write(_guarded, Call);
        _world.SetX(2, _guarded + 0x100);
        _world.State->Pc = _guarded;
        _world.Run(1);
        Assert.That(_world.Cpu.GetProcessState() & 0xc00, Is.EqualTo(2 << 10));

        // An interrupt between the branch and its target.
        _world.Cpu.Irq.Set(true);
        _world.State->InterruptMask = 0;
        Assert.That(_world.Cpu.TakePendingInterrupt(), Is.True);
        _world.Cpu.Irq.Set(false);
        Assert.That(_world[SystemRegisterSlot.SpsrEl1] & 0xc00, Is.EqualTo(2 << 10));
        Assert.That(_world.Cpu.GetProcessState() & 0xc00, Is.Zero);
        _world.Write(CpuWorld.VectorsOf(1) + 0x280, A64.Eret);
        Write(_guarded + 0x100, A64.Nop);
        _world.Run(1);
        Assert.That(_world.Pc, Is.EqualTo(_guarded + 0x100));
        _world.Run(1);
        AssertBranchTarget(2, _guarded + 0x100);
    }

    [Test]
    public void SnapshotsKeepTheType()
    {
        Write(_guarded, Call);
        _world.SetX(2, _guarded + 0x100);
        _world.State->Pc = _guarded;
        _world.Run(1);
        var writer = new SnapshotWriter();
        _world.Cpu.Save(writer);
        _world.State->BranchType = 0;
        _world.Cpu.Load(new SnapshotReader(writer.ToArray()));
        Assert.That(_world.State->BranchType, Is.EqualTo(2));
    }

    [Test]
    public void WithoutTheFeatureNothingIsGuarded()
    {
        _world.Dispose();
        Create(CpuModel.Max with { Features = CpuModel.Max.Features.Without(CpuFeature.Bti) });
        Go(Branch, _guarded, _guarded + 0x100, A64.Nop);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.Cpu.GetProcessState() & 0xc00, Is.Zero);
    }

    [Test]
    public void LongRunsOfIndirectBranchesStayInThePage()
    {
        // A loop over BLR, BTI c and RET; many turns, so that branches go the short way too.
        Write(_guarded, Call, 0x17ffffff); // B .-4
        Write(_guarded + 0x100, BtiC, 0xd65f03c0);
        _world.SetX(2, _guarded + 0x100);
        _world.State->Pc = _guarded;
        _world.Run(40_000);
        Assert.That(_world.Cpu.LastException, Is.Null);
        Assert.That(_world.Pc, Is.EqualTo(_guarded));
        Write(_guarded + 0x100, A64.Nop);
        _world.Cpu.Tlb.Flush();
        _world.Run(2);
        AssertBranchTarget(2, _guarded + 0x100);
    }

    private void Create(CpuModel model)
    {
        _world = new CpuWorld(model);
        _tables = new PageTables(_world);
        _world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        _world[SystemRegisterSlot.Ttbr0El1] = _tables.Root;
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable | SystemControl.StrictBranchTarget;
        _world.Enter(1);
        _guarded = _tables.Map(0, PageTables.PageAt(0), Guarded);
        _open = _tables.Map(1, PageTables.PageAt(1), 0);
    }

    private void Write(ulong address, params uint[] words) => _world.Write(PageTables.PageAt((int)((address - PageTables.Window) >> 12)) + (address & 0xfff), words);

    private void Go(uint branch, ulong from, ulong target, uint pad)
    {
        Write(from, branch);
        Write(target, pad);
        _world.SetX(2, target);
        _world.SetX(16, target);
        _world.State->Pc = from;
        _world.Run(2);
    }

    private void AssertBranchTarget(uint branchType, ulong address)
    {
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.BranchTarget));
        Assert.That(_world.IssAt(1), Is.EqualTo(branchType));
        Assert.That(_world[SystemRegisterSlot.ElrEl1], Is.EqualTo(address));
        Assert.That((_world[SystemRegisterSlot.SpsrEl1] >> 10) & 3, Is.EqualTo(branchType));
        Assert.That(_world.State->BranchType, Is.Zero);
    }
}
