using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>What atomic instructions do where they fault; what they compute is compared with an oracle.</summary>
[TestFixture]
internal sealed unsafe class AtomicTests
{
    private const uint Add = 0xf8210043; // LDADD X1, X3, [X2]
    private const uint AddToStack = 0xf82103e3; // LDADD X1, X3, [SP]
    private const uint CompareAndSwap = 0xc8a17c43; // CAS X1, X3, [X2]
    private const uint CompareAndSwapPair = 0x48247c46; // CASP X4, X5, X6, X7, [X2]
    private const uint WriteNotRead = 1 << 6;

    private CpuWorld _world = null!;
    private PageTables _tables = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new CpuWorld(CpuModel.Max);
        _tables = new PageTables(_world);
        _world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        _world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        _world[SystemRegisterSlot.Ttbr0El1] = _tables.Root;
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        _world.Enter(1);
        _world.SetX(1, 5);
        _world.SetX(3, 3);
    }

    [TearDown]
    public void TearDown() => _world.Dispose();

    [TestCase(Add)]
    [TestCase(CompareAndSwap)]
    [TestCase(CompareAndSwapPair)]
    public void ReadOnlyMemoryIsAFaultOfAWrite(uint instruction)
    {
        ulong address = _tables.Map(0, PageTables.PageAt(0), PageTables.ReadOnly);
        _world.SetX(2, address);
        _world.Execute(instruction);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world.IssAt(1), Is.EqualTo(WriteNotRead | (uint)FaultStatus.Permission + 3));
        Assert.That(_world.X(3), Is.EqualTo(3));
    }

    [TestCase(Add)]
    [TestCase(CompareAndSwap)]
    [TestCase(CompareAndSwapPair)]
    public void MemoryThatIsNotThereIsAFaultOfARead(uint instruction)
    {
        _world.SetX(2, _tables.Set(1, 0));
        _world.Execute(instruction);
        Assert.That(_world.IssAt(1), Is.EqualTo((uint)FaultStatus.Translation + 3));
        Assert.That(_world[SystemRegisterSlot.FarEl1], Is.EqualTo(_world.X(2)));
    }

    [TestCase(Add, 4u)]
    [TestCase(CompareAndSwap, 4u)]
    [TestCase(CompareAndSwapPair, 8u)]
    public void AddressesMustBeAligned(uint instruction, uint offset)
    {
        _world.SetX(2, _tables.Map(0, PageTables.PageAt(0), 0) + offset);
        _world.Execute(instruction);
        Assert.That(_world.IssAt(1), Is.EqualTo((uint)FaultStatus.Alignment));
    }

    [Test]
    public void StackPointersMustBeAligned()
    {
        _world[SystemRegisterSlot.SctlrEl1] |= SystemControl.StackAlignmentCheck;
        _world.State->StackAlignmentMask = 15;
        _world.State->X[CpuState.StackPointer] = CpuWorld.RamBase + 8;
        _world.Execute(AddToStack);
        Assert.That(_world.ClassAt(1), Is.EqualTo(ExceptionClass.StackAlignment));
    }

    [Test]
    public void SecondTimesGoTheShortWay()
    {
        _world.SetX(2, CpuWorld.RamBase + 0x1000);
        _world.Execute(Add);
        _world.Execute(Add);
        _world.Execute(Add);
        Assert.That(_world.Read64(CpuWorld.RamBase + 0x1000), Is.EqualTo(15));
        Assert.That(_world.X(3), Is.EqualTo(10));
    }

    [Test]
    public void StoresToCodeAreSeenAtOnce()
    {
        // LDADD changes the immediate of the MOVZ behind it.
        _world.SetX(2, CpuWorld.Code + 8);
        _world.SetX(1, 1UL << 5);
        _world.Write(CpuWorld.Code, A64.Nop, 0xb8210043, 0xd2800004); // LDADD W1, W3, [X2]; MOVZ X4, #0
        for (int i = 1; i <= 3; i++)
        {
            _world.State->Pc = CpuWorld.Code;
            _world.Run(3);
            Assert.That(_world.X(4), Is.EqualTo((ulong)i));
        }
    }
}
