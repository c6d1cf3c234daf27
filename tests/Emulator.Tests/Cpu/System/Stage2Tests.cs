using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>Stage 2 translation as a hypervisor meets it: where faults go, what they tell, what is cached and forgotten.</summary>
[TestFixture]
internal sealed unsafe class Stage2Tests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint Store = 0xf9000041; // STR X1, [X2]
    private const uint BranchToX2 = 0xd61f0040; // BR X2
    private const uint TableWalk = 1 << 7;
    private const uint WriteNotRead = 1 << 6;
    private const ulong Window = PageTables.Window;

    private Stage2World _world = null!;

    [SetUp]
    public void SetUp() => _world = new Stage2World();

    [TearDown]
    public void TearDown() => _world.Dispose();

    [Test]
    public void AnIntermediateAddressIsTranslated()
    {
        ulong address = _world.Map(3, PageTables.PageAt(7), Stage2World.All);
        _world.Cpu.Write64(PageTables.PageAt(7) + 8, 42);
        _world.Cpu.Enter(1);
        _world.Access(Load, address + 8);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(42));
    }

    [Test]
    public void BothStagesTranslate()
    {
        _world.TurnOnStage1();
        ulong intermediate = _world.Map(3, PageTables.PageAt(7), Stage2World.All);
        ulong address = _world.Stage1.Map(9, intermediate, 0);
        _world.Cpu.Write64(PageTables.PageAt(7) + 8, 42);
        _world.Cpu.Enter(1);
        _world.Access(Load, address + 8);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(42));
    }

    [Test]
    public void AStoreIsCheckedAnewWhenALoadHasFoundAnotherPage()
    {
        // Write-only at first, then another page that can only be read, without maintenance.
        _world.Cpu[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.DefaultCacheability;
        ulong address = _world.Map(3, PageTables.PageAt(7), Stage2World.Writable | Stage2World.Normal);
        _world.Cpu.Enter(1);
        _world.Access(Store, address);
        _world.Map(3, PageTables.PageAt(8), Stage2World.Readable | Stage2World.Normal);
        _world.Cpu.Write64(PageTables.PageAt(8), 42);
        _world.Access(Load, address);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(42));

        _world.Cpu.SetX(1, 43);
        _world.Access(Store, address);

        Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(_world.Cpu.Read64(PageTables.PageAt(8)), Is.EqualTo(42));
    }

    [Test]
    public void TheSecureStateHasNoStage2()
    {
        _world.Cpu.Write64(PageTables.PageAt(7), 42);
        _world.Cpu[SystemRegisterSlot.VttbrEl2] = 0;
        _world.Cpu.Enter(1, secure: true);
        _world.Access(Load, PageTables.PageAt(7));
        Assert.That(_world.Cpu.X(1), Is.EqualTo(42));
    }

    [TestCase(0UL, Load, 0b0001_11u, ExceptionClass.DataAbortLower)]
    [TestCase(Stage2World.Writable | 3UL | PageTables.AccessFlag, Load, 0b0011_11u, ExceptionClass.DataAbortLower)]
    [TestCase(Stage2World.Readable | 3UL | PageTables.AccessFlag, Store, 0b0011_11u | WriteNotRead, ExceptionClass.DataAbortLower)]
    [TestCase(Stage2World.All | 3UL, Load, 0b0010_11u, ExceptionClass.DataAbortLower)]
    [TestCase(Stage2World.All | 3UL | PageTables.AccessFlag | (1UL << 40), Load, 0b0000_11u, ExceptionClass.DataAbortLower)]
    [TestCase(Stage2World.All | 3UL | PageTables.AccessFlag | Stage2World.ExecuteNever, BranchToX2, 0b0011_11u, ExceptionClass.InstructionAbortLower)]
    [TestCase(0UL, BranchToX2, 0b0001_11u, ExceptionClass.InstructionAbortLower)]
    public void FaultsGoToEl2(ulong descriptor, uint instruction, uint syndrome, ExceptionClass expected)
    {
        ulong address = _world.Tables.Set(5, descriptor);
        _world.Cpu.Enter(1);
        _world.Access(instruction, address + 0x18);
        _world.Cpu.Run(instruction == BranchToX2 ? 1 : 0);
        Assert.Multiple(() =>
        {
            Assert.That(_world.Cpu.Cpu.LastException!.Value.ToLevel, Is.EqualTo(2));
            Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(expected));
            Assert.That(_world.Cpu.IssAt(2) & 0xff, Is.EqualTo(syndrome));
            Assert.That(_world.Cpu[SystemRegisterSlot.FarEl2], Is.EqualTo(address + 0x18));
            Assert.That(_world.Cpu[SystemRegisterSlot.HpfarEl2], Is.EqualTo(address >> 8));
        });
    }

    [Test]
    public void AFaultOfStage1StaysAtEl1()
    {
        _world.TurnOnStage1();
        ulong address = _world.Stage1.Set(5, 0);
        _world.Cpu.Enter(1);
        _world.Access(Load, address);
        Assert.That(_world.Cpu.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(_world.Cpu.IssAt(1), Is.EqualTo(7));
    }

    [TestCase(0xf9400041u, 0x1c1_8000u, Description = "LDR X1, [X2]")]
    [TestCase(0xb9400041u, 0x181_0000u, Description = "LDR W1, [X2]")]
    [TestCase(0x39400041u, 0x101_0000u, Description = "LDRB W1, [X2]")]
    [TestCase(0x79400041u, 0x141_0000u, Description = "LDRH W1, [X2]")]
    [TestCase(0x39800041u, 0x121_8000u, Description = "LDRSB X1, [X2]")]
    [TestCase(0x39c00041u, 0x121_0000u, Description = "LDRSB W1, [X2]")]
    [TestCase(0x79800041u, 0x161_8000u, Description = "LDRSH X1, [X2]")]
    [TestCase(0xb9800041u, 0x1a1_8000u, Description = "LDRSW X1, [X2]")]
    [TestCase(0xf8400041u, 0x1c1_8000u, Description = "LDUR X1, [X2]")]
    [TestCase(0xb8400841u, 0x181_0000u, Description = "LDTR W1, [X2]")]
    [TestCase(0xf87f6841u, 0x1c1_8000u, Description = "LDR X1, [X2, XZR]")]
    [TestCase(0xf900005fu, 0x1df_8000u | WriteNotRead, Description = "STR XZR, [X2]")]
    [TestCase(0x3900005du, 0x11d_0000u | WriteNotRead, Description = "STRB W29, [X2]")]
    [TestCase(0xb8000041u, 0x181_0000u | WriteNotRead, Description = "STUR W1, [X2]")]
    [TestCase(0xc8dffc41u, 0x1c1_c000u, Description = "LDAR X1, [X2]")]
    [TestCase(0x88dffc41u, 0x181_4000u, Description = "LDAR W1, [X2]")]
    [TestCase(0x089ffc41u, 0x101_4000u | WriteNotRead, Description = "STLRB W1, [X2]")]
    [TestCase(0xf8408441u, 0u, Description = "LDR X1, [X2], #8")]
    [TestCase(0xf8408c41u, 0u, Description = "LDR X1, [X2, #8]!")]
    [TestCase(0xa9400041u, 0u, Description = "LDP X1, X0, [X2]")]
    [TestCase(0xc85f7c41u, 0u, Description = "LDXR X1, [X2]")]
    [TestCase(0x3dc00041u, 0u, Description = "LDR Q1, [X2]")]
    [TestCase(0xfd400041u, 0u, Description = "LDR D1, [X2]")]
    [TestCase(0x0d408041u, 0u, Description = "LD1 {V1.S}[0], [X2]")]
    [TestCase(0xd50b7422u, WriteNotRead, Description = "DC ZVA, X2")]
    public void ADataAbortTellsOfTheInstruction(uint instruction, uint syndrome)
    {
        _world.Cpu[SystemRegisterSlot.CpacrEl1] = 3 << 20;
        _world.Cpu[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.DefaultCacheability;
        _world.Cpu.Enter(1);
        _world.Access(instruction, Window);
        Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(_world.Cpu.IssAt(2), Is.EqualTo(syndrome | 7));
    }

    [TestCase(0x58000001u, 0x1c1_8000u, Description = "LDR X1, literal")]
    [TestCase(0x18000001u, 0x181_0000u, Description = "LDR W1, literal")]
    [TestCase(0x98000001u, 0x1a1_8000u, Description = "LDRSW X1, literal")]
    [TestCase(0x1c000001u, 0u, Description = "LDR S1, literal")]
    [TestCase(0x38bfc041u, 0x101_4000u, Description = "LDAPRB W1, [X2]")]
    [TestCase(0xd9400041u, 0x1c1_c000u, Description = "LDAPUR X1, [X2]")]
    [TestCase(0x99000041u, 0x181_4000u, Description = "STLUR W1, [X2]")]
    [TestCase(0xf8210041u, 0u, Description = "LDADD X1, X1, [X2]")]
    [TestCase(0xc8a07c41u, 0u, Description = "CAS X0, X1, [X2]")]
    public void TheSyndromeKnowsOtherLoadsAndStores(uint instruction, uint syndrome) =>
        Assert.That(LoadStoreSyndrome.Of(instruction), Is.EqualTo(syndrome));

    [Test]
    public void AFaultOnATableOfStage1SaysSo()
    {
        _world.TurnOnStage1();
        _world.Cpu.Enter(1);

        // The tables are in a block of 2 MiB: none of it is readable any more.
        ulong middle = _world.Tables.Root + 0x1000;
        ulong entry = middle + (((_world.Stage1.Root >> 21) & 511) * 8);
        _world.Cpu.Write64(entry, _world.Cpu.Read64(entry) & ~Stage2World.Readable);
        _world.Cpu.Cpu.Tlb.Flush();
        _world.Access(Load, PageTables.PageAt(1));
        Assert.Multiple(() =>
        {
            Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.InstructionAbortLower));
            Assert.That(_world.Cpu.IssAt(2), Is.EqualTo(0b0011_10 | TableWalk));
            Assert.That(_world.Cpu[SystemRegisterSlot.FarEl2], Is.EqualTo(CpuWorld.Code));
            Assert.That(_world.Cpu[SystemRegisterSlot.HpfarEl2], Is.EqualTo((_world.Stage1.Root + 8) >> 12 << 4));
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AProtectedTableWalkDoesNotReadDeviceMemory(bool isProtected)
    {
        _world.TurnOnStage1();
        _world.Cpu[SystemRegisterSlot.HcrEl2] |= isProtected ? HypervisorConfiguration.ProtectedTableWalk : 0;
        ulong table = _world.Map(1, PageTables.PageAt(9), Stage2World.Readable | Stage2World.Device);
        _world.Cpu.Write64(_world.Stage1.Root + (5 * 8), table | 3);
        _world.Cpu.Enter(1);
        _world.Access(Load, 5UL << 30);
        Assert.That(_world.Cpu.Cpu.LastException!.Value.ToLevel, Is.EqualTo(isProtected ? 2 : 1));
        if (isProtected)
        {
            Assert.That(_world.Cpu.IssAt(2), Is.EqualTo(0b0011_11 | TableWalk));
        }
    }

    [Test]
    public void DeviceMemoryOfStage2AloneFaultsAtStage2WhenMisaligned()
    {
        _world.TurnOnStage1();
        ulong intermediate = _world.Map(1, PageTables.PageAt(9), Stage2World.Readable | Stage2World.Device);
        ulong address = _world.Stage1.Map(1, intermediate, 0);
        _world.Cpu.Enter(1);
        _world.Access(Load, address + 1);
        Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(_world.Cpu.IssAt(2) & 0x3f, Is.EqualTo((uint)FaultStatus.Alignment));
    }

    [Test]
    public void DefaultCacheabilityTurnsStage1OffAndStage2On()
    {
        _world.TurnOnStage1();
        _world.Cpu[SystemRegisterSlot.HcrEl2] ^= HypervisorConfiguration.VirtualMemory | HypervisorConfiguration.DefaultCacheability;
        ulong address = _world.Map(3, PageTables.PageAt(7), Stage2World.All);
        _world.Cpu.Write64(PageTables.PageAt(7) + 1, 42);
        _world.Cpu.Enter(1);
        _world.Access(Load, address + 1);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(42), "unaligned, as memory is Normal");
    }

    [Test]
    public void TranslationsBelongToTheirVirtualMachine()
    {
        PageTables other = new(_world.Cpu, CpuWorld.RamBase + 0xb0_0000, Stage2World.All);
        ulong address = _world.Map(0, PageTables.PageAt(1), Stage2World.All);
        other.Map(0, PageTables.PageAt(2), Stage2World.All);
        _world.Cpu.Write64(PageTables.PageAt(1), 1);
        _world.Cpu.Write64(PageTables.PageAt(2), 2);
        _world.Cpu[SystemRegisterSlot.VttbrEl2] |= 1UL << 48;
        _world.Cpu.Enter(1);
        _world.Access(Load, address);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(1));
        SwitchTo(other.Root | (2UL << 48));
        _world.Access(Load, address);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(2));
        Assert.That(IsCached(address), Is.True);
        SwitchTo(_world.Tables.Root | (1UL << 48));
        _world.Access(Load, address);
        Assert.That(_world.Cpu.X(1), Is.EqualTo(1));
    }

    [TestCase(4, 7, 6, TestName = "VMALLS12E1")]
    [TestCase(4, 3, 6, TestName = "VMALLS12E1IS")]
    [TestCase(4, 4, 1, TestName = "IPAS2E1")]
    [TestCase(4, 0, 1, TestName = "IPAS2E1IS")]
    [TestCase(4, 4, 5, TestName = "IPAS2LE1")]
    [TestCase(4, 0, 5, TestName = "IPAS2LE1IS")]
    [TestCase(0, 7, 0, TestName = "VMALLE1")]
    public void InvalidationForgetsTheCurrentVirtualMachineAlone(int op1, int crm, int op2)
    {
        PageTables other = new(_world.Cpu, CpuWorld.RamBase + 0xb0_0000, Stage2World.All);
        ulong first = _world.Map(0, PageTables.PageAt(1), Stage2World.All);
        ulong second = other.Map(1, PageTables.PageAt(2), Stage2World.All);
        _world.Cpu.Enter(1);
        _world.Access(Load, first);
        SwitchTo(other.Root | (2UL << 48));
        _world.Access(Load, second);
        _world.Cpu.Execute(A64.Hvc(0));
        _world.Cpu.SetX(3, second >> 12);
        _world.Cpu.Execute(A64.Write(A64.Register(1, op1, 8, crm, op2), 3));
        ReturnToEl1();
        Assert.That(IsCached(second), Is.False);
        SwitchTo(_world.Tables.Root);
        Assert.That(IsCached(first), Is.True);
    }

    [TestCase(0, 0, 1, TestName = "AT S1E1R ends at the intermediate address")]
    [TestCase(4, 4, 2, TestName = "AT S12E1R goes on")]
    [TestCase(4, 5, 2, TestName = "AT S12E1W goes on")]
    public void AddressTranslationInstructions(int op1, int op2, int level)
    {
        _world.TurnOnStage1();
        ulong intermediate = _world.Map(1, PageTables.PageAt(9), Stage2World.Readable | Stage2World.Writable | Stage2World.Normal);
        ulong address = _world.Stage1.Map(4, intermediate, 0);
        _world.Cpu.Enter(level);
        _world.Cpu.SetX(2, address + 0x123);
        _world.Cpu.Execute(A64.Write(A64.Register(1, op1, 7, 8, op2), 2));
        ulong expected = op1 == 0 ? intermediate : PageTables.PageAt(9);
        Assert.That(_world.Cpu[SystemRegisterSlot.ParEl1] & 0x0000_ffff_ffff_f001, Is.EqualTo(expected));
    }

    [Test]
    public void AFaultOfStage2GoesToParFromEl2()
    {
        _world.TurnOnStage1();
        ulong address = _world.Stage1.Map(4, Window + 0x1000, 0);
        _world.Cpu.Enter(2);
        _world.Cpu.SetX(2, address);
        _world.Cpu.Execute(A64.Write(A64.Register(1, 4, 7, 8, 4), 2));
        const ulong StageTwo = 1UL << 9;
        Assert.That(_world.Cpu[SystemRegisterSlot.ParEl1], Is.EqualTo(1UL | (0b0001_11 << 1) | StageTwo | (1UL << 11)));
    }

    [Test]
    public void AFaultOfTheTablesOfAnAddressTranslationAtEl1IsTakenToEl2()
    {
        _world.TurnOnStage1();
        _world.Cpu.Write64(_world.Stage1.Root + (5 * 8), Window | 3);
        _world.Cpu.Enter(1);
        _world.Cpu.SetX(2, 5UL << 30);
        _world.Cpu.Execute(A64.Write(A64.Register(1, 0, 7, 8, 0), 2));
        Assert.That(_world.Cpu.ClassAt(2), Is.EqualTo(ExceptionClass.DataAbortLower));
        Assert.That(_world.Cpu.IssAt(2), Is.EqualTo(0b0001_11 | WriteNotRead | TableWalk | (1u << 8)));
    }

    private void SwitchTo(ulong vttbr)
    {
        _world.Cpu.Execute(A64.Hvc(0));
        _world.Cpu.SetX(3, vttbr);
        _world.Cpu.Execute(A64.Write(A64.Register(3, 4, 2, 1, 0), 3));
        ReturnToEl1();
    }

    private void ReturnToEl1()
    {
        _world.Cpu[SystemRegisterSlot.SpsrEl2] = 0x3c5;
        _world.Cpu.Execute(A64.Eret);
        Assert.That(_world.Cpu.Cpu.ExceptionLevel, Is.EqualTo(1));
    }

    private bool IsCached(ulong address) =>
        _world.Cpu.Cpu.Tlb.EntryFor(address)->ReadTag == ((address & ~0xfffUL) | _world.Cpu.State->TlbContext);
}
