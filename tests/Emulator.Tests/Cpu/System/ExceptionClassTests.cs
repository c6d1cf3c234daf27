using System.Reflection;
using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>
/// Each exception class and each vector once, as <c>docs/conformance.md</c> lists them. A class <c>X</c> of <see cref="ExceptionClass"/> has the test <c>XIsTaken</c>;
/// what the exceptions tell in detail is for the tests of their areas.
/// </summary>
[TestFixture]
internal sealed unsafe class ExceptionClassTests
{
    private const uint Load = 0xf9400041; // LDR X1, [X2]
    private const uint LoadFromStack = 0xf94003e1; // LDR X1, [SP]
    private const uint AddDouble = 0x1e602820; // FADD D0, D1, D0
    private const uint SignX0 = 0xdac10020; // PACIA X0, X1
    private const uint BranchToX2 = 0xd61f0040; // BR X2
    private const ulong GuardedPage = 1UL << 50;
    private const ulong Nowhere = 0x1000;
    private const uint DebugUnmasked = 0x1c0;
    private const uint StepBit = 1 << 21;

    /// <summary>Classes that no CPU here raises, and why.</summary>
    private static readonly Dictionary<ExceptionClass, string> LeftOut = new()
    {
        [ExceptionClass.FloatingPointException] = "no Cortex core traps floating-point exceptions: FPCR.IOE to IDE are RES0",
    };

    private static readonly (string Name, ulong Offset)[] Vectors =
    [
        ("Synchronous", 0x000),
        ("Irq", 0x080),
        ("Fiq", 0x100),
        ("SystemError", 0x180),
    ];

    private static readonly (string Name, ulong Offset)[] Origins =
    [
        ("FromCurrentLevelWithStackPointerZero", 0x000),
        ("FromCurrentLevelWithItsStackPointer", 0x200),
        ("FromLowerLevel", 0x400),
    ];

    private static IEnumerable<TestCaseData> EveryVector =>
        from vector in Vectors
        from origin in Origins
        select new TestCaseData(vector.Name, origin.Name, vector.Offset + origin.Offset).SetName(vector.Name + origin.Name);

    private static IEnumerable<ExceptionClass> Taken => Enum.GetValues<ExceptionClass>().Except(LeftOut.Keys);

    [Test]
    public void EveryClassHasItsTest() =>
        Assert.That(
            typeof(ExceptionClassTests).GetMethods().Where(m => m.GetCustomAttribute<TestAttribute>() is not null && m.Name.EndsWith("IsTaken", StringComparison.Ordinal)).Select(m => m.Name),
            Is.EquivalentTo(Taken.Select(c => $"{c}IsTaken")));

    [Test]
    public void TheDocumentationListsEveryClassAndItsTest() =>
        Assert.That(TableOf("| class | name | test |"), Is.EqualTo(Taken.Select(c => $"| 0x{(int)c:x2} | {c} | {c}IsTaken |")));

    [Test]
    public void TheDocumentationListsEveryVectorAndItsTest() =>
        Assert.That(
            TableOf("| offset | test |"),
            Is.EqualTo(EveryVector.OrderBy(c => (ulong)c.Arguments[2]!).Select(c => $"| 0x{c.Arguments[2]:x3} | {c.TestName} |")));

    [TestCaseSource(nameof(EveryVector))]
    public void IsTaken(string vector, string origin, ulong offset)
    {
        bool isLower = origin == "FromLowerLevel";
        using CpuWorld world = new CpuWorld().Enter(isLower ? 0 : 1, mask: 0, handlerStack: origin != "FromCurrentLevelWithStackPointerZero");
        world.Write(CpuWorld.Code, A64.Svc(0));
        world.Cpu.Irq.Set(vector == "Irq");
        world.Cpu.Fiq.Set(vector == "Fiq");
        world.Cpu.SystemError.Set(vector == "SystemError");
        world.RunWithInterrupts(1);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + offset));
    }

    [Test]
    public void UnknownIsTaken() => AssertTaken(1, 1, ExceptionClass.Unknown, 0, A64.Udf);

    [Test]
    public void WaitTrapIsTaken() =>
        AssertTaken(0, 1, ExceptionClass.WaitTrap, 0x1e0_0000, A64.Wfi, world => world[SystemRegisterSlot.SctlrEl1] &= ~SystemControl.NoTrapWaitForInterrupt);

    [Test]
    public void FloatingPointTrapIsTaken() => AssertTaken(1, 1, ExceptionClass.FloatingPointTrap, 0x1e0_0000, AddDouble);

    [Test]
    public void PointerAuthenticationTrapIsTaken()
    {
        using CpuWorld world = new(CpuModel.Max);
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.EnableInstructionKeyA;
        world.Enter(1);
        world.Execute(SignX0);
        AssertSyndrome(world, 2, ExceptionClass.PointerAuthenticationTrap, 0);
    }

    [Test]
    public void BranchTargetIsTaken()
    {
        using CpuWorld world = new(CpuModel.Max);
        PageTables tables = new(world);
        world[SystemRegisterSlot.Ttbr0El1] = tables.Root;
        world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        world.Write(PageTables.PageAt(1), A64.Nop);
        world.Enter(1);
        world.SetX(2, tables.Map(1, PageTables.PageAt(1), GuardedPage));
        world.Execute(BranchToX2);
        world.Run(1);
        AssertSyndrome(world, 1, ExceptionClass.BranchTarget, 1);
    }

    [Test]
    public void IllegalStateIsTaken()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world[SystemRegisterSlot.SpsrEl1] = 0x3cd; // EL3h, to which EL1 does not return
        world[SystemRegisterSlot.ElrEl1] = CpuWorld.Code;
        world.Execute(A64.Eret);
        world.Run(1);
        AssertSyndrome(world, 1, ExceptionClass.IllegalState, 0);
    }

    [Test]
    public void SupervisorCallIsTaken() => AssertTaken(0, 1, ExceptionClass.SupervisorCall, 0x1234, A64.Svc(0x1234));

    [Test]
    public void HypervisorCallIsTaken() =>
        AssertTaken(1, 2, ExceptionClass.HypervisorCall, 0x42, A64.Hvc(0x42), world => world[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.HypervisorCallEnable);

    [Test]
    public void SecureMonitorCallIsTaken() => AssertTaken(1, 3, ExceptionClass.SecureMonitorCall, 7, A64.Smc(7));

    [Test]
    public void SystemRegisterTrapIsTaken() =>
        AssertTaken(0, 1, ExceptionClass.SystemRegisterTrap, (3 << 20) | (1 << 17) | (3 << 14) | (3 << 5) | 1, A64.Read(A64.Register(3, 3, 0, 0, 1), 3));

    [Test]
    public void InstructionAbortLowerIsTaken() => AssertFetchFaults(0, ExceptionClass.InstructionAbortLower);

    [Test]
    public void InstructionAbortIsTaken() => AssertFetchFaults(1, ExceptionClass.InstructionAbort);

    [Test]
    public void PcAlignmentIsTaken()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.State->Pc = CpuWorld.Code + 2;
        world.Run(1);
        AssertSyndrome(world, 1, ExceptionClass.PcAlignment, 0);
    }

    [Test]
    public void DataAbortLowerIsTaken() =>
        AssertTaken(0, 1, ExceptionClass.DataAbortLower, (uint)FaultStatus.External, Load, world => world.SetX(2, Nowhere));

    [Test]
    public void DataAbortIsTaken() =>
        AssertTaken(1, 1, ExceptionClass.DataAbort, (uint)FaultStatus.External, Load, world => world.SetX(2, Nowhere));

    [Test]
    public void StackAlignmentIsTaken()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.SetX(CpuState.StackPointer, CpuWorld.RamBase + 8);
        world.Execute(LoadFromStack);
        AssertSyndrome(world, 1, ExceptionClass.StackAlignment, 0);
    }

    [Test]
    public void SystemErrorIsTaken()
    {
        using CpuWorld world = new CpuWorld().Enter(1, mask: 0);
        world.Cpu.SystemError.Set(true);
        world.RunWithInterrupts(1);
        AssertSyndrome(world, 1, ExceptionClass.SystemError, 0);
    }

    [Test]
    public void BreakpointLowerIsTaken() => AssertBreaks(0, ExceptionClass.BreakpointLower);

    [Test]
    public void BreakpointIsTaken() => AssertBreaks(1, ExceptionClass.Breakpoint);

    [Test]
    public void SoftwareStepLowerIsTaken() => AssertSteps(0, ExceptionClass.SoftwareStepLower);

    [Test]
    public void SoftwareStepIsTaken() => AssertSteps(1, ExceptionClass.SoftwareStep);

    [Test]
    public void WatchpointLowerIsTaken() => AssertWatches(0, ExceptionClass.WatchpointLower);

    [Test]
    public void WatchpointIsTaken() => AssertWatches(1, ExceptionClass.Watchpoint);

    [Test]
    public void BreakpointInstructionIsTaken() => AssertTaken(1, 1, ExceptionClass.BreakpointInstruction, 0x77, A64.Brk(0x77));

    private static void AssertTaken(int from, int to, ExceptionClass expected, uint syndrome, uint instruction, Action<CpuWorld>? prepare = null)
    {
        using CpuWorld world = new();
        prepare?.Invoke(world);
        world.Enter(from);
        world.Execute(instruction);
        AssertSyndrome(world, to, expected, syndrome);
    }

    private static void AssertFetchFaults(int from, ExceptionClass expected)
    {
        using CpuWorld world = new CpuWorld().Enter(from);
        world.State->Pc = Nowhere;
        world.Run(1);
        AssertSyndrome(world, 1, expected, (uint)FaultStatus.External);
        Assert.That(world[SystemRegisterSlot.FarEl1], Is.EqualTo(Nowhere));
    }

    private static void AssertBreaks(int from, ExceptionClass expected)
    {
        using CpuWorld world = Debugged(DebugControl.MonitorDebugEnable);
        world[SystemRegisterSlot.DbgbvrEl1] = CpuWorld.Code;
        world[SystemRegisterSlot.DbgbcrEl1] = 0x1e7;
        world.Write(CpuWorld.Code, A64.Nop);
        ReturnTo(world, from, 0);
        Go(world, 1);
        AssertSyndrome(world, 1, expected, 0x22);
    }

    private static void AssertSteps(int from, ExceptionClass expected)
    {
        using CpuWorld world = Debugged(DebugControl.SoftwareStep);
        world.Write(CpuWorld.Code, A64.Nop, A64.Nop);
        ReturnTo(world, from, StepBit);
        Go(world, 2);
        AssertSyndrome(world, 1, expected, 0x100_0022);
    }

    private static void AssertWatches(int from, ExceptionClass expected)
    {
        using CpuWorld world = Debugged(DebugControl.MonitorDebugEnable);
        world[SystemRegisterSlot.DbgwvrEl1] = CpuWorld.RamBase;
        world[SystemRegisterSlot.DbgwcrEl1] = 0x1fff;
        world.Write(CpuWorld.Code, Load);
        world.SetX(2, CpuWorld.RamBase);
        ReturnTo(world, from, 0);
        Go(world, 1);
        AssertSyndrome(world, 1, expected, 0x22);
    }

    // A kernel at EL1 that debugs its users and itself.
    private static CpuWorld Debugged(ulong control)
    {
        CpuWorld world = new(CpuModel.CortexA57.WithHighestLevel(1));
        world[SystemRegisterSlot.OslsrEl1] &= ~DebugControl.OsLock;
        world[SystemRegisterSlot.MdscrEl1] = control | DebugControl.LocalDebugEnable;
        return world;
    }

    private static void ReturnTo(CpuWorld world, int level, uint state)
    {
        ulong at = CpuWorld.Code - 0x100;
        world[SystemRegisterSlot.SpsrEl1] = state | DebugUnmasked | (level == 0 ? 0 : 5u);
        world[SystemRegisterSlot.ElrEl1] = CpuWorld.Code;
        world.Write(at, A64.Eret);
        world.State->Pc = at;
        Go(world, 1);
    }

    private static void Go(CpuWorld world, int count)
    {
        for (int i = 0; i < count; i++)
        {
            world.Run(1);
        }
    }

    private static void AssertSyndrome(CpuWorld world, int level, ExceptionClass expected, uint syndrome)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(level));
            Assert.That(world.ClassAt(level), Is.EqualTo(expected));
            Assert.That(world.IssAt(level), Is.EqualTo(syndrome));
        }
    }

    private static string[] TableOf(string head)
    {
        string? root = TestContext.CurrentContext.TestDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "docs", "conformance.md")))
        {
            root = Path.GetDirectoryName(root);
        }

        Assert.That(root, Is.Not.Null, "the tests do not run inside the repository");
        return
        [
            .. File.ReadLines(Path.Combine(root!, "docs", "conformance.md"))
                .SkipWhile(line => line != head).Skip(2).TakeWhile(line => line.StartsWith('|')),
        ];
    }
}
